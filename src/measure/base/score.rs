//! Numbers from scores: levels, ranks, calibration.

use super::{Look, Measured, Seat, bits, effective_counts, empty, people};
use crate::catalogue::ScoreValue;
use crate::cells::{Cell, Distribution, Grid, Label, Outcome, Summand, Why};
use crate::measure::distribution::largest_share;
use crate::measure::evidence::{Evidence, Of};
use crate::measure::part::{Part, Scale, by_score};
use crate::measure::scores::Scores;
use crate::measure::{Test, TestMethod};
use crate::plan::Side;
use crate::stats::{
    self, CalibrationGroup, Moments, Proportion, Replicates, ScoreBin, auc, distances, distances_of, replicates,
    replicates_of, skewness,
};

/// Bins of calibration curves and errors.
pub(in super::super) const CALIBRATION_BINS: usize = 10;

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
    match value {
        ScoreValue::Mean => mean_score((part, scores), scale, look),
        ScoreValue::Auc => area(part, part, scale, &labelled, look),
        ScoreValue::AucOfQualified | ScoreValue::AucOfUnqualified => match seat.rest {
            None => Measured::undefined(Why::NothingOutside, &labelled),
            Some(rest) if value == ScoreValue::AucOfQualified => area(part, rest, scale, &labelled, look),
            Some(rest) => area(rest, part, scale, &labelled, look),
        },
        ScoreValue::Separation => separation((part, scores), scale, &labelled, look),
        ScoreValue::Brier => brier((part, scores), scale, &labelled, look),
        ScoreValue::LogLoss => log_loss((part, scores), scale, &labelled),
        ScoreValue::Uncertainty => uncertainty((part, scores), &labelled),
        ScoreValue::CalibrationRatio => calibration_ratio((part, scores), scale, &labelled),
        ScoreValue::CalibrationErrorEqualMass => binned(value, &equal_mass(scores, scale), part, &labelled, look),
        ScoreValue::Reliability | ScoreValue::Resolution | ScoreValue::CalibrationError => {
            binned(value, &equal_width(scores, scale), part, &labelled, look)
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

/// The differences of the cumulative shares of two sides.
pub(in super::super) fn cumulative_gaps<'s>(one: &'s [f64], two: &'s [f64]) -> Option<impl Iterator<Item = f64> + 's> {
    let (all, other): (f64, f64) = (one.iter().sum(), two.iter().sum());
    let (mut a, mut b) = (0.0, 0.0);
    let gaps = one.iter().zip(two).map(move |(x, y)| {
        a += x;
        b += y;
        a / all - b / other
    });
    (all > 0.0 && other > 0.0).then_some(gaps)
}

fn farther(far: f64, gap: f64) -> f64 {
    far.max(gap.abs())
}

/// The largest distance of the cumulative shares of two sides.
fn distance(one: &[f64], two: &[f64]) -> Option<f64> {
    Some(cumulative_gaps(one, two)?.fold(0.0, farther).min(1.0))
}

fn separation((part, scores): Scored<'_>, scale: Scale, labelled: &Cell, look: &Look<'_>) -> Measured {
    let (one, two): (Vec<f64>, Vec<f64>) =
        by_score(&scores.favourable, &scores.unfavourable).map(|(_, a, b)| (a, b)).unzip();
    let Some(value) = distance(&one, &two) else { return Measured::undefined(Why::OneClass, labelled) };
    let bins = one.iter().copied().zip(two.iter().copied());
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

/// The probability of the favourable label that a score announces. Rounded, so
/// that 1 − 0.7 falls into the bin of 0.3.
pub(in super::super) fn announced(score: f64, scale: Scale) -> f64 {
    match scale.higher {
        Side::Favourable => score.clamp(0.0, 1.0),
        Side::Unfavourable => (((1.0 - score) * 1e12).round() / 1e12).clamp(0.0, 1.0),
    }
}

/// Announced probabilities with the weights of both labels, in rising order.
fn forecasts(scores: &Scores, scale: Scale) -> Vec<(f64, f64, f64)> {
    let mut all: Vec<(f64, f64, f64)> = by_score(&scores.favourable, &scores.unfavourable)
        .map(|(bin, favourable, unfavourable)| (announced(scale.grid.centre(bin), scale), favourable, unfavourable))
        .collect();
    if scale.higher == Side::Unfavourable {
        all.reverse();
    }
    all
}

/// The mean over labelled people of a loss of announced probability and label,
/// and the skewness of the loss.
fn loss(scores: &Scores, scale: Scale, n: f64, of: impl Fn(f64, bool) -> f64) -> Option<(Moments, f64)> {
    let (mut weight, mut sums) = (0.0, [0.0; 3]);
    for (p, favourable, unfavourable) in forecasts(scores, scale) {
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

fn brier((part, scores): Scored<'_>, scale: Scale, labelled: &Cell, look: &Look<'_>) -> Measured {
    let square = |p: f64, label: bool| (p - f64::from(u8::from(label))).powi(2);
    let plain = loss(scores, scale, labelled.effective(), square);
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

fn log_loss((part, scores): Scored<'_>, scale: Scale, labelled: &Cell) -> Measured {
    let surprise = |p: f64, label: bool| -(if label { p } else { 1.0 - p }).ln();
    match loss(scores, scale, people(part, labelled), surprise) {
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
fn calibration_ratio((part, scores): Scored<'_>, scale: Scale, labelled: &Cell) -> Measured {
    let whole = labelled.weight.value();
    let expected: f64 = forecasts(scores, scale).iter().map(|(p, a, b)| p * (a + b)).sum();
    let (Some(rate), true) = (base_rate((part, scores), labelled), expected > 0.0) else {
        let some = scores.favourable.cell.weight.value() > 0.0;
        return Measured::undefined(if some { Why::ZeroDenominator } else { Why::EmptyDenominator }, labelled);
    };
    let times = whole / expected;
    let value = rate.estimate() * times;
    let residual = |p: f64, label: bool| (f64::from(u8::from(label)) - value * p).powi(2);
    let spread = loss(scores, scale, rate.trials(), residual).map_or(0.0, |(moments, _)| moments.mean);
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
        test: in_the_large((part, scores), scale, labelled),
        // Of so many people the rate of labels would vary as the residuals do.
        n_eff: n,
        ..Measured::new(value, labelled)
    }
}

/// Of one bin: mean announced probability and weight of the favourable, and of
/// the unfavourable.
#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    favourable: (f64, f64),
    unfavourable: (f64, f64),
    /// Σ w·p·(1 − p).
    variance: f64,
}

impl Bin {
    fn add(&mut self, p: f64, favourable: f64, unfavourable: f64) {
        for (side, weight) in [(&mut self.favourable, favourable), (&mut self.unfavourable, unfavourable)] {
            side.0 += weight * p;
            side.1 += weight;
        }
        self.variance += (favourable + unfavourable) * p * (1.0 - p);
    }

    fn weight(&self) -> f64 {
        self.favourable.1 + self.unfavourable.1
    }
}

/// What was announced in each bin, and what came. None with clusters, whose people
/// are not independent.
fn announced_and_came(bins: &[Bin], part: &Part, labelled: &Cell) -> Option<Vec<CalibrationGroup>> {
    let square = labelled.square.value() / labelled.weight.value();
    let group = |bin: &Bin| CalibrationGroup {
        weight: bin.weight(),
        squares: bin.weight() * square,
        expected: bin.favourable.0 + bin.unfavourable.0,
        observed: bin.favourable.1,
        variance: bin.variance,
    };
    part.clusters.is_none().then(|| bins.iter().map(group).collect())
}

/// Hosmer and Lemeshow's test that scores are the rates, over the bins of an error.
fn over_bins(value: ScoreValue, bins: &[Bin], part: &Part, labelled: &Cell) -> Option<Test> {
    if !matches!(value, ScoreValue::CalibrationError | ScoreValue::CalibrationErrorEqualMass) {
        return None;
    }
    let test = stats::hosmer_lemeshow(&announced_and_came(bins, part, labelled)?)?;
    Some(Test { method: TestMethod::HosmerLemeshow, statistic: Some(test.statistic), p: test.p })
}

/// The test that as many labels were favourable as announced.
fn in_the_large((part, scores): Scored<'_>, scale: Scale, labelled: &Cell) -> Option<Test> {
    let groups = announced_and_came(&equal_width(scores, scale), part, labelled)?;
    let test = stats::calibration_in_the_large(&groups)?;
    Some(Test { method: TestMethod::CalibrationInTheLarge, statistic: Some(test.z), p: test.p })
}

fn equal_width(scores: &Scores, scale: Scale) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); CALIBRATION_BINS];
    for (p, favourable, unfavourable) in forecasts(scores, scale) {
        bins[width_bin(p)].add(p, favourable, unfavourable);
    }
    bins
}

/// The bin (lo, hi] of a probability; 0 belongs to the first.
pub(in super::super) fn width_bin(p: f64) -> usize {
    let last = CALIBRATION_BINS - 1;
    (0..last).find(|at| p <= (at + 1) as f64 / CALIBRATION_BINS as f64).unwrap_or(last)
}

/// Bins of about equally much weight; equal scores stay together, in the bin in
/// which the middle of their weight lies.
fn equal_mass(scores: &Scores, scale: Scale) -> Vec<Bin> {
    let forecasts = forecasts(scores, scale);
    let whole: f64 = forecasts.iter().map(|(_, a, b)| a + b).sum();
    let mut bins = vec![Bin::default(); CALIBRATION_BINS];
    let mut below = 0.0;
    for (p, favourable, unfavourable) in forecasts {
        let weight = favourable + unfavourable;
        let at = ((below + weight / 2.0) / whole * CALIBRATION_BINS as f64) as usize;
        below += weight;
        bins[at.min(CALIBRATION_BINS - 1)].add(p, favourable, unfavourable);
    }
    bins
}

/// What is made of the bins of scores: the mass of each bin, and the sum of what is
/// compared in it, score or rate of all with its own rate.
#[derive(Clone, Copy)]
struct Gaps<'b> {
    value: ScoreValue,
    /// The mean score of each bin and label.
    means: &'b [f64],
}

impl Gaps<'_> {
    /// Of the favourable and the unfavourable of each bin.
    fn of<'p>(
        &self,
        pairs: impl Iterator<Item = [f64; 2]> + Clone + 'p,
    ) -> Option<impl Iterator<Item = (f64, f64)> + 'p>
    where
        Self: 'p,
    {
        let Gaps { value, means } = *self;
        let whole: f64 = pairs.clone().flatten().sum();
        let rate = pairs.clone().map(|[favourable, _]| favourable).sum::<f64>() / whole;
        let gap = move |(at, [favourable, unfavourable]): (usize, [f64; 2])| {
            let expected = match value {
                ScoreValue::Resolution => (favourable + unfavourable) * rate,
                _ => favourable * means[2 * at] + unfavourable * means[2 * at + 1],
            };
            ((favourable + unfavourable) / whole, (expected - favourable) / whole)
        };
        (whole > 0.0).then(|| pairs.enumerate().map(gap))
    }

    fn squared(&self) -> bool {
        matches!(self.value, ScoreValue::Reliability | ScoreValue::Resolution)
    }

    fn size(&self, mass: f64, gap: f64) -> f64 {
        match self.squared() {
            true if mass > 0.0 => gap * gap / mass,
            true => 0.0,
            false => gap.abs(),
        }
    }

    fn root(&self, sum: f64) -> f64 {
        if self.squared() { sum.sqrt() } else { sum }
    }
}

/// What is made of bins of equal width; of those of equal mass only the error is.
const OF_BINS: [ScoreValue; 3] = [ScoreValue::CalibrationError, ScoreValue::Reliability, ScoreValue::Resolution];

/// Evidence of each of them.
pub(super) type Binned = [Evidence; OF_BINS.len()];

/// A number from bins, resampled by bin and label; scores of a bin and label
/// are taken at their mean.
fn binned(value: ScoreValue, bins: &[Bin], part: &Part, labelled: &Cell, look: &Look<'_>) -> Measured {
    let counts: Vec<f64> = bins.iter().flat_map(|bin| [bin.favourable.1, bin.unfavourable.1]).collect();
    let mean = |(sum, weight): (f64, f64)| if weight > 0.0 { sum / weight } else { 0.0 };
    let means: Vec<f64> = bins.iter().flat_map(|bin| [mean(bin.favourable), mean(bin.unfavourable)]).collect();
    let gaps = Gaps { value, means: &means };
    let Some(here) = gaps.of(pairs(&counts)) else { return Measured::undefined(Why::ZeroWeight, labelled) };
    let number: f64 = here.map(|(mass, gap)| gaps.size(mass, gap)).sum();
    // What rounding leaves of no gap is none.
    let number = if number > 1e-15 { number } else { 0.0 };
    let cells = effective_counts(&counts, people(part, labelled));
    // The error is the same function of bins of equal mass.
    let place = OF_BINS.iter().position(|of| *of == value).unwrap_or(0);
    let all = value != ScoreValue::CalibrationErrorEqualMass;
    let key = (all, bits(counts.iter().chain(&means).chain(&cells)));
    let mut known = look.memory.binned.borrow_mut();
    let evidence = known.entry(key).or_insert_with(|| of_bins(&counts, &means, &cells, all, look));
    let test = over_bins(value, bins, part, labelled);
    Measured { evidence: evidence[place].clone(), test, ..Measured::new(number, labelled) }
}

/// The favourable and the unfavourable of each bin.
fn pairs(counts: &[f64]) -> impl Iterator<Item = [f64; 2]> + Clone {
    counts.chunks_exact(2).map(|pair| [pair[0], pair[1]])
}

/// Of bins of equal mass the error alone is asked for, the first of [`OF_BINS`].
fn of_bins(counts: &[f64], means: &[f64], cells: &[f64], all: bool, look: &Look<'_>) -> Binned {
    let of = OF_BINS.map(|value| Gaps { value, means });
    let here: [Vec<(f64, f64)>; OF_BINS.len()] =
        of.map(|gaps| gaps.of(pairs(counts)).map(Iterator::collect).unwrap_or_default());
    let asked = |which: usize| all || which == 0;
    let drawn = distances_of(&[cells.to_vec()], look.resampling, |parts| {
        std::array::from_fn(|which| {
            let gaps = of[which];
            let there = gaps.of(pairs(&parts[0])).filter(|_| asked(which))?.zip(&here[which]);
            let (value, moved) = there.fold((0.0, 0.0), |(value, moved), ((mass, gap), (own, here))| {
                (value + gaps.size(mass, gap), moved + gaps.size(*own, gap - here))
            });
            Some([gaps.root(value), gaps.root(moved)])
        })
    });
    // With labels as if there were no gap: for scores that are the rates, and for one rate.
    let noise = |which: usize, drawn: &[Vec<f64>]| {
        let gaps = of[which];
        let there = gaps.of(drawn.iter().map(|pair| [pair[0], pair[1]])).filter(|_| asked(which))?;
        Some(gaps.root(there.zip(&here[which]).map(|((_, gap), (mass, _))| gaps.size(*mass, gap)).sum()))
    };
    let of_scores = consistent_pairs(ScoreValue::CalibrationError, counts, means, cells);
    let [error, reliability] = replicates_of(&of_scores, look.resampling, |pairs| [noise(0, pairs), noise(1, pairs)]);
    let resolution = match all {
        false => Replicates::of(Vec::new(), look.resampling),
        true => {
            let of_rate = consistent_pairs(ScoreValue::Resolution, counts, means, cells);
            replicates(&of_rate, look.resampling, |pairs| noise(2, pairs))
        }
    };
    let mut consistent = [error, reliability, resolution].into_iter();
    let mut squared = of.map(|gaps| gaps.squared()).into_iter();
    drawn.map(|[values, apart]| {
        let larger = consistent.next().filter(|consistent| consistent.mean() > apart.mean());
        Evidence::distance([values, larger.unwrap_or(apart)], squared.next().unwrap_or(false))
    })
}

/// The people of each bin with labels as if there were no gap: favourable at
/// the rate of their scores, or of everyone. What chance does to them tells how
/// large a gap it makes of none, also where few are wrong and none was seen
/// (consistency resampling; Bröcker & Smith 2007).
fn consistent_pairs(value: ScoreValue, counts: &[f64], means: &[f64], cells: &[f64]) -> Vec<Vec<f64>> {
    let rate = counts.iter().step_by(2).sum::<f64>() / counts.iter().sum::<f64>();
    let pair = |(at, cells): (usize, &[f64])| {
        let people = cells[0] + cells[1];
        let scores = (cells[0] * means[2 * at] + cells[1] * means[2 * at + 1]) / people;
        let share = if value == ScoreValue::Resolution { rate } else { scores };
        if people > 0.0 { vec![people * share, people * (1.0 - share)] } else { vec![0.0, 0.0] }
    };
    cells.chunks_exact(2).enumerate().map(pair).collect()
}

/// One bin of a calibration curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibrationBin {
    /// Lower border, excluded (but 0 belongs to the first bin).
    pub low: f64,
    /// Upper border, included.
    pub high: f64,
    /// People in the bin.
    pub n: f64,
    /// Their weight.
    pub weight: f64,
    /// Their mean announced probability.
    pub mean_score: f64,
    /// The rate of favourable labels among them.
    pub rate: f64,
}

/// The calibration curve of a part: bins (lo, hi] with anyone in them.
pub(in super::super) fn calibration(part: &Part, scale: Scale) -> Vec<CalibrationBin> {
    let scores = part.scores();
    let people = scores.labelled();
    let per_weight = people.effective() / people.weight.value();
    let curve = equal_width(&scores, scale).into_iter().enumerate().filter(|(_, bin)| bin.weight() > 0.0);
    curve
        .map(|(at, bin)| CalibrationBin {
            low: at as f64 / CALIBRATION_BINS as f64,
            high: (at + 1) as f64 / CALIBRATION_BINS as f64,
            n: bin.weight() * per_weight,
            weight: bin.weight(),
            mean_score: (bin.favourable.0 + bin.unfavourable.0) / bin.weight(),
            rate: (bin.favourable.1 / bin.weight()).clamp(0.0, 1.0),
        })
        .collect()
}
