//! The ratio of two proportions and its intervals.

use super::level::{Interval, Level};
use super::proportion::Proportion;
use super::root::falling_root;

/// The score interval of the ratio `first / second`, with the variance at the
/// restricted maximum of the likelihood times N/(N − 1).
///
/// `None` when neither has successes: then nothing is known of the ratio. The
/// upper end is infinite when the second has no successes.
///
/// Miettinen & Nurminen (1985), Stat. Med. 4, 213–226.
pub fn miettinen_nurminen_ratio(first: Proportion, second: Proportion, level: Level) -> Option<Interval> {
    score_interval(first, second, level, inflation(first, second))
}

/// N/(N − 1).
fn inflation(first: Proportion, second: Proportion) -> f64 {
    let total = first.trials() + second.trials();
    total / (total - 1.0).max(1.0)
}

/// The score interval of `first / second` without the factor N/(N − 1): all
/// ratios that Pearson's χ² at the restricted maximum of the likelihood does
/// not refuse. Slightly narrower, with the same edges.
///
/// Koopman (1984), Biometrics 40, 513–517.
pub fn koopman_ratio(first: Proportion, second: Proportion, level: Level) -> Option<Interval> {
    score_interval(first, second, level, 1.0)
}

/// Wald's interval on the logarithm of the ratio `first / second`, with the
/// variance 1/x₁ − 1/n₁ + 1/x₂ − 1/n₂.
///
/// When one side has no successes, ½ is added to the successes and trials of
/// both (Walter 1975), and the end on that side is 0 or infinite. `None` when
/// neither has successes, and when nobody failed: there the variance is zero,
/// which is no certainty.
///
/// Katz, Baptista, Azen & Pike (1978), Biometrics 34, 469–474, method C.
pub fn katz_ratio(first: Proportion, second: Proportion, level: Level) -> Option<Interval> {
    let (x1, x2) = (first.successes(), second.successes());
    if x1 + x2 == 0.0 || first.failures() + second.failures() == 0.0 {
        return None;
    }
    let more = if x1 == 0.0 || x2 == 0.0 { 0.5 } else { 0.0 };
    let (a, m, b, n) = (x1 + more, first.trials() + more, x2 + more, second.trials() + more);
    let log = (a / m).ln() - (b / n).ln();
    let half = level.z() * ((1.0 / a - 1.0 / m).max(0.0) + (1.0 / b - 1.0 / n).max(0.0)).sqrt();
    let low = if x1 == 0.0 { 0.0 } else { (log - half).exp() };
    let high = if x2 == 0.0 { f64::INFINITY } else { (log + half).exp() };
    Some(holding_the_estimate(Interval::new(low, high), first, second))
}

fn holding_the_estimate(interval: Interval, first: Proportion, second: Proportion) -> Interval {
    if second.successes() > 0.0 { interval.around(first.estimate() / second.estimate()) } else { interval }
}

/// The smallest lower and the smallest upper end of the intervals
/// ([`miettinen_nurminen_ratio`]) of all pairs, each taken both ways round; `None` of fewer than two.
/// In [0, ∞].
pub fn smallest_miettinen_nurminen_ratio(sides: &[Proportion], level: Level) -> Option<Interval> {
    smallest(sides, level, inflation)
}

/// The same of [`koopman_ratio`].
pub fn smallest_koopman_ratio(sides: &[Proportion], level: Level) -> Option<Interval> {
    smallest(sides, level, |_, _| 1.0)
}

/// The same of [`katz_ratio`]; also `None` where a pair has no interval although one of the two
/// has successes.
pub fn smallest_katz_ratio(sides: &[Proportion], level: Level) -> Option<Interval> {
    let pairs =
        sides.iter().enumerate().flat_map(|(at, first)| sides[at + 1..].iter().map(move |second| (first, second)));
    let both_ways = pairs.flat_map(|(first, second)| [(*first, *second), (*second, *first)]);
    let ends = both_ways.map(|(first, second)| match first.successes() + second.successes() {
        0.0 => Some(Interval::new(0.0, f64::INFINITY)),
        _ => katz_ratio(first, second, level),
    });
    let smallest = |a: Interval, b: Interval| Interval::new(a.low.min(b.low), a.high.min(b.high));
    ends.reduce(|a, b| Some(smallest(a?, b?)))?
}

/// Whether the end of a pair lies below the smallest so far is one test at that place, so
/// that few ends have to be found.
fn smallest(sides: &[Proportion], level: Level, inflation: impl Fn(Proportion, Proportion) -> f64) -> Option<Interval> {
    if sides.len() < 2 {
        return None;
    }
    let sides = Proportion::different(sides);
    let (least, most) = (sides.first()?, sides.last()?);
    if most.successes() == 0.0 {
        // Nothing is known of any ratio.
        return Some(Interval::new(0.0, f64::INFINITY));
    }
    let ends = |first, second| score_interval(first, second, level, inflation(first, second));
    let mut furthest = ends(*least, *most)?;
    let z = level.z();
    let mut look = |first: Proportion, second: Proportion| {
        let inflation = inflation(first, second);
        let score = |ratio| ratio_score(first, second, ratio, inflation);
        // Ends that are all but the same are all found, so that the order of pairs changes little.
        let (low, high) = (furthest.low * (1.0 + NEAR), furthest.high * (1.0 + NEAR));
        let below = (low > 0.0 && score(low) < z) || (first.estimate() < high * second.estimate() && score(high) < -z);
        if let Some(found) = below.then(|| ends(first, second)).flatten() {
            furthest = Interval::new(furthest.low.min(found.low), furthest.high.min(found.high));
        }
    };
    for (at, first) in sides.iter().enumerate() {
        // Those farthest apart come first: most others then end short of them.
        for second in sides[at + 1..].iter().rev() {
            look(*first, *second);
            look(*second, *first);
        }
    }
    Some(furthest)
}

/// Above what ends are off between groups of like size, far below what anyone sees. (Of a few
/// people against a million ends are off by more.)
const NEAR: f64 = 1e-12;

fn score_interval(first: Proportion, second: Proportion, level: Level, inflation: f64) -> Option<Interval> {
    let (x1, x2, z) = (first.successes(), second.successes(), level.z());
    if x1 == 0.0 && x2 == 0.0 {
        return None;
    }
    let score = |log_ratio: f64| ratio_score(first, second, log_ratio.exp(), inflation);
    let low = if x1 == 0.0 { 0.0 } else { falling_root(|log| score(log) - z, -60.0, 60.0).exp() };
    let high = if x2 == 0.0 { f64::INFINITY } else { falling_root(|log| score(log) + z, -60.0, 60.0).exp() };
    Some(holding_the_estimate(Interval::new(low, high), first, second))
}

/// The signed score statistic of H: first = ratio · second. Falls in `ratio`.
fn ratio_score(first: Proportion, second: Proportion, ratio: f64, inflation: f64) -> f64 {
    let (n1, n2) = (first.trials(), second.trials());
    let all = first.successes() + second.successes();
    // The root of a square whose discriminant is written as a sum: nothing cancels where groups
    // are of unlike size and rates near 1.
    let (one, two) = (ratio * (n1 + second.successes()), n2 + first.successes());
    let discriminant = (one - two).powi(2) + 4.0 * ratio * first.failures() * second.failures();
    let p2 = 2.0 * all / (one + two + discriminant.sqrt());
    let p1 = (ratio * p2).min(1.0);
    let variance = (p1 * (1.0 - p1) / n1 + ratio * ratio * p2 * (1.0 - p2) / n2) * inflation;
    let distance = first.estimate() - ratio * second.estimate();
    if variance > 0.0 {
        distance / variance.sqrt()
    } else if distance == 0.0 {
        0.0
    } else {
        distance.signum() * f64::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::super::proportion::tests::{close, doubled, of, proportion, several};
    use super::*;
    use proptest::prelude::*;

    type Method = fn(Proportion, Proportion, Level) -> Option<Interval>;

    const METHODS: [Method; 3] = [miettinen_nurminen_ratio, koopman_ratio, katz_ratio];

    /// Koopman (1984), Biometrics 40, 513–517: 36 of 40 against 16 of 80.
    #[test]
    fn koopman_as_published() {
        let interval = koopman_ratio(of(36, 40), of(16, 80), Level::P95).expect("bounded");
        close(interval, 2.94, 7.15, 5e-3);
    }

    /// Fagerland, Lydersen & Laake (2015): 7 of 34 against 1 of 34, 0.91 to 54;
    /// SAS, Berkeley 1973, department B: 0.7032 to 1.2220.
    #[test]
    fn katz_as_published() {
        let interval = katz_ratio(of(7, 34), of(1, 34), Level::P95).expect("bounded");
        assert!((interval.low - 0.91).abs() < 5e-3 && (interval.high - 54.0).abs() < 0.5, "{interval:?}");
        close(katz_ratio(of(353, 560), of(17, 25), Level::P95).expect("bounded"), 0.7032, 1.2220, 5e-5);
    }

    /// The definition: at both ends the score test is exactly at its quantile.
    #[test]
    fn ends_solve_the_score_equation() {
        for (first, second) in [(of(30, 100), of(50, 110)), (of(1, 40), of(12, 30)), (of(10, 10), of(4, 9))] {
            let total = first.trials() + second.trials();
            let found = [
                (koopman_ratio(first, second, Level::P95), 1.0),
                (miettinen_nurminen_ratio(first, second, Level::P95), total / (total - 1.0)),
            ];
            for (interval, inflation) in found {
                let interval = interval.expect("bounded");
                assert!((ratio_score(first, second, interval.low, inflation) - Level::P95.z()).abs() < 1e-8);
                assert!((ratio_score(first, second, interval.high, inflation) + Level::P95.z()).abs() < 1e-8);
            }
        }
    }

    /// The statistic is Pearson's χ² of both samples about the restricted rates.
    #[test]
    fn koopman_is_chi_square() {
        let (first, second, ratio) = (of(36, 40), of(16, 80), 3.5);
        let slope = |p2: f64| {
            let p1 = ratio * p2;
            36.0 / p1 * ratio - 4.0 / (1.0 - p1) * ratio + 16.0 / p2 - 64.0 / (1.0 - p2)
        };
        let p2 = falling_root(slope, 1e-9, 1.0 / ratio - 1e-9);
        let part = |x: f64, n: f64, p: f64| (x - n * p).powi(2) / (n * p * (1.0 - p));
        let chi = part(36.0, 40.0, ratio * p2) + part(16.0, 80.0, p2);
        assert!((ratio_score(first, second, ratio, 1.0).powi(2) - chi).abs() < 1e-8);
    }

    #[test]
    fn nobody_on_a_side() {
        for method in METHODS {
            assert_eq!(method(of(0, 9), of(0, 9), Level::P95), None);
            let no_reference = method(of(5, 9), of(0, 9), Level::P95).expect("half bounded");
            assert!(no_reference.high.is_infinite() && no_reference.low > 0.0);
            let none_selected = method(of(0, 9), of(5, 9), Level::P95).expect("bounded");
            assert!(none_selected.low == 0.0 && none_selected.high < 2.0 && none_selected.high > 0.0);
        }
        let none_selected = miettinen_nurminen_ratio(of(0, 9), of(5, 9), Level::P95).expect("bounded");
        assert!(none_selected.high < 1.0);
    }

    #[test]
    fn everyone_on_both_sides() {
        assert_eq!(katz_ratio(of(9, 9), of(5, 5), Level::P95), None);
        let score = koopman_ratio(of(9, 9), of(5, 5), Level::P95).expect("bounded");
        assert!(score.low < 0.9 && score.high > 1.1, "{score:?}");
    }

    proptest! {
        #[test]
        fn intervals_hold_their_estimate(first in proportion(), second in proportion()) {
            for interval in METHODS.iter().filter_map(|method| method(first, second, Level::P95)) {
                prop_assert!(interval.low >= 0.0 && interval.low <= interval.high);
                if second.successes() > 0.0 {
                    prop_assert!(interval.contains(first.estimate() / second.estimate()));
                }
            }
        }

        /// One test for each pair finds what finding the ends of all does.
        #[test]
        fn the_smallest_of_all_pairs(sides in several(), z in 0.5f64..5.0) {
            let level = Level::from_z(z);
            type Smallest = fn(&[Proportion], Level) -> Option<Interval>;
            let pairs: [(Method, Smallest); 2] = [
                (miettinen_nurminen_ratio, smallest_miettinen_nurminen_ratio),
                (koopman_ratio, smallest_koopman_ratio),
            ];
            for (method, smallest) in pairs {
                let mut ends: Option<(f64, f64)> = None;
                for (at, first) in sides.iter().enumerate() {
                    for (_, second) in sides.iter().enumerate().filter(|(other, _)| *other != at) {
                        let one = method(*first, *second, level).unwrap_or(Interval::new(0.0, f64::INFINITY));
                        let (a, b) = ends.unwrap_or((f64::INFINITY, f64::INFINITY));
                        ends = Some((a.min(one.low), b.min(one.high)));
                    }
                }
                let near = |one: f64, two: f64| one == two || (one / two - 1.0).abs() < 1e-9;
                let same = |found: Option<Interval>| match (found, ends) {
                    (None, None) => true,
                    (Some(Interval { low, high }), Some((a, b))) => near(low, a) && near(high, b),
                    _ => false,
                };
                prop_assert!(same(smallest(&sides, level)), "{:?} {ends:?}", smallest(&sides, level));
                let turned: Vec<Proportion> = sides.iter().rev().copied().collect();
                prop_assert!(same(smallest(&turned, level)));
            }
        }

        #[test]
        fn swapping_inverts(first in proportion(), second in proportion()) {
            for method in METHODS {
                let (there, back) = (method(first, second, Level::P95), method(second, first, Level::P95));
                if let (Some(there), Some(back)) = (there, back) {
                    let near = |low: f64, high: f64| (low * high - 1.0).abs() < 1e-7;
                    let inverse = |low: f64, high: f64| near(low, high) || low == 0.0 && high.is_infinite();
                    prop_assert!(inverse(there.low, back.high) && inverse(back.low, there.high), "{there:?} {back:?}");
                }
            }
        }

        #[test]
        fn more_people_narrow_it(first in proportion(), second in proportion()) {
            for method in METHODS {
                let small = method(first, second, Level::P95);
                let large = method(doubled(first), doubled(second), Level::P95);
                if let (Some(small), Some(large)) = (small, large) {
                    prop_assert!(large.low >= small.low && large.high <= small.high, "{small:?} {large:?}");
                }
            }
        }
    }
}
