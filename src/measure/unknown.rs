//! People without a recorded group, in whatever groups would be worst and best.
//!
//! A rate is lowest when all unknown failures belong to the group and the
//! unknown successes elsewhere, and highest the other way round; both sides of
//! a comparison reach their extremes together, since they take different people.

use super::base::{Look, Seat, measure};
use super::compare::{Sides, compare};
use super::evidence::Known;
use super::part::Part;
use super::{Measured, Unknown};
use crate::catalogue::{Base, Comparison, Outcomes, Rate};
use crate::stats::{Interval, all_pairs_level};

/// A part with the unknown people of some outcomes.
fn with(part: &Part, unknown: &Part, set: Outcomes) -> Part {
    let mut tally = part.tally.clone();
    for (stratum, outcome, cell) in unknown.tally.iter().filter(|(_, outcome, _)| set.contains(*outcome)) {
        tally.cell_mut(stratum, outcome).merge(cell);
    }
    Part { tally, clusters: part.clusters.clone(), ..Part::default() }
}

fn extremes(rate: Rate) -> (Outcomes, Outcomes) {
    (rate.numerator(), rate.complement().numerator())
}

fn hull(low: Measured, high: Measured, range: (f64, f64), look: &Look<'_>) -> Option<Unknown> {
    let (one, two) = (low.known()?, high.known()?);
    let interval = |known: &Known| known.estimate(look.level, &look.choice).map(|found| found.interval);
    let interval = interval(&one).zip(interval(&two));
    Some(Unknown {
        low: one.value,
        high: two.value,
        interval: interval.map(|(a, b)| Interval::new(a.low, b.high).clamp(range.0, range.1)),
    })
}

/// The range of a rate of one group.
pub(super) fn of_rate(base: &Base, part: &Part, unknown: &Part, look: &Look<'_>) -> Option<Unknown> {
    let (successes, failures) = extremes(base.rate()?);
    let of = |set| measure(base, &Seat::alone(&with(part, unknown, set)), look);
    hull(of(failures), of(successes), base.range(), look)
}

/// The range of a comparison. Everyone, as a reference, holds the unknown
/// people wherever they belong.
pub(super) fn of_comparison(
    base: &Base,
    how: Comparison,
    sides: &Sides<'_>,
    unknown: &Part,
    range: (f64, f64),
    look: &Look<'_>,
) -> Option<Unknown> {
    let (successes, failures) = extremes(base.rate()?);
    if how.stratified() {
        return None;
    }
    let all = successes.or(failures);
    let of = |own: Outcomes, theirs: Outcomes| {
        let group = with(sides.group.part, unknown, own);
        let apart = sides.apart.map(|rest| with(rest, unknown, theirs));
        let reference = with(sides.reference.part, unknown, if apart.is_some() { all } else { theirs });
        let sides = Sides { group: Seat::alone(&group), reference: Seat::alone(&reference), apart: apart.as_ref() };
        compare(base, how, &sides, look)
    };
    hull(of(failures, successes), of(successes, failures), range, look)
}

/// The range of the largest difference or the smallest ratio between groups.
/// The lower end of a largest difference is what some pair must differ by.
pub(super) fn of_summary(
    base: &Base,
    how: Comparison,
    parts: &[&Part],
    unknown: &Part,
    look: &Look<'_>,
) -> Option<Unknown> {
    let (successes, failures) = extremes(base.rate()?);
    let each = |set: Outcomes| -> Option<Vec<Known>> {
        parts.iter().map(|part| measure(base, &Seat::alone(&with(part, unknown, set)), look).known()).collect()
    };
    let (low, high) = (each(failures)?, each(successes)?);
    let level = all_pairs_level(look.level, parts.len());
    let ratio = how == Comparison::Ratio;
    let mut found: Option<(f64, f64, f64, f64)> = None;
    for (at, _) in parts.iter().enumerate() {
        for (other, _) in parts.iter().enumerate().filter(|(other, _)| *other != at) {
            let estimate = |one: &Known, two: &Known| {
                let pair = std::sync::Arc::new((one.clone(), two.clone()));
                let value = if ratio { one.value / two.value } else { one.value - two.value };
                let (interval, _) = super::evidence::Evidence::Pair(how, pair).at(value, level, &look.choice)?;
                value.is_finite().then_some((value, interval.around(value)))
            };
            // A difference of group `at` less `other`; a ratio of `at` over `other`.
            let (least, low_interval) = estimate(&low[at], &high[other])?;
            let (most, high_interval) = estimate(&high[at], &low[other])?;
            let this = (least, most, low_interval.low, high_interval.high);
            found = Some(found.map_or(this, |(a, b, c, d)| match ratio {
                true => (a.min(this.0), b.min(this.1), c.min(this.2), d.min(this.3)),
                false => (a.max(this.0), b.max(this.1), c.max(this.2), d.max(this.3)),
            }));
        }
    }
    let (low, high, bottom, top) = found?;
    let (floor, ceiling) = if ratio { (0.0, 1.0) } else { (0.0, f64::INFINITY) };
    let clamp = |x: f64| x.clamp(floor, ceiling);
    let interval = Interval::new(clamp(bottom), clamp(top));
    Some(Unknown { low: clamp(low), high: clamp(high), interval: Some(interval) })
}
