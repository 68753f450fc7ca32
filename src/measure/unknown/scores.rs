//! The unknown people who take a number made of scores to its ends.

use crate::catalogue::ScoreValue;
use crate::cells::{Cell, Distribution};
use crate::measure::base::{Look, announced};
use crate::measure::part::{Part, Scale, by_score};
use crate::plan::Side;

/// More cuts than so many are not tried among those without the label.
const MOST_CUTS: usize = 500;

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
                if keep(a, b) {
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
    kept.cell.square.add(all.cell.square.value() * share, 1);
    kept
}

/// The area is highest with the unknown qualified above one score and the unknown
/// others below another. Every cut of the others is tried, or [`MOST_CUTS`] of
/// them; to each belongs one best cut of the qualified. Turned round, the lowest.
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
    let [own, own_others] = [&part.favourable, &part.unfavourable].map(column);
    let [more, more_others] = [&unknown.favourable, &unknown.unfavourable].map(column);
    let cuts: Vec<usize> = (0..=order.len()).filter(|at| *at == 0 || more_others[at - 1] > 0.0).collect();
    let step = cuts.len().div_ceil(MOST_CUTS);
    let mut best: Option<(f64, usize, Vec<bool>)> = None;
    for cut in cuts.iter().step_by(step).chain(cuts.last()) {
        let others = |at: usize| own_others[at] + if at < *cut { more_others[at] } else { 0.0 };
        let mut below = 0.0;
        let mut placement: Vec<f64> = (0..order.len())
            .map(|at| {
                let here = below + others(at) / 2.0;
                below += others(at);
                here
            })
            .collect();
        placement.iter_mut().for_each(|place| *place /= below);
        if let Some((area, taken)) = above(&placement, &own, &more).filter(|_| below > 0.0)
            && best.as_ref().is_none_or(|(most, ..)| area > *most)
        {
            best = Some((area, *cut, taken));
        }
    }
    let (_, cut, taken) = best?;
    let at = |bin: i64| if rising { order.binary_search(&bin) } else { order.binary_search_by(|x| bin.cmp(x)) }.ok();
    let chosen =
        |scores: &Distribution, keep: &dyn Fn(usize) -> bool| some(scores, scale, |bin| at(bin).is_some_and(keep));
    let mut favourable = part.favourable.clone();
    favourable.merge(&chosen(&unknown.favourable, &|at| taken[at]));
    let mut unfavourable = part.unfavourable.clone();
    unfavourable.merge(&chosen(&unknown.unfavourable, &|at| at < cut));
    Some(Part { favourable, unfavourable, unlabelled: part.unlabelled.clone(), ..moved(part) })
}

/// The highest mean placement of the qualified, and which of the unknown it takes.
fn above(placement: &[f64], own: &[f64], more: &[f64]) -> Option<(f64, Vec<bool>)> {
    let mean = |taken: &dyn Fn(f64) -> bool| {
        let (mut sum, mut weight) = (0.0, 0.0);
        for ((place, own), more) in placement.iter().zip(own).zip(more) {
            let people = own + if taken(*place) { *more } else { 0.0 };
            sum += people * place;
            weight += people;
        }
        sum / weight
    };
    let mut area = mean(&|_| own.iter().sum::<f64>() <= 0.0);
    for _ in 0..100 {
        let next = mean(&|place| place > area);
        if !next.is_finite() || next <= area {
            break;
        }
        area = next;
    }
    area.is_finite().then(|| (area, placement.iter().map(|place| *place > area).collect()))
}
