//! The difference of two proportions and its intervals.

use super::level::{Interval, Level};
use super::mover::mover_difference;
use super::proportion::Proportion;
use super::root::falling_root;

/// The hybrid score interval of the difference `first − second`: Wilson's
/// intervals of both put together by their distances from the estimates.
/// Newcombe (1998), Stat. Med. 17, 873–890, method 10.
pub fn newcombe(first: Proportion, second: Proportion, level: Level) -> Interval {
    mover_difference(first.wilson(level), second.wilson(level)).clamp(-1.0, 1.0)
}

/// The interval of `first − second` by the estimated standard error. In
/// [−1, 1]; it has no width where both proportions are 0 or 1, and covers less
/// than it says for small samples: here to compare with. Newcombe (1998),
/// Stat. Med. 17, 873–890, method 1.
pub fn wald_difference(first: Proportion, second: Proportion, level: Level) -> Interval {
    let spread = |side: Proportion| side.estimate() * (1.0 - side.estimate()) / side.trials();
    let difference = first.estimate() - second.estimate();
    let half = level.z() * (spread(first) + spread(second)).sqrt();
    Interval::new(difference - half, difference + half).clamp(-1.0, 1.0)
}

/// The score interval of `first − second`: all differences δ that a two-sided
/// test (p̂₁ − p̂₂ − δ)²/V(δ) ≤ z² does not refuse, with V the variance at the
/// restricted maximum of the likelihood times N/(N − 1).
///
/// In [−1, 1]; contains the estimate and has a width at every edge: it ends at
/// 1 where all of the first and none of the second succeeded.
///
/// Miettinen & Nurminen (1985), Stat. Med. 4, 213–226; Newcombe (1998), method 6.
pub fn miettinen_nurminen_difference(first: Proportion, second: Proportion, level: Level) -> Interval {
    score_interval(first, second, level, inflation(first, second))
}

/// N/(N − 1).
fn inflation(first: Proportion, second: Proportion) -> f64 {
    let total = first.trials() + second.trials();
    total / (total - 1.0).max(1.0)
}

/// The same without the factor N/(N − 1), slightly narrower. Mee (1984),
/// Biometrics 40, 1175–1176; Newcombe (1998), method 5.
pub fn mee_difference(first: Proportion, second: Proportion, level: Level) -> Interval {
    score_interval(first, second, level, 1.0)
}

/// The largest lower and the largest upper end of the score intervals
/// ([`miettinen_nurminen_difference`]) of all pairs, each taken both ways round; `None` of
/// fewer than two. In [−1, 1].
///
/// Whether the end of a pair lies beyond the furthest so far is one test at that place, so
/// that few ends have to be found.
pub fn largest_difference(sides: &[Proportion], level: Level) -> Option<Interval> {
    let sides = Proportion::different(sides);
    let (least, most) = (sides.first()?, sides.last()?);
    let fold = |furthest: Interval, first, second| {
        let Interval { low, high } = miettinen_nurminen_difference(first, second, level);
        Interval::new(furthest.low.max(low).max(-high), furthest.high.max(high).max(-low))
    };
    let mut furthest = fold(Interval::new(-1.0, -1.0), *most, *least);
    for (at, first) in sides.iter().enumerate() {
        // Those farthest apart come first: most others then end short of them.
        for second in sides[at + 1..].iter().rev() {
            let (there, back) = (Test::new(*first, *second, level), Test::new(*second, *first, level));
            // Ends that are all but the same are all found, so that the order of pairs changes little.
            let (low, high) = (furthest.low - NEAR, furthest.high - NEAR);
            let beyond = there.starts_above(low)
                || back.starts_above(low)
                || (furthest.high < 1.0 && (there.ends_above(high) || back.ends_above(high)));
            if beyond {
                furthest = fold(furthest, *first, *second);
            }
        }
    }
    (sides.len() > 1).then_some(furthest)
}

/// The score test of a difference at a place, of which most are decided by what the variance
/// is at least and at most.
struct Test {
    first: Proportion,
    second: Proportion,
    estimate: f64,
    inflation: f64,
    z: f64,
}

impl Test {
    fn new(first: Proportion, second: Proportion, level: Level) -> Test {
        let (estimate, inflation) = (first.estimate() - second.estimate(), inflation(first, second));
        Test { first, second, estimate, inflation, z: level.z() }
    }

    /// How many standard errors the estimate lies above a place, squared: between these two.
    fn squares(&self, place: f64) -> (f64, f64) {
        let square = (self.estimate - place).powi(2) / self.inflation;
        let (least, most) = variances(self.first, self.second, place);
        (square / most, square / least)
    }

    fn score(&self, place: f64) -> f64 {
        difference_score(self.first, self.second, place, self.inflation)
    }

    /// Whether the lower end lies above a place.
    fn starts_above(&self, place: f64) -> bool {
        self.estimate >= place && self.squares(place).1 > self.z * self.z && self.score(place) > self.z
    }

    /// Whether the upper end lies above a place.
    fn ends_above(&self, place: f64) -> bool {
        self.estimate >= place || (self.squares(place).0 < self.z * self.z && self.score(place) > -self.z)
    }
}

/// Above what ends are off between groups of like size, far below what anyone sees. (Of a
/// few people against a million the cubic has all but double roots: there ends are off by 1e−6.)
const NEAR: f64 = 1e-12;

/// Between what the variance of the difference lies at the restricted maximum of the likelihood.
/// That lies between the maxima of both sides, and a variance rises up to a half.
fn variances(first: Proportion, second: Proportion, difference: f64) -> (f64, f64) {
    let (least, most) = (difference.max(0.0), (1.0 + difference).min(1.0));
    let inside = |p: f64| p.max(least).min(most);
    let (one, other) = (inside(first.estimate()), inside(second.estimate() + difference));
    let (low, high) = (one.min(other), one.max(other));
    let spread = |p: f64| (p * (1.0 - p)).max(0.0);
    let between = |low: f64, high: f64| {
        let ends = (spread(low), spread(high));
        (ends.0.min(ends.1), if low < 0.5 && high > 0.5 { 0.25 } else { ends.0.max(ends.1) })
    };
    let (of_first, of_second) = (between(low, high), between(low - difference, high - difference));
    let of_both = |a: f64, b: f64| a / first.trials() + b / second.trials();
    (of_both(of_first.0, of_second.0), of_both(of_first.1, of_second.1))
}

fn score_interval(first: Proportion, second: Proportion, level: Level, inflation: f64) -> Interval {
    let (z, estimate) = (level.z(), first.estimate() - second.estimate());
    let score = |difference: f64| difference_score(first, second, difference, inflation);
    let low = falling_root(|difference| score(difference) - z, -1.0, estimate);
    let high = falling_root(|difference| score(difference) + z, estimate, 1.0);
    Interval::new(low, high).clamp(-1.0, 1.0).around(estimate)
}

/// The signed score statistic of H: first − second = difference. Falls in `difference`.
fn difference_score(first: Proportion, second: Proportion, difference: f64, inflation: f64) -> f64 {
    let p2 = restricted(first, second, difference);
    let p1 = (p2 + difference).clamp(0.0, 1.0);
    let variance = (p1 * (1.0 - p1) / first.trials() + p2 * (1.0 - p2) / second.trials()) * inflation;
    let distance = first.estimate() - second.estimate() - difference;
    if variance > 0.0 {
        distance / variance.sqrt()
    } else if distance == 0.0 {
        0.0
    } else {
        distance.signum() * f64::MAX
    }
}

/// The second proportion at which the likelihood is largest while the first
/// lies `difference` above it: the middle root of a cubic in closed form
/// (Miettinen & Nurminen 1985, appendix I), polished by Newton's method.
fn restricted(first: Proportion, second: Proportion, difference: f64) -> f64 {
    let (n1, n2, total) = (first.trials(), second.trials(), first.trials() + second.trials());
    let successes = first.successes() + second.successes();
    let l3 = total;
    let l2 = (n1 + 2.0 * n2) * difference - total - successes;
    let l1 = (n2 * difference - total - 2.0 * second.successes()) * difference + successes;
    let l0 = second.successes() * difference * (1.0 - difference);
    let shift = l2 / (3.0 * l3);
    let c = shift.powi(3) - l1 * l2 / (6.0 * l3 * l3) + l0 / (2.0 * l3);
    let radius = (shift * shift - l1 / (3.0 * l3)).max(0.0).sqrt() * if c < 0.0 { -1.0 } else { 1.0 };
    let angle = if radius == 0.0 { 0.0 } else { (c / radius.powi(3)).clamp(-1.0, 1.0).acos() };
    let (least, most) = ((-difference).max(0.0), (1.0 - difference).min(1.0));
    let inside = |p: f64| p.max(least).min(most);
    let mut p = inside(2.0 * radius * ((std::f64::consts::PI + angle) / 3.0).cos() - shift);
    for _ in 0..2 {
        let value = ((l3 * p + l2) * p + l1) * p + l0;
        let slope = (3.0 * l3 * p + 2.0 * l2) * p + l1;
        // Between the outer roots the cubic falls at the middle one; where it
        // does not, two roots meet and the closed form stands.
        if slope < 0.0 && (value / slope).abs() < 1e-6 {
            p = inside(p - value / slope);
        }
    }
    p
}

#[cfg(test)]
mod tests {
    use super::super::proportion::tests::{close, doubled, of, proportion, several};
    use super::*;
    use proptest::prelude::*;

    const METHODS: [fn(Proportion, Proportion, Level) -> Interval; 3] =
        [newcombe, miettinen_nurminen_difference, mee_difference];

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

    /// Newcombe (1998b), Stat. Med. 17, 873–890, table II, methods 1, 5 and 6.
    #[test]
    fn wald_mee_and_miettinen_nurminen_as_published() {
        let (first, second) = (of(56, 70), of(48, 80));
        close(wald_difference(first, second, Level::P95), 0.0575, 0.3425, 5e-5);
        close(mee_difference(first, second, Level::P95), 0.0533, 0.3377, 5e-5);
        close(miettinen_nurminen_difference(first, second, Level::P95), 0.0528, 0.3382, 5e-5);
        let (first, second) = (of(9, 10), of(3, 10));
        close(mee_difference(first, second, Level::P95), 0.1821, 0.8370, 5e-5);
        close(miettinen_nurminen_difference(first, second, Level::P95), 0.1700, 0.8406, 5e-5);
    }

    proptest! {
        /// What spares the cubic lies on either side of what the cubic gives.
        #[test]
        fn the_variance_lies_between(first in proportion(), second in proportion(), difference in -0.999..0.999f64) {
            let p2 = restricted(first, second, difference);
            let p1 = p2 + difference;
            let variance = p1 * (1.0 - p1) / first.trials() + p2 * (1.0 - p2) / second.trials();
            let (least, most) = variances(first, second, difference);
            prop_assert!(least <= variance + 1e-9 && variance <= most + 1e-9, "{least} {variance} {most}");
        }

        /// One test for each pair finds what finding the ends of all does.
        #[test]
        fn the_largest_of_all_pairs(sides in several(), z in 0.5f64..5.0) {
            let level = Level::from_z(z);
            let mut ends: Option<(f64, f64)> = None;
            for (at, first) in sides.iter().enumerate() {
                for second in &sides[at + 1..] {
                    let Interval { low, high } = miettinen_nurminen_difference(*first, *second, level);
                    let (a, b) = ends.unwrap_or((f64::MIN, f64::MIN));
                    ends = Some((a.max(low).max(-high), b.max(high).max(-low)));
                }
            }
            let same = |found: Option<Interval>| match (found, ends) {
                (None, None) => true,
                (Some(Interval { low, high }), Some((a, b))) => (low - a).abs() < 1e-9 && (high - b).abs() < 1e-9,
                _ => false,
            };
            prop_assert!(same(largest_difference(&sides, level)));
            let turned: Vec<Proportion> = sides.into_iter().rev().collect();
            prop_assert!(same(largest_difference(&turned, level)));
        }
    }

    /// Ends found with the restricted maximum by bisection of the likelihood's slope, in Python.
    #[test]
    fn scores_as_solved_without_the_cubic() {
        let rows = [
            ((6, 7), (2, 7), (0.0341755451, 0.8534052599), (0.0544483277, 0.8478090845)),
            ((5, 56), (0, 29), (-0.0325965617, 0.1933309767), (-0.0313270688, 0.1925600139)),
            ((0, 10), (0, 20), (-0.1657602275, 0.2843813395), (-0.1611251581, 0.2775327999)),
            ((0, 10), (0, 10), (-0.2879339413, 0.2879339413), (-0.2775327999, 0.2775327999)),
            ((10, 10), (0, 20), (0.7156186605, 1.0), (0.7224672001, 1.0)),
            ((10, 10), (0, 10), (0.6636415519, 1.0), (0.6777496839, 1.0)),
            ((3, 10), (3, 10), (-0.3931100367, 0.3931100367), (-0.3842773030, 0.3842773030)),
            ((1000, 100_000), (1100, 90_000), (-0.0031733822, -0.0012790270), (-0.0031733797, -0.0012790294)),
        ];
        for ((x1, n1), (x2, n2), mn, mee) in rows {
            let (first, second) = (of(x1, n1), of(x2, n2));
            close(miettinen_nurminen_difference(first, second, Level::P95), mn.0, mn.1, 1e-9);
            close(mee_difference(first, second, Level::P95), mee.0, mee.1, 1e-9);
        }
    }

    /// The definition: at both ends the score test is exactly at its quantile.
    #[test]
    fn ends_solve_the_score_equation() {
        for (first, second) in [(of(30, 100), of(50, 110)), (of(1, 40), of(12, 30)), (of(9, 10), of(4, 9))] {
            let interval = mee_difference(first, second, Level::P95);
            assert!((difference_score(first, second, interval.low, 1.0) - Level::P95.z()).abs() < 1e-9);
            assert!((difference_score(first, second, interval.high, 1.0) + Level::P95.z()).abs() < 1e-9);
        }
    }

    #[test]
    fn everyone_and_nobody_have_a_width() {
        let (all, none) = (of(9, 9), of(0, 7));
        let apart = miettinen_nurminen_difference(all, none, Level::P95);
        assert!(apart.high == 1.0 && apart.low < 0.8, "{apart:?}");
        let other_way = miettinen_nurminen_difference(none, all, Level::P95);
        assert!(other_way.low == -1.0 && other_way.high > -0.8, "{other_way:?}");
        let same = miettinen_nurminen_difference(all, all, Level::P95);
        assert!(same.low < -0.2 && same.high > 0.2, "{same:?}");
        let one = miettinen_nurminen_difference(of(1, 1), of(0, 1), Level::P95);
        assert!(one.contains(1.0) && one.low < 0.5, "{one:?}");
    }

    proptest! {
        #[test]
        fn intervals_hold_their_estimate_within_the_range(first in proportion(), second in proportion()) {
            for method in METHODS {
                let interval = method(first, second, Level::P95);
                prop_assert!(interval.contains(first.estimate() - second.estimate()));
                prop_assert!(interval.low >= -1.0 && interval.high <= 1.0);
            }
        }

        #[test]
        fn swapping_negates(first in proportion(), second in proportion()) {
            for method in METHODS {
                let (there, back) = (method(first, second, Level::P95), method(second, first, Level::P95));
                prop_assert!((there.low + back.high).abs() < 1e-9 && (there.high + back.low).abs() < 1e-9);
            }
        }

        #[test]
        fn more_people_narrow_it(first in proportion(), second in proportion()) {
            for method in METHODS {
                let small = method(first, second, Level::P95);
                let large = method(doubled(first), doubled(second), Level::P95);
                prop_assert!(large.high - large.low < small.high - small.low);
            }
        }
    }
}
