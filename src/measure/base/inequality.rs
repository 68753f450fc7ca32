//! Inequality of benefits: b = decision − label + 1.

use super::{LABELLED, Look, Measured, effective_counts, empty, people};
use crate::catalogue::{FN, FP, Inequality, TN, TP};
use crate::cells::{Cell, Why};
use crate::measure::evidence::Evidence;
use crate::measure::part::Part;
use crate::stats::{Moments, atkinson, between_groups, decompose, distances, generalized_entropy, gini, posterior};

/// Atkinson's aversion to inequality.
const AVERSION: f64 = 0.5;

/// The weights of people with benefit 0, 1 and 2.
fn by_benefit(part: &Part) -> [f64; 3] {
    [FN, TP.or(TN), FP].map(|set| part.cell(set).weight.value())
}

/// Benefits with their weights.
fn benefits(weights: &[f64]) -> Vec<(f64, f64)> {
    let all = weights.iter().enumerate().map(|(benefit, weight)| (benefit as f64, *weight));
    all.filter(|(_, weight)| *weight > 0.0).collect()
}

/// The index of people with benefit 0, 1 and 2, by their weights.
pub(in super::super) fn of_weights(which: Inequality, weights: &[f64; 3]) -> Option<f64> {
    index(which, &benefits(weights))
}

fn index(index: Inequality, people: &[(f64, f64)]) -> Option<f64> {
    // What rounding leaves of equal benefits is no inequality.
    let snapped = |found: f64| if found > 1e-15 { found } else { 0.0 };
    unsnapped(index, people).map(snapped)
}

fn unsnapped(index: Inequality, people: &[(f64, f64)]) -> Option<f64> {
    match index {
        Inequality::Mean => None,
        Inequality::Gini => gini(people),
        Inequality::Atkinson => atkinson(people, AVERSION),
        Inequality::LogDeviation | Inequality::Theil | Inequality::Entropy2 => {
            generalized_entropy(people, index.alpha()?)
        }
    }
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
            let drawn = posterior(&[counts], look.resampling, |parts| index(which, &benefits(&parts[0])));
            Measured { evidence: Evidence::posterior(drawn), ..Measured::new(value, &labelled) }
        }
    }
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
    let cells: Vec<Vec<f64>> = parts.iter().map(|part| by_benefit(part).to_vec()).collect();
    let of = |cells: &[Vec<f64>]| {
        let groups: Vec<Vec<(f64, f64)>> = cells.iter().map(|weights| benefits(weights)).collect();
        let alpha = which.alpha()?;
        if within { Some(decompose(&groups, alpha)?.within) } else { between_groups(&groups, alpha) }
    };
    let Some(value) = of(&cells) else { return Measured::undefined(Why::ZeroBenefit, all) };
    // Groups keep their shares of the weight while their people are drawn.
    let whole: f64 = cells.iter().flatten().sum();
    let sizes: Vec<f64> = parts.iter().map(|part| people(part, &part.cell(LABELLED))).collect();
    let drawn: Vec<Vec<f64>> = cells.iter().zip(&sizes).map(|(cells, size)| effective_counts(cells, *size)).collect();
    let scale: Vec<f64> =
        cells.iter().zip(&sizes).map(|(cells, size)| cells.iter().sum::<f64>() / whole / size.max(1.0)).collect();
    let weighted = |parts: &[Vec<f64>]| -> Vec<Vec<f64>> {
        parts.iter().zip(&scale).map(|(cells, scale)| cells.iter().map(|cell| cell * scale).collect()).collect()
    };
    let evidence = if within {
        Evidence::posterior(posterior(&drawn, look.resampling, |parts| of(&weighted(parts))))
    } else {
        // Near 0 every index between groups is half the square of how their
        // means are spread: a distance.
        let shift = deviations(&cells);
        let apart = |parts: &[Vec<f64>]| {
            let parts = weighted(parts);
            let moved = deviations(&parts);
            let spread = moved
                .iter()
                .zip(&shift)
                .zip(&cells)
                .map(|((moved, here), cells)| cells.iter().sum::<f64>() / whole * (moved - here).powi(2));
            Some([of(&parts)?.max(0.0).sqrt(), (0.5 * spread.sum::<f64>()).sqrt()])
        };
        Evidence::distance(distances(&drawn, look.resampling, apart), true)
    };
    Measured { evidence, ..Measured::new(value, all) }
}

/// How far the mean benefit of each group lies from that of all, as a share.
fn deviations(groups: &[Vec<f64>]) -> Vec<f64> {
    let sums = |cells: &[f64]| (cells.iter().sum::<f64>(), cells[1] + 2.0 * cells[2]);
    let (people, benefit) = groups.iter().fold((0.0, 0.0), |(n, b), cells| {
        let (people, benefit) = sums(cells);
        (n + people, b + benefit)
    });
    let of = |cells: &Vec<f64>| {
        let (n, own) = sums(cells);
        own / n.max(f64::MIN_POSITIVE) * people / benefit - 1.0
    };
    groups.iter().map(of).collect()
}
