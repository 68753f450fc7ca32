//! The distribution of a group against that of its reference.

use super::base::{Look, coarse_bins, cumulative_gaps, effective_counts, people};
use super::compare::Sides;
use super::evidence::Evidence;
use super::part::{Part, by_score};
use super::{Measured, Test, TestMethod};
use crate::catalogue::{Comparison, DistributionOf, Outcomes, QUALIFIED, REJECTED, SELECTED, UNQUALIFIED};
use crate::cells::{Cell, Distribution, Grid, Why};
use crate::stats::{
    Interval, Level, Proportion, Resampling, ScoreBin, chi_square, distances_of, jensen_shannon, kolmogorov_smirnov,
    kullback_leibler, largest_gap, lp_norm, miettinen_nurminen_difference, population_stability_index, posterior,
    quantile_weights, total_variation, wasserstein,
};

/// Bins of the population stability index.
const STABILITY_BINS: usize = 10;

/// The value and evidence of the distance to the reference, and the test
/// against those whom the group shares nobody with.
pub(super) fn compare(of: DistributionOf, how: Comparison, sides: &Sides<'_>, look: &Look<'_>) -> Measured {
    let (group, reference, other) = (sides.group.part, sides.reference.part, sides.other());
    match of {
        DistributionOf::Scores => {
            let test = (how == Comparison::KolmogorovSmirnov).then(|| scores_test(group, other, look)).flatten();
            Measured { test, ..scores(how, group, reference, look) }
        }
        DistributionOf::Labels => outcomes(how, [QUALIFIED, UNQUALIFIED], (group, reference, other)),
        DistributionOf::Decisions => outcomes(how, [SELECTED, REJECTED], (group, reference, other)),
    }
}

/// The distance of the shares p of the reference from the shares q of the group.
fn between(how: Comparison, p: &[f64], q: &[f64]) -> Option<f64> {
    match how {
        Comparison::KullbackLeibler => kullback_leibler(p, q),
        Comparison::JensenShannon => jensen_shannon(p, q),
        Comparison::Euclidean => lp_norm(p, q, 2.0),
        Comparison::TotalVariation => total_variation(p, q),
        _ => largest_gap(p, q),
    }
}

fn outcomes(how: Comparison, sets: [Outcomes; 2], (group, reference, apart): (&Part, &Part, &Part)) -> Measured {
    let weights = |part: &Part| sets.map(|set| part.cell(set).weight.value());
    let all = |part: &Part| part.cell(sets[0].or(sets[1]));
    let (own, other) = (all(group), all(reference));
    let (p, q) = (weights(reference), weights(group));
    for (cell, why) in [(&own, Why::UndefinedGroup), (&other, Why::UndefinedReference)] {
        if cell.weight.value() <= 0.0 {
            return Measured::undefined(why, &own);
        }
    }
    let Some(value) = between(how, &p, &q) else { return Measured::undefined(Why::NotAbsolutelyContinuous, &own) };
    let sides = [effective_counts(&p, people(reference, &other)), effective_counts(&q, people(group, &own))];
    let share = |side: &[f64]| Proportion::new(side[0], side[0] + side[1]);
    let evidence = match (share(&sides[0]), share(&sides[1])) {
        (Some(reference), Some(group)) => Evidence::OfTwoShares { how, reference, group },
        _ => Evidence::None,
    };
    let counts = |part: &Part| effective_counts(&weights(part), people(part, &all(part)));
    let tested = [counts(apart), counts(group)];
    let test = chi_square(&tested).filter(|_| enough(&tested)).map(|test| Test {
        method: TestMethod::ChiSquare,
        statistic: Some(test.statistic),
        p: test.p,
    });
    Measured { evidence, test, ..Measured::new(value, &own) }
}

/// Whether every expected count is 5 or more: below that p of χ² is not to be trusted.
fn enough(sides: &[Vec<f64>; 2]) -> bool {
    let all: f64 = sides.iter().flatten().sum();
    let column = |at: usize| sides.iter().map(|side| side[at]).sum::<f64>();
    sides.iter().all(|side| (0..2).all(|at| side.iter().sum::<f64>() * column(at) / all >= 5.0))
}

/// The interval of a distance of two distributions over yes and no: a function
/// of the difference of the shares, from whose score interval it comes. Shares
/// are moved towards and away from each other, the share of both together
/// staying what it is; where the difference may be 0, so may the distance.
pub(super) fn of_two_shares(how: Comparison, reference: Proportion, group: Proportion, level: Level) -> Interval {
    let difference = miettinen_nurminen_difference(group, reference, level);
    let (n, m) = (reference.trials(), group.trials());
    let both = (reference.successes() + group.successes()) / (n + m);
    let apart = |difference: f64| {
        let p = (both - difference * m / (n + m)).clamp(0.0, 1.0);
        let q = (both + difference * n / (n + m)).clamp(0.0, 1.0);
        between(how, &[p, 1.0 - p], &[q, 1.0 - q]).unwrap_or(f64::INFINITY)
    };
    let ends = [apart(difference.low), apart(difference.high)];
    let low = if difference.contains(0.0) { 0.0 } else { ends[0].min(ends[1]) };
    Interval::new(low, ends[0].max(ends[1]))
}

fn scores(how: Comparison, group: &Part, reference: &Part, look: &Look<'_>) -> Measured {
    let (one, two) = (look.memory.everyone(group), look.memory.everyone(reference));
    let Some(scale) = look.scale else { return Measured::undefined(Why::EmptyGroup, &Cell::default()) };
    for (side, why) in [(&one, Why::UndefinedGroup), (&two, Why::UndefinedReference)] {
        if side.cell.weight.value() <= 0.0 {
            return Measured::undefined(why, &one.cell);
        }
    }
    let fine: Vec<(f64, f64, f64)> =
        by_score(&one, &two).map(|(bin, own, other)| (scale.grid.centre(bin), other, own)).collect();
    let found = match how {
        Comparison::Wasserstein => wasserstein(&fine),
        Comparison::PopulationStability => stability(&fine),
        _ => kolmogorov(&fine),
    };
    let Some(value) = found else { return Measured::undefined(Why::NotAbsolutelyContinuous, &one.cell) };
    let evidence = scores_evidence(how, (&one, &two), (group, reference), &fine, look);
    let error_bound = hidden(how, &fine, scale.grid);
    // A sum of nothing may have the sign of its first addend.
    Measured { evidence, error_bound, ..Measured::new(value + 0.0, &one.cell) }
}

/// How far off scores that were taken as one can make a distance: within a bin
/// distribution functions may part by as much as either has in it, and every score lies
/// by no more than the width of its bin elsewhere. None where each has its own bin.
fn hidden(how: Comparison, fine: &[(f64, f64, f64)], grid: Grid) -> Option<f64> {
    if grid == Grid::Exact {
        return None;
    }
    let sum = |of: &dyn Fn(&(f64, f64, f64)) -> f64| fine.iter().map(of).sum::<f64>();
    let (one, two) = (sum(&|bin| bin.1), sum(&|bin| bin.2));
    match how {
        Comparison::KolmogorovSmirnov => Some(largest_share(fine.iter().map(|bin| (bin.1, bin.2)))),
        Comparison::Wasserstein => {
            let moved = sum(&|bin| bin.0.abs() * (bin.1 / one + bin.2 / two));
            Some(moved * grid.width())
        }
        _ => None,
    }
}

/// The largest share that one of two sides has in a bin.
pub(super) fn largest_share(bins: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let (one, two) = bins.clone().fold((0.0, 0.0), |(one, two), bin| (one + bin.0, two + bin.1));
    bins.fold(0.0, |most: f64, bin| most.max(bin.0 / one).max(bin.1 / two))
}

/// Kolmogorov and Smirnov's test of two that share nobody.
fn scores_test(group: &Part, other: &Part, look: &Look<'_>) -> Option<Test> {
    let (one, two) = (look.memory.everyone(group), look.memory.everyone(other));
    let bins: Vec<ScoreBin> =
        by_score(&one, &two).map(|(_, positives, negatives)| ScoreBin { positives, negatives }).collect();
    let test = kolmogorov_smirnov(&bins, people(group, &one.cell), people(other, &two.cell))?;
    Some(Test { method: TestMethod::KolmogorovSmirnov, statistic: Some(test.d), p: test.p })
}

/// Resampled in few bins. Of the distance in bins and that of single scores the
/// second is the value; the first tells how far chance moves it.
fn scores_evidence(
    how: Comparison,
    (one, two): (&Distribution, &Distribution),
    (group, reference): (&Part, &Part),
    fine: &[(f64, f64, f64)],
    look: &Look<'_>,
) -> Evidence {
    let numbers = [people(reference, &two.cell), people(group, &one.cell)];
    if how == Comparison::PopulationStability {
        return stability_evidence(fine, numbers, look);
    }
    let (own, other): (Vec<f64>, Vec<f64>) = coarse_bins(one, two).into_iter().unzip();
    let centres = coarse_centres(fine, own.len());
    let sides = [effective_counts(&other, numbers[0]), effective_counts(&own, numbers[1])];
    let place = usize::from(how == Comparison::Wasserstein);
    let [gap, area] = look.memory.gaps(&sides, &centres, look.resampling);
    if place == 0 { gap } else { area }
}

/// The largest gap of two distribution functions and the area between them, over
/// resamples of both sides.
pub(super) fn gaps(sides: &[Vec<f64>; 2], centres: &[f64], how: Resampling) -> [Evidence; 2] {
    let here: Option<Vec<f64>> = cumulative_gaps(&sides[0], &sides[1]).map(Iterator::collect);
    let widths: Vec<f64> = centres.windows(2).map(|at| at[1] - at[0]).chain([0.0]).collect();
    let drawn = distances_of(sides, how, |parts| {
        let both = || {
            let there = cumulative_gaps(&parts[0], &parts[1])?.zip(here.as_ref()?).zip(&widths);
            let (mut far, mut area) = ([0.0f64; 2], [0.0; 2]);
            for ((there, here), width) in there {
                for (at, gap) in [there, there - here].into_iter().enumerate() {
                    far[at] = far[at].max(gap.abs());
                    area[at] += gap.abs() * width;
                }
            }
            Some([far, area])
        };
        both().map_or([None; 2], |found| found.map(Some))
    });
    drawn.map(|drawn| Evidence::distance(drawn, false))
}

/// Shares of the bins are drawn and not people, of whom a bin may lose its last and
/// leave no index. Chance moves the index upward: percentiles are turned over.
fn stability_evidence(fine: &[(f64, f64, f64)], people: [f64; 2], look: &Look<'_>) -> Evidence {
    let Some([reference, group]) = quantile_weights(fine, STABILITY_BINS) else { return Evidence::None };
    let sides = [effective_counts(&reference, people[0]), effective_counts(&group, people[1])];
    let drawn = posterior(&sides, look.resampling, |parts| population_stability_index(&parts[0], &parts[1]));
    Evidence::Posterior { drawn: std::sync::Arc::new(drawn), turned: true }
}

/// The mean score of each coarse bin, as `coarse_bins` makes them.
fn coarse_centres(fine: &[(f64, f64, f64)], bins: usize) -> Vec<f64> {
    if fine.len() == bins {
        return fine.iter().map(|(score, ..)| *score).collect();
    }
    let whole: f64 = fine.iter().map(|(_, a, b)| a + b).sum();
    let mut sums = vec![(0.0, 0.0); bins];
    let mut below = 0.0;
    for (score, a, b) in fine {
        let at = (((below + (a + b) / 2.0) / whole * bins as f64) as usize).min(bins - 1);
        below += a + b;
        sums[at] = (sums[at].0 + score * (a + b), sums[at].1 + a + b);
    }
    let mut last = fine.first().map_or(0.0, |(score, ..)| *score);
    sums.iter()
        .map(|(sum, weight)| {
            if *weight > 0.0 {
                last = sum / weight;
            }
            last
        })
        .collect()
}

fn kolmogorov(bins: &[(f64, f64, f64)]) -> Option<f64> {
    crate::stats::ks_distance(bins)
}

fn stability(bins: &[(f64, f64, f64)]) -> Option<f64> {
    crate::stats::psi_of_scores(bins, STABILITY_BINS)
}
