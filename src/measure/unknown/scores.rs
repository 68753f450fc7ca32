//! The unknown people who take a number made of scores to its ends.

use std::collections::BTreeSet;

use super::apart;
use super::bins::{self, Gap};
use crate::catalogue::ScoreValue;
use crate::cells::{Cell, Distribution};
use crate::measure::base::{Look, announced};
use crate::measure::part::{Part, Scale};
use crate::measure::scores::Scores;
use crate::plan::Side;

/// More scores than so many are put into bins to find where to go on from.
const MOST_BINS: usize = 1_000;

/// A group with the unknown people who take its number up, or down, as far as
/// they can. None for numbers of which it is not known who moves them.
pub(super) fn pushed(value: ScoreValue, part: &Part, unknown: &Part, up: bool, look: &Look<'_>) -> Option<Part> {
    let scale = look.scale?;
    let bin = |at: i64| scale.grid.centre(at);
    let labelled = [Some(true), Some(false)];
    match value {
        ScoreValue::Mean => {
            let any = [Some(true), Some(false), None];
            Some(of_quotient(part, unknown, scale, up, &any, |at, _| (bin(at), 1.0)))
        }
        ScoreValue::Brier => Some(of_quotient(part, unknown, scale, up, &labelled, |at, label| {
            ((announced(bin(at), scale) - f64::from(u8::from(label))).powi(2), 1.0)
        })),
        ScoreValue::LogLoss => Some(of_quotient(part, unknown, scale, up, &labelled, |at, label| {
            let p = announced(bin(at), scale);
            (-(if label { p } else { 1.0 - p }).ln(), 1.0)
        })),
        ScoreValue::CalibrationRatio => Some(of_quotient(part, unknown, scale, up, &labelled, |at, label| {
            (f64::from(u8::from(label)), announced(bin(at), scale))
        })),
        ScoreValue::Auc => {
            let (own, more) = (part.scores(), unknown.scores());
            let positives = [&own.favourable, &more.favourable];
            let [favourable, unfavourable] = of_area(positives, [&own.unfavourable, &more.unfavourable], scale, up)?;
            Some(relabelled(part, favourable, unfavourable))
        }
        ScoreValue::Reliability => bins::pushed(Gap::Squared, part, unknown, scale, up),
        ScoreValue::CalibrationError => bins::pushed(Gap::Plain, part, unknown, scale, up),
        ScoreValue::Separation if up => apart::by_label(part, unknown, scale),
        _ => None,
    }
}

/// A group and the rest with the unknown people who take the area across both up, or
/// down, as far as they can: of the qualified of one side above the others of the other.
pub(super) fn pushed_across(
    of_qualified: bool,
    (part, rest): (&Part, &Part),
    unknown: &Part,
    up: bool,
    look: &Look<'_>,
) -> Option<(Part, Part)> {
    let scale = look.scale?;
    let (upper, lower) = if of_qualified { (part, rest) } else { (rest, part) };
    let (above, below, more) = (upper.scores(), lower.scores(), unknown.scores());
    let positives = [&above.favourable, &more.favourable];
    let [favourable, unfavourable] = of_area(positives, [&below.unfavourable, &more.unfavourable], scale, up)?;
    let upper = relabelled(upper, favourable, above.unfavourable.clone());
    let lower = relabelled(lower, below.favourable.clone(), unfavourable);
    Some(if of_qualified { (upper, lower) } else { (lower, upper) })
}

/// The groups among which those with the smallest and the largest p·(1 − p) are: with
/// all qualified and none, and with as many as make them half.
pub(super) fn by_rate(part: &Part, unknown: &Part, look: &Look<'_>) -> Option<Vec<Part>> {
    let scale = look.scale?;
    let weight = |scores: &Distribution| scores.cell.weight.value();
    let (own, more) = (part.scores(), unknown.scores());
    let (one, other) = (weight(&own.favourable), weight(&own.unfavourable));
    let (more_one, more_other) = (weight(&more.favourable), weight(&more.unfavourable));
    let whole = more.favourable.cell.n as f64 == more_one && more.unfavourable.cell.n as f64 == more_other;
    let lacking = (other - one).clamp(-more_other, more_one);
    let places = if whole { vec![lacking.floor(), lacking.ceil()] } else { vec![lacking] };
    let of = |lacking: f64| {
        let share = |people: f64, all: f64| Taken(if all > 0.0 { people.max(0.0) / all } else { 0.0 });
        let (a, b) = (share(lacking, more_one), share(-lacking, more_other));
        let scores = Scores {
            favourable: taking(&own.favourable, &more.favourable, scale, |_| a),
            unfavourable: taking(&own.unfavourable, &more.unfavourable, scale, |_| b),
            ..Scores::default()
        };
        with_scores(part, scores)
    };
    Some(places.into_iter().chain([more_one, -more_other]).map(of).collect())
}

fn scores_of(scores: &Scores, label: Option<bool>) -> &Distribution {
    match label {
        Some(true) => &scores.favourable,
        Some(false) => &scores.unfavourable,
        None => &scores.unlabelled,
    }
}

/// A quotient Σ w·a / Σ w·b is highest with all people for whom a exceeds b times
/// the highest quotient, which is found by going on from any (Dinkelbach 1967).
fn of_quotient(
    part: &Part,
    unknown: &Part,
    scale: Scale,
    up: bool,
    labels: &[Option<bool>],
    of: impl Fn(i64, bool) -> (f64, f64),
) -> Part {
    let sums = |from: &Scores, keep: &dyn Fn(f64, f64) -> bool| {
        let mut sums = (0.0, 0.0);
        for label in labels {
            for (bin, weight) in scores_of(from, *label).bins.iter() {
                let (a, b) = of(bin, *label == Some(true));
                // Nobody's loss without bound is no loss.
                if keep(a, b) && weight > 0.0 {
                    sums = (sums.0 + weight * a, sums.1 + weight * b);
                }
            }
        }
        sums
    };
    let (here, others) = (part.scores(), unknown.scores());
    let own = sums(&here, &|_, _| true);
    let moves = |quotient: f64| move |a: f64, b: f64| if up { a > quotient * b } else { a < quotient * b };
    let all = sums(&others, &|_, _| true);
    let mut quotient = if own.1 > 0.0 { own.0 / own.1 } else { all.0 / all.1 };
    for _ in 0..100 {
        let more = sums(&others, &moves(quotient));
        let next = (own.0 + more.0) / (own.1 + more.1);
        if !next.is_finite() || next == quotient {
            break;
        }
        quotient = next;
    }
    let keep = moves(quotient);
    let chosen = |label: Option<bool>| {
        let taken = |bin: i64| {
            let (a, b) = of(bin, label == Some(true));
            keep(a, b)
        };
        let taken = |bin: i64| Taken::all_or_none(labels.contains(&label) && taken(bin));
        taking(scores_of(&here, label), scores_of(&others, label), scale, taken)
    };
    let [favourable, unfavourable, unlabelled] = [Some(true), Some(false), None].map(chosen);
    with_scores(part, Scores { favourable, unfavourable, unlabelled })
}

/// A part with other scores.
fn with_scores(part: &Part, scores: Scores) -> Part {
    Part { held: scores.into(), tally: part.tally.clone(), clusters: part.clusters.clone(), ..Part::default() }
}

/// A part with other scores of the labelled.
pub(super) fn relabelled(part: &Part, favourable: Distribution, unfavourable: Distribution) -> Part {
    with_scores(part, Scores { favourable, unfavourable, unlabelled: part.scores().unlabelled.clone() })
}

/// How much of the people of a bin is taken: from none, 0, to all, 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Taken(pub(super) f64);

impl Taken {
    pub(super) const ALL: Taken = Taken(1.0);
    pub(super) const NONE: Taken = Taken(0.0);

    fn all_or_none(all: bool) -> Taken {
        if all { Taken::ALL } else { Taken::NONE }
    }
}

/// Scores of a group with some of the unknown people.
pub(super) fn taking(own: &Distribution, more: &Distribution, scale: Scale, of: impl Fn(i64) -> Taken) -> Distribution {
    let mut all = own.clone();
    all.merge(&some(more, scale, of));
    all
}

/// The people of some bins. Their numbers are those of the bins.
fn some(all: &Distribution, scale: Scale, of: impl Fn(i64) -> Taken) -> Distribution {
    if all.bins.keys().all(|bin| of(bin) == Taken::ALL) {
        return all.clone();
    }
    let mut kept = Distribution::default();
    let mut bins = Vec::new();
    for (bin, weight) in all.bins.exact().filter(|(bin, _)| of(*bin).0 > 0.0) {
        let (value, taken) = (scale.grid.centre(bin), of(bin));
        let people = weight.value() * taken.0;
        kept.sum.add(people * value, 1);
        kept.sum_of_squares.add(people * value * value, 1);
        bins.push((bin, if taken == Taken::ALL { weight } else { [people].into_iter().collect() }));
    }
    kept.bins = bins.into_iter().collect();
    let weight: f64 = kept.bins.iter().map(|(_, weight)| weight).sum();
    let share = if weight > 0.0 { weight / all.cell.weight.value() } else { 0.0 };
    kept.cell = Cell { n: (all.cell.n as f64 * share).round() as u64, ..Cell::default() };
    kept.cell.weight.add(weight, 1);
    kept.cell.square.add(square_of(&all.cell, weight), 1);
    kept
}

/// The area is highest with the unknown qualified above one score and the unknown
/// others below another. Every cut of the others is tried (in [`MOST_BINS`] bins,
/// where there are more scores); to each belongs one best cut of the qualified. From
/// the best of all it goes on score by score. Turned round, the lowest.
fn of_area(
    [positives, more_positives]: [&Distribution; 2],
    [negatives, more_negatives]: [&Distribution; 2],
    scale: Scale,
    up: bool,
) -> Option<[Distribution; 2]> {
    let rising = (scale.higher == Side::Favourable) == up;
    let all = [positives, more_positives, negatives, more_negatives];
    let keys: BTreeSet<i64> = all.iter().flat_map(|scores| scores.bins.keys()).collect();
    let mut order: Vec<i64> = keys.into_iter().collect();
    if !rising {
        order.reverse();
    }
    let column = |scores: &Distribution| -> Vec<f64> { order.iter().map(|bin| scores.bins.weight(*bin)).collect() };
    let qualified = Labelled { own: column(positives), more: column(more_positives) };
    let others = Labelled { own: column(negatives), more: column(more_negatives) };
    let width = order.len().div_ceil(MOST_BINS).max(1);
    let cut = best_cut(&qualified.in_bins(width), &others.in_bins(width))? * width;
    let (taken, of_others) = climb(&qualified, &others, (0..order.len()).map(|at| at < cut).collect())?;
    let at = |bin: i64| if rising { order.binary_search(&bin) } else { order.binary_search_by(|x| bin.cmp(x)) }.ok();
    let merged = |own: &Distribution, more: &Distribution, taken: &[bool]| {
        taking(own, more, scale, |bin| Taken::all_or_none(at(bin).is_some_and(|at| taken[at])))
    };
    Some([merged(positives, more_positives, &taken), merged(negatives, more_negatives, &of_others)])
}

/// People with one label in the order of their scores: weights of the group's own,
/// and of the unknown.
struct Labelled {
    own: Vec<f64>,
    more: Vec<f64>,
}

impl Labelled {
    fn in_bins(&self, width: usize) -> Labelled {
        let sums = |weights: &[f64]| weights.chunks(width).map(|chunk| chunk.iter().sum()).collect();
        Labelled { own: sums(&self.own), more: sums(&self.more) }
    }

    fn turned(&self) -> Labelled {
        let turned = |weights: &[f64]| weights.iter().rev().copied().collect();
        Labelled { own: turned(&self.own), more: turned(&self.more) }
    }

    /// The share of the side below each score, ties by half, with some of the unknown;
    /// none where nobody is there.
    fn below(&self, taken: impl Fn(usize) -> bool) -> Option<Vec<f64>> {
        let mut below = 0.0;
        let mut placement: Vec<f64> = (0..self.own.len())
            .map(|at| {
                let here = self.own[at] + if taken(at) { self.more[at] } else { 0.0 };
                below += here;
                below - here / 2.0
            })
            .collect();
        placement.iter_mut().for_each(|place| *place /= below);
        (below > 0.0).then_some(placement)
    }

    /// The highest mean placement of the side: with the unknown of a higher placement.
    fn highest(&self, placement: &[f64]) -> Option<f64> {
        let mean = |above: f64| {
            let (mut sum, mut weight) = (0.0, 0.0);
            for ((place, own), more) in placement.iter().zip(&self.own).zip(&self.more) {
                let people = own + if *place > above { *more } else { 0.0 };
                sum += people * place;
                weight += people;
            }
            sum / weight
        };
        let own: f64 = self.own.iter().sum();
        let mut highest = mean(if own > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY });
        for _ in 0..100 {
            let next = mean(highest);
            if !next.is_finite() || next <= highest {
                break;
            }
            highest = next;
        }
        highest.is_finite().then_some(highest)
    }
}

/// The position before which the unknown others are best taken.
fn best_cut(qualified: &Labelled, others: &Labelled) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for cut in (0..=others.own.len()).filter(|at| *at == 0 || others.more[at - 1] > 0.0) {
        let area = others.below(|at| at < cut).and_then(|placement| qualified.highest(&placement));
        if let Some(area) = area
            && best.is_none_or(|(most, _)| area > most)
        {
            best = Some((area, cut));
        }
    }
    best.map(|(_, cut)| cut)
}

/// Takes the best of one side for what is taken of the other, in turn, until neither
/// raises the area.
fn climb(qualified: &Labelled, others: &Labelled, mut of_others: Vec<bool>) -> Option<(Vec<bool>, Vec<bool>)> {
    let last = of_others.len();
    let turned = others.turned();
    let (mut taken, mut reached) = (vec![false; last], f64::NEG_INFINITY);
    for _ in 0..50 {
        let placement = others.below(|at| of_others[at])?;
        let area = qualified.highest(&placement)?;
        if area <= reached {
            break;
        }
        reached = area;
        taken = placement.iter().map(|place| *place > area).collect();
        // Seen from above, the others are the higher the more qualified are above them.
        let kept: Vec<bool> = taken.iter().rev().copied().collect();
        let placement = qualified.turned().below(|at| kept[at])?;
        let area = turned.highest(&placement)?;
        if area <= reached {
            break;
        }
        reached = area;
        of_others = placement.iter().rev().map(|place| *place > area).collect();
    }
    Some((taken, of_others))
}

/// The sum of the squared weights of some people of a cell, by their weight: where
/// all weigh the same it is known, else at most this.
fn square_of(all: &Cell, weight: f64) -> f64 {
    let (whole, square) = (all.weight.value(), all.square.value());
    let alike = whole * whole >= all.n as f64 * square * (1.0 - 1e-9);
    if alike && whole > 0.0 { square * weight / whole } else { square.min(weight * square.sqrt()) }
}
