//! One number for all groups of an attribute.
//!
//! The largest difference among k groups is chosen by looking: an interval of
//! the chosen pair alone would cry wolf. So every pair gets an interval at a
//! Bonferroni level, all of them hold together, and then the largest true
//! difference lies between the largest lower and the largest upper end.

use super::base::{as_proportion, measure};
use super::compare::{Known, between};
use super::part::{Part, Scale};
use super::{Measured, Method, Test, TestMethod};
use crate::catalogue::{Base, Comparison, Summary, Worse};
use crate::cells::{Cell, Quantity, Why};
use crate::stats::{Interval, Level, Proportion, chi_square};

/// The parts of the groups compared, `(missing)` left out.
pub(super) fn summarise(
    base: &Base,
    summary: Summary,
    parts: &[&Part],
    scale: Option<Scale>,
    level: Level,
) -> Measured {
    let defined: Vec<(&Part, f64)> = parts
        .iter()
        .filter_map(|part| measure(base, part, scale, level).quantity.value().map(|value| (*part, value)))
        .collect();
    let mut people = Cell::default();
    defined.iter().for_each(|(part, _)| people.merge(&part.people()));
    let values: Vec<f64> = defined.iter().map(|(_, value)| *value).collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if defined.is_empty() || (defined.len() < 2 && summary != Summary::Worst) {
        return Measured::undefined(Why::TooFewGroups, &people);
    }
    let parts: Vec<&Part> = defined.iter().map(|(part, _)| *part).collect();
    let (quantity, interval) = match summary {
        Summary::MaxDifference => {
            let interval = pairs(base, Comparison::Difference, &parts, scale, level)
                .map(|all| fold(all.iter().flat_map(|i| [*i, i.map(|d| -d)]), f64::max));
            (Quantity::Value(high - low), interval.map(|i| i.clamp(0.0, f64::INFINITY)))
        }
        Summary::MinRatio if high == 0.0 => (Quantity::Undefined(Why::BothZero), None),
        Summary::MinRatio => {
            let interval = pairs(base, Comparison::Ratio, &parts, scale, level)
                .map(|all| fold(all.iter().flat_map(|i| [*i, i.map(inverse)]), f64::min));
            (Quantity::Value(low / high), interval.map(|i| i.clamp(0.0, 1.0)))
        }
        Summary::Worst => {
            let each: Option<Vec<Interval>> = parts
                .iter()
                .map(|part| measure(base, part, scale, level.bonferroni(parts.len())).interval.map(|(i, _)| i))
                .collect();
            match base.worse {
                Worse::Lower => (Quantity::Value(low), each.map(|all| fold(all.into_iter(), f64::min))),
                Worse::Higher => (Quantity::Value(high), each.map(|all| fold(all.into_iter(), f64::max))),
            }
        }
        Summary::Std => {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let spread = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
            (Quantity::Value(spread.sqrt()), None)
        }
    };
    let interval = match quantity {
        Quantity::Value(value) => interval.map(|interval| (interval.around(value), Method::Simultaneous)),
        Quantity::Undefined(_) => None,
    };
    let test = (summary != Summary::Worst).then(|| homogeneity(base, &parts)).flatten();
    Measured { quantity, interval, test, ..Measured::new(0.0, &people) }
}

/// The intervals of every pair at a level at which all hold together.
fn pairs(base: &Base, how: Comparison, parts: &[&Part], scale: Option<Scale>, level: Level) -> Option<Vec<Interval>> {
    let level = level.bonferroni(parts.len() * (parts.len() - 1) / 2);
    let known: Vec<Known> = parts.iter().map(|part| Known::of(base, part, scale, level)).collect();
    let interval = |(one, two): (&Known, &Known)| {
        let found = between(base, how, one, two, level).map(|(interval, _)| interval);
        let zero = |side: &Known| side.measured.quantity.value() == Some(0.0);
        match how {
            // A ratio to zero has no number; the other way round it is 0.
            Comparison::Ratio if found.is_none() && zero(one) && zero(two) => Some(Interval::new(0.0, f64::INFINITY)),
            Comparison::Ratio if found.is_none() => {
                between(base, how, two, one, level).map(|(interval, _)| interval.map(inverse))
            }
            _ => found,
        }
    };
    let after = |at: usize| known[at + 1..].iter();
    known.iter().enumerate().flat_map(|(at, one)| after(at).map(move |two| (one, two))).map(interval).collect()
}

fn inverse(ratio: f64) -> f64 {
    if ratio == 0.0 { f64::INFINITY } else { 1.0 / ratio }
}

/// Both ends taken over all intervals by the same rule.
fn fold(intervals: impl Iterator<Item = Interval>, choose: fn(f64, f64) -> f64) -> Interval {
    intervals
        .reduce(|a, b| Interval::new(choose(a.low, b.low), choose(a.high, b.high)))
        .unwrap_or(Interval::new(0.0, 0.0))
}

/// χ² of equal rates in all groups. No test where an expected count is under 5:
/// there its p is not to be trusted.
fn homogeneity(base: &Base, parts: &[&Part]) -> Option<Test> {
    let sides: Option<Vec<Proportion>> = parts.iter().map(|part| as_proportion(base, part)).collect();
    let sides = sides?;
    let all: f64 = sides.iter().map(|side| side.trials()).sum();
    let hits: f64 = sides.iter().map(|side| side.successes()).sum();
    let rarer = hits.min(all - hits) / all;
    if hits > 0.0 && hits < all && sides.iter().any(|side| side.trials() * rarer < 5.0) {
        return None;
    }
    let table: Vec<Vec<f64>> = sides.iter().map(|side| vec![side.successes(), side.failures()]).collect();
    let test = chi_square(&table)?;
    Some(Test { method: TestMethod::ChiSquare, statistic: Some(test.statistic), p: test.p })
}
