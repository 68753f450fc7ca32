//! Inequality of benefits: b = decision − label + 1.

use std::rc::Rc;
use std::sync::Arc;

use super::{LABELLED, Look, Measured, bits, effective_counts, empty, people};
use crate::catalogue::{FN, FP, Inequality, TN, TP};
use crate::cells::{Cell, Why};
use crate::measure::evidence::Evidence;
use crate::measure::part::Part;
use crate::stats::{Benefits, Moments, Replicates, between_groups_of, distances_of, posteriors, within_groups};

/// Atkinson's aversion to inequality.
const AVERSION: f64 = 0.5;

/// The weights of people with benefit 0, 1 and 2.
fn by_benefit(part: &Part) -> [f64; 3] {
    [FN, TP.or(TN), FP].map(|set| part.cell(set).weight.value())
}

/// Benefits with their weights.
fn benefits(weights: &[f64; 3]) -> [(f64, f64); 3] {
    std::array::from_fn(|benefit| (benefit as f64, weights[benefit]))
}

/// The index of people with benefit 0, 1 and 2, by their weights.
pub(in super::super) fn of_weights(which: Inequality, weights: &[f64; 3]) -> Option<f64> {
    index(which, &benefits(weights))
}

fn index(which: Inequality, people: &[(f64, f64)]) -> Option<f64> {
    index_of(which, &Benefits::new(people)?)
}

fn index_of(which: Inequality, people: &Benefits<'_>) -> Option<f64> {
    let found = match which {
        Inequality::Mean => None,
        Inequality::Gini => people.gini(),
        Inequality::Atkinson => people.atkinson(AVERSION),
        Inequality::LogDeviation | Inequality::Theil | Inequality::Entropy2 => people.entropy(which.alpha()?),
    };
    // What rounding leaves of equal benefits is no inequality.
    found.map(|found| if found > 1e-15 { found } else { 0.0 })
}

pub(super) fn measure(which: Inequality, part: &Part, look: &Look<'_>) -> Measured {
    let labelled = part.cell(LABELLED);
    let weights = by_benefit(part);
    if labelled.weight.value() <= 0.0 {
        return Measured::undefined(empty(&labelled), &labelled);
    }
    if which == Inequality::Mean {
        let (sum, squares) = (weights[1] + 2.0 * weights[2], weights[1] + 4.0 * weights[2]);
        let moments = Moments::from_sums(people(part, &labelled), labelled.weight.value(), sum, squares);
        let evidence = moments.map_or(Evidence::None, Evidence::Mean);
        return Measured { evidence, ..Measured::new(sum / labelled.weight.value(), &labelled) };
    }
    match index(which, &benefits(&weights)) {
        None => Measured::undefined(why(&weights), &labelled),
        Some(value) => {
            let counts = effective_counts(&weights, people(part, &labelled));
            let place = INDICES.iter().position(|index| *index == which);
            let drawn = place.map(|place| Arc::clone(&drawn(counts, look)[place]));
            let evidence = drawn.map_or(Evidence::None, |drawn| Evidence::Posterior { drawn, turned: false });
            Measured { evidence, ..Measured::new(value, &labelled) }
        }
    }
}

/// The indices, which are functions of the same draws.
const INDICES: [Inequality; 5] =
    [Inequality::LogDeviation, Inequality::Theil, Inequality::Entropy2, Inequality::Gini, Inequality::Atkinson];

/// Draws of each of them.
pub(super) type Drawn = Rc<[Arc<Replicates>; INDICES.len()]>;

fn drawn(counts: Vec<f64>, look: &Look<'_>) -> Drawn {
    let key = std::array::from_fn(|benefit| counts[benefit].to_bits());
    let draw = || {
        let of = |parts: &[Vec<f64>]| {
            let weights = &parts[0];
            Benefits::new(&benefits(&std::array::from_fn(|benefit| weights[benefit])))
                .map_or([None; INDICES.len()], |people| INDICES.map(|which| index_of(which, &people)))
        };
        Rc::new(posteriors(&[counts], look.resampling, of).map(Arc::new))
    };
    Rc::clone(look.memory.benefits.borrow_mut().entry(key).or_insert_with(draw))
}

fn why(weights: &[f64; 3]) -> Why {
    if weights[1] + weights[2] <= 0.0 { Why::BothZero } else { Why::ZeroBenefit }
}

/// The part of an index between or within groups.
pub(in super::super) fn split(
    which: Inequality,
    within: bool,
    parts: &[&Part],
    all: &Cell,
    look: &Look<'_>,
) -> Measured {
    // In the order of their counts, so that other names of groups change nothing.
    let mut parts = parts.to_vec();
    parts.sort_by(|one, two| by_benefit(one).partial_cmp(&by_benefit(two)).unwrap_or(std::cmp::Ordering::Equal));
    let cells: Vec<[f64; 3]> = parts.iter().map(|part| by_benefit(part)).collect();
    let Some(place) = SPLIT.iter().position(|index| *index == which) else {
        return Measured::undefined(Why::ZeroBenefit, all);
    };
    let Some(value) = parts_of(within, &cells)[place] else { return Measured::undefined(Why::ZeroBenefit, all) };
    let sizes: Vec<f64> = parts.iter().map(|part| people(part, &part.cell(LABELLED))).collect();
    let key = (within, bits(cells.iter().flatten().chain(&sizes)));
    let mut known = look.memory.splits.borrow_mut();
    let evidence = known.entry(key).or_insert_with(|| split_evidence(within, &cells, &sizes, look));
    Measured { evidence: evidence[place].clone(), ..Measured::new(value, all) }
}

/// The indices that split into a part between groups and one within.
const SPLIT: [Inequality; 3] = [Inequality::LogDeviation, Inequality::Theil, Inequality::Entropy2];

/// Evidence of the part of each of them.
pub(super) type Split = [Evidence; SPLIT.len()];

/// The part of each index within or between groups, by the weights of their people
/// with benefit 0, 1 and 2.
fn parts_of(within: bool, cells: &[[f64; 3]]) -> [Option<f64>; SPLIT.len()] {
    let groups: Vec<[(f64, f64); 3]> = cells.iter().map(benefits).collect();
    let alphas = SPLIT.map(|index| index.alpha().unwrap_or(0.0));
    if within { within_groups(&groups, alphas) } else { between_groups_of(&groups, alphas) }
}

fn split_evidence(within: bool, cells: &[[f64; 3]], sizes: &[f64], look: &Look<'_>) -> Split {
    // Groups keep their shares of the weight while their people are drawn.
    let whole: f64 = cells.iter().flatten().sum();
    let drawn: Vec<Vec<f64>> = cells.iter().zip(sizes).map(|(cells, size)| effective_counts(cells, *size)).collect();
    let scale: Vec<f64> =
        cells.iter().zip(sizes).map(|(cells, size)| cells.iter().sum::<f64>() / whole / size.max(1.0)).collect();
    let weighted = |parts: &[Vec<f64>]| -> Vec<[f64; 3]> {
        parts.iter().zip(&scale).map(|(cells, scale)| std::array::from_fn(|at| cells[at] * scale)).collect()
    };
    if within {
        let drawn = posteriors(&drawn, look.resampling, |parts| parts_of(true, &weighted(parts)));
        return drawn.map(Evidence::posterior);
    }
    // Near 0 every index between groups is half the square of how their means are
    // spread: a distance.
    let shift = deviations(cells);
    let apart = |parts: &[Vec<f64>]| {
        let parts = weighted(parts);
        let moved = deviations(&parts);
        let spread = moved
            .iter()
            .zip(&shift)
            .zip(cells)
            .map(|((moved, here), cells)| cells.iter().sum::<f64>() / whole * (moved - here).powi(2));
        let spread = (0.5 * spread.sum::<f64>()).sqrt();
        parts_of(false, &parts).map(|found| Some([found?.max(0.0).sqrt(), spread]))
    };
    distances_of(&drawn, look.resampling, apart).map(|drawn| Evidence::distance(drawn, true))
}

/// How far the mean benefit of each group lies from that of all, as a share.
fn deviations(groups: &[[f64; 3]]) -> Vec<f64> {
    let sums = |cells: &[f64; 3]| (cells.iter().sum::<f64>(), cells[1] + 2.0 * cells[2]);
    let (people, benefit) = groups.iter().fold((0.0, 0.0), |(n, b), cells| {
        let (people, benefit) = sums(cells);
        (n + people, b + benefit)
    });
    let of = |cells: &[f64; 3]| {
        let (n, own) = sums(cells);
        own / n.max(f64::MIN_POSITIVE) * people / benefit - 1.0
    };
    groups.iter().map(of).collect()
}
