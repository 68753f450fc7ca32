//! Which of the unknown people take a number of a group to its ends.

use super::{benefits, errors, places, scores};
use crate::catalogue::{
    Base, EVERYONE, FN, FP, Flip, ForecastValue, Inequality, NOBODY, Outcomes, QUALIFIED, REJECTED, SELECTED,
    ScoreValue, TN, TP, UNQUALIFIED, Value,
};
use crate::cells::{Cell, Clusters, Exact, Flips, Outcome, Summand};
use crate::measure::base::{Look, Seat};
use crate::measure::evidence::Known;
use crate::measure::part::Part;

/// Everyone with a label.
pub(super) const LABELS: Outcomes = QUALIFIED.or(UNQUALIFIED);
/// Everyone with a decision.
pub(super) const DECISIONS: Outcomes = SELECTED.or(REJECTED);

/// A group with those of the unknown people that may take its number to an end,
/// and everyone else with the others.
pub(super) struct End {
    pub(super) part: Part,
    pub(super) rest: Option<Part>,
    pub(super) known: Known,
}

/// The groups among which those with the lowest and the highest number are.
/// None where it is not known who raises a number, or one may have no value.
pub(super) fn ends(base: &Base, seat: &Seat<'_>, unknown: &Part, look: &Look<'_>) -> Option<[Vec<End>; 2]> {
    let found = [false, true].map(|up| -> Option<Vec<End>> {
        candidates(base, seat, unknown, up, look)?.into_iter().map(|lot| End::of(base, lot, seat, look)).collect()
    });
    let [low, high] = found;
    Some([low?, high?])
}

/// Of all ends those with the lowest and the highest number.
pub(super) fn outermost([low, high]: [Vec<End>; 2]) -> Option<[Known; 2]> {
    let all: Vec<Known> = low.into_iter().chain(high).map(|end| end.known).collect();
    let lowest = all.iter().min_by(|one, two| one.value.total_cmp(&two.value))?.clone();
    let highest = all.iter().max_by(|one, two| one.value.total_cmp(&two.value))?.clone();
    Some([lowest, highest])
}

type Lot = (Part, Option<Part>);

fn candidates(base: &Base, seat: &Seat<'_>, unknown: &Part, up: bool, look: &Look<'_>) -> Option<Vec<Lot>> {
    let one = |part: Part| vec![(part, None)];
    let found = match base.value {
        Value::Score(ScoreValue::AucOfQualified | ScoreValue::AucOfUnqualified) => {
            let of_qualified = base.value == Value::Score(ScoreValue::AucOfQualified);
            let (part, rest) = scores::pushed_across(of_qualified, (seat.part, seat.rest?), unknown, up, look)?;
            vec![(part, Some(rest))]
        }
        Value::Score(ScoreValue::Uncertainty) => {
            scores::by_rate(seat.part, unknown, look)?.into_iter().map(|part| (part, None)).collect()
        }
        Value::Score(value) => one(scores::pushed(value, seat.part, unknown, up, look)?),
        Value::Flip(flip) => {
            let mut part = unnumbered(seat.part);
            part.flips.merge(&changed(flip, &unknown.flips, up));
            one(part)
        }
        Value::Forecast(ForecastValue::Coverage) => one(covering(seat.part, unknown, up)),
        Value::Forecast(value) => one(errors::pushed(value, seat.part, unknown, up)?),
        // Who is in the class predicted raises every number of agreement, and who is not
        // lowers it, also where the class is new to the group.
        Value::Classes(_) => {
            let mut part = unnumbered(seat.part);
            for (pair, cell) in unknown.classes.iter().filter(|((actual, predicted), _)| (actual == predicted) == up) {
                part.classes.entry(pair.clone()).or_default().merge(cell);
            }
            one(part)
        }
        Value::Ranked(value) => return Some(one(places::pushed(value, seat.part, unknown, up)?)),
        Value::Inequality(index) if index != Inequality::Mean => {
            return Some(one(benefits::pushed(index, seat.part, unknown, up)?));
        }
        value => {
            let lot = |set: Outcomes| {
                let rest = seat.rest.map(|rest| with(rest, unknown, EVERYONE.without(set)));
                (with(seat.part, unknown, set), rest)
            };
            return Some(sets(value, up)?.into_iter().map(lot).collect());
        }
    };
    // Of the clusters of unknown people the sums by outcome are known, and no others:
    // then each cluster counts as one person.
    let rest_of = |rest: Option<Part>| rest.zip(seat.rest).map(|(rest, own)| counting(rest, own, unknown));
    let lot = |(part, rest): Lot| (counting(part, seat.part, unknown), rest_of(rest));
    Some(found.into_iter().map(lot).collect())
}

fn covering(part: &Part, unknown: &Part, up: bool) -> Part {
    let (covered, ranged) = (&unknown.regression.covered, &unknown.regression.ranged);
    let mut part = unnumbered(part);
    part.regression.ranged.merge(&if up { covered.clone() } else { less(ranged, covered) });
    if up {
        part.regression.covered.merge(covered);
    }
    part
}

/// A part whose clusters are those of a group and all unknown people, without sums.
pub(super) fn counting(part: Part, own: &Part, unknown: &Part) -> Part {
    Part { clusters: counted(own, unknown), ..part }
}

/// How many clusters of equal size are worth as much as those of a group and all
/// unknown people, without their sums.
fn counted(part: &Part, unknown: &Part) -> Option<Clusters> {
    let both: Vec<&Clusters> = [&part.clusters, &unknown.clusters].into_iter().flatten().collect();
    if both.is_empty() {
        return None;
    }
    let weights: Vec<(Summand, f64)> = Outcome::ALL.map(|outcome| (Summand::Weight(outcome), 1.0)).to_vec();
    let square: f64 = both.iter().map(|clusters| clusters.square_of(&weights)).sum();
    let whole = part.people().weight.value();
    let count = if square > 0.0 { (whole * whole / square).max(1.0) as u64 } else { 0 };
    let most = both.iter().map(|clusters| clusters.clusters).sum::<u64>();
    let mut few = Clusters::default();
    few.clusters = count.min(most);
    Some(few)
}

fn unnumbered(part: &Part) -> Part {
    Part { id: None, ..part.clone() }
}

/// The sets of outcomes of which one, as a whole, takes the number to its end:
/// every count moves it in one direction, whatever the others are.
fn sets(value: Value, up: bool) -> Option<Vec<Outcomes>> {
    let (raise, lower) = match value {
        Value::Rate(rate) => (rate.numerator(), rate.complement().numerator()),
        Value::Quotient(numerator, denominator) => (numerator.without(denominator), denominator.without(numerator)),
        Value::BalancedAccuracy | Value::MatthewsCorrelation => (TP.or(TN), FP.or(FN)),
        Value::F1 => (TP, FP.or(FN)),
        Value::Share(_) => (EVERYONE, NOBODY),
        Value::Disparity(of) if of.labels => (UNQUALIFIED, QUALIFIED),
        Value::Disparity(_) => (REJECTED, SELECTED),
        Value::Inequality(Inequality::Mean) => (FP, FN),
        _ => return None,
    };
    // Those who draw the number towards 1, from either side.
    let towards_one = match value {
        Value::Quotient(numerator, denominator) => numerator.without(raise).or(denominator.without(lower)),
        Value::Inequality(_) => TP.or(TN),
        _ => NOBODY,
    };
    let set = if up { raise } else { lower };
    Some(if towards_one == NOBODY { vec![set] } else { vec![set, set.or(towards_one)] })
}

/// A part with the unknown people of some outcomes, without scores.
pub(super) fn with(part: &Part, unknown: &Part, set: Outcomes) -> Part {
    let mut tally = part.tally.clone();
    for (stratum, outcome, cell) in unknown.tally.iter().filter(|(_, outcome, _)| set.contains(*outcome)) {
        tally.cell_mut(stratum, outcome).merge(cell);
    }
    let clusters = match (&part.clusters, &unknown.clusters) {
        (own, None) => own.clone(),
        (own, Some(more)) => {
            let mut all = own.clone().unwrap_or_default();
            all.merge(&clusters_with(more, unknown, set));
            Some(all)
        }
    };
    Part { tally, clusters, ..Part::default() }
}

/// The clusters of the unknown people of some outcomes. How many these are is not
/// known: as many clusters of one size as have the same sum and sum of squares are
/// no more than those.
fn clusters_with(clusters: &Clusters, unknown: &Part, set: Outcomes) -> Clusters {
    let weights = Outcome::ALL.into_iter().filter(|outcome| set.contains(*outcome));
    let square = clusters.square_of(&weights.map(|outcome| (Summand::Weight(outcome), 1.0)).collect::<Vec<_>>());
    let whole = unknown.cell(set).weight.value();
    let count = if square > 0.0 { (whole * whole / square).round().max(1.0) as u64 } else { 0 };
    clusters.only(count, |summand| matches!(summand, Summand::Weight(outcome) if set.contains(outcome)))
}

/// A part with all unknown people.
pub(super) fn with_all(part: &Part, unknown: &Part) -> Part {
    let mut all = Part { id: None, ..part.clone() };
    let of_everyone = with(part, unknown, EVERYONE);
    (all.tally, all.clusters) = (of_everyone.tally, of_everyone.clusters);
    all.held = part.scores().with(&unknown.scores()).into();
    all.regression.merge(&unknown.regression);
    all.flips.merge(&unknown.flips);
    all.ranking = places::joined(&part.ranking, &unknown.ranking);
    for (pair, cell) in &unknown.classes {
        all.classes.entry(pair.clone()).or_default().merge(cell);
    }
    all
}

fn changed(flip: Flip, unknown: &Flips, up: bool) -> Flips {
    let mut same = less(&less(&unknown.all, &unknown.to_favourable), &unknown.to_unfavourable);
    let mut flips = Flips::default();
    let (counts, others) = match flip {
        Flip::Any => ([&unknown.to_favourable, &unknown.to_unfavourable].to_vec(), Vec::new()),
        Flip::ToFavourable => (vec![&unknown.to_favourable], vec![&unknown.to_unfavourable]),
        Flip::ToUnfavourable => (vec![&unknown.to_unfavourable], vec![&unknown.to_favourable]),
    };
    others.iter().for_each(|cell| same.merge(cell));
    if !up {
        flips.all.merge(&same);
        return flips;
    }
    counts.iter().for_each(|cell| flips.all.merge(cell));
    if flip != Flip::ToUnfavourable {
        flips.to_favourable.merge(&unknown.to_favourable);
    }
    if flip != Flip::ToFavourable {
        flips.to_unfavourable.merge(&unknown.to_unfavourable);
    }
    flips
}

/// A part of the people of a cell, all alike.
pub(super) fn share_of(cell: &Cell, share: f64) -> Cell {
    if share >= 1.0 {
        return cell.clone();
    }
    let mut part = Cell { n: (cell.n as f64 * share).round() as u64, ..Cell::default() };
    part.weight.add(cell.weight.value() * share, 1);
    part.square.add(cell.square.value() * share, 1);
    part
}

/// A cell without the people of another that is part of it.
fn less(all: &Cell, part: &Cell) -> Cell {
    let rest = |all: &Exact, part: &Exact| (all.value() - part.value()).max(0.0);
    let mut left = Cell { n: all.n.saturating_sub(part.n), ..Cell::default() };
    left.weight.add(rest(&all.weight, &part.weight), 1);
    left.square.add(rest(&all.square, &part.square), 1);
    left
}

/// Where the mean of numbers that depend on a centre is the centre itself: numbers
/// that fall as it rises, or rise no faster than it.
fn balance(ends: &[(f64, f64)], of: impl Fn(f64, (f64, f64)) -> f64) -> f64 {
    let widest = |so_far: (f64, f64), end: &(f64, f64)| (so_far.0.min(end.0), so_far.1.max(end.1));
    let (mut low, mut high) = ends.iter().fold((f64::INFINITY, f64::NEG_INFINITY), widest);
    for _ in 0..100 {
        let centre = 0.5 * (low + high);
        let mean = ends.iter().map(|ends| of(centre, *ends)).sum::<f64>() / ends.len() as f64;
        if mean > centre { low = centre } else { high = centre }
    }
    0.5 * (low + high)
}

fn root_mean_square(distances: impl Iterator<Item = f64>, count: usize) -> f64 {
    (distances.map(|distance| distance * distance).sum::<f64>() / count as f64).sqrt()
}

/// The smallest standard deviation of numbers that lie anywhere between their
/// ends: all as near to one centre as they can be, and that centre their mean.
pub(super) fn least_spread(ends: &[(f64, f64)]) -> f64 {
    let near = |centre: f64, (low, high): (f64, f64)| centre.clamp(low, high.max(low));
    let centre = balance(ends, near);
    root_mean_square(ends.iter().map(|end| near(centre, *end) - centre), ends.len())
}

/// A bound of the largest: each as far from one centre as it can be, wherever
/// that is least.
pub(super) fn most_spread(ends: &[(f64, f64)]) -> f64 {
    let far = |centre: f64, (low, high): (f64, f64)| if centre - low > high - centre { low } else { high };
    let centre = balance(ends, far);
    root_mean_square(ends.iter().map(|end| far(centre, *end) - centre), ends.len())
}
