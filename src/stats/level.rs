//! Levels of confidence, and intervals.

use serde::{Deserialize, Serialize};

use super::distribution::{normal_quantile, two_sided_p};

/// A level of confidence: a number strictly between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Level {
    value: f64,
    /// The critical value it was made from, if it was made from one.
    #[serde(skip)]
    critical: Option<f64>,
}

/// Beyond this the chance of either tail is no normal double any more.
const LARGEST_Z: f64 = 37.0;

impl Level {
    /// 95 %.
    pub const P95: Level = Level::plain(0.95);

    const fn plain(value: f64) -> Level {
        Level { value, critical: None }
    }

    /// The level, if it lies strictly between 0 and 1.
    pub fn new(level: f64) -> Option<Level> {
        (level > 0.0 && level < 1.0).then_some(Level::plain(level))
    }

    /// The level whose two-sided critical value is `z`: P(|Z| < |z|). With it
    /// an interval of one quantity takes the critical value of many. The
    /// critical value is kept as given, within (0, 37]; what is no number counts as 0.
    pub fn from_z(z: f64) -> Level {
        let z = if z.is_nan() { f64::MIN_POSITIVE } else { z.abs().clamp(f64::MIN_POSITIVE, LARGEST_Z) };
        let value = (1.0 - two_sided_p(z)).clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0);
        Level { value, critical: Some(z) }
    }

    /// The level itself.
    pub fn value(self) -> f64 {
        self.value
    }

    /// 1 − level, in (0, 1).
    pub fn alpha(self) -> f64 {
        match self.critical {
            Some(z) => two_sided_p(z).clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0),
            None => 1.0 - self.value,
        }
    }

    /// The normal quantile that leaves half of [`Level::alpha`] on either side.
    pub fn z(self) -> f64 {
        self.critical.unwrap_or_else(|| -normal_quantile(self.alpha() / 2.0))
    }

    /// The level at which each of `k` intervals must stand so that all of them
    /// together cover at this level (Bonferroni).
    pub fn bonferroni(self, k: usize) -> Level {
        match self.critical {
            Some(_) if k <= 1 => self,
            Some(_) => Level::from_z(-normal_quantile(self.alpha() / (2.0 * k as f64))),
            None => Level::plain(1.0 - self.alpha() / k.max(1) as f64),
        }
    }
}

/// A closed interval. Only intervals of ratios may have an infinite upper end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// The interval between two ends in order.
    pub fn new(low: f64, high: f64) -> Interval {
        Interval { low, high }
    }

    /// Whether a value lies in it, ends included.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// The part of it within a range.
    pub fn clamp(self, low: f64, high: f64) -> Interval {
        Interval { low: self.low.clamp(low, high), high: self.high.clamp(low, high) }
    }

    /// The same interval widened, if need be, so that it contains `value`:
    /// rounding must not leave an estimate outside of its own interval.
    pub fn around(self, value: f64) -> Interval {
        Interval { low: self.low.min(value), high: self.high.max(value) }
    }

    /// The image under a monotone function, rising or falling.
    pub fn map(self, f: impl Fn(f64) -> f64) -> Interval {
        let (one, other) = (f(self.low), f(self.high));
        Interval { low: one.min(other), high: one.max(other) }
    }
}

/// A number with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its interval.
    pub interval: Interval,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_critical_value_is_kept_as_given() {
        let level = Level::from_z(1.959963984540054);
        assert_eq!(level.z(), 1.959963984540054);
        assert!((level.value() - 0.95).abs() < 1e-15 && (level.alpha() - 0.05).abs() < 1e-15);
        assert_eq!(Level::from_z(-2.5).z(), 2.5);
        assert_eq!(Level::from_z(2.5).bonferroni(1).z(), 2.5);
        assert!((Level::from_z(1.959963984540054).bonferroni(10).z() - Level::P95.bonferroni(10).z()).abs() < 1e-12);
    }

    #[test]
    fn no_critical_value_leaves_the_open_range() {
        for z in [0.0, 1e-300, 9.0, 40.0, f64::INFINITY, f64::NAN] {
            let level = Level::from_z(z);
            assert!(level.value() > 0.0 && level.value() < 1.0, "{z}");
            assert!(level.alpha() > 0.0 && level.alpha() < 1.0 && level.z().is_finite(), "{z}");
        }
    }
}
