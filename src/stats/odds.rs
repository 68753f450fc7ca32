//! The odds ratio of two proportions, unconditional.

use super::level::{Interval, Level};
use super::proportion::Proportion;

/// The odds of `first` over those of `second`. `None` when it is 0/0 or has no bound.
pub fn odds_ratio(first: Proportion, second: Proportion) -> Option<f64> {
    let ratio = (first.successes() * second.failures()) / (first.failures() * second.successes());
    ratio.is_finite().then_some(ratio)
}

/// Wald's interval on the logarithm of the odds ratio (Woolf 1955). When a cell
/// is zero, half a person is added to all four (Haldane 1956; Anscombe 1956),
/// and the end on the side of the empty cell is set to 0 or infinity.
pub fn odds_ratio_interval(first: Proportion, second: Proportion, level: Level) -> Interval {
    let mut cells = [first.successes(), first.failures(), second.successes(), second.failures()];
    let [a, b, c, d] = cells;
    if cells.contains(&0.0) {
        cells.iter_mut().for_each(|cell| *cell += 0.5);
    }
    let log = (cells[0] * cells[3] / (cells[1] * cells[2])).ln();
    let half = level.z() * cells.iter().map(|cell| 1.0 / cell).sum::<f64>().sqrt();
    let low = if a == 0.0 || d == 0.0 { 0.0 } else { (log - half).exp() };
    let high = if b == 0.0 || c == 0.0 { f64::INFINITY } else { (log + half).exp() };
    Interval::new(low, high)
}

#[cfg(test)]
mod tests {
    use super::super::proportion::tests::{close, doubled, of, proportion};
    use super::*;
    use proptest::prelude::*;

    /// Agresti (2013), table 2.1: aspirin and myocardial infarction, 189/11034 against 104/11037.
    #[test]
    fn odds_ratio_as_published() {
        let (placebo, aspirin) = (of(189, 11034), of(104, 11037));
        assert!((odds_ratio(placebo, aspirin).expect("defined") - 1.832).abs() < 5e-4);
        close(odds_ratio_interval(placebo, aspirin, Level::P95), 1.440, 2.331, 6e-4);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_ratio_and_inverts(first in proportion(), second in proportion()) {
            let there = odds_ratio_interval(first, second, Level::P95);
            let back = odds_ratio_interval(second, first, Level::P95);
            if let Some(ratio) = odds_ratio(first, second) {
                prop_assert!(there.contains(ratio), "{there:?} {ratio}");
            }
            let inverse = |low: f64, high: f64| (low * high - 1.0).abs() < 1e-9 || low == 0.0 && high.is_infinite();
            prop_assert!(inverse(there.low, back.high) && inverse(back.low, there.high));
            let large = odds_ratio_interval(doubled(first), doubled(second), Level::P95);
            prop_assert!(large.low >= there.low && large.high <= there.high);
        }
    }
}
