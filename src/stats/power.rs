//! What a sample of this size could have shown.

use super::distribution::{normal_cdf, normal_quantile};
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

/// How many people a comparison needs on each side, in whole people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeopleNeeded {
    /// On the side with the rate `rate`.
    pub first: f64,
    /// On the side with the rate `other`.
    pub second: f64,
}

/// The people on each side with which a two-sided pooled z-test at `level` tells
/// `rate` from `other` with the chance `power`, when the second side has
/// `ratio_of_sizes` people for each of the first. Without continuity correction:
/// n₁ = [z_{α/2}·√((r + 1)·P̄·Q̄) + z_β·√(r·P₁Q₁ + P₂Q₂)]²/(r·(P₁ − P₂)²) with
/// P̄ = (P₁ + r·P₂)/(r + 1), both sides rounded up.
///
/// `None` for equal rates, which no number tells apart, and unless the rates lie
/// in [0, 1], the ratio is positive and 0 < power < 1. Fleiss, Levin & Paik
/// (2003), (4.18), with equal sizes (4.14).
pub fn people_needed_per_group(
    rate: f64,
    other: f64,
    ratio_of_sizes: f64,
    level: Level,
    power: f64,
) -> Option<PeopleNeeded> {
    let (range, r) = (0.0..=1.0, ratio_of_sizes);
    let valid = range.contains(&rate) && range.contains(&other) && rate != other;
    if !(valid && r > 0.0 && r.is_finite() && power > 0.0 && power < 1.0) {
        return None;
    }
    let pooled = (rate + r * other) / (r + 1.0);
    let null = level.z() * ((r + 1.0) * pooled * (1.0 - pooled)).sqrt();
    let alternative = normal_quantile(power) * (r * rate * (1.0 - rate) + other * (1.0 - other)).sqrt();
    // A power below half of alpha is had by anyone.
    let first = ((null + alternative).max(0.0) / (rate - other)).powi(2) / r;
    let whole = |n: f64| n.ceil().max(1.0);
    first.is_finite().then(|| PeopleNeeded { first: whole(first), second: whole(r * first) })
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

    fn needed(rate: f64, other: f64, r: f64, power: f64) -> PeopleNeeded {
        people_needed_per_group(rate, other, r, Level::P95, power).expect("two rates")
    }

    /// Fleiss, Levin & Paik (2003), table A.4, without correction: 93 for 0.5 against 0.7; R
    /// `power.prop.test(p1 = 0.5, p2 = 0.75, power = 0.9)`: 76.7.
    #[test]
    fn people_as_published() {
        assert_eq!(needed(0.5, 0.7, 1.0, 0.8), PeopleNeeded { first: 93.0, second: 93.0 });
        assert_eq!(needed(0.5, 0.75, 1.0, 0.9), PeopleNeeded { first: 77.0, second: 77.0 });
    }

    /// The two functions say the same: with the people needed, the rate is just detectable.
    #[test]
    fn needed_and_detectable_agree() {
        for r in [0.2, 1.0, 3.5] {
            let people = needed(0.3, 0.4, r, 0.8);
            let found = detectable(0.3, people.second, people.first, Level::P95, 0.8);
            assert!((found.above.expect("reachable") - 0.4).abs() < 1e-3, "{r}: {found:?}");
            let mirrored = needed(0.4, 0.3, 1.0 / r, 0.8);
            assert!((mirrored.second - people.first).abs() <= 1.0, "{r}: {mirrored:?} {people:?}");
        }
    }

    #[test]
    fn no_number_tells_equal_rates_apart() {
        let none = |rate, other, r, power| people_needed_per_group(rate, other, r, Level::P95, power);
        for (rate, other, r, power) in [
            (0.5, 0.5, 1.0, 0.8),
            (0.5, 1.5, 1.0, 0.8),
            (0.5, 0.6, 0.0, 0.8),
            (0.5, 0.6, 1.0, 1.0),
            (f64::NAN, 0.5, 1.0, 0.8),
        ] {
            assert_eq!(none(rate, other, r, power), None);
        }
        assert!(needed(0.0, 1.0, 1.0, 0.8).first <= 4.0);
    }
}
