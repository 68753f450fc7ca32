//! People without a recorded group, in whatever groups would be worst and best.
//!
//! A number of one group is highest when the unknown people who raise it belong
//! to the group and those who lower it elsewhere, and lowest the other way
//! round. Both sides of a comparison reach their ends together where they take
//! different people, as for rates; elsewhere, and in summaries over groups, what
//! is given is a bound.

mod apart;
mod benefits;
mod bins;
mod errors;
mod lot;
mod places;
mod reach;
mod scores;
mod strata;

use std::sync::Arc;

use lot::{End, ends};
pub(crate) use reach::{Ends, Reach};

use super::Unknown;
use super::base::{Look, Seat, measure};
use super::compare::{Sides, compare};
use super::evidence::{Evidence, Known};
use super::part::Part;
use super::scores::Scores;
use crate::catalogue::{
    Base, Comparison, DistributionOf, EVERYONE, Meaning, Metric, Outcomes, QUALIFIED, SELECTED, ScoreValue, Summary,
    Value, Worse,
};
use crate::cells::{Distribution, Quantity, Why};
use crate::stats::{Moments, standardized_mean_difference};

/// From the smallest of several numbers to the largest.
fn hull(all: Vec<Known>) -> Option<Unknown> {
    let values = || all.iter().map(|known| known.value);
    let (low, high) = (values().reduce(f64::min)?, values().reduce(f64::max)?);
    Some(Unknown { low, high, reach: Reach::Hull(Arc::new(all)) })
}

/// The range of a number of one group.
pub(super) fn of_group(base: &Base, seat: &Seat<'_>, unknown: &Part, look: &Look<'_>) -> Option<Unknown> {
    // How near to each other the unknown people may bring two distributions is not
    // known but for what they do at most: a bound.
    if base.value == Value::Score(ScoreValue::Separation) {
        let part = scores::pushed(ScoreValue::Separation, seat.part, unknown, true, look)?;
        let found = hull(vec![End::of(base, (part, None), seat, look)?.known])?;
        return Some(Unknown { low: 0.0, high: found.high, reach: Reach::FromZero(Box::new(found.reach)) });
    }
    let [low, high] = ends(base, seat, unknown, look)?;
    hull(low.into_iter().chain(high).map(|end| end.known).collect())
}

/// The range of a comparison. Everyone, as a reference, holds the unknown
/// people wherever they belong.
pub(super) fn of_comparison(
    base: &'static Base,
    how: Comparison,
    sides: &Sides<'_>,
    unknown: &Part,
    look: &Look<'_>,
) -> Option<Unknown> {
    if how.stratified() {
        return within_strata(base, how, sides, unknown, look);
    }
    if how == Comparison::StandardizedDifference {
        return of_standardized(base, sides, unknown, look);
    }
    if let Value::Distribution(of) = base.value {
        return of_distance(of, base, how, sides, unknown, look);
    }
    let range = Metric::Compared(base, how).range();
    let all = sides.apart.map(|_| lot::with_all(sides.reference.part, unknown));
    let [group_low, group_high] = ends(base, &sides.group, unknown, look)?;
    let (mut values, mut unbounded) = (Vec::new(), false);
    let mut compare_ends = |group: &End, part: &Part, rest: Option<&Part>| {
        let reference = Seat { part, rest, population: sides.reference.population };
        let apart = sides.apart.and(group.rest.as_ref());
        let sides = Sides { group: group.seat(&sides.group), reference, apart };
        let compared = compare(base, how, &sides, look);
        match compared.quantity {
            // Over a reference without any it grows without bound.
            Quantity::Undefined(Why::ZeroReference | Why::ZeroDenominator) => unbounded = true,
            _ => values.push(Known { range, ..compared.known()? }),
        }
        Some(())
    };
    match &all {
        Some(all) => group_low.iter().chain(&group_high).try_for_each(|group| compare_ends(group, all, None))?,
        None => {
            let [low, high] = ends(base, &sides.reference, unknown, look)?;
            for (groups, references) in [(&group_low, &high), (&group_high, &low)] {
                for group in groups {
                    references.iter().try_for_each(|side| compare_ends(group, &side.part, side.rest.as_ref()))?;
                }
            }
        }
    }
    let found = hull(values)?;
    Some(match unbounded {
        true => Unknown { high: f64::INFINITY, reach: Reach::Unbounded(Box::new(found.reach)), ..found },
        false => found,
    })
}

/// The range of a distance of two shares: it grows as they part, and is 0 where
/// they may be equal.
fn of_distance(
    of: DistributionOf,
    base: &'static Base,
    how: Comparison,
    sides: &Sides<'_>,
    unknown: &Part,
    look: &Look<'_>,
) -> Option<Unknown> {
    let (yes, all) = match of {
        DistributionOf::Labels => (QUALIFIED, lot::LABELS),
        DistributionOf::Decisions => (SELECTED, lot::DECISIONS),
        DistributionOf::Scores => return of_scores(base, how, sides, unknown, look),
    };
    let (no, range) = (EVERYONE.without(yes), Metric::Compared(base, how).range());
    let at = |own: Outcomes, theirs: Outcomes| {
        let (group, rest) = (lot::with(sides.group.part, unknown, own), lot::with(sides.other(), unknown, theirs));
        let reference = lot::with(sides.reference.part, unknown, if sides.apart.is_some() { EVERYONE } else { theirs });
        let share = |part: &Part| part.cell(yes).weight.value() / part.cell(all).weight.value();
        let ahead = share(&group) - share(&reference);
        let apart = sides.apart.map(|_| &rest);
        let sides = Sides { group: Seat::alone(&group), reference: Seat::alone(&reference), apart };
        Some((ahead, Known { range, ..compare(base, how, &sides, look).known()? }))
    };
    let ((above, one), (below, two)) = (at(yes, no)?, at(no, yes)?);
    let found = hull(vec![one, two])?;
    if above * below > 0.0 {
        return Some(found);
    }
    Some(Unknown { low: 0.0, high: found.high, reach: Reach::FromZero(Box::new(found.reach)) })
}

/// The range of the largest gap of two distributions of scores; no other distance of
/// them has one.
fn of_scores(
    base: &'static Base,
    how: Comparison,
    sides: &Sides<'_>,
    unknown: &Part,
    look: &Look<'_>,
) -> Option<Unknown> {
    if how != Comparison::KolmogorovSmirnov {
        return None;
    }
    let none = Distribution::default();
    let everyone = |part: &Part| part.scores().everyone();
    let more = everyone(unknown);
    let own = everyone(sides.group.part);
    let (reference, more_of_it) = match sides.apart {
        Some(_) => (everyone(&lot::with_all(sides.reference.part, unknown)), &none),
        None => (everyone(sides.reference.part), &more),
    };
    let found = apart::furthest(&apart::Sides { one: [&own, &more], two: [&reference, more_of_it] }, look.scale?)?;
    let [group, reference] = found.map(|unlabelled| {
        let held = Scores { unlabelled, ..Scores::default() }.into();
        Part { held, ..Part::default() }
    });
    let (group, reference) =
        (lot::counting(group, sides.group.part, unknown), lot::counting(reference, sides.reference.part, unknown));
    let ends = Sides { group: Seat::alone(&group), reference: Seat::alone(&reference), apart: None };
    let range = Metric::Compared(base, how).range();
    let found = hull(vec![Known { range, ..compare(base, how, &ends, look).known()? }])?;
    Some(Unknown { low: 0.0, high: found.high, reach: Reach::FromZero(Box::new(found.reach)) })
}

/// The range of a difference of means in standard deviations: a bound. Sums of squares
/// are at least those of the group's own people, and at most those with all unknown ones.
fn of_standardized(base: &'static Base, sides: &Sides<'_>, unknown: &Part, look: &Look<'_>) -> Option<Unknown> {
    let moments = |part: &Part| measure(base, &Seat::alone(part), look).known()?.evidence.moments();
    let squares = |part: &Part| {
        let (own, all) = (moments(part)?, moments(&lot::with_all(part, unknown))?);
        let sum = |of: Moments| of.variance * (of.n - 1.0);
        Some([sum(own) / (all.n - 1.0), sum(all) / (own.n - 1.0)])
    };
    let ends_of = |seat: &Seat<'_>| {
        let [low, high] = lot::outermost(ends(base, seat, unknown, look)?)?;
        Some([low.evidence.moments()?, high.evidence.moments()?])
    };
    let (group, spread) = (ends_of(&sides.group)?, squares(sides.group.part)?);
    let (reference, other_spread) = match sides.apart {
        Some(_) => {
            let all = moments(&lot::with_all(sides.reference.part, unknown))?;
            ([all, all], [all.variance; 2])
        }
        None => (ends_of(&sides.reference)?, squares(sides.reference.part)?),
    };
    let mut values = Vec::new();
    for (one, two) in [(group[0], reference[1]), (group[1], reference[0])] {
        for (variance, other) in spread.into_iter().zip(other_spread) {
            let (one, two) = (Moments { variance, ..one }, Moments { variance: other, ..two });
            let value = standardized_mean_difference(one, two)?;
            let range = Metric::Compared(base, Comparison::StandardizedDifference).range();
            values.push(Known { value, evidence: Evidence::Standardized(one, two), range });
        }
    }
    hull(values)
}

/// The range of a comparison within strata.
fn within_strata(
    base: &'static Base,
    how: Comparison,
    sides: &Sides<'_>,
    unknown: &Part,
    look: &Look<'_>,
) -> Option<Unknown> {
    if sides.apart.is_some() {
        return None;
    }
    let range = Metric::Compared(base, how).range();
    let end = |up| strata::pushed(base, how, sides, unknown, up, look).map(|known| Known { range, ..known });
    let low = end(false)?;
    match end(true) {
        Some(high) => hull(vec![low, high]),
        // Odds over a reference without any grow without bound.
        None => {
            let found = hull(vec![low])?;
            Some(Unknown { high: f64::INFINITY, reach: Reach::Unbounded(Box::new(found.reach)), ..found })
        }
    }
}

/// The range of a comparison with a reference that was chosen by looking: with the
/// unknown people any group may be the one that is chosen.
pub(super) fn chosen(with_each: Vec<Option<Unknown>>, groups: usize) -> Option<Unknown> {
    let each: Vec<Unknown> = with_each.into_iter().collect::<Option<_>>()?;
    let low = each.iter().map(|found| found.low).reduce(f64::min)?;
    let high = each.iter().map(|found| found.high).reduce(f64::max)?;
    let reaches = each.into_iter().map(|found| found.reach).collect();
    Some(Unknown { low, high, reach: Reach::Chosen(Arc::new(reaches), groups) })
}

/// The range of a summary over groups.
pub(super) fn of_summary(
    base: &Base,
    summary: Summary,
    seats: &[Seat<'_>],
    unknown: &Part,
    look: &Look<'_>,
) -> Option<Unknown> {
    // A group that has no number may get one from the unknown people, and count or not.
    if seats.iter().any(|seat| measure(base, seat, look).known().is_none()) {
        return None;
    }
    let each: Option<Vec<Ends>> = seats.iter().map(|seat| lot::outermost(ends(base, seat, unknown, look)?)).collect();
    let each = Arc::new(each?);
    let of_pairs = |how| {
        let value = |one: &Known, two: &Known| {
            let value = reach::value(how, one, two);
            Some((value, value))
        };
        let (low, high) = reach::fold_pairs(how, &each, value)?;
        Some(Unknown { low, high, reach: Reach::Pairs(how, each.clone()) })
    };
    let of_worst = |worse: Worse| {
        let choose: fn(f64, f64) -> f64 = if worse == Worse::Lower { f64::min } else { f64::max };
        let fold = |which: usize| each.iter().map(|ends| ends[which].value).reduce(choose);
        Some(Unknown { low: fold(0)?, high: fold(1)?, reach: Reach::Worst(worse, each.clone()) })
    };
    match summary {
        Summary::MaxDifference => of_pairs(Comparison::Difference),
        Summary::MinRatio => of_pairs(Comparison::Ratio),
        Summary::Worst if base.worse == Worse::Lower => of_worst(Worse::Lower),
        Summary::Worst | Summary::Largest => of_worst(Worse::Higher),
        Summary::Std => {
            let values: Vec<(f64, f64)> = each.iter().map(|[low, high]| (low.value, high.value)).collect();
            let (low, high) = (lot::least_spread(&values), lot::most_spread(&values));
            Some(Unknown { low, high, reach: Reach::Spread(each) })
        }
        Summary::Between | Summary::Within => None,
    }
}

/// The range of a mean of two comparisons.
pub(super) fn of_mean(metric: &Metric, sides: &Sides<'_>, unknown: &Part, look: &Look<'_>) -> Option<Unknown> {
    let Metric::Composite(notion) = metric else { return None };
    let absolute = matches!(notion.meaning, Meaning::MeanAbsolute(..));
    let of = |part: Metric| match part {
        Metric::Compared(base, how) => of_comparison(base, how, sides, unknown, look),
        _ => None,
    };
    let (one, two) = metric.parts()?;
    let (one, two) = (of(one)?, of(two)?);
    let (low, high) = reach::mean(absolute, (one.low, one.high), (two.low, two.high));
    Some(Unknown { low, high, reach: Reach::Mean { absolute, parts: Box::new([one.reach, two.reach]) } })
}

/// The range of the larger or the smaller of two summaries.
pub(super) fn of_extreme(metric: &Metric, seats: &[Seat<'_>], unknown: &Part, look: &Look<'_>) -> Option<Unknown> {
    let Metric::Composite(notion) = metric else { return None };
    let larger = matches!(notion.meaning, Meaning::Larger(..));
    let of = |part: Metric| match part {
        Metric::Summarised(base, summary) => of_summary(base, summary, seats, unknown, look),
        _ => None,
    };
    let (one, two) = metric.parts()?;
    let (one, two) = (of(one)?, of(two)?);
    let choose: fn(f64, f64) -> f64 = if larger { f64::max } else { f64::min };
    Some(Unknown {
        low: choose(one.low, two.low),
        high: choose(one.high, two.high),
        reach: Reach::Extreme { larger, parts: Box::new([one.reach, two.reach]) },
    })
}

impl End {
    fn of(base: &Base, (part, rest): (Part, Option<Part>), seat: &Seat<'_>, look: &Look<'_>) -> Option<End> {
        let here = Seat { part: &part, rest: rest.as_ref(), population: seat.population };
        let known = measure(base, &here, look).known()?;
        Some(End { part, rest, known })
    }

    fn seat<'e>(&'e self, like: &Seat<'_>) -> Seat<'e> {
        Seat { part: &self.part, rest: self.rest.as_ref(), population: like.population }
    }
}
