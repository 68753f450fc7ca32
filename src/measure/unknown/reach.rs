//! What the interval of a worst and a best case is made of.

use std::sync::Arc;

use super::lot;
use crate::catalogue::{Comparison, Worse};
use crate::measure::evidence::{self, Evidence, Known};
use crate::stats::{Interval, Intervals, Level, all_pairs_level, each_level};

/// The lowest and the highest number that a group may have.
pub(crate) type Ends = [Known; 2];

/// From the lower end of the interval of the lowest number to the upper end of
/// that of the highest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reach {
    /// Over several numbers of which one is the lowest and one the highest.
    Hull(Arc<Vec<Known>>),
    /// Of a distance that may be 0.
    FromZero(Box<Reach>),
    /// Of a ratio that may have no bound.
    Unbounded(Box<Reach>),
    /// Against any of so many groups, of which one is chosen by looking.
    Chosen(Arc<Vec<Reach>>, usize),
    /// The largest difference or smallest ratio of all pairs of groups.
    Pairs(Comparison, Arc<Vec<Ends>>),
    /// The worst of several groups.
    Worst(Worse, Arc<Vec<Ends>>),
    /// How numbers of groups are spread.
    Spread(Arc<Vec<Ends>>),
    /// The mean of two, or of their absolute values.
    Mean { absolute: bool, parts: Box<[Reach; 2]> },
    /// The larger or the smaller of two.
    Extreme { larger: bool, parts: Box<[Reach; 2]> },
}

impl Reach {
    /// The interval at a level; none where a part has none.
    pub(crate) fn at(&self, level: Level, choice: &Intervals) -> Option<Interval> {
        match self {
            Reach::Hull(all) => hull(all.iter().map(|known| of(known, level, choice))),
            Reach::FromZero(inner) => Some(Interval::new(0.0, inner.at(level, choice)?.high)),
            Reach::Unbounded(inner) => Some(Interval::new(inner.at(level, choice)?.low, f64::INFINITY)),
            Reach::Chosen(each, groups) => {
                let level = all_pairs_level(level, *groups);
                hull(each.iter().map(|reach| reach.at(level, choice)))
            }
            Reach::Pairs(how, each) => of_pairs(*how, each, all_pairs_level(level, each.len()), choice),
            Reach::Worst(worse, each) => {
                let level = each_level(level, each.len());
                let all = each.iter().map(|ends| Reach::between(ends).at(level, choice));
                let choose: fn(f64, f64) -> f64 = if *worse == Worse::Lower { f64::min } else { f64::max };
                let fold = |a: Interval, b: Interval| Interval::new(choose(a.low, b.low), choose(a.high, b.high));
                all.collect::<Option<Vec<Interval>>>()?.into_iter().reduce(fold)
            }
            Reach::Spread(each) => {
                let level = each_level(level, each.len());
                let all = each.iter().map(|ends| Reach::between(ends).at(level, choice).map(|i| (i.low, i.high)));
                let all: Vec<(f64, f64)> = all.collect::<Option<_>>()?;
                Some(Interval::new(lot::least_spread(&all), lot::most_spread(&all)))
            }
            Reach::Mean { absolute, parts } => {
                // The ends of both are put together; absolute values need both to hold.
                let level = if *absolute { level.bonferroni(2) } else { level };
                let [one, two] = [&parts[0], &parts[1]].map(|part| part.at(level, choice).map(|i| (i.low, i.high)));
                let (low, high) = mean(*absolute, one?, two?);
                Some(Interval::new(low, high))
            }
            Reach::Extreme { larger, parts } => {
                let level = level.bonferroni(2);
                let (one, two) = (parts[0].at(level, choice)?, parts[1].at(level, choice)?);
                let choose: fn(f64, f64) -> f64 = if *larger { f64::max } else { f64::min };
                Some(Interval::new(choose(one.low, two.low), choose(one.high, two.high)))
            }
        }
    }

    fn between(ends: &Ends) -> Reach {
        Reach::Hull(Arc::new(ends.to_vec()))
    }

    /// The same of so many times the people, recorded or not.
    pub(crate) fn scaled(&self, times: f64) -> Option<Reach> {
        let known = |known: &Known| Some(Known { evidence: known.evidence.scaled(times)?, ..known.clone() });
        let ends = |[low, high]: &Ends| Some([known(low)?, known(high)?]);
        let all = |each: &[Ends]| Some(Arc::new(each.iter().map(ends).collect::<Option<Vec<Ends>>>()?));
        let both = |parts: &[Reach; 2]| Some(Box::new([parts[0].scaled(times)?, parts[1].scaled(times)?]));
        Some(match self {
            Reach::Hull(all) => Reach::Hull(Arc::new(all.iter().map(known).collect::<Option<_>>()?)),
            Reach::FromZero(inner) => Reach::FromZero(Box::new(inner.scaled(times)?)),
            Reach::Unbounded(inner) => Reach::Unbounded(Box::new(inner.scaled(times)?)),
            Reach::Chosen(each, groups) => {
                let each = each.iter().map(|reach| reach.scaled(times)).collect::<Option<_>>()?;
                Reach::Chosen(Arc::new(each), *groups)
            }
            Reach::Pairs(how, each) => Reach::Pairs(*how, all(each)?),
            Reach::Worst(worse, each) => Reach::Worst(*worse, all(each)?),
            Reach::Spread(each) => Reach::Spread(all(each)?),
            Reach::Mean { absolute, parts } => Reach::Mean { absolute: *absolute, parts: both(parts)? },
            Reach::Extreme { larger, parts } => Reach::Extreme { larger: *larger, parts: both(parts)? },
        })
    }
}

/// From the lowest of all lower ends to the highest of all upper ends.
fn hull(all: impl Iterator<Item = Option<Interval>>) -> Option<Interval> {
    let all: Vec<Interval> = all.collect::<Option<_>>()?;
    all.into_iter().reduce(|a, b| Interval::new(a.low.min(b.low), a.high.max(b.high)))
}

fn of(known: &Known, level: Level, choice: &Intervals) -> Option<Interval> {
    known.estimate(level, choice).map(|estimate| estimate.interval)
}

/// Of all pairs the largest difference or the smallest ratio, lowest and
/// highest: the lowest is what some pair must differ by.
pub(super) fn fold_pairs(
    how: Comparison,
    each: &[Ends],
    mut of: impl FnMut(&Known, &Known) -> Option<(f64, f64)>,
) -> Option<(f64, f64)> {
    let choose: fn(f64, f64) -> f64 = if how == Comparison::Ratio { f64::min } else { f64::max };
    let mut folded: Option<(f64, f64)> = None;
    for (at, [low, high]) in each.iter().enumerate() {
        for (_, [other_low, other_high]) in each.iter().enumerate().filter(|(other, _)| *other != at) {
            // A difference of this group less the other; a ratio of this over the other.
            let (least, most) = (of(low, other_high)?.0, of(high, other_low)?.1);
            folded = Some(folded.map_or((least, most), |(a, b)| (choose(a, least), choose(b, most))));
        }
    }
    let (floor, ceiling) = if how == Comparison::Ratio { (0.0, 1.0) } else { (0.0, f64::INFINITY) };
    // A ratio over none counts as no bound; where all are such, there is no smallest.
    let folded = folded.filter(|(low, high)| how != Comparison::Ratio || low.min(*high).is_finite());
    folded.map(|(low, high)| (low.clamp(floor, ceiling), high.clamp(floor, ceiling)))
}

/// The difference or the ratio of two numbers; over none it is infinite.
pub(super) fn value(how: Comparison, one: &Known, two: &Known) -> f64 {
    match how {
        Comparison::Ratio if two.value == 0.0 => f64::INFINITY,
        Comparison::Ratio => one.value / two.value,
        _ => one.value - two.value,
    }
}

fn of_pairs(how: Comparison, each: &[Ends], level: Level, choice: &Intervals) -> Option<Interval> {
    let interval = |one: &Known, two: &Known| {
        if how == Comparison::Ratio && two.value == 0.0 {
            let interval = evidence::ratio_to_zero(one, two, level, choice)?;
            return Some((interval.low, interval.high));
        }
        let pair = Evidence::Pair(how, Arc::new((one.clone(), two.clone())));
        let (interval, _) = pair.at(value(how, one, two), level, choice)?;
        Some((interval.low, interval.high))
    };
    fold_pairs(how, each, interval).map(|(low, high)| Interval::new(low, high))
}

/// From end to end of the mean of two, or of their absolute values.
pub(super) fn mean(absolute: bool, one: (f64, f64), two: (f64, f64)) -> (f64, f64) {
    let magnitude = |(low, high): (f64, f64)| match absolute {
        false => (low, high),
        true if low <= 0.0 && high >= 0.0 => (0.0, high.max(-low)),
        true => (low.abs().min(high.abs()), low.abs().max(high.abs())),
    };
    let (one, two) = (magnitude(one), magnitude(two));
    ((one.0 + two.0) / 2.0, (one.1 + two.1) / 2.0)
}
