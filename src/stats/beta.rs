//! The beta distribution, for counts from none to hundreds of millions.
//!
//! The library's own quantile stops too early for exact intervals, and its
//! continued fraction too early for large counts.

use super::saddle::ln_beta_term;

/// I_x(a, b) = P(X ≤ x) for X ~ Beta(a, b) with a, b > 0 and x = 1 − y; with
/// it x^a·y^b / B(a, b). Both are 0 for x ≤ 0; for y ≤ 0 the chance is 1.
fn regularised(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 0.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    let term = ln_beta_term(a, b, x, y).exp();
    let value =
        if x < (a + 1.0) / (a + b + 2.0) { term * fraction(a, b, x) / a } else { 1.0 - term * fraction(b, a, y) / b };
    (value.clamp(0.0, 1.0), term)
}

/// P(X ≤ x) for X ~ Beta(a, b), a, b > 0.
#[cfg(test)]
pub fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    regularised(a, b, x, 1.0 - x).0
}

/// The continued fraction of the incomplete beta function (Abramowitz & Stegun
/// 1964, 26.5.8) by Lentz's method. Its length grows with the root of a + b.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..200_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        value *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

/// The x that leaves the chance `tail` below it, for X ~ Beta(a, b), a, b > 0;
/// in [0, 1]. Newton's method on ln P against the logit of x, where the curve
/// is concave, within a bracket.
pub fn beta_lower(tail: f64, a: f64, b: f64) -> f64 {
    let wanted = tail.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0).ln();
    let (mut low, mut high) = (-745.0, 745.0);
    let mut logit: f64 = (a / b).ln().clamp(-700.0, 700.0);
    for _ in 0..200 {
        let (value, term) = regularised(a, b, 1.0 / (1.0 + (-logit).exp()), 1.0 / (1.0 + logit.exp()));
        let excess = value.max(f64::MIN_POSITIVE).ln() - wanted;
        if excess > 0.0 {
            high = logit
        } else {
            low = logit
        }
        let newton = logit - excess * value / term;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        let moved = (next - logit).abs();
        logit = next;
        if moved <= 1e-14 * logit.abs().max(1.0) {
            break;
        }
    }
    1.0 / (1.0 + (-logit).exp())
}

/// The x that leaves the chance `tail` above it, for X ~ Beta(a, b), a, b > 0.
pub fn beta_upper(tail: f64, a: f64, b: f64) -> f64 {
    1.0 - beta_lower(tail, b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Closed forms: Beta(a, 1) has x^a, Beta(1, b) has 1 − (1 − x)^b, Beta(½, ½) has 2/π·arcsin √x.
    #[test]
    fn closed_forms() {
        assert!((beta_lower(0.025, 3.0, 1.0) - 0.025f64.cbrt()).abs() < 1e-14);
        assert!((beta_upper(0.025, 1.0, 20.0) - (1.0 - 0.025f64.powf(0.05))).abs() < 1e-14);
        let arcsine = (std::f64::consts::PI * 0.025 / 2.0).sin().powi(2);
        assert!((beta_lower(0.025, 0.5, 0.5) - arcsine).abs() < 1e-14);
        assert!((beta_cdf(2.0, 3.0, 0.4) - 0.5248).abs() < 1e-14);
    }

    #[test]
    fn quantiles_invert_the_distribution() {
        for (a, b) in [(0.5, 20.5), (0.3, 0.7), (40.0, 7.0), (3.5e3, 9e5), (5e6, 5e6)] {
            for tail in [1e-12, 1e-4, 0.025, 0.3] {
                let x = beta_lower(tail, a, b);
                assert!((beta_cdf(a, b, x) / tail - 1.0).abs() < 1e-8, "{a} {b} {tail}: {x}");
            }
        }
    }
}
