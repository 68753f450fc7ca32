//! Numbers that are neither counts of label and decision nor scores: shares of
//! people, their spread over yes and no, classes, places, changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Look, Measured, Seat, effective_counts, empty, people};
use crate::catalogue::{
    ClassesValue, Comparison, DisparityOf, EVERYONE, Flip, Outcomes, QUALIFIED, REJECTED, RankedValue, SELECTED,
    ShareValue, UNQUALIFIED,
};
use crate::cells::{Cell, Level, RatioSums, Stratum, Why};
use crate::measure::Method;
use crate::measure::evidence::{Evidence, Known, Of, Scale};
use crate::measure::part::{Part, proportion};
use crate::stats::{self, Proportion, linearised_variance, replicates};

/// The share of `part` in both, as a proportion.
fn share_of(part: &Cell, rest: &Cell) -> Option<Proportion> {
    let mut both = part.clone();
    both.merge(rest);
    proportion(part, &both)
}

/// The same where rows come in clusters: as many people as there are clusters,
/// since nothing is known of how clusters spread over both sides.
fn clustered_share(share: Proportion, part: &Part, rest: &Part) -> Option<Proportion> {
    let (Some(one), Some(two)) = (&part.clusters, &rest.clusters) else { return Some(share) };
    let people = part.people().effective() + rest.people().effective();
    let design = ((one.clusters + two.clusters) as f64 / people).min(1.0);
    Proportion::new(share.successes() * design, share.trials() * design)
}

/// The group's share of everyone, or that against its share of a population.
pub(super) fn share(value: ShareValue, seat: &Seat<'_>) -> Measured {
    let own = seat.part.people();
    let Some(rest) = seat.rest else { return Measured::undefined(Why::NothingOutside, &own) };
    let share = share_of(&own, &rest.people()).and_then(|share| clustered_share(share, seat.part, rest));
    let Some(share) = share else { return Measured::undefined(Why::EmptyDenominator, &own) };
    let (times, plus) = match (value, seat.population) {
        (ShareValue::OfAll, _) => (1.0, 0.0),
        (_, None) => return Measured::undefined(Why::NoPopulation, &own),
        (ShareValue::LessPopulation, Some(expected)) => (1.0, -expected),
        (ShareValue::OverPopulation, Some(expected)) => (1.0 / expected, 0.0),
    };
    let of = if value == ShareValue::OfAll { Of::Itself } else { Of::Linear { times, plus } };
    Measured {
        evidence: Evidence::Proportion(share, of),
        numerator: (value == ShareValue::OfAll).then(|| own.weight.value()),
        ..Measured::new(share.estimate() * times + plus, &own)
    }
}

/// The share of the group among the noes less its share among the yeses.
pub(super) fn disparity(of: DisparityOf, seat: &Seat<'_>) -> Measured {
    let (yes, no) = if of.labels { (QUALIFIED, UNQUALIFIED) } else { (SELECTED, REJECTED) };
    let own = seat.part.cell(yes.or(no));
    let Some(rest) = seat.rest else { return Measured::undefined(Why::NothingOutside, &own) };
    match of.conditional {
        false => match spread(seat.part, rest, yes, no) {
            None => Measured::undefined(Why::Constant, &own),
            Some((noes, yeses)) => {
                let value = noes.value - yeses.value;
                let evidence = Evidence::Pair(Comparison::Difference, Arc::new((noes, yeses)));
                Measured { evidence, ..Measured::new(value, &own) }
            }
        },
        true => conditional(seat.part, rest, (yes, no), &own),
    }
}

/// The group's share among the noes and among the yeses.
fn spread(part: &Part, rest: &Part, yes: Outcomes, no: Outcomes) -> Option<(Known, Known)> {
    let known = |set: Outcomes| {
        let share = clustered_share(share_of(&part.cell(set), &rest.cell(set))?, part, rest)?;
        Some(Known { value: share.estimate(), evidence: Evidence::Proportion(share, Of::Itself), range: (0.0, 1.0) })
    };
    Some((known(no)?, known(yes)?))
}

/// The mean of the disparities of strata by size. Strata with a yes or a no for
/// nobody have none, and count in no weight.
fn conditional(part: &Part, rest: &Part, (yes, no): (Outcomes, Outcomes), own: &Cell) -> Measured {
    let strata: BTreeSet<&Stratum> =
        [part, rest].iter().flat_map(|side| side.tally.iter().map(|(stratum, _, _)| stratum)).collect();
    let mut found = Vec::new();
    for stratum in strata {
        let (part, rest) = (part.within(stratum), rest.within(stratum));
        let size = part.cell(yes.or(no)).weight.value() + rest.cell(yes.or(no)).weight.value();
        found.extend(spread(&part, &rest, yes, no).map(|sides| (size, sides)));
    }
    let whole: f64 = found.iter().map(|(size, _)| size).sum();
    if whole <= 0.0 {
        return Measured::undefined(Why::NoSharedStratum, own);
    }
    let value = found.iter().map(|(size, (noes, yeses))| size / whole * (noes.value - yeses.value)).sum();
    let parts: Vec<(f64, Known)> =
        found.into_iter().flat_map(|(size, (noes, yeses))| [(size / whole, noes), (-size / whole, yeses)]).collect();
    Measured { evidence: Evidence::Combination(Arc::new(parts)), ..Measured::new(value, own) }
}

/// Agreement of predicted and true classes.
pub(super) fn classes(value: ClassesValue, part: &Part, look: &Look<'_>) -> Measured {
    let mut all = Cell::default();
    let mut right = Cell::default();
    for ((actual, predicted), cell) in &part.classes {
        all.merge(cell);
        if actual == predicted {
            right.merge(cell);
        }
    }
    if all.weight.value() <= 0.0 {
        return Measured::undefined(empty(&all), &all);
    }
    let n = people(part, &all);
    if value == ClassesValue::Accuracy {
        let plain = proportion(&right, &all).map_or(0.0, |share| share.estimate());
        let evidence = Proportion::new(plain * n, n).map(|share| Evidence::Proportion(share, Of::Itself));
        return Measured {
            evidence: evidence.unwrap_or(Evidence::None),
            numerator: Some(right.weight.value()),
            denominator: Some(all.weight.value()),
            ..Measured::new(plain, &all)
        };
    }
    let keys: Vec<&(Level, Level)> = part.classes.keys().collect();
    let weights: Vec<f64> = part.classes.values().map(|cell| cell.weight.value()).collect();
    match macro_average(value, &keys, &weights) {
        None => Measured::undefined(Why::EmptyDenominator, &all),
        Some(number) => {
            let counts = effective_counts(&weights, n);
            let drawn = replicates(&[counts], look.resampling, |parts| macro_average(value, &keys, &parts[0]));
            Measured { evidence: Evidence::resampled(drawn), ..Measured::new(number, &all) }
        }
    }
}

/// The mean over the classes that have the number.
fn macro_average(value: ClassesValue, keys: &[&(Level, Level)], weights: &[f64]) -> Option<f64> {
    let mut by_class: BTreeMap<&Level, [f64; 3]> = BTreeMap::new();
    for ((actual, predicted), weight) in keys.iter().zip(weights) {
        if actual == predicted {
            by_class.entry(actual).or_default()[0] += weight;
        }
        by_class.entry(actual).or_default()[1] += weight;
        by_class.entry(predicted).or_default()[2] += weight;
    }
    let of = |[hits, actual, predicted]: &[f64; 3]| {
        let (above, below) = match value {
            ClassesValue::Precision => (*hits, *predicted),
            ClassesValue::F1 => (2.0 * hits, actual + predicted),
            ClassesValue::Recall | ClassesValue::Accuracy => (*hits, *actual),
        };
        (below > 0.0).then(|| above / below)
    };
    let found: Vec<f64> = by_class.values().filter_map(of).collect();
    (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
}

/// A quotient over lists: Σa/Σb with its standard error between lists.
fn over_lists(sums: &RatioSums) -> Option<(f64, Option<(f64, f64)>)> {
    let sums = stats::RatioSums {
        clusters: sums.units as f64,
        a: sums.a.value(),
        b: sums.b.value(),
        aa: sums.aa.value(),
        ab: sums.ab.value(),
        bb: sums.bb.value(),
    };
    let error = linearised_variance(sums).filter(|variance| *variance > 0.0);
    Some((sums.ratio()?, error.map(|variance| (variance.sqrt(), sums.clusters - 1.0))))
}

fn listed(found: Option<(f64, Option<(f64, f64)>)>, cell: &Cell) -> Measured {
    let Some((value, error)) = found else { return Measured::undefined(Why::EmptyDenominator, cell) };
    let evidence = error.map_or(Evidence::None, |(se, df)| Evidence::Error {
        scale: Scale::Plain,
        se,
        df: Some(df),
        method: Method::OverLists,
    });
    Measured { evidence, ..Measured::new(value, cell) }
}

/// Places in ranked lists. No interval for several groups together: how their
/// places in one list depend on each other was not counted.
pub(super) fn ranked(value: RankedValue, part: &Part) -> Measured {
    let measured = places(value, part);
    if part.lists_shared { Measured { evidence: Evidence::None, ..measured } } else { measured }
}

fn places(value: RankedValue, part: &Part) -> Measured {
    let ranking = &part.ranking;
    let cell = Cell { n: ranking.candidates, ..part.people() };
    match value {
        RankedValue::Exposure => listed(over_lists(&ranking.exposure), &cell),
        RankedValue::TopShare => {
            let top = &ranking.top;
            let units: RatioSums = RatioSums {
                b: (0..1).map(|_| top.units as f64).collect(),
                ab: top.a.clone(),
                bb: (0..1).map(|_| top.units as f64).collect(),
                ..top.clone()
            };
            listed(over_lists(&units), &cell)
        }
        // Lists without the group have no part in either share.
        RankedValue::Skew => match over_lists(&RatioSums { units: ranking.exposure.units, ..ranking.top.clone() }) {
            None => Measured::undefined(Why::EmptyDenominator, &cell),
            Some((share, _)) if share <= 0.0 => Measured::undefined(Why::NobodyOnTop, &cell),
            Some((share, error)) => listed(Some((share.ln(), error.map(|(se, df)| (se / share, df)))), &cell),
        },
        // Of the lists as a whole, not of a group.
        RankedValue::Divergence => Measured::undefined(Why::EmptyGroup, &cell),
    }
}

/// The divergence of the lists of a frame.
pub(in super::super) fn divergence(sums: &RatioSums) -> Measured {
    let cell = Cell { n: sums.units, ..Cell::default() };
    listed(over_lists(sums), &cell)
}

/// How often a counterfactual decision differs.
pub(super) fn flip(flip: Flip, part: &Part) -> Measured {
    let flips = &part.flips;
    let mut changed = Cell::default();
    if flip != Flip::ToUnfavourable {
        changed.merge(&flips.to_favourable);
    }
    if flip != Flip::ToFavourable {
        changed.merge(&flips.to_unfavourable);
    }
    let Some(plain) = proportion(&changed, &flips.all) else {
        return Measured::undefined(empty(&flips.all), &flips.all);
    };
    let n = people(part, &flips.all);
    let share = Proportion::new(plain.estimate() * n, n).unwrap_or(plain);
    Measured {
        evidence: Evidence::Proportion(share, Of::Itself),
        numerator: Some(changed.weight.value()),
        denominator: Some(flips.all.weight.value()),
        ..Measured::new(plain.estimate(), &flips.all)
    }
}

/// Whether anyone is there at all.
pub(in super::super) fn anyone(part: &Part) -> bool {
    part.cell(EVERYONE).n > 0
}
