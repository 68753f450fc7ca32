//! The unknown people who take a number made of scores to its ends.

use crate::catalogue::ScoreValue;
use crate::cells::{Cell, Distribution};
use crate::measure::base::{Look, announced};
use crate::measure::part::{Part, Scale, by_score};
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
        ScoreValue::Auc => of_area(part, unknown, scale, (scale.higher == Side::Favourable) == up),
        _ => None,
    }
}

fn scores_of(part: &Part, label: Option<bool>) -> &Distribution {
    match label {
        Some(true) => &part.favourable,
        Some(false) => &part.unfavourable,
        None => &part.unlabelled,
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
    let sums = |from: &Part, keep: &dyn Fn(f64, f64) -> bool| {
        let mut sums = (0.0, 0.0);
        for label in labels {
            for (bin, weight) in &scores_of(from, *label).bins {
                let (a, b) = of(*bin, *label == Some(true));
                // Nobody's loss without bound is no loss.
                if keep(a, b) && weight.value() > 0.0 {
                    sums = (sums.0 + weight.value() * a, sums.1 + weight.value() * b);
                }
            }
        }
        sums
    };
    let own = sums(part, &|_, _| true);
    let moves = |quotient: f64| move |a: f64, b: f64| if up { a > quotient * b } else { a < quotient * b };
    let all = sums(unknown, &|_, _| true);
    let mut quotient = if own.1 > 0.0 { own.0 / own.1 } else { all.0 / all.1 };
    for _ in 0..100 {
        let more = sums(unknown, &moves(quotient));
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
        let mut scores = scores_of(part, label).clone();
        if labels.contains(&label) {
            scores.merge(&some(scores_of(unknown, label), scale, taken));
        }
        scores
    };
    Part { favourable: chosen(Some(true)), unfavourable: chosen(Some(false)), unlabelled: chosen(None), ..moved(part) }
}

fn moved(part: &Part) -> Part {
    Part { tally: part.tally.clone(), clusters: part.clusters.clone(), ..Part::default() }
}

/// The people of some bins. Their numbers are those of the bins.
fn some(all: &Distribution, scale: Scale, keep: impl Fn(i64) -> bool) -> Distribution {
    if all.bins.keys().all(|bin| keep(*bin)) {
        return all.clone();
    }
    let mut kept = Distribution::default();
    for (bin, weight) in all.bins.iter().filter(|(bin, _)| keep(**bin)) {
        let value = scale.grid.centre(*bin);
        kept.sum.add(weight.value() * value, 1);
        kept.sum_of_squares.add(weight.value() * value * value, 1);
        kept.bins.insert(*bin, weight.clone());
    }
    let weight: f64 = kept.bins.values().map(|weight| weight.value()).sum();
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
fn of_area(part: &Part, unknown: &Part, scale: Scale, rising: bool) -> Option<Part> {
    let mut order: Vec<i64> = [part, unknown]
        .iter()
        .flat_map(|part| by_score(&part.favourable, &part.unfavourable).map(|(bin, ..)| bin))
        .collect();
    order.sort_unstable();
    order.dedup();
    if !rising {
        order.reverse();
    }
    let column = |scores: &Distribution| -> Vec<f64> {
        order.iter().map(|bin| scores.bins.get(bin).map_or(0.0, |weight| weight.value())).collect()
    };
    let qualified = Labelled { own: column(&part.favourable), more: column(&unknown.favourable) };
    let others = Labelled { own: column(&part.unfavourable), more: column(&unknown.unfavourable) };
    let width = order.len().div_ceil(MOST_BINS).max(1);
    let cut = best_cut(&qualified.in_bins(width), &others.in_bins(width))? * width;
    let (taken, of_others) = climb(&qualified, &others, (0..order.len()).map(|at| at < cut).collect())?;
    let at = |bin: i64| if rising { order.binary_search(&bin) } else { order.binary_search_by(|x| bin.cmp(x)) }.ok();
    let merged = |own: &Distribution, more: &Distribution, taken: &[bool]| {
        let mut all = own.clone();
        all.merge(&some(more, scale, |bin| at(bin).is_some_and(|at| taken[at])));
        all
    };
    Some(Part {
        favourable: merged(&part.favourable, &unknown.favourable, &taken),
        unfavourable: merged(&part.unfavourable, &unknown.unfavourable, &of_others),
        unlabelled: part.unlabelled.clone(),
        ..moved(part)
    })
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
