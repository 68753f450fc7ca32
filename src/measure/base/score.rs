//! Numbers from scores: levels, ranks, losses.

use super::calibration::{Forecasts, binned, in_the_large};
use super::{Look, Measured, Seat, effective_counts, empty, people};
use crate::catalogue::ScoreValue;
use crate::cells::{Cell, Distribution, Grid, Label, Outcome, Summand, Why};
use crate::measure::distribution::largest_share;
use crate::measure::evidence::{Evidence, Of};
use crate::measure::part::{Part, Scale, by_score};
use crate::measure::scores::Scores;
use crate::plan::Side;
use crate::stats::{Moments, Proportion, ScoreBin, auc, distances, ks_distance, skewness};

/// Distributions are resampled in at most so many bins.
const COARSE_BINS: usize = 50;

pub(super) fn measure(value: ScoreValue, seat: &Seat<'_>, scale: Scale, look: &Look<'_>) -> Measured {
    let part = seat.part;
    let scores = &*part.scores();
    let labelled = scores.labelled();
    if value.needs_probability() && !scale.probability {
        return Measured::undefined(Why::NotAProbability, &labelled);
    }
    if value == ScoreValue::Mean {
        return mean_score((part, scores), scale, look);
    }
    if labelled.n == 0 {
        return Measured::undefined(Why::EmptyDenominator, &labelled);
    }
    if labelled.weight.value() <= 0.0 {
        return Measured::undefined(Why::ZeroWeight, &labelled);
    }
    let told = || look.memory.forecasts.of(part.id, || Forecasts::new(scores, scale));
    match value {
        ScoreValue::Mean => mean_score((part, scores), scale, look),
        ScoreValue::Auc => area(part, part, scale, &labelled, look),
        ScoreValue::AucOfQualified | ScoreValue::AucOfUnqualified => match seat.rest {
            None => Measured::undefined(Why::NothingOutside, &labelled),
            Some(rest) if value == ScoreValue::AucOfQualified => area(part, rest, scale, &labelled, look),
            Some(rest) => area(rest, part, scale, &labelled, look),
        },
        ScoreValue::Separation => separation((part, scores), scale, &labelled, look),
        ScoreValue::Brier => brier(part, &told(), scale, &labelled, look),
        ScoreValue::LogLoss => log_loss(part, &told(), &labelled),
        ScoreValue::Uncertainty => uncertainty((part, scores), &labelled),
        ScoreValue::CalibrationRatio => calibration_ratio((part, scores), &told(), &labelled),
        ScoreValue::CalibrationErrorEqualMass => binned(value, &told().equal_mass(), part, &labelled, look),
        ScoreValue::Reliability | ScoreValue::Resolution | ScoreValue::CalibrationError => {
            binned(value, &told().equal_width, part, &labelled, look)
        }
    }
}

fn moments_of(distribution: &Distribution, n: f64, grid: Grid) -> Option<Moments> {
    let (weight, sum) = (distribution.cell.weight.value(), distribution.sum.value());
    match distribution.spread(grid) {
        Some(spread) => Moments::from_spread(n, weight, sum, spread),
        None => Moments::from_sums(n, weight, sum, distribution.sum_of_squares.value()),
    }
}

/// Moments of the scores of everyone, labelled or not.
fn score_moments(part: &Part, scale: Scale, look: &Look<'_>) -> Option<Moments> {
    let all = look.memory.everyone(part);
    let plain = moments_of(&all, all.cell.effective(), scale.grid)?;
    let labels = [Label::Favourable, Label::Unfavourable, Label::Unknown];
    Some(Moments { n: part.clustered(&labels, &all.cell, plain.variance, plain.mean, look.level), ..plain })
}

/// Some people, and their scores.
type Scored<'p> = (&'p Part, &'p Scores);

fn mean_score((part, scores): Scored<'_>, scale: Scale, look: &Look<'_>) -> Measured {
    let people = {
        let mut all = scores.labelled();
        all.merge(&scores.unlabelled.cell);
        all
    };
    match score_moments(part, scale, look) {
        None => Measured::undefined(empty(&people), &people),
        Some(moments) => Measured {
            evidence: Evidence::Mean(moments),
            range: scale.probability.then_some((0.0, 1.0)),
            n_eff: moments.n,
            ..Measured::new(moments.mean, &people)
        },
    }
}

/// The chance that someone favourable of `upper` scores above someone
/// unfavourable of `lower`.
fn area(upper: &Part, lower: &Part, scale: Scale, labelled: &Cell, look: &Look<'_>) -> Measured {
    let (above, below) = (upper.scores(), lower.scores());
    let mut bins: Vec<ScoreBin> = by_score(&above.favourable, &below.unfavourable)
        .map(|(_, positives, negatives)| ScoreBin { positives, negatives })
        .collect();
    if scale.higher == Side::Unfavourable {
        bins.reverse();
    }
    let people = |part: &Part, distribution: &Distribution, label| {
        let plain = distribution.cell.effective();
        let moments = moments_of(distribution, plain, scale.grid);
        moments.map_or(plain, |m| part.clustered(&[label], &distribution.cell, m.variance, m.mean, look.level))
    };
    let positives = people(upper, &above.favourable, Label::Favourable);
    let negatives = people(lower, &below.unfavourable, Label::Unfavourable);
    match auc(&bins, positives, negatives) {
        None => Measured::undefined(Why::OneClass, labelled),
        Some(auc) => {
            let bound = (scale.grid != Grid::Exact).then_some(auc.tied / 2.0);
            let evidence = Evidence::Area(auc, bound.unwrap_or(0.0));
            Measured { evidence, error_bound: bound, ..Measured::new(auc.value, labelled) }
        }
    }
}

/// Weights of two sides in rising order of score, in few enough bins to be
/// resampled; their borders are quantiles of both sides together.
pub(in super::super) fn coarse_bins(one: &Distribution, two: &Distribution) -> Vec<(f64, f64)> {
    let fine: Vec<(f64, f64)> = by_score(one, two).map(|(_, a, b)| (a, b)).collect();
    if fine.len() <= COARSE_BINS {
        return fine;
    }
    let whole: f64 = fine.iter().map(|(a, b)| a + b).sum();
    let mut coarse = vec![(0.0, 0.0); COARSE_BINS];
    let mut below = 0.0;
    for (a, b) in fine {
        let at = ((below + (a + b) / 2.0) / whole * COARSE_BINS as f64) as usize;
        below += a + b;
        let bin = &mut coarse[at.min(COARSE_BINS - 1)];
        *bin = (bin.0 + a, bin.1 + b);
    }
    coarse
}

/// The differences of the cumulative shares of two sides, exact but for rounding.
pub(in super::super) fn cumulative_gaps<'s>(one: &'s [f64], two: &'s [f64]) -> Option<impl Iterator<Item = f64> + 's> {
    let (all, other): (f64, f64) = (one.iter().sum(), two.iter().sum());
    let (over_all, over_other) = (1.0 / all, 1.0 / other);
    let (mut a, mut b) = (0.0, 0.0);
    let gaps = one.iter().zip(two).map(move |(x, y)| {
        a += x;
        b += y;
        a * over_all - b * over_other
    });
    (all > 0.0 && other > 0.0).then_some(gaps)
}

fn farther(far: f64, gap: f64) -> f64 {
    far.max(gap.abs())
}

fn separation((part, scores): Scored<'_>, scale: Scale, labelled: &Cell, look: &Look<'_>) -> Measured {
    let fine: Vec<(f64, f64, f64)> = by_score(&scores.favourable, &scores.unfavourable)
        .map(|(bin, favourable, unfavourable)| (scale.grid.centre(bin), favourable, unfavourable))
        .collect();
    let Some(value) = ks_distance(&fine) else { return Measured::undefined(Why::OneClass, labelled) };
    let bins = fine.iter().map(|(_, favourable, unfavourable)| (*favourable, *unfavourable));
    let error_bound = (scale.grid != Grid::Exact).then(|| largest_share(bins));
    let (one, two): (Vec<f64>, Vec<f64>) = coarse_bins(&scores.favourable, &scores.unfavourable).into_iter().unzip();
    let share = people(part, labelled) / labelled.effective();
    let sides = [
        effective_counts(&one, scores.favourable.cell.effective() * share),
        effective_counts(&two, scores.unfavourable.cell.effective() * share),
    ];
    let here: Option<Vec<f64>> = cumulative_gaps(&sides[0], &sides[1]).map(Iterator::collect);
    let drawn = distances(&sides, look.resampling, |parts| {
        let there = cumulative_gaps(&parts[0], &parts[1])?.zip(here.as_ref()?);
        let (far, moved) =
            there.fold((0.0, 0.0), |(far, moved), (there, here)| (farther(far, there), farther(moved, there - here)));
        Some([far, moved])
    });
    Measured { evidence: Evidence::distance(drawn, false), error_bound, ..Measured::new(value, labelled) }
}

/// The mean over labelled people of a loss of announced probability and label,
/// and the skewness of the loss.
fn loss(told: &Forecasts, n: f64, of: impl Fn(f64, bool) -> f64) -> Option<(Moments, f64)> {
    let (mut weight, mut sums) = (0.0, [0.0; 3]);
    for &(p, favourable, unfavourable) in &told.all {
        for (w, label) in [(favourable, true), (unfavourable, false)] {
            if w > 0.0 {
                let loss = of(p, label);
                weight += w;
                (1..).zip(&mut sums).for_each(|(power, sum)| *sum += w * loss.powi(power));
            }
        }
    }
    Some((Moments::from_sums(n, weight, sums[0], sums[1])?, skewness(n, weight, sums)))
}

fn brier(part: &Part, told: &Forecasts, scale: Scale, labelled: &Cell, look: &Look<'_>) -> Measured {
    let square = |p: f64, label: bool| (p - f64::from(u8::from(label))).powi(2);
    let plain = loss(told, labelled.effective(), square);
    let Some((plain, skewness)) = plain else { return Measured::undefined(Why::ZeroWeight, labelled) };
    let moments = Moments { n: clustered_brier(part, scale, labelled, plain, look), ..plain };
    Measured {
        evidence: Evidence::Loss(moments, skewness),
        error_bound: (scale.grid != Grid::Exact).then_some(scale.grid.width()),
        ..Measured::new(moments.mean, labelled)
    }
}

/// Effective people for the mean squared error: it is a sum of scores and
/// squared scores, whose products within clusters are known.
fn clustered_brier(part: &Part, scale: Scale, labelled: &Cell, plain: Moments, look: &Look<'_>) -> f64 {
    let hit = match scale.higher {
        Side::Favourable => Label::Favourable,
        Side::Unfavourable => Label::Unfavourable,
    };
    let mut coefficients = Vec::new();
    for label in [Label::Favourable, Label::Unfavourable] {
        coefficients.push((Summand::SquaredScore(label), 1.0));
        if label == hit {
            coefficients.push((Summand::Score(label), -2.0));
        }
        let outcomes = Outcome::ALL.into_iter().filter(|outcome| outcome.label == label);
        let one = f64::from(u8::from(label == hit)) - plain.mean;
        coefficients.extend(outcomes.map(|outcome| (Summand::Weight(outcome), one)));
    }
    part.clustered_mean(&coefficients, labelled, plain.variance, look.level)
}

fn log_loss(part: &Part, told: &Forecasts, labelled: &Cell) -> Measured {
    let surprise = |p: f64, label: bool| -(if label { p } else { 1.0 - p }).ln();
    match loss(told, people(part, labelled), surprise) {
        Some((moments, skewness)) if moments.mean.is_finite() => {
            Measured { evidence: Evidence::Loss(moments, skewness), ..Measured::new(moments.mean, labelled) }
        }
        Some(_) => Measured::undefined(Why::CertainAndWrong, labelled),
        None => Measured::undefined(Why::ZeroWeight, labelled),
    }
}

fn base_rate((part, scores): Scored<'_>, labelled: &Cell) -> Option<Proportion> {
    let n = people(part, labelled);
    // Everyone is everyone: no rounding may leave a splinter of another label.
    let rate = match scores.unfavourable.cell.weight.is_zero() {
        true => 1.0,
        false => (scores.favourable.cell.weight.value() / labelled.weight.value()).clamp(0.0, 1.0),
    };
    Proportion::new(rate * n, n)
}

fn uncertainty(scored: Scored<'_>, labelled: &Cell) -> Measured {
    match base_rate(scored, labelled) {
        None => Measured::undefined(Why::ZeroWeight, labelled),
        Some(rate) => {
            let value = rate.estimate() * (1.0 - rate.estimate());
            Measured { evidence: Evidence::Proportion(rate, Of::Variance), ..Measured::new(value, labelled) }
        }
    }
}

/// Observed over expected, r = Σ w·y / Σ w·p. Its spread is that of y − r·p.
fn calibration_ratio((part, scores): Scored<'_>, told: &Forecasts, labelled: &Cell) -> Measured {
    let whole = labelled.weight.value();
    let expected: f64 = told.all.iter().map(|(p, a, b)| p * (a + b)).sum();
    let (Some(rate), true) = (base_rate((part, scores), labelled), expected > 0.0) else {
        let some = scores.favourable.cell.weight.value() > 0.0;
        return Measured::undefined(if some { Why::ZeroDenominator } else { Why::EmptyDenominator }, labelled);
    };
    let times = whole / expected;
    let value = rate.estimate() * times;
    let residual = |p: f64, label: bool| (f64::from(u8::from(label)) - value * p).powi(2);
    let spread = loss(told, rate.trials(), residual).map_or(0.0, |(moments, _)| moments.mean);
    let plain = rate.estimate() * (1.0 - rate.estimate());
    let n = if spread > 1e-9 && plain > 0.0 { rate.trials() * plain / spread } else { rate.trials() };
    let evidence = match Proportion::new(rate.estimate() * n, n) {
        Some(rate) => Evidence::Proportion(rate, Of::Linear { times, plus: 0.0 }),
        None => Evidence::None,
    };
    Measured {
        evidence,
        numerator: Some(scores.favourable.cell.weight.value()),
        denominator: Some(expected),
        test: in_the_large(told, part, labelled),
        // Of so many people the rate of labels would vary as the residuals do.
        n_eff: n,
        ..Measured::new(value, labelled)
    }
}
