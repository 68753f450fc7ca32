//! Distributions, total: no argument makes them panic or return NaN.

use statrs::distribution::{ChiSquared, Continuous, ContinuousCDF, FisherSnedecor, StudentsT};
use statrs::function::erf::{erfc, erfc_inv};

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

/// P(|T| ≥ |t|) with `df` degrees of freedom; 1 where there are none.
pub fn student_t_two_sided(t: f64, df: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, df) {
        Ok(distribution) => (2.0 * distribution.sf(t.abs())).clamp(0.0, 1.0),
        Err(_) => 1.0,
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
        Ok(distribution) if x > 0.0 && x.is_finite() => distribution.sf(x).clamp(0.0, 1.0),
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

    #[test]
    fn nothing_panics_outside() {
        assert_eq!(chi_square_survival(-1.0, 1.0), 1.0);
        assert_eq!(chi_square_survival(1.0, 0.0), 1.0);
        assert_eq!(student_t_upper(0.025, 0.0), None);
        assert!(normal_quantile(0.0).is_finite() && normal_quantile(1.0).is_finite());
    }
}
