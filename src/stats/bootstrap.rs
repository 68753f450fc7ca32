//! Resampling: intervals for what has no formula of its own.
//!
//! To draw people anew from a table and to draw its cells multinomially are the
//! same for every statistic that is a function of cells, and the second costs
//! as much as the table has cells, however many people it holds (Efron &
//! Tibshirani 1993; Davison & Hinkley 1997). What the cells mean is not known
//! here.

use rayon::prelude::*;

use super::counter::{Counter, hash64};
use super::distribution::{normal_cdf, normal_quantile};
use super::level::{Interval, Level};
use super::normal::Gamma;
use super::spread::Spread;

/// How to resample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampling {
    /// How many times.
    pub resamples: u32,
    /// The seed of the run.
    pub seed: u64,
    /// What is resampled: different streams of a seed are independent.
    pub stream: u64,
}

impl Default for Resampling {
    fn default() -> Resampling {
        Resampling { resamples: 10_000, seed: 1, stream: 0 }
    }
}

impl Resampling {
    /// The chance of one resample. It depends on nothing but seed, stream and
    /// the number of the resample, so that the order of work changes nothing.
    fn chance(self, resample: u32) -> Counter {
        Counter::new(hash64(self.seed, &self.stream.to_le_bytes()), u64::from(resample))
    }
}

/// The values of a statistic over resamples.
///
/// Of many only those are kept that intervals end at: an audit of thousands of groups
/// has a hundred thousand of these.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicates {
    /// Values in rising order, all finite: the lowest and the highest, and of those
    /// between them one in [`STEP`].
    kept: Vec<f64>,
    /// How many there were.
    values: usize,
    mean: f64,
    /// Σ(value − mean)².
    spread: f64,
    /// How many resamples gave no value.
    undefined: u32,
}

/// Up to so many values all are kept.
const ALL: usize = 2_048;

/// Of more the share of values that are kept at either end: the ends of intervals lie among
/// them from a level of 87.5 % on, or of 93.75 % where all of the error is at one end.
const TAIL: f64 = 1.0 / 16.0;

/// Between the tails one value in so many is kept. A quantile between two of these may be
/// that of a share which is off by less than `STEP` over the number of values, 0.0016 of
/// ten thousand; their chance alone makes it off by 0.0024 to 0.005 there.
const STEP: usize = 16;

/// The statistic over resamples of `parts`: the effective counts by cell of
/// each independent part, such as a group.
///
/// Each part is drawn multinomially on its own, so its size stays what it is.
/// An effective size is rarely whole: the nearest whole number of people is
/// drawn, at least one, and their counts are scaled back to the effective
/// size. The standard error is thereby off by √(rounded ÷ effective): under
/// 3 % from ten people on, nothing for whole sizes. An empty part stays empty;
/// counts that are negative or not finite count as 0.
pub fn replicates(
    parts: &[Vec<f64>],
    how: Resampling,
    statistic: impl Fn(&[Vec<f64>]) -> Option<f64> + Sync,
) -> Replicates {
    let [values] = replicates_of(parts, how, |drawn| [statistic(drawn)]);
    values
}

/// Several statistics over the same resamples, each as [`replicates`] gives it.
pub fn replicates_of<const N: usize>(
    parts: &[Vec<f64>],
    how: Resampling,
    statistics: impl Fn(&[Vec<f64>]) -> [Option<f64>; N] + Sync,
) -> [Replicates; N] {
    let found = resampled(parts, how, |drawn| statistics(drawn).map(|value| value.map(|value| [value])));
    std::array::from_fn(|at| Replicates::of(found.iter().filter_map(|values| Some(values[at]?[0])).collect(), how))
}

/// A distance over resamples, and how far each resample lies from the sample
/// in the same distance: `statistic` gives both. For [`Replicates::distance`].
pub fn distances(
    parts: &[Vec<f64>],
    how: Resampling,
    statistic: impl Fn(&[Vec<f64>]) -> Option<[f64; 2]> + Sync,
) -> [Replicates; 2] {
    let [both] = distances_of(parts, how, |drawn| [statistic(drawn)]);
    both
}

/// Several distances over the same resamples, each as [`distances`] gives it.
pub fn distances_of<const N: usize>(
    parts: &[Vec<f64>],
    how: Resampling,
    statistics: impl Fn(&[Vec<f64>]) -> [Option<[f64; 2]>; N] + Sync,
) -> [[Replicates; 2]; N] {
    let found = resampled(parts, how, statistics);
    std::array::from_fn(|at| {
        let both = |which: usize| found.iter().filter_map(|values| Some(values[at]?[which])).collect::<Vec<f64>>();
        let (one, two) = rayon::join(|| Replicates::of(both(0), how), || Replicates::of(both(1), how));
        [one, two]
    })
}

/// Statistics of one or more numbers over resamples; those of which one is not finite
/// have no value.
fn resampled<const N: usize, const M: usize>(
    parts: &[Vec<f64>],
    how: Resampling,
    statistics: impl Fn(&[Vec<f64>]) -> [Option<[f64; M]>; N] + Sync,
) -> Vec<[Option<[f64; M]>; N]> {
    let sizes: Vec<f64> = parts
        .iter()
        .map(|part| part.iter().filter(|c| c.is_finite() && **c > 0.0).sum::<f64>().min(f64::MAX))
        .collect();
    let people = |size: f64| size.round().max(1.0);
    let spreads: Vec<Spread> =
        parts.iter().zip(&sizes).map(|(part, size)| Spread::new(part, people(*size) as u64)).collect();
    let scratch = || -> [Vec<Vec<f64>>; LANES] { std::array::from_fn(|_| parts.to_vec()) };
    let finite = |values: &[f64; M]| values.iter().all(|value| value.is_finite());
    let draw = |lanes: &mut [Vec<Vec<f64>>; LANES], (block, found): (usize, &mut [[Option<[f64; M]>; N]])| {
        let first = (block * LANES) as u32;
        let mut chances: [Counter; LANES] = std::array::from_fn(|lane| how.chance(first + lane as u32));
        for (part, (spread, size)) in spreads.iter().zip(&sizes).enumerate() {
            let people = people(*size);
            let into = lanes.each_mut().map(|lane| lane[part].as_mut_slice());
            spread.draw(&mut chances, into);
            if *size != people {
                let scaled = |counts: &mut Vec<f64>| counts.iter_mut().for_each(|count| *count *= size / people);
                lanes.iter_mut().for_each(|lane| scaled(&mut lane[part]));
            }
        }
        for (drawn, found) in lanes.iter().zip(found) {
            *found = statistics(drawn).map(|found| found.filter(finite));
        }
    };
    let mut found = vec![[None; N]; how.resamples as usize];
    found.par_chunks_mut(LANES).enumerate().for_each_init(scratch, draw);
    found
}

/// So many resamples are drawn side by side: while one waits for a quotient another goes on.
const LANES: usize = 4;

/// The statistic over draws of what the shares of each part may be, given its
/// effective counts: Dirichlet with Jeffreys' ½ added to each cell. For a
/// single share between its quantiles lies Jeffreys' interval, which keeps its
/// level where resamples of few people do not: an empty cell need not be empty
/// in truth, and no draw leaves a statistic without a value. For few cells:
/// the halves of many would outweigh the people. Cells that are negative or
/// not finite count as 0. Jeffreys (1946); Brown, Cai & DasGupta (2001).
pub fn posterior(
    parts: &[Vec<f64>],
    how: Resampling,
    statistic: impl Fn(&[Vec<f64>]) -> Option<f64> + Sync,
) -> Replicates {
    let [values] = posteriors(parts, how, |drawn| [statistic(drawn)]);
    values
}

/// Several statistics over the same draws, each as [`posterior`] gives it.
pub fn posteriors<const N: usize>(
    parts: &[Vec<f64>],
    how: Resampling,
    statistics: impl Fn(&[Vec<f64>]) -> [Option<f64>; N] + Sync,
) -> [Replicates; N] {
    let count = |cell: &f64| if cell.is_finite() && *cell > 0.0 { *cell } else { 0.0 };
    let of = |part: &Vec<f64>| -> (Vec<Gamma>, f64) {
        (part.iter().map(|cell| Gamma::new(count(cell) + 0.5)).collect(), part.iter().map(count).sum())
    };
    let known: Vec<(Vec<Gamma>, f64)> = parts.iter().map(of).collect();
    let draw = |drawn: &mut Vec<Vec<f64>>, resample: u32| {
        let mut chance = how.chance(resample);
        for ((gammas, size), into) in known.iter().zip(drawn.iter_mut()) {
            into.iter_mut().zip(gammas).for_each(|(share, gamma)| *share = gamma.draw(&mut chance));
            let whole: f64 = into.iter().sum();
            into.iter_mut().for_each(|share| *share *= size / whole);
        }
        statistics(drawn).map(|value| value.filter(|value| value.is_finite()))
    };
    let all = (0..how.resamples).into_par_iter();
    let found: Vec<[Option<f64>; N]> = all.map_init(|| parts.to_vec(), draw).collect();
    let all: [Vec<f64>; N] = std::array::from_fn(|at| found.iter().filter_map(|values| values[at]).collect());
    let mut found: Vec<Replicates> = all.into_par_iter().map(|values| Replicates::of(values, how)).collect();
    found.reverse();
    std::array::from_fn(|_| found.pop().unwrap_or(Replicates::of(Vec::new(), how)))
}

/// With a larger part of the resamples without a value, what is left of them
/// says nothing about the statistic.
const MOST_UNDEFINED: f64 = 0.05;

impl Replicates {
    /// Of the finite values of a statistic, each from one resample.
    pub(crate) fn of(values: Vec<f64>, how: Resampling) -> Replicates {
        let undefined = how.resamples.saturating_sub(values.len() as u32);
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let spread = values.iter().map(|value| (value - mean).powi(2)).sum();
        // As whole numbers in the same order, which are sorted in a fraction of the time.
        let turned = |bits: i64| bits ^ (((bits >> 63) as u64) >> 1) as i64;
        let mut keys: Vec<i64> = values.into_iter().map(|value| turned(value.to_bits() as i64)).collect();
        keys.sort_unstable();
        let value = |rank: usize| f64::from_bits(turned(keys[rank]) as u64);
        let kept = kept(keys.len()).map(value).collect();
        Replicates { kept, values: keys.len(), mean, spread, undefined }
    }

    /// The value with so many others below it; between two that are kept in proportion.
    fn ranked(&self, rank: usize) -> f64 {
        let tail = tail(self.values);
        let value = |place: usize| self.kept.get(place).copied().unwrap_or(0.0);
        let from_end = self.values.saturating_sub(rank + 1);
        if self.values <= ALL || rank <= tail {
            return value(rank);
        }
        if from_end <= tail {
            return value(self.kept.len().saturating_sub(from_end + 1));
        }
        let (place, past) = (tail + (rank - tail) / STEP, (rank - tail) % STEP);
        // The last step may be a shorter one, to the first value of the upper tail.
        let step = STEP.min(self.values - 1 - tail - (rank - past));
        let (low, high) = (value(place), value(place + 1));
        low + (high - low) * past as f64 / step as f64
    }

    /// The value below which a share of the resamples lies: the one with rank
    /// share·(B + 1), between two in proportion (Davison & Hinkley 1997, eq.
    /// 5.8, but for their scale).
    fn quantile(&self, share: f64) -> f64 {
        let last = self.values.saturating_sub(1);
        let place = (share * (self.values as f64 + 1.0) - 1.0).clamp(0.0, last as f64);
        let below = place.floor() as usize;
        let (low, high) = (self.ranked(below), self.ranked((below + 1).min(last)));
        low + (place - below as f64) * (high - low)
    }

    /// Whether the values bear an interval: nearly all resamples have one, and
    /// they differ by more than rounding.
    fn usable(&self) -> bool {
        let (Some(low), Some(high)) = (self.kept.first(), self.kept.last()) else { return false };
        let all = self.values as f64 + f64::from(self.undefined);
        f64::from(self.undefined) <= MOST_UNDEFINED * all && high - low > 1e-12 * low.abs().max(high.abs())
    }

    /// The percentile interval (Efron 1979): between the quantiles of the
    /// resamples. It keeps within the range of the statistic, but need not
    /// contain the estimate. `None` when more than 5 % of the resamples have no
    /// value, and where all have the same one: a sample without spread is no
    /// certainty.
    pub fn percentile(&self, level: Level) -> Option<Interval> {
        let tail = level.alpha() / 2.0;
        self.usable().then(|| Interval::new(self.quantile(tail), self.quantile(1.0 - tail)))
    }

    /// The basic interval: 2θ̂ − quantiles, the percentile interval turned over
    /// (Davison & Hinkley 1997, eq. 5.6). It takes bias into account, and can
    /// leave the range of the statistic. `None` as for
    /// [`Replicates::percentile`].
    pub fn basic(&self, estimate: f64, level: Level) -> Option<Interval> {
        self.percentile(level).filter(|_| estimate.is_finite()).map(|interval| interval.map(|end| 2.0 * estimate - end))
    }

    /// The interval of a distance: `self` holds it over resamples, `apart` how
    /// far each resample lies from the sample.
    ///
    /// The sample lies off the truth by no more than `apart` at 1 − α, and by
    /// the triangle inequality so does its distance: that is the lower end, and
    /// it is above 0 for no more than α of samples where the true distance is
    /// 0, however much chance alone adds to the estimate. The upper end is the
    /// quantile at 1 − α/2 of the resamples: chance adds to a distance on
    /// average and never takes, so it errs by being wide. `None` as for
    /// [`Replicates::percentile`].
    pub fn distance(&self, apart: &Replicates, estimate: f64, level: Level) -> Option<Interval> {
        let usable = self.usable() && apart.usable() && estimate.is_finite();
        let (low, high) = (estimate - apart.quantile(1.0 - level.alpha()), self.quantile(1.0 - level.alpha() / 2.0));
        // What rounding of effective counts leaves above 0 is 0.
        let low = if low > 1e-5 * estimate { low } else { 0.0 };
        usable.then(|| Interval::new(low, high.max(estimate)))
    }

    /// The bias-corrected percentile interval: the quantiles at
    /// Φ(2·z₀ ± z) with z₀ = Φ⁻¹ of the share of resamples below the estimate,
    /// those equal to it counting one half. Efron (1987), J. Am. Stat. Assoc.
    /// 82, 171–185, without acceleration. `None` as for
    /// [`Replicates::percentile`], and where all resamples lie on one side of
    /// the estimate: then the correction has no bound.
    pub fn bias_corrected(&self, estimate: f64, level: Level) -> Option<Interval> {
        let below = self.kept.partition_point(|value| *value < estimate);
        let not_above = self.kept.partition_point(|value| *value <= estimate);
        let share = (self.rank_of(below) + self.rank_of(not_above)) / 2.0 / self.values as f64;
        if !(self.usable() && estimate.is_finite() && share > 0.0 && share < 1.0) {
            return None;
        }
        let shift = 2.0 * normal_quantile(share);
        let end = |z: f64| self.quantile(normal_cdf(shift + z));
        Some(Interval::new(end(-level.z()), end(level.z())))
    }

    /// How many values lie below the one that is kept at a place; before it may lie some
    /// that are not kept, of which half are.
    fn rank_of(&self, place: usize) -> f64 {
        let ranks = || kept(self.values);
        let before = place.checked_sub(1).and_then(|before| ranks().nth(before)).map_or(0, |rank| rank + 1);
        (before + ranks().nth(place).unwrap_or(self.values)) as f64 / 2.0
    }

    /// Mean of the resamples − estimate. `None` without any value.
    pub fn bias(&self, estimate: f64) -> Option<f64> {
        self.mean().map(|mean| mean - estimate).filter(|bias| bias.is_finite())
    }

    /// The standard deviation of the resamples, with B − 1. `None` with fewer
    /// than two values.
    pub fn standard_error(&self) -> Option<f64> {
        let error = (self.spread / (self.values as f64 - 1.0)).sqrt();
        (self.values > 1 && error.is_finite()).then_some(error)
    }

    /// The mean of the resamples. `None` without any value.
    pub fn mean(&self) -> Option<f64> {
        (self.values > 0).then_some(self.mean)
    }
}

/// How many of so many values are kept at either end, but for the first and the last
/// between which a step is made.
fn tail(values: usize) -> usize {
    (TAIL * values as f64).ceil() as usize
}

/// The ranks that are kept of so many values, in rising order.
fn kept(values: usize) -> impl Iterator<Item = usize> {
    let (lower, upper) = match values {
        0..=ALL => (0, 0),
        _ => (tail(values), values - 1 - tail(values)),
    };
    (0..lower).chain((lower..upper).step_by(STEP)).chain(upper..values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Proportion, jeffreys, newcombe};
    use proptest::prelude::*;

    fn rate(part: &[f64]) -> Option<f64> {
        let all: f64 = part.iter().sum();
        (all > 0.0).then(|| part[0] / all)
    }

    fn of(values: &[f64]) -> Replicates {
        let how = Resampling { resamples: values.len() as u32, ..Resampling::default() };
        Replicates::of(values.to_vec(), how)
    }

    /// The standard error of a difference of rates has a formula; so, nearly,
    /// has its interval.
    #[test]
    fn a_difference_of_rates_by_formula() {
        let parts = [vec![60.0, 140.0], vec![150.0, 150.0]];
        let found = replicates(&parts, Resampling::default(), |p| Some(rate(&p[0])? - rate(&p[1])?));
        let wanted = (0.3f64 * 0.7 / 200.0 + 0.5 * 0.5 / 300.0).sqrt();
        assert!((found.standard_error().expect("values") / wanted - 1.0).abs() < 0.02);
        assert!(found.bias(-0.2).expect("values").abs() < 0.002 && found.undefined == 0);
        let pair = [(60.0, 200.0), (150.0, 300.0)].map(|(x, n)| Proportion::new(x, n).expect("valid"));
        let formula = newcombe(pair[0], pair[1], Level::P95);
        for interval in
            [found.percentile(Level::P95), found.basic(-0.2, Level::P95), found.bias_corrected(-0.2, Level::P95)]
        {
            let interval = interval.expect("spread");
            assert!((interval.low - formula.low).abs() < 0.006 && (interval.high - formula.high).abs() < 0.006);
        }
    }

    /// By hand: of 1 … 99 the ranks 2.5 and 97.5; half of them below 50.
    #[test]
    fn quantiles_by_hand() {
        let values: Vec<f64> = (1..100).map(f64::from).collect();
        let close = |found: Option<Interval>, low: f64, high: f64| {
            let found = found.expect("spread");
            assert!((found.low - low).abs() < 1e-9 && (found.high - high).abs() < 1e-9, "{found:?}");
        };
        close(of(&values).percentile(Level::P95), 2.5, 97.5);
        close(of(&values).basic(40.0, Level::P95), -17.5, 77.5);
        close(of(&values).bias_corrected(50.0, Level::P95), 2.5, 97.5);
        assert!(of(&values).bias_corrected(60.0, Level::P95).expect("spread").low > 2.5);
        assert_eq!(of(&values).bias(40.0), Some(10.0));
    }

    #[test]
    fn all_equal_none_and_few_have_no_interval() {
        assert_eq!(of(&[1.0; 100]).percentile(Level::P95), None);
        assert_eq!(of(&[]).percentile(Level::P95), None);
        assert_eq!((of(&[]).bias(1.0), of(&[]).standard_error(), of(&[1.0]).standard_error()), (None, None, None));
        let mut gaps = of(&(0..94).map(f64::from).collect::<Vec<_>>());
        gaps.undefined = 6;
        assert_eq!(gaps.percentile(Level::P95), None);
        assert_eq!(of(&[1.0, 2.0]).bias_corrected(0.0, Level::P95), None);
    }

    #[test]
    fn effective_sizes_are_rounded_to_at_least_one() {
        let few = Resampling { resamples: 50, ..Resampling::default() };
        for (part, people) in [(vec![0.1, 0.2], 1.0), (vec![1.2, 1.2], 2.0), (vec![1.3, 1.3], 3.0)] {
            let size: f64 = part.iter().sum();
            let found = replicates(&[part], few, |p| Some(p[0][0]));
            let whole = |value: &f64| (value / size * people - (value / size * people).round()).abs() < 1e-9;
            assert!(found.kept.iter().all(whole), "{found:?}");
        }
        assert_eq!(replicates(&[vec![0.0, 0.0]], few, |p| rate(&p[0])).undefined, 50);
        assert_eq!(replicates(&[], few, |_| Some(f64::NAN)).undefined, 50);
    }

    #[test]
    fn seed_and_stream_decide() {
        let draw = |seed, stream| {
            let how = Resampling { resamples: 20, seed, stream };
            let found = replicates(&[vec![50.0, 50.0]], how, |p| Some(p[0][0]));
            [0, 1, 2, 3, 4].map(|rank| found.ranked(rank))
        };
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0), draw(2, 0));
        assert_ne!(draw(1, 0), draw(1, 1));
        assert_eq!(draw(1, 0), [40.0, 46.0, 48.0, 48.0, 49.0]);
    }

    /// Of whole numbers in a row every rank is found, also in the last and shorter step.
    #[test]
    fn between_two_kept_values_in_proportion() {
        for values in [2_049, 2_500, 3_001, 10_000] {
            let found = of(&(0..values).map(f64::from).collect::<Vec<_>>());
            assert!((0..values as usize).all(|rank| (found.ranked(rank) - rank as f64).abs() < 1e-9), "{values}");
        }
    }

    proptest! {
        #[test]
        fn ranks_are_those_of_all_in_order(values in prop::collection::vec(-9.0..9.0f64, 1..80)) {
            let found = of(&values);
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            for (rank, value) in sorted.iter().enumerate() {
                prop_assert_eq!(found.ranked(rank), *value);
            }
        }

        #[test]
        fn of_many_values_the_tails_are_kept_and_some_between(
            values in prop::collection::vec(-9.0..9.0f64, ALL - 20..ALL + 400),
        ) {
            let found = of(&values);
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            let last = sorted.len() - 1;
            prop_assert!(found.kept.len() < sorted.len() / 4 || sorted.len() <= ALL);
            for (rank, value) in sorted.iter().enumerate() {
                if sorted.len() <= ALL || rank.min(last - rank) <= sorted.len() / 16 {
                    prop_assert_eq!(found.ranked(rank), *value);
                }
                let near = sorted[rank.saturating_sub(STEP)]..=sorted[(rank + STEP).min(last)];
                prop_assert!(near.contains(&found.ranked(rank)) && found.ranked(rank) >= found.ranked(rank.max(1) - 1));
                let below = found.rank_of(found.kept.partition_point(|kept| kept < value));
                prop_assert!((below - rank as f64).abs() <= STEP as f64 / 2.0, "{} {}", below, rank);
            }
        }

        #[test]
        fn a_part_keeps_its_size(cells in prop::collection::vec(0.0..50.0f64, 1..6)) {
            let size: f64 = cells.iter().sum();
            let how = Resampling { resamples: 20, ..Resampling::default() };
            let found = replicates(&[cells], how, |p| Some(p[0].iter().sum()));
            prop_assert!(found.kept.iter().all(|value| (value - size).abs() < 1e-9));
        }
    }

    /// Of one share the quantiles are Jeffreys' interval, also where nobody is.
    #[test]
    fn the_posterior_of_a_share_is_jeffreys() {
        for (yes, no) in [(3.0, 9.0), (0.0, 12.0), (60.0, 140.0)] {
            let found = posterior(&[vec![yes, no]], Resampling::default(), |p| rate(&p[0]));
            let found = found.percentile(Level::from_z(1.0)).expect("spread");
            let wanted = jeffreys(Proportion::new(yes, yes + no).expect("valid"), Level::from_z(1.0));
            let close = |a: f64, b: f64| (a - b).abs() < 0.006;
            let open = yes > 0.0;
            assert!(close(found.high, wanted.high) && (!open || close(found.low, wanted.low)), "{found:?} {wanted:?}");
        }
    }

    /// By hand: chance moves resamples by up to 10 (q₀.₉₅ of 1 … 99 is 95 tenths).
    #[test]
    fn a_distance_reaches_down_by_what_chance_adds() {
        let apart = of(&(1..100).map(|i| f64::from(i) / 10.0).collect::<Vec<_>>());
        let values = of(&(1..100).map(|i| 10.0 + f64::from(i) / 10.0).collect::<Vec<_>>());
        let found = values.distance(&apart, 12.0, Level::P95).expect("spread");
        assert!((found.low - 2.5).abs() < 1e-9 && (found.high - 19.75).abs() < 1e-9, "{found:?}");
        assert_eq!(values.distance(&apart, 9.0, Level::P95).expect("spread").low, 0.0);
        assert!(values.distance(&apart, 30.0, Level::P95).expect("spread").contains(30.0));
        assert_eq!(values.distance(&of(&[0.0; 9]), 1.0, Level::P95), None);
    }
}
