//! Intervals of sums, means and ratios from the intervals of their parts.
//!
//! MOVER, the method of variance estimates recovery: the distance of an
//! estimate to an end of its interval stands for its spread on that side.
//! Zou & Donner (2008), Stat. Med. 27; Donner & Zou (2012), Stat. Methods Med.
//! Res. 21. The parts must be independent.

use super::level::{Estimate, Interval};

fn below(estimate: Estimate) -> f64 {
    estimate.value - estimate.interval.low
}

fn above(estimate: Estimate) -> f64 {
    estimate.interval.high - estimate.value
}

/// The interval of `first − second`.
pub fn mover_difference(first: Estimate, second: Estimate) -> Interval {
    let difference = first.value - second.value;
    Interval::new(difference - below(first).hypot(above(second)), difference + above(first).hypot(below(second)))
}

/// The interval of the mean of two.
pub fn mover_mean(first: Estimate, second: Estimate) -> Interval {
    let mean = (first.value + second.value) / 2.0;
    Interval::new(mean - below(first).hypot(below(second)) / 2.0, mean + above(first).hypot(above(second)) / 2.0)
}

/// The interval of `first / second`, both not negative (MOVER-R). `None` when
/// the second estimate is zero. The upper end is infinite when the interval of
/// the second reaches down to zero.
pub fn mover_ratio(first: Estimate, second: Estimate) -> Option<Interval> {
    if second.value <= 0.0 || first.value < 0.0 {
        return None;
    }
    let product = first.value * second.value;
    let spread = |estimate: Estimate, end: f64| end * (2.0 * estimate.value - end);
    let root = |mine: f64, theirs: f64| product + (product * product - mine * theirs).max(0.0).sqrt();
    // The lower end with the root moved to the denominator: it stays finite
    // where an upper end lies twice as far as its estimate, and is the inverse
    // of the upper end of `second / first`.
    let (mine, theirs) = (spread(first, first.interval.low), spread(second, second.interval.high));
    let low = if mine > 0.0 { mine / root(mine, theirs) } else { 0.0 };
    let (mine, theirs) = (spread(first, first.interval.high), spread(second, second.interval.low));
    let high = if theirs > 0.0 { root(mine, theirs) / theirs } else { f64::INFINITY };
    Some(Interval::new(low, high).around(first.value / second.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn estimate(value: f64, low: f64, high: f64) -> Estimate {
        Estimate { value, interval: Interval::new(low, high) }
    }

    #[test]
    fn a_known_reference_only_scales() {
        let ratio = mover_ratio(estimate(0.6, 0.5, 0.7), estimate(0.5, 0.5, 0.5)).expect("defined");
        assert!((ratio.low - 1.0).abs() < 1e-12 && (ratio.high - 1.4).abs() < 1e-12);
        let difference = mover_difference(estimate(0.6, 0.5, 0.7), estimate(0.5, 0.5, 0.5));
        assert!((difference.low - 0.0).abs() < 1e-12 && (difference.high - 0.2).abs() < 1e-12);
    }

    #[test]
    fn a_reference_near_zero_sets_no_limit() {
        let ratio = mover_ratio(estimate(0.6, 0.5, 0.7), estimate(0.1, 0.0, 0.3)).expect("defined");
        assert!(ratio.high.is_infinite());
        assert_eq!(mover_ratio(estimate(0.6, 0.5, 0.7), estimate(0.0, 0.0, 0.3)), None);
    }

    proptest! {
        #[test]
        fn the_ratio_lies_within(value in 0.0..1.0f64, spread in 0.001..0.2f64, other in 0.01..1.0f64) {
            let first = estimate(value, (value - spread).max(0.0), (value + spread).min(1.0));
            let second = estimate(other, (other - spread).max(0.0), (other + spread).min(1.0));
            let ratio = mover_ratio(first, second).expect("defined");
            prop_assert!(ratio.contains(value / other) && ratio.low >= 0.0);
            if let Some(swapped) = mover_ratio(second, first) {
                prop_assert!((ratio.low * swapped.high - 1.0).abs() < 1e-9 || ratio.low == 0.0 && swapped.high.is_infinite());
            }
        }
    }
}
