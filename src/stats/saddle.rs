//! Logarithms of binomial and beta terms that keep their digits for millions.
//!
//! Differences of logarithms of factorials lose as many digits as the counts
//! are large. Here what is large is taken out beforehand: Loader (2000), "Fast
//! and accurate computation of binomial probabilities".

use statrs::function::gamma::ln_gamma;

const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;

/// What Stirling's formula lacks: ln Γ(x) − ((x − ½)·ln x − x + ½·ln 2π), x > 0.
pub fn stirling_error(x: f64) -> f64 {
    if x < 16.0 {
        return ln_gamma(x) - ((x - 0.5) * x.ln() - x + HALF_LN_TWO_PI);
    }
    let square = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * square)) / square) / square) / square)
        / x
}

/// x·ln(x/mean) + mean − x, not negative; `mean` at x = 0. Near the mean by a
/// series, where the terms would cancel.
pub fn deviance(x: f64, mean: f64) -> f64 {
    if x == 0.0 {
        return mean;
    }
    let distance = x - mean;
    if distance.abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() - distance;
    }
    let v = distance / (x + mean);
    let (mut sum, mut term) = (distance * v, 2.0 * x * v);
    for odd in 1..200 {
        term *= v * v;
        let next = sum + term / f64::from(2 * odd + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum.max(0.0)
}

/// ln of the chance of `x` successes in `n` trials, each with the chance
/// `p` = 1 − `q`, 0 < p < 1; both are given so that neither loses digits.
pub fn ln_binomial(x: f64, n: f64, p: f64, q: f64) -> f64 {
    if x <= 0.0 || x >= n {
        let one = if x <= 0.0 { q } else { p };
        let other = if x <= 0.0 { p } else { q };
        return n * if other < 0.5 { (-other).ln_1p() } else { one.ln() };
    }
    let errors = stirling_error(n) - stirling_error(x) - stirling_error(n - x);
    let spread = HALF_LN_TWO_PI + 0.5 * (x.ln() + (-x / n).ln_1p());
    errors - deviance(x, n * p) - deviance(n - x, n * q) - spread
}

/// ln of x^a·(1 − x)^b / B(a, b), for a, b > 0 and x = 1 − y in (0, 1).
pub fn ln_beta_term(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let errors = stirling_error(n) - stirling_error(a) - stirling_error(b);
    let spread = 0.5 * (a.ln() + (b / n).ln()) - HALF_LN_TWO_PI;
    errors + spread - deviance(a, n * x) - deviance(b, n * y)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Factorials: ln Γ(n) by plain sums, small counts by whole binomials.
    #[test]
    fn stirling_and_binomials_from_the_definition() {
        for n in [2u32, 9, 15, 16, 17, 40] {
            let ln_factorial: f64 = (1..n).map(|i| f64::from(i).ln()).sum();
            let x = f64::from(n);
            let stirling = (x - 0.5) * x.ln() - x + HALF_LN_TWO_PI;
            assert!((stirling_error(x) + stirling - ln_factorial).abs() < 1e-13 * ln_factorial.max(1.0), "{n}");
        }
        let binomial = 252.0 * 0.3f64.powi(5) * 0.7f64.powi(5);
        assert!((ln_binomial(5.0, 10.0, 0.3, 0.7) - binomial.ln()).abs() < 1e-14);
        assert!((ln_binomial(0.0, 10.0, 0.3, 0.7) - 10.0 * 0.7f64.ln()).abs() < 1e-14);
        assert!((ln_binomial(10.0, 10.0, 0.3, 0.7) - 10.0 * 0.3f64.ln()).abs() < 1e-14);
    }

    /// B(2, 3) = 1/12.
    #[test]
    fn beta_term_by_hand() {
        assert!((ln_beta_term(2.0, 3.0, 0.4, 0.6) - (12.0 * 0.16 * 0.216f64).ln()).abs() < 1e-14);
    }

    #[test]
    fn deviance_is_smooth_where_its_forms_meet() {
        for (x, mean) in [(10.0f64, 8.1825), (10.0, 8.18), (5.0, 5.0), (1e7, 1e7 + 3.0)] {
            let plain = x * (x / mean).ln() + mean - x;
            assert!((deviance(x, mean) - plain).abs() < 1e-8, "{x} {mean}");
        }
        assert_eq!(deviance(0.0, 3.0), 3.0);
    }
}
