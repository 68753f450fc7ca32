//! Scores against what they announce: calibration curves, errors and their tests.

use super::{Look, Measured, bits, effective_counts, people};
use crate::catalogue::ScoreValue;
use crate::cells::{Cell, Why};
use crate::measure::evidence::Evidence;
use crate::measure::part::{Part, Scale, by_score};
use crate::measure::scores::Scores;
use crate::measure::{Test, TestMethod};
use crate::plan::Side;
use crate::stats::{self, CalibrationGroup, Replicates, distances_of, replicates, replicates_of};

/// Bins of calibration curves and errors.
pub(in super::super) const CALIBRATION_BINS: usize = 10;

/// The probability of the favourable label that a score announces. Rounded, so
/// that 1 − 0.7 falls into the bin of 0.3.
pub(in super::super) fn announced(score: f64, scale: Scale) -> f64 {
    match scale.higher {
        Side::Favourable => score.clamp(0.0, 1.0),
        Side::Unfavourable => (((1.0 - score) * 1e12).round() / 1e12).clamp(0.0, 1.0),
    }
}

/// What the scores of some people announced, and what came.
#[derive(Debug)]
pub(super) struct Forecasts {
    /// Announced probabilities with the weights of both labels, in rising order.
    pub(super) all: Vec<(f64, f64, f64)>,
    /// The same in bins of equal width.
    pub(super) equal_width: Vec<Bin>,
}

impl Forecasts {
    pub(super) fn new(scores: &Scores, scale: Scale) -> Forecasts {
        let mut all: Vec<(f64, f64, f64)> = by_score(&scores.favourable, &scores.unfavourable)
            .map(|(bin, favourable, unfavourable)| (announced(scale.grid.centre(bin), scale), favourable, unfavourable))
            .collect();
        if scale.higher == Side::Unfavourable {
            all.reverse();
        }
        let mut equal_width = vec![Bin::default(); CALIBRATION_BINS];
        for (p, favourable, unfavourable) in &all {
            equal_width[width_bin(*p)].add(*p, *favourable, *unfavourable);
        }
        Forecasts { all, equal_width }
    }

    /// Bins of about equally much weight; equal scores stay together, in the bin in
    /// which the middle of their weight lies.
    pub(super) fn equal_mass(&self) -> Vec<Bin> {
        let whole: f64 = self.all.iter().map(|(_, a, b)| a + b).sum();
        let mut bins = vec![Bin::default(); CALIBRATION_BINS];
        let mut below = 0.0;
        for &(p, favourable, unfavourable) in &self.all {
            let weight = favourable + unfavourable;
            let at = ((below + weight / 2.0) / whole * CALIBRATION_BINS as f64) as usize;
            below += weight;
            bins[at.min(CALIBRATION_BINS - 1)].add(p, favourable, unfavourable);
        }
        bins
    }
}

/// Of one bin: mean announced probability and weight of the favourable, and of
/// the unfavourable.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bin {
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
pub(super) fn in_the_large(told: &Forecasts, part: &Part, labelled: &Cell) -> Option<Test> {
    let groups = announced_and_came(&told.equal_width, part, labelled)?;
    let test = stats::calibration_in_the_large(&groups)?;
    Some(Test { method: TestMethod::CalibrationInTheLarge, statistic: Some(test.z), p: test.p })
}

/// The bin (lo, hi] of a probability; 0 belongs to the first.
pub(in super::super) fn width_bin(p: f64) -> usize {
    let last = CALIBRATION_BINS - 1;
    (0..last).find(|at| p <= (at + 1) as f64 / CALIBRATION_BINS as f64).unwrap_or(last)
}

/// What is made of the bins of scores: the mass of each bin, and the sum of what is
/// compared in it, score or rate of all with its own rate.
#[derive(Clone, Copy)]
struct Gaps<'b> {
    value: ScoreValue,
    /// The mean score of each bin and label.
    means: &'b [f64],
}

/// The weight of all bins, and of the favourable.
fn sums(pairs: impl Iterator<Item = [f64; 2]>) -> (f64, f64) {
    pairs.fold((0.0, 0.0), |(whole, hits), [favourable, unfavourable]| {
        (whole + favourable + unfavourable, hits + favourable)
    })
}

impl Gaps<'_> {
    /// Of the favourable and the unfavourable of each bin, and the weights of all.
    fn of<'p>(
        &self,
        pairs: impl Iterator<Item = [f64; 2]> + 'p,
        (whole, favourable): (f64, f64),
    ) -> Option<impl Iterator<Item = (f64, f64)> + 'p>
    where
        Self: 'p,
    {
        let Gaps { value, means } = *self;
        let (rate, over) = (favourable / whole, 1.0 / whole);
        let one_rate = value == ScoreValue::Resolution;
        let gap = move |([favourable, unfavourable], means): ([f64; 2], &[f64])| {
            let (of_favourable, of_unfavourable) = if one_rate { (rate, rate) } else { (means[0], means[1]) };
            let expected = favourable * of_favourable + unfavourable * of_unfavourable;
            ((favourable + unfavourable) * over, (expected - favourable) * over)
        };
        (whole > 0.0).then(|| pairs.zip(means.chunks_exact(2)).map(gap))
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
pub(super) fn binned(value: ScoreValue, bins: &[Bin], part: &Part, labelled: &Cell, look: &Look<'_>) -> Measured {
    let counts: Vec<f64> = bins.iter().flat_map(|bin| [bin.favourable.1, bin.unfavourable.1]).collect();
    let mean = |(sum, weight): (f64, f64)| if weight > 0.0 { sum / weight } else { 0.0 };
    let means: Vec<f64> = bins.iter().flat_map(|bin| [mean(bin.favourable), mean(bin.unfavourable)]).collect();
    let gaps = Gaps { value, means: &means };
    let Some(here) = gaps.of(pairs(&counts), sums(pairs(&counts))) else {
        return Measured::undefined(Why::ZeroWeight, labelled);
    };
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
        of.map(|gaps| gaps.of(pairs(counts), sums(pairs(counts))).map(Iterator::collect).unwrap_or_default());
    let asked = |which: usize| all || which == 0;
    let drawn = distances_of(&[cells.to_vec()], look.resampling, |parts| {
        let sums = sums(pairs(&parts[0]));
        std::array::from_fn(|which| {
            let gaps = of[which];
            let there = gaps.of(pairs(&parts[0]), sums).filter(|_| asked(which))?.zip(&here[which]);
            let (value, moved) = there.fold((0.0, 0.0), |(value, moved), ((mass, gap), (own, here))| {
                (value + gaps.size(mass, gap), moved + gaps.size(*own, gap - here))
            });
            Some([gaps.root(value), gaps.root(moved)])
        })
    });
    // With labels as if there were no gap: for scores that are the rates, and for one rate.
    let noise = |which: usize, drawn: &[Vec<f64>]| {
        let gaps = of[which];
        let pairs = || drawn.iter().map(|pair| [pair[0], pair[1]]);
        let there = gaps.of(pairs(), sums(pairs())).filter(|_| asked(which))?;
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
    let told = Forecasts::new(&scores, scale);
    let curve = told.equal_width.into_iter().enumerate().filter(|(_, bin)| bin.weight() > 0.0);
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
