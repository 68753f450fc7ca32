//! One proportion, and two compared.
//!
//! Counts are real numbers: for weighted data they are p̂·n_eff and n_eff with
//! Kish's effective size n_eff = W²/Q.

use super::level::{Estimate, Interval, Level};
use super::mover::mover_difference;

/// Successes among trials: 0 ≤ successes ≤ trials, trials > 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proportion {
    successes: f64,
    trials: f64,
}

impl Proportion {
    /// The proportion, if there are trials and no more successes than those.
    pub fn new(successes: f64, trials: f64) -> Option<Proportion> {
        let valid = trials.is_finite() && trials > 0.0 && (0.0..=trials).contains(&successes);
        valid.then_some(Proportion { successes, trials })
    }

    /// Successes over trials.
    pub fn estimate(self) -> f64 {
        self.successes / self.trials
    }

    /// Successes.
    pub fn successes(self) -> f64 {
        self.successes
    }

    /// Trials.
    pub fn trials(self) -> f64 {
        self.trials
    }

    /// Failures.
    pub fn failures(self) -> f64 {
        self.trials - self.successes
    }

    /// The estimate with its Wilson interval.
    pub fn wilson(self, level: Level) -> Estimate {
        Estimate { value: self.estimate(), interval: wilson(self, level) }
    }
}

/// The score interval of a proportion: all p that a two-sided z-test with the
/// variance at p would not refuse. Lies in [0, 1] and contains the estimate;
/// at no successes it starts at 0, at no failures it ends at 1.
///
/// Wilson (1927), J. Am. Stat. Assoc. 22; Brown, Cai & DasGupta (2001).
pub fn wilson(proportion: Proportion, level: Level) -> Interval {
    let (n, p, z) = (proportion.trials, proportion.estimate(), level.z());
    let shrink = 1.0 + z * z / n;
    let centre = (p + z * z / (2.0 * n)) / shrink;
    let half = z / shrink * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let low = if proportion.successes == 0.0 { 0.0 } else { centre - half };
    let high = if proportion.failures() == 0.0 { 1.0 } else { centre + half };
    Interval::new(low, high).clamp(0.0, 1.0).around(p)
}

/// The hybrid score interval of the difference `first − second`: Wilson's
/// intervals of both put together by their distances from the estimates.
/// Newcombe (1998), Stat. Med. 17, 873–890, method 10.
pub fn newcombe(first: Proportion, second: Proportion, level: Level) -> Interval {
    mover_difference(first.wilson(level), second.wilson(level)).clamp(-1.0, 1.0)
}

/// The score interval of the ratio `first / second`, with the variance at the
/// restricted maximum of the likelihood times N/(N − 1).
///
/// `None` when neither has successes: then nothing is known of the ratio. The
/// upper end is infinite when the second has no successes.
///
/// Miettinen & Nurminen (1985), Stat. Med. 4, 213–226.
pub fn miettinen_nurminen_ratio(first: Proportion, second: Proportion, level: Level) -> Option<Interval> {
    let (x1, x2) = (first.successes, second.successes);
    if x1 == 0.0 && x2 == 0.0 {
        return None;
    }
    let z = level.z();
    let low = if x1 == 0.0 { 0.0 } else { solve_falling(|log_ratio| ratio_score(first, second, log_ratio.exp()) - z) };
    let high = if x2 == 0.0 {
        f64::INFINITY
    } else {
        solve_falling(|log_ratio| ratio_score(first, second, log_ratio.exp()) + z)
    };
    let interval = Interval::new(if x1 == 0.0 { 0.0 } else { low.exp() }, if x2 == 0.0 { high } else { high.exp() });
    Some(if x2 > 0.0 { interval.around(first.estimate() / second.estimate()) } else { interval })
}

/// The signed score statistic of H: first = ratio · second. Falls in `ratio`.
fn ratio_score(first: Proportion, second: Proportion, ratio: f64) -> f64 {
    let (n1, n2) = (first.trials, second.trials);
    let total = n1 + n2;
    let b = n1 * ratio + first.successes + n2 + second.successes * ratio;
    let c = first.successes + second.successes;
    let p2 = 2.0 * c / (b + (b * b - 4.0 * total * ratio * c).max(0.0).sqrt());
    let p1 = (ratio * p2).min(1.0);
    let variance = (p1 * (1.0 - p1) / n1 + ratio * ratio * p2 * (1.0 - p2) / n2) * total / (total - 1.0).max(1.0);
    let distance = first.estimate() - ratio * second.estimate();
    if variance > 0.0 {
        distance / variance.sqrt()
    } else if distance == 0.0 {
        0.0
    } else {
        distance.signum() * f64::MAX
    }
}

/// The root of a falling function of a logarithm, between e^−60 and e^60: by
/// bisection until the bracket is narrow, then by false position, where an end
/// that stays twice counts half (the Illinois rule).
fn solve_falling(f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (-60.0, 60.0);
    while high - low > 0.1 {
        let middle = 0.5 * (low + high);
        if f(middle) > 0.0 { low = middle } else { high = middle }
    }
    let (mut at_low, mut at_high) = (f(low), f(high));
    let mut moved = None; // whether the low end moved last
    for _ in 0..100 {
        let share = at_low / (at_low - at_high);
        let next = if share > 0.0 && share < 1.0 { low + share * (high - low) } else { 0.5 * (low + high) };
        if next <= low || next >= high || high - low < 1e-15 {
            break;
        }
        let value = f(next);
        if value > 0.0 {
            (low, at_low) = (next, value);
            at_high /= if moved == Some(true) { 2.0 } else { 1.0 };
        } else if value < 0.0 {
            (high, at_high) = (next, value);
            at_low /= if moved == Some(false) { 2.0 } else { 1.0 };
        } else {
            return next;
        }
        moved = Some(value > 0.0);
    }
    if at_low.abs() < at_high.abs() { low } else { high }
}

/// The odds of `first` over those of `second`. `None` when it is 0/0 or has no bound.
pub fn odds_ratio(first: Proportion, second: Proportion) -> Option<f64> {
    let ratio = (first.successes * second.failures()) / (first.failures() * second.successes);
    ratio.is_finite().then_some(ratio)
}

/// Wald's interval on the logarithm of the odds ratio (Woolf 1955). When a cell
/// is zero, half a person is added to all four (Haldane 1956; Anscombe 1956),
/// and the end on the side of the empty cell is set to 0 or infinity.
pub fn odds_ratio_interval(first: Proportion, second: Proportion, level: Level) -> Interval {
    let mut cells = [first.successes, first.failures(), second.successes, second.failures()];
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
    use super::*;
    use proptest::prelude::*;

    fn of(successes: u32, trials: u32) -> Proportion {
        Proportion::new(f64::from(successes), f64::from(trials)).expect("a proportion")
    }

    fn close(found: Interval, low: f64, high: f64, tolerance: f64) {
        let near = |a: f64, b: f64| (a - b).abs() <= tolerance;
        assert!(near(found.low, low) && near(found.high, high), "{found:?} is not [{low}, {high}]");
    }

    /// Newcombe (1998a), Stat. Med. 17, 857–872, table I, method 3.
    #[test]
    fn wilson_as_published() {
        close(wilson(of(81, 263), Level::P95), 0.2553, 0.3662, 5e-5);
        close(wilson(of(15, 148), Level::P95), 0.0624, 0.1605, 5e-5);
        close(wilson(of(0, 20), Level::P95), 0.0, 0.1611, 5e-5);
        close(wilson(of(1, 29), Level::P95), 0.0061, 0.1718, 5e-5);
    }

    /// Newcombe (1998b), Stat. Med. 17, 873–890, table II, method 10.
    #[test]
    fn newcombe_as_published() {
        close(newcombe(of(56, 70), of(48, 80), Level::P95), 0.0524, 0.3339, 5e-5);
        close(newcombe(of(9, 10), of(3, 10), Level::P95), 0.1705, 0.8090, 5e-5);
        close(newcombe(of(6, 7), of(2, 7), Level::P95), 0.0582, 0.8062, 5e-5);
        close(newcombe(of(5, 56), of(0, 29), Level::P95), -0.0381, 0.1926, 5e-5);
        close(newcombe(of(0, 10), of(0, 20), Level::P95), -0.1611, 0.2775, 5e-5);
        close(newcombe(of(0, 10), of(0, 10), Level::P95), -0.2775, 0.2775, 5e-5);
        close(newcombe(of(10, 10), of(0, 20), Level::P95), 0.6791, 1.0, 5e-5);
        close(newcombe(of(10, 10), of(0, 10), Level::P95), 0.6075, 1.0, 5e-5);
    }

    /// The definition: at both ends the score test is exactly at its quantile.
    #[test]
    fn ratio_ends_solve_the_score_equation() {
        for (first, second) in [(of(30, 100), of(50, 110)), (of(1, 40), of(12, 30)), (of(10, 10), of(4, 9))] {
            let interval = miettinen_nurminen_ratio(first, second, Level::P95).expect("bounded");
            assert!((ratio_score(first, second, interval.low) - Level::P95.z()).abs() < 1e-8);
            assert!((ratio_score(first, second, interval.high) + Level::P95.z()).abs() < 1e-8);
        }
    }

    #[test]
    fn ratio_at_the_edges() {
        assert_eq!(miettinen_nurminen_ratio(of(0, 9), of(0, 9), Level::P95), None);
        let no_reference = miettinen_nurminen_ratio(of(5, 9), of(0, 9), Level::P95).expect("half bounded");
        assert!(no_reference.high.is_infinite() && no_reference.low > 0.0);
        let none_selected = miettinen_nurminen_ratio(of(0, 9), of(5, 9), Level::P95).expect("bounded");
        assert!(none_selected.low == 0.0 && none_selected.high < 1.0);
    }

    /// Agresti (2013), table 2.1: aspirin and myocardial infarction, 189/11034 against 104/11037.
    #[test]
    fn odds_ratio_as_published() {
        let (placebo, aspirin) = (of(189, 11034), of(104, 11037));
        assert!((odds_ratio(placebo, aspirin).expect("defined") - 1.832).abs() < 5e-4);
        close(odds_ratio_interval(placebo, aspirin, Level::P95), 1.440, 2.331, 6e-4);
    }

    prop_compose! {
        fn proportion()(trials in 1u32..400)(successes in 0..=trials, trials in Just(trials)) -> Proportion {
            of(successes, trials)
        }
    }

    proptest! {
        #[test]
        fn intervals_hold_their_estimate(first in proportion(), second in proportion()) {
            prop_assert!(wilson(first, Level::P95).contains(first.estimate()));
            let difference = newcombe(first, second, Level::P95);
            prop_assert!(difference.contains(first.estimate() - second.estimate()));
            prop_assert!(difference.low >= -1.0 && difference.high <= 1.0);
            if second.successes() > 0.0 {
                let ratio = miettinen_nurminen_ratio(first, second, Level::P95).expect("bounded below");
                prop_assert!(ratio.contains(first.estimate() / second.estimate()));
            }
        }

        #[test]
        fn swapping_negates_and_inverts(first in proportion(), second in proportion()) {
            let (there, back) = (newcombe(first, second, Level::P95), newcombe(second, first, Level::P95));
            prop_assert!((there.low + back.high).abs() < 1e-12 && (there.high + back.low).abs() < 1e-12);
            if first.successes() > 0.0 && second.successes() > 0.0 {
                let there = miettinen_nurminen_ratio(first, second, Level::P95).expect("bounded");
                let back = miettinen_nurminen_ratio(second, first, Level::P95).expect("bounded");
                prop_assert!((there.low * back.high - 1.0).abs() < 1e-7, "{there:?} {back:?}");
            }
        }

        #[test]
        fn more_people_narrow_it(successes in 0u32..40, more in 0u32..40) {
            let small = wilson(of(successes, successes + more + 1), Level::P95);
            let large = wilson(of(successes * 2, (successes + more + 1) * 2), Level::P95);
            prop_assert!(large.high - large.low < small.high - small.low);
        }
    }
}
