//! The distribution of a group against that of its reference.

use super::base::{Look, coarse_bins, cumulative_gaps, effective_counts, people};
use super::evidence::Evidence;
use super::part::{Part, by_score};
use super::{Measured, Test, TestMethod};
use crate::catalogue::{Comparison, DistributionOf, QUALIFIED, REJECTED, SELECTED, UNQUALIFIED};
use crate::cells::{Cell, Distribution, Why};
use crate::stats::{
    ScoreBin, chi_square, distances, jensen_shannon, kolmogorov_smirnov, kullback_leibler, largest_gap, lp_norm,
    replicates, total_variation, wasserstein,
};

/// Bins of the population stability index.
const STABILITY_BINS: usize = 10;

pub(super) fn compare(
    of: DistributionOf,
    how: Comparison,
    group: &Part,
    reference: &Part,
    look: &Look<'_>,
) -> Measured {
    match of {
        DistributionOf::Scores => scores(how, group, reference, look),
        DistributionOf::Labels => outcomes(how, [QUALIFIED, UNQUALIFIED], group, reference, look),
        DistributionOf::Decisions => outcomes(how, [SELECTED, REJECTED], group, reference, look),
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

fn outcomes(
    how: Comparison,
    sets: [crate::catalogue::Outcomes; 2],
    group: &Part,
    reference: &Part,
    look: &Look<'_>,
) -> Measured {
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
    let here = local(how, &sides[0], &sides[1], &sides);
    let squared = matches!(how, Comparison::KullbackLeibler | Comparison::JensenShannon);
    let root = |value: f64| if squared { value.max(0.0).sqrt() } else { value };
    let drawn = distances(&sides, look.resampling, |parts| {
        let there = local(how, &parts[0], &parts[1], &sides);
        let moved: Vec<f64> = there.iter().zip(&here).map(|(there, here)| there - here).collect();
        Some([root(between(how, &parts[0], &parts[1])?), norm(how, &moved)])
    });
    let test = chi_square(&sides).map(|test| Test {
        method: TestMethod::ChiSquare,
        statistic: Some(test.statistic),
        p: test.p,
    });
    Measured { evidence: Evidence::distance(drawn, squared), test, ..Measured::new(value, &own) }
}

/// The differences of shares of which the distance is a norm. A divergence is
/// near 0 a sum of squares of them, weighed by what is in the sample.
fn local(how: Comparison, p: &[f64], q: &[f64], sample: &[Vec<f64>; 2]) -> Vec<f64> {
    let all = |counts: &[f64]| counts.iter().sum::<f64>();
    let (whole, other) = (all(&sample[0]), all(&sample[1]));
    let scale = |at: usize| {
        let (p, q) = (sample[0][at] / whole, sample[1][at] / other);
        match how {
            Comparison::KullbackLeibler if q > 0.0 => (0.5 / q).sqrt(),
            Comparison::JensenShannon if p + q > 0.0 => (0.25 / (p + q)).sqrt(),
            _ => 1.0,
        }
    };
    (0..p.len()).map(|at| scale(at) * (p[at] / all(p) - q[at] / all(q))).collect()
}

fn norm(how: Comparison, gaps: &[f64]) -> f64 {
    match how {
        Comparison::TotalVariation => gaps.iter().map(|gap| gap.abs()).sum::<f64>() / 2.0,
        Comparison::KolmogorovSmirnov => gaps.iter().fold(0.0, |far: f64, gap| far.max(gap.abs())),
        _ => gaps.iter().map(|gap| gap * gap).sum::<f64>().sqrt(),
    }
}

/// Everyone's scores, labelled or not.
fn everyone(part: &Part) -> Distribution {
    let mut all = part.favourable.clone();
    all.merge(&part.unfavourable);
    all.merge(&part.unlabelled);
    all
}

fn scores(how: Comparison, group: &Part, reference: &Part, look: &Look<'_>) -> Measured {
    let (one, two) = (everyone(group), everyone(reference));
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
    let bins: Vec<ScoreBin> =
        fine.iter().map(|(_, other, own)| ScoreBin { positives: *own, negatives: *other }).collect();
    let test = (how == Comparison::KolmogorovSmirnov)
        .then(|| kolmogorov_smirnov(&bins, people(group, &one.cell), people(reference, &two.cell)))
        .flatten()
        .map(|test| Test { method: TestMethod::KolmogorovSmirnov, statistic: Some(test.d), p: test.p });
    Measured { evidence, test, ..Measured::new(value, &one.cell) }
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
    let (own, other): (Vec<f64>, Vec<f64>) = coarse_bins(one, two).into_iter().unzip();
    let centres = coarse_centres(fine, own.len());
    let sides =
        [effective_counts(&other, people(reference, &two.cell)), effective_counts(&own, people(group, &one.cell))];
    if how == Comparison::PopulationStability {
        let drawn = replicates(&sides, look.resampling, |parts| {
            let bins = centres.iter().zip(&parts[0]).zip(&parts[1]);
            stability(&bins.map(|((at, other), own)| (*at, *other, *own)).collect::<Vec<_>>())
        });
        return Evidence::resampled(drawn, true);
    }
    let here = cumulative_gaps(&sides[0], &sides[1]);
    let drawn = distances(&sides, look.resampling, |parts| {
        let gaps = cumulative_gaps(&parts[0], &parts[1])?;
        let moved: Vec<f64> = gaps.iter().zip(here.as_ref()?).map(|(there, here)| there - here).collect();
        Some([gap_size(how, &gaps, &centres), gap_size(how, &moved, &centres)])
    });
    Evidence::distance(drawn, false)
}

/// The largest gap of two distribution functions, or the area between them.
fn gap_size(how: Comparison, gaps: &[f64], at: &[f64]) -> f64 {
    match how {
        Comparison::Wasserstein => gaps.iter().zip(at.windows(2)).map(|(gap, at)| gap.abs() * (at[1] - at[0])).sum(),
        _ => gaps.iter().fold(0.0, |far: f64, gap| far.max(gap.abs())),
    }
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
