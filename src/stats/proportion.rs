//! One proportion and its intervals.
//!
//! Counts are real numbers: for weighted data they are p̂·n_eff and n_eff with
//! Kish's effective size n_eff = W²/Q.

use std::cmp::Ordering;

use super::beta::{beta_lower, beta_upper};
use super::level::{Estimate, Interval, Level};

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

    /// Those that differ, in rising order; of two and more that are alike two, for the pair
    /// that they are.
    pub(super) fn different(sides: &[Proportion]) -> Vec<Proportion> {
        different(sides, |side| [side.estimate(), side.trials, side.successes])
    }

    /// The estimate with its Wilson interval.
    pub fn wilson(self, level: Level) -> Estimate {
        Estimate { value: self.estimate(), interval: wilson(self, level) }
    }
}

/// Those that differ in a key, in its order; of two and more that are alike two.
pub(super) fn different<T: Copy, const N: usize>(all: &[T], key: impl Fn(&T) -> [f64; N]) -> Vec<T> {
    let mut sorted = all.to_vec();
    let compare = |one: &T, two: &T| {
        let ordered = key(one).into_iter().zip(key(two)).map(|(one, two)| one.total_cmp(&two));
        ordered.fold(Ordering::Equal, Ordering::then)
    };
    sorted.sort_by(compare);
    let mut kept: Vec<T> = Vec::with_capacity(sorted.len());
    for one in sorted {
        let alike = |other: &T| compare(other, &one) == Ordering::Equal;
        if !(kept.len() > 1 && kept[kept.len() - 2..].iter().all(alike)) {
            kept.push(one);
        }
    }
    kept
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

/// The exact interval of a proportion: all p that neither one-sided binomial
/// test at half of alpha would refuse. From the quantiles of
/// Beta(x, n − x + 1) below and Beta(x + 1, n − x) above, which also carries it
/// to counts that are not whole.
///
/// Lies in [0, 1] and contains the estimate; at no successes it starts at 0, at
/// no failures it ends at 1. It covers at least at its level, mostly by far.
///
/// Clopper & Pearson (1934), Biometrika 26, 404–413.
pub fn clopper_pearson(proportion: Proportion, level: Level) -> Interval {
    let (x, failures, tail) = (proportion.successes, proportion.failures(), level.alpha() / 2.0);
    let low = if x == 0.0 { 0.0 } else { beta_lower(tail, x, failures + 1.0) };
    let high = if failures == 0.0 { 1.0 } else { beta_upper(tail, x + 1.0, failures) };
    Interval::new(low, high).around(proportion.estimate())
}

/// The interval with equal tails of the posterior Beta(x + ½, n − x + ½) under
/// Jeffreys' prior. In [0, 1]; it starts at 0 where there are no successes and
/// ends at 1 where there are no failures, so that it contains the estimate
/// (Brown, Cai & DasGupta 2001, Stat. Sci. 16, 101–133, section 4.1.2).
pub fn jeffreys(proportion: Proportion, level: Level) -> Interval {
    let (a, b, tail) = (proportion.successes + 0.5, proportion.failures() + 0.5, level.alpha() / 2.0);
    let low = if proportion.successes == 0.0 { 0.0 } else { beta_lower(tail, a, b) };
    let high = if proportion.failures() == 0.0 { 1.0 } else { beta_upper(tail, a, b) };
    Interval::new(low, high).around(proportion.estimate())
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::beta::beta_cdf;
    use super::*;
    use proptest::prelude::*;

    pub fn of(successes: u32, trials: u32) -> Proportion {
        Proportion::new(f64::from(successes), f64::from(trials)).expect("a proportion")
    }

    pub fn close(found: Interval, low: f64, high: f64, tolerance: f64) {
        let near = |a: f64, b: f64| (a - b).abs() <= tolerance;
        assert!(near(found.low, low) && near(found.high, high), "{found:?} is not [{low}, {high}]");
    }

    prop_compose! {
        pub fn proportion()(trials in 1u32..400)(successes in 0..=trials, trials in Just(trials)) -> Proportion {
            of(successes, trials)
        }
    }

    prop_compose! {
        /// Some groups, which are now and then alike.
        pub fn several()(most in prop_oneof![Just(3u32), Just(40)])
            (counts in prop::collection::vec((0..most, 0..most), 2..12)) -> Vec<Proportion> {
            counts.into_iter().filter(|(yes, no)| yes + no > 0).map(|(yes, no)| of(yes, yes + no)).collect()
        }
    }

    pub fn doubled(proportion: Proportion) -> Proportion {
        Proportion::new(proportion.successes * 2.0, proportion.trials * 2.0).expect("a proportion")
    }

    const METHODS: [fn(Proportion, Level) -> Interval; 3] = [wilson, clopper_pearson, jeffreys];

    /// Newcombe (1998a), Stat. Med. 17, 857–872, table I, method 3.
    #[test]
    fn wilson_as_published() {
        close(wilson(of(81, 263), Level::P95), 0.2553, 0.3662, 5e-5);
        close(wilson(of(15, 148), Level::P95), 0.0624, 0.1605, 5e-5);
        close(wilson(of(0, 20), Level::P95), 0.0, 0.1611, 5e-5);
        close(wilson(of(1, 29), Level::P95), 0.0061, 0.1718, 5e-5);
    }

    /// Newcombe (1998a), Stat. Med. 17, 857–872, table I, method 5.
    #[test]
    fn clopper_pearson_as_published() {
        close(clopper_pearson(of(81, 263), Level::P95), 0.2527, 0.3676, 5e-5);
        close(clopper_pearson(of(15, 148), Level::P95), 0.0578, 0.1617, 5e-5);
        close(clopper_pearson(of(0, 20), Level::P95), 0.0, 0.1684, 5e-5);
        close(clopper_pearson(of(1, 29), Level::P95), 0.0009, 0.1776, 5e-5);
    }

    /// From the definition: at each end the binomial tail beyond the estimate is half of alpha.
    #[test]
    fn clopper_pearson_from_the_definition() {
        let (x, n) = (7i32, 23i32);
        let interval = clopper_pearson(of(7, 23), Level::P95);
        let choose = |k: i32| (0..k).fold(1.0, |product, i| product * f64::from(n - i) / f64::from(i + 1));
        let mass = |k: i32, p: f64| choose(k) * p.powi(k) * (1.0 - p).powi(n - k);
        let above: f64 = (x..=n).map(|k| mass(k, interval.low)).sum();
        let below: f64 = (0..=x).map(|k| mass(k, interval.high)).sum();
        assert!((above - 0.025).abs() < 1e-12 && (below - 0.025).abs() < 1e-12, "{above} {below}");
    }

    /// scipy 1.17.1 `beta.ppf` of (x + ½, n − x + ½).
    #[test]
    fn jeffreys_as_in_scipy() {
        close(jeffreys(of(81, 263), Level::P95), 0.254521934991, 0.365647499174, 1e-10);
        close(jeffreys(of(0, 20), Level::P95), 0.0, 0.116638982905, 1e-10);
        close(jeffreys(of(1, 29), Level::P95), 0.00374617364906, 0.150077686002, 1e-10);
        close(jeffreys(of(20, 20), Level::P95), 0.883361017095, 1.0, 1e-10);
    }

    /// Counts that are not whole, and far more people than any table has.
    #[test]
    fn fractions_and_millions() {
        let part = Proportion::new(2.5, 9.75).expect("valid");
        let interval = clopper_pearson(part, Level::P95);
        assert!((beta_cdf(2.5, 8.25, interval.low) - 0.025).abs() < 1e-12);
        assert!((beta_cdf(3.5, 7.25, interval.high) - 0.975).abs() < 1e-12);
        let many = Proportion::new(3e6, 1e7).expect("valid");
        for method in METHODS {
            let (found, half) = (method(many, Level::P95), Level::P95.z() * (0.3 * 0.7 / 1e7f64).sqrt());
            close(found, 0.3 - half, 0.3 + half, 3e-7);
        }
    }

    proptest! {
        #[test]
        fn intervals_hold_their_estimate_within_the_range(sample in proportion(), level in 0.01..0.9999f64) {
            let level = Level::new(level).expect("a level");
            for method in METHODS {
                let interval = method(sample, level);
                prop_assert!(interval.contains(sample.estimate()) && interval.low >= 0.0 && interval.high <= 1.0);
            }
        }

        #[test]
        fn more_people_narrow_it(sample in proportion()) {
            for method in METHODS {
                let (small, large) = (method(sample, Level::P95), method(doubled(sample), Level::P95));
                prop_assert!(large.high - large.low < small.high - small.low);
            }
        }

        #[test]
        fn failures_mirror_successes(sample in proportion()) {
            let mirrored = Proportion::new(sample.failures(), sample.trials()).expect("a proportion");
            for method in METHODS {
                let (there, back) = (method(sample, Level::P95), method(mirrored, Level::P95));
                prop_assert!((there.low + back.high - 1.0).abs() < 1e-10);
            }
        }
    }
}
