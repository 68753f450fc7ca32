//! Distributions, total: no argument makes them panic or return NaN.

use statrs::distribution::{ChiSquared, Continuous, ContinuousCDF, FisherSnedecor, StudentsT};
use statrs::function::erf::{erf, erfc_inv};

/// e^(−n²/4) for n = 1 to 12.
const HALF_STEPS: [f64; 12] = [
    0.7788007830714049,
    0.36787944117144233,
    0.10539922456186433,
    0.01831563888873418,
    0.0019304541362277093,
    0.00012340980408667956,
    4.785117392129009e-06,
    1.1253517471925912e-07,
    1.6052280551856116e-09,
    1.3887943864964021e-11,
    7.287724095819692e-14,
    2.3195228302435696e-16,
];

/// The complementary error function, to a few units in the last place, 1 for what is no number; the
/// library's own has ten digits. Near 0 from its error function, elsewhere
/// 2x/π·e^(−x²)·∫ e^(−t²)/(t² + x²) dt by the trapezoidal rule with the step ½,
/// which with the residue of the pole is exact to e^(−4π²). Chiarella & Reichel
/// (1968), Math. Comp. 22; Matta & Reichel (1971), Math. Comp. 25.
fn erfc(x: f64) -> f64 {
    if x.is_nan() {
        return 1.0;
    }
    if x < 0.0 {
        return 2.0 - erfc(-x);
    }
    if x < 0.5 {
        return 1.0 - erf(x);
    }
    let square = x * x;
    if square > 750.0 {
        return 0.0;
    }
    // What rounding took from the square counts where it is large.
    let lost = x.mul_add(x, -square);
    let rest: f64 = HALF_STEPS.iter().zip(1u32..).map(|(e, n)| e / (f64::from(n * n) / 4.0 + square)).sum();
    let sum = x / std::f64::consts::PI * (0.5 / square + rest) * (-square).exp() * (1.0 - lost);
    let residue = if x < 2.0 * std::f64::consts::PI { 2.0 / (4.0 * std::f64::consts::PI * x).exp_m1() } else { 0.0 };
    sum - residue
}

/// P(Z ≤ z) of the standard normal.
pub fn normal_cdf(z: f64) -> f64 {
    (0.5 * erfc(-z / std::f64::consts::SQRT_2)).clamp(0.0, 1.0)
}

/// The z with P(Z ≤ z) = p; for p outside (0, 1) that of the nearest double inside.
pub fn normal_quantile(p: f64) -> f64 {
    let p = p.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0);
    let start = -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p);
    // One step of Newton takes the last digits.
    let density = (-0.5 * start * start).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if density > 0.0 { start - (normal_cdf(start) - p) / density } else { start }
}

/// P(|Z| ≥ |z|).
pub fn two_sided_p(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2).clamp(0.0, 1.0)
}

/// P(|T| ≥ |t|) with `df` degrees of freedom; 1 where there are none, or no t.
pub fn student_t_two_sided(t: f64, df: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, df) {
        Ok(distribution) if !t.is_nan() => (2.0 * distribution.sf(t.abs())).clamp(0.0, 1.0),
        _ => 1.0,
    }
}

/// The t that leaves `tail` above it; `None` unless df > 0 and 0 < tail < 1.
pub fn student_t_upper(tail: f64, df: f64) -> Option<f64> {
    if !(tail > 0.0 && tail < 1.0 && df > 0.0 && df.is_finite()) {
        return None;
    }
    let distribution = StudentsT::new(0.0, 1.0, df).ok()?;
    if df > 1e7 {
        return Some(-normal_quantile(tail));
    }
    if tail > 0.5 {
        return student_t_upper(1.0 - tail, df).map(|t| -t);
    }
    // Newton from the normal quantile, kept within a bracket: the library's own
    // quantile loses digits.
    let (mut low, mut high) = (0.0, 1.0);
    while distribution.sf(high) > tail && high < 1e300 {
        high *= 2.0;
    }
    let z = -normal_quantile(tail);
    let mut t = z + (z.powi(3) + z) / (4.0 * df);
    for _ in 0..200 {
        if !(low < t && t < high) {
            t = 0.5 * (low + high);
        }
        let excess = distribution.sf(t) - tail;
        if excess > 0.0 {
            low = t
        } else {
            high = t
        }
        let step = excess / distribution.pdf(t);
        t += step;
        if step.abs() <= 1e-15 * t.abs() || high - low <= f64::EPSILON * high {
            break;
        }
    }
    Some(t.clamp(low, high))
}

/// P(X ≥ x) of χ² with `df` degrees of freedom; 1 where there are none.
pub fn chi_square_survival(x: f64, df: f64) -> f64 {
    match ChiSquared::new(df) {
        Ok(distribution) if x > 0.0 => distribution.sf(x).clamp(0.0, 1.0),
        _ => 1.0,
    }
}

/// P(X ≥ x) of F; 1 where there are no degrees of freedom.
pub fn f_survival(x: f64, df1: f64, df2: f64) -> f64 {
    match FisherSnedecor::new(df1, df2) {
        // The library multiplies the two, and knows nothing of what is beyond all numbers.
        Ok(distribution) if x > 0.0 && (df1 * x).is_finite() => distribution.sf(x).clamp(0.0, 1.0),
        Ok(_) if x > 0.0 => 0.0,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-10 * wanted.abs().max(1e-300), "{found:e} is not {wanted:e}");
    }

    /// Printed tables, and closed forms: χ² with 3 df is erfc(√(x/2)) + √(2x/π)·e^(−x/2), F with (2, m) is (1 + 2x/m)^(−m/2).
    #[test]
    fn known_values() {
        close(normal_quantile(0.975), 1.959963984540054);
        close(normal_quantile(1e-10), -6.361340902404056);
        close(two_sided_p(1.959963984540054), 0.05);
        close(two_sided_p(30.0), 9.813427854297537e-198);
        close(student_t_upper(0.025, 4.0).expect("defined"), 2.7764451051977987);
        close(student_t_two_sided(2.0, 10.0), 0.07338803477074037);
        close(chi_square_survival(3.841458820694124, 1.0), 0.05);
        close(chi_square_survival(500.0, 3.0), 4.771672031912758e-108);
        close(f_survival(4.0, 2.0, 20.0), 0.034_571_613_033_607_78);
    }

    /// scipy `special.erfc`, on both sides of where the forms meet.
    #[test]
    fn the_error_function_keeps_its_digits() {
        let rows = [
            (1e-09, 0.9999999988716208),
            (0.1, 0.8875370839817152),
            (0.499999, 0.47950100096997184),
            (0.5, 0.4795001221869535),
            (0.75, 0.2888443663464849),
            (1.0, 0.15729920705028516),
            (1.4, 0.04771488023735121),
            (2.0, 0.004677734981047266),
            (3.3, 3.057709796438165e-06),
            (5.0, 1.5374597944280347e-12),
            (6.27, 7.506265664789401e-19),
            (6.29, 5.8207518672476105e-19),
            (10.0, 2.0884875837625446e-45),
            (20.0, 5.395865611607901e-176),
            (26.0, 5.663192408856145e-296),
        ];
        for (x, wanted) in rows {
            assert!((erfc(x) / wanted - 1.0).abs() < 4e-15, "{x}: {} is not {wanted}", erfc(x));
            assert!((erfc(-x) - (2.0 - wanted)).abs() < 1e-15, "{x}");
        }
        assert_eq!((erfc(0.0), erfc(f64::INFINITY), erfc(f64::NEG_INFINITY)), (1.0, 0.0, 2.0));
        assert_eq!((two_sided_p(f64::NAN), normal_cdf(f64::NAN)), (1.0, 0.5));
    }

    #[test]
    fn nothing_panics_outside() {
        assert_eq!(chi_square_survival(-1.0, 1.0), 1.0);
        assert_eq!(chi_square_survival(1.0, 0.0), 1.0);
        assert_eq!(student_t_upper(0.025, 0.0), None);
        assert_eq!(student_t_two_sided(f64::NAN, 3.0), 1.0);
        assert_eq!(student_t_two_sided(f64::INFINITY, 3.0), 0.0);
        for df in [1.0, 2.0, 50.0] {
            assert!(f_survival(f64::MAX, df, 3.0) < 1e-100 && f_survival(f64::INFINITY, df, 3.0) == 0.0);
        }
        assert_eq!(f_survival(f64::NAN, 2.0, 3.0), 1.0);
        assert!(normal_quantile(0.0).is_finite() && normal_quantile(1.0).is_finite());
    }
}
