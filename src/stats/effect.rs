//! The distance of two proportions on a scale where a step weighs the same everywhere.

use super::level::{Estimate, Interval, Level};
use super::mover::mover_difference;
use super::proportion::{Proportion, wilson};

/// Cohen's h, 2·asin √p₁ − 2·asin √p₂, in [−π, π]; 0 at parity. Cohen (1988),
/// ch. 6, calls 0.2 small, 0.5 medium and 0.8 large.
pub fn cohens_h(first: Proportion, second: Proportion) -> f64 {
    let angle = |side: Proportion| 2.0 * side.estimate().clamp(0.0, 1.0).sqrt().asin();
    angle(first) - angle(second)
}

/// From Wilson's intervals of both rates on this scale, by the distances of
/// their ends (MOVER; Donner & Zou 2012), within [−π, π]. The plain
/// h ± z·√(1/n₁ + 1/n₂) falls short where a side has few people and a rate
/// near 0 or 1: it covers less than 90 % there.
pub fn cohens_h_interval(first: Proportion, second: Proportion, level: Level) -> Interval {
    let angle = |rate: f64| 2.0 * rate.clamp(0.0, 1.0).sqrt().asin();
    let side = |rate: Proportion| Estimate { value: angle(rate.estimate()), interval: wilson(rate, level).map(angle) };
    mover_difference(side(first), side(second)).clamp(-std::f64::consts::PI, std::f64::consts::PI)
}

#[cfg(test)]
mod tests {
    use super::super::proportion::tests::{of, proportion};
    use super::*;
    use proptest::prelude::*;

    /// R pwr 1.3 `ES.h(0.5, 0.4)`, and by hand: asin √1 = π/2.
    #[test]
    fn as_in_r_and_at_the_ends() {
        assert!((cohens_h(of(5, 10), of(4, 10)) - 0.201_357_920_790_33).abs() < 1e-12);
        assert!((cohens_h(of(7, 7), of(0, 3)) - std::f64::consts::PI).abs() < 1e-15);
        assert_eq!(cohens_h_interval(of(7, 7), of(0, 3), Level::P95).high, std::f64::consts::PI);
    }

    /// Wilson's ends of 8 in 12 and 3 in 10 as angles, by an independent script.
    #[test]
    fn the_interval_from_both_sides() {
        let found = cohens_h_interval(of(8, 12), of(3, 10), Level::P95);
        assert!((found.low + 0.083_958_713_029_36).abs() < 1e-9 && (found.high - 1.430_080_339_376_97).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn swapping_negates_and_the_interval_holds(first in proportion(), second in proportion()) {
            let (there, back) =
                (cohens_h_interval(first, second, Level::P95), cohens_h_interval(second, first, Level::P95));
            prop_assert!((there.low + back.high).abs() < 1e-12 && there.contains(cohens_h(first, second)));
            prop_assert!(there.low >= -std::f64::consts::PI && there.high <= std::f64::consts::PI);
        }
    }
}
