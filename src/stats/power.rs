//! What a sample of this size could have shown.

use super::distribution::normal_cdf;
use super::level::Level;

/// The rates nearest to the reference rate that the sample would have told
/// apart from it. `None` on a side where even the end of the range is too near.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detectable {
    /// The nearest rate below.
    pub below: Option<f64>,
    /// The nearest rate above.
    pub above: Option<f64>,
}

/// The nearest rates of `n` people that a two-sided pooled z-test at
/// `level` tells apart from a reference of rate `rate` and size `reference_n`
/// with the chance `power`. Normal approximation; Fleiss, Levin & Paik (2003), ch. 4.
pub fn detectable(rate: f64, n: f64, reference_n: f64, level: Level, power: f64) -> Detectable {
    let reaches = |other: f64| {
        let pooled = (other * n + rate * reference_n) / (n + reference_n);
        let null = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / reference_n)).sqrt();
        let alternative = (other * (1.0 - other) / n + rate * (1.0 - rate) / reference_n).sqrt();
        let margin = (other - rate).abs() - level.z() * null;
        if alternative > 0.0 { normal_cdf(margin / alternative) >= power } else { margin > 0.0 }
    };
    let nearest = |end: f64| {
        if !(n > 0.0 && reference_n > 0.0 && reaches(end)) {
            return None;
        }
        let (mut near, mut far) = (rate, end);
        for _ in 0..100 {
            let middle = 0.5 * (near + far);
            if reaches(middle) { far = middle } else { near = middle }
        }
        Some(far)
    };
    Detectable { below: nearest(0.0), above: nearest(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fleiss, Levin & Paik (2003), table A.4: 0.5 against 0.7 needs 93 each
    /// at 5 % and 80 % (without continuity correction).
    #[test]
    fn table_of_sample_sizes() {
        let found = detectable(0.5, 93.0, 93.0, Level::P95, 0.8);
        assert!((found.above.expect("reachable") - 0.7).abs() < 2e-3, "{found:?}");
        assert!((found.below.expect("reachable") - 0.3).abs() < 2e-3, "{found:?}");
    }

    #[test]
    fn too_few_people_tell_nothing() {
        assert_eq!(detectable(0.5, 2.0, 2.0, Level::P95, 0.8), Detectable { below: None, above: None });
    }
}
