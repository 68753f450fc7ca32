//! One number for all groups of an attribute.
//!
//! The largest difference among k groups is chosen by looking: an interval of
//! the chosen pair alone would cry wolf. So the intervals of all pairs are made
//! to hold together, and then the largest true difference lies between the
//! largest lower and the largest upper end.

use std::cmp::Ordering;
use std::sync::Arc;

use rayon::prelude::*;

use super::base::{self, Look, Seat};
use super::evidence::{Evidence, Known};
use super::part::Part;
use super::{Measured, Test, TestMethod};
use crate::catalogue::{Base, Comparison, Summary, Value, Worse};
use crate::cells::{Cell, Quantity, Why};
use crate::stats::{Estimate, Proportion, Replicates, all_pairs_p, chi_square};

/// The seats of the groups compared, `(missing)` left out, and the number of each.
pub(super) fn summarise(
    base: &Base,
    summary: Summary,
    seats: &[Seat<'_>],
    number: impl Fn(usize) -> Measured,
    look: &Look<'_>,
) -> Measured {
    let parts: Vec<&Part> = seats.iter().map(|seat| seat.part).collect();
    let mut people = Cell::default();
    if let (Value::Inequality(index), Summary::Between | Summary::Within) = (base.value, summary) {
        parts.iter().for_each(|part| people.merge(&part.cell(base::LABELLED)));
        return base::split(index, summary == Summary::Within, &parts, &people, look);
    }
    let defined: Vec<(&Part, Known)> =
        seats.iter().enumerate().filter_map(|(at, seat)| Some((seat.part, number(at).known()?))).collect();
    defined.iter().for_each(|(part, _)| people.merge(&part.people()));
    let known: Vec<Known> = defined.into_iter().map(|(_, known)| known).collect();
    let alone = matches!(summary, Summary::Worst | Summary::Largest);
    if known.is_empty() || (known.len() < 2 && !alone) {
        return Measured::undefined(Why::TooFewGroups, &people);
    }
    let low = known.iter().map(|known| known.value).fold(f64::INFINITY, f64::min);
    let high = known.iter().map(|known| known.value).fold(f64::NEG_INFINITY, f64::max);
    let test = if alone { None } else { test_of(summary, &known) };
    let known = Arc::new(known);
    let (quantity, evidence) = match summary {
        Summary::MaxDifference => (Quantity::Value(high - low), Evidence::AllPairs(Comparison::Difference, known)),
        Summary::MinRatio if high == 0.0 => (Quantity::Undefined(Why::BothZero), Evidence::None),
        Summary::MinRatio => (Quantity::Value(low / high), Evidence::AllPairs(Comparison::Ratio, known)),
        Summary::Worst if base.worse == Worse::Lower => (Quantity::Value(low), Evidence::Worst(Worse::Lower, known)),
        Summary::Worst | Summary::Largest => (Quantity::Value(high), Evidence::Worst(Worse::Higher, known)),
        _ => {
            let values: Vec<f64> = known.iter().map(|known| known.value).collect();
            (Quantity::finite(spread(&values), Why::TooFewGroups), spread_evidence(&known, look))
        }
    };
    Measured { quantity, evidence, test, ..Measured::new(0.0, &people) }
}

/// The standard deviation of values that count once each.
fn spread(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

/// The spread of all groups over draws of each, and the spread of what chance
/// alone adds. Each number is drawn as normal with the error that its interval
/// shows: away from the mean of all for the first, towards it for the second,
/// since that is where the truth lies if there is no spread.
fn spread_evidence(known: &[Known], look: &Look<'_>) -> Evidence {
    let estimates: Option<Vec<Estimate>> = known.iter().map(|known| known.estimate(look.level, &look.choice)).collect();
    let Some(mut estimates) = estimates else { return Evidence::None };
    // In the order of the numbers, so that other names of groups change nothing; what
    // only rounding tells apart is equal, so that the scale of weights changes nothing.
    let unit = 1e-9 * estimates.iter().map(|estimate| estimate.value.abs()).fold(f64::MIN_POSITIVE, f64::max);
    let snapped = |x: f64| (x / unit).round();
    let key = |e: &Estimate| (snapped(e.value), snapped(e.interval.low), snapped(e.interval.high));
    estimates.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(Ordering::Equal));
    let centre = estimates.iter().map(|estimate| estimate.value).sum::<f64>() / estimates.len() as f64;
    let errors = estimates.into_iter().map(|Estimate { value, interval }| {
        let (below, above) = ((value - interval.low) / look.level.z(), (interval.high - value) / look.level.z());
        // What only rounding puts above the mean lies on it.
        let above_centre = value - centre > 1e-9 * centre.abs();
        (value, if above_centre { (below, above) } else { (above, below) })
    });
    let drawn: Vec<(f64, (f64, f64))> = errors.collect();
    if drawn.iter().any(|(_, (towards, away))| !(towards.is_finite() && away.is_finite())) {
        return Evidence::None;
    }
    let normals = look.memory.normals(drawn.len(), look.resampling);
    let scratch = || (vec![0.0; drawn.len()], vec![0.0; drawn.len()]);
    let (values, apart): (Vec<f64>, Vec<f64>) = normals
        .par_chunks_exact(drawn.len())
        .with_min_len(FEWEST_DRAWS)
        .map_init(scratch, |(moved, noise), off| {
            for (at, ((value, (towards, away)), off)) in drawn.iter().zip(off).enumerate() {
                (moved[at], noise[at]) = (value + away * off, towards * off);
            }
            (spread(moved), spread(noise))
        })
        .unzip();
    let how = look.resampling;
    let of = |values| Replicates::of(values, how);
    let (values, apart) = rayon::join(|| of(values), || of(apart));
    Evidence::distance([values, apart], false)
}

/// Fewer draws are not worth handing to another thread.
const FEWEST_DRAWS: usize = 1_000;

/// Where an expected count is under this, p of a normal is not to be trusted.
const FEW_EXPECTED: f64 = 5.0;

/// The test that all rates are equal: the largest difference of a pair against
/// the range of so many, or χ² for the spread.
fn test_of(summary: Summary, known: &[Known]) -> Option<Test> {
    let sides: Option<Vec<Proportion>> = known.iter().map(|known| known.evidence.proportion()).collect();
    let sides = sides?;
    let all: f64 = sides.iter().map(|side| side.trials()).sum();
    let hits: f64 = sides.iter().map(|side| side.successes()).sum();
    let pooled = hits / all;
    let few = sides.iter().any(|side| side.trials() * pooled.min(1.0 - pooled) < FEW_EXPECTED);
    if !(pooled > 0.0 && pooled < 1.0) || few {
        return None;
    }
    if summary == Summary::Std {
        let table: Vec<Vec<f64>> = sides.iter().map(|side| vec![side.successes(), side.failures()]).collect();
        let test = chi_square(&table)?;
        return Some(Test { method: TestMethod::ChiSquare, statistic: Some(test.statistic), p: test.p });
    }
    let mut largest = 0.0f64;
    for (at, one) in sides.iter().enumerate() {
        for two in &sides[at + 1..] {
            let error = (pooled * (1.0 - pooled) * (1.0 / one.trials() + 1.0 / two.trials())).sqrt();
            largest = largest.max((one.estimate() - two.estimate()).abs() / error);
        }
    }
    Some(Test { method: TestMethod::AllPairs, statistic: Some(largest), p: all_pairs_p(largest, sides.len()) })
}
