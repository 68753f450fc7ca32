//! Levels of confidence, and intervals.

use serde::{Deserialize, Serialize};

use super::distribution::normal_quantile;

/// A level of confidence: a number strictly between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Level(f64);

impl Level {
    /// 95 %.
    pub const P95: Level = Level(0.95);

    /// The level, if it lies strictly between 0 and 1.
    pub fn new(level: f64) -> Option<Level> {
        (level > 0.0 && level < 1.0).then_some(Level(level))
    }

    /// The level itself.
    pub fn value(self) -> f64 {
        self.0
    }

    /// 1 − level.
    pub fn alpha(self) -> f64 {
        1.0 - self.0
    }

    /// The normal quantile that leaves half of [`Level::alpha`] on either side.
    pub fn z(self) -> f64 {
        -normal_quantile(self.alpha() / 2.0)
    }

    /// The level at which each of `k` intervals must stand so that all of them
    /// together cover at this level (Bonferroni).
    pub fn bonferroni(self, k: usize) -> Level {
        Level(1.0 - self.alpha() / k.max(1) as f64)
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
