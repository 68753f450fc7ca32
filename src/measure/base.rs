//! One base metric for one part of the people.

use super::part::{Part, Scale, proportion};
use super::{Measured, Method};
use crate::catalogue::{Base, FN, FP, Outcomes, TN, TP, Value};
use crate::cells::{Cell, Distribution, Exact, Grid, Quantity, Why};
use crate::plan::Side;
use crate::stats::{
    AreaMethod, Estimate, Interval, Level, Moments, Proportion, ScoreBin, auc, auc_interval, mover_mean, t_interval,
    wilson,
};

/// Equal-width bins of the expected calibration error.
const CALIBRATION_BINS: usize = 10;

pub(super) fn measure(base: &Base, part: &Part, scale: Option<Scale>, level: Level) -> Measured {
    match base.value {
        Value::Rate(rate) => rate_of(&part.cell(rate.numerator()), &part.cell(rate.denominator()), level),
        Value::Quotient(numerator, denominator) => quotient(numerator, denominator, part, level),
        Value::BalancedAccuracy => balanced_accuracy(part, level),
        Value::F1 => f1(part, level),
        Value::MatthewsCorrelation => matthews(part),
        Value::MeanScore | Value::Auc | Value::Brier | Value::ExpectedCalibrationError => match scale {
            Some(scale) => score_metric(base.value, part, scale, level),
            None => Measured::undefined(Why::EmptyGroup, &Cell::default()),
        },
    }
}

fn empty(cell: &Cell) -> Why {
    if cell.n > 0 { Why::ZeroWeight } else { Why::EmptyDenominator }
}

fn rate_of(numerator: &Cell, denominator: &Cell, level: Level) -> Measured {
    let Some(proportion) = proportion(numerator, denominator) else {
        return Measured::undefined(empty(denominator), denominator);
    };
    let value = numerator.weight.value() / denominator.weight.value();
    Measured {
        interval: Some((wilson(proportion, level).around(value), Method::Wilson)),
        numerator: Some(numerator.weight.value()),
        denominator: Some(denominator.weight.value()),
        ..Measured::new(value, denominator)
    }
}

/// A quotient of two sets that share nobody is the odds of one among both, such
/// as FN/FP. Where they share people, as (TP + FP)/(TP + FN) does its true
/// positives, the spread comes from those who are in one of them only.
fn quotient(numerator: Outcomes, denominator: Outcomes, part: &Part, level: Level) -> Measured {
    let labelled = part.cell(TP.or(FP).or(FN).or(TN));
    let above = part.cell(numerator).weight.value();
    let below = part.cell(denominator).weight.value();
    if below <= 0.0 {
        let why = if above > 0.0 { Why::ZeroDenominator } else { empty(&part.cell(denominator)) };
        return Measured::undefined(why, &labelled);
    }
    let interval = if numerator.without(denominator) == numerator {
        let share = proportion(&part.cell(numerator), &part.cell(numerator.or(denominator)));
        share.map(|share| (wilson(share, level).map(|q| q / (1.0 - q)), Method::WilsonOdds))
    } else {
        let per_person = labelled.effective() / labelled.weight.value();
        let in_one = numerator.without(denominator).or(denominator.without(numerator));
        let discordant = part.cell(in_one).weight.value();
        (above > 0.0 && discordant > 0.0).then(|| {
            let spread = (discordant / (above * below * per_person)).sqrt();
            let (log, half) = ((above / below).ln(), level.z() * spread);
            (Interval::new((log - half).exp(), (log + half).exp()), Method::PairedLog)
        })
    };
    Measured { interval, numerator: Some(above), denominator: Some(below), ..Measured::new(above / below, &labelled) }
}

fn balanced_accuracy(part: &Part, level: Level) -> Measured {
    let labelled = part.cell(TP.or(FP).or(FN).or(TN));
    let of = |hit: Outcomes, miss| proportion(&part.cell(hit), &part.cell(hit.or(miss)));
    match (of(TP, FN), of(TN, FP)) {
        (Some(tpr), Some(tnr)) => {
            let (tpr, tnr) = (tpr.wilson(level), tnr.wilson(level));
            let interval = mover_mean(tpr, tnr).clamp(0.0, 1.0);
            let value = (tpr.value + tnr.value) / 2.0;
            Measured { interval: Some((interval.around(value), Method::Mover)), ..Measured::new(value, &labelled) }
        }
        _ if labelled.n == 0 => Measured::undefined(Why::EmptyDenominator, &labelled),
        _ => Measured::undefined(Why::OneClass, &labelled),
    }
}

/// The Jaccard share q = TP/(TP + FP + FN) is a proportion, and F1 = 2q/(1 + q).
fn f1(part: &Part, level: Level) -> Measured {
    let (hits, all) = (part.cell(TP), part.cell(TP.or(FP).or(FN)));
    let Some(share) = proportion(&hits, &all) else {
        return Measured::undefined(empty(&all), &all);
    };
    let from_share = |q: f64| 2.0 * q / (1.0 + q);
    let interval = wilson(share, level).map(from_share);
    let (hits, all) = (hits.weight.value(), all.weight.value());
    let value = 2.0 * hits / (hits + all);
    let labelled = part.cell(TP.or(FP).or(FN).or(TN));
    Measured { interval: Some((interval.around(value), Method::WilsonJaccard)), ..Measured::new(value, &labelled) }
}

fn matthews(part: &Part) -> Measured {
    let [tp, fp, fn_, tn] = [TP, FP, FN, TN].map(|set| part.cell(set).weight.value());
    let labelled = part.cell(TP.or(FP).or(FN).or(TN));
    let spread = ((tp + fp) * (tp + fn_)).sqrt() * ((tn + fp) * (tn + fn_)).sqrt();
    if spread <= 0.0 {
        let one_label = tp + fn_ <= 0.0 || tn + fp <= 0.0;
        let why = match labelled.n {
            0 => Why::EmptyDenominator,
            _ if one_label => Why::OneClass,
            _ => Why::Constant,
        };
        return Measured::undefined(why, &labelled);
    }
    Measured::new(((tp * tn - fp * fn_) / spread).clamp(-1.0, 1.0), &labelled)
}

fn score_metric(value: Value, part: &Part, scale: Scale, level: Level) -> Measured {
    let mut labelled = part.favourable.cell.clone();
    labelled.merge(&part.unfavourable.cell);
    if matches!(value, Value::Brier | Value::ExpectedCalibrationError) && !scale.probability {
        return Measured::undefined(Why::NotAProbability, &labelled);
    }
    match value {
        Value::MeanScore => mean_score(part, scale, level),
        _ if labelled.n == 0 => Measured::undefined(Why::EmptyDenominator, &labelled),
        _ if labelled.weight.value() <= 0.0 => Measured::undefined(Why::ZeroWeight, &labelled),
        Value::Auc => area(part, scale, &labelled, level),
        Value::Brier => brier(part, scale, &labelled, level),
        _ => {
            let bins = calibration(part, scale);
            let whole = labelled.weight.value();
            let error = bins.iter().map(|bin| bin.weight / whole * (bin.mean_score - bin.rate).abs()).sum();
            Measured::new(error, &labelled)
        }
    }
}

/// Moments of the scores of everyone, labelled or not.
pub(super) fn score_moments(part: &Part, grid: Grid) -> Option<Moments> {
    let mut all = part.favourable.clone();
    all.merge(&part.unfavourable);
    all.merge(&part.unlabelled);
    let (n, weight, sum) = (all.cell.effective(), all.cell.weight.value(), all.sum.value());
    match all.spread(grid) {
        Some(spread) => Moments::from_spread(n, weight, sum, spread),
        None => Moments::from_sums(n, weight, sum, all.sum_of_squares.value()),
    }
}

fn mean_score(part: &Part, scale: Scale, level: Level) -> Measured {
    let (low, high) = if scale.probability { (0.0, 1.0) } else { (f64::NEG_INFINITY, f64::INFINITY) };
    let people = {
        let mut all = part.favourable.cell.clone();
        all.merge(&part.unfavourable.cell);
        all.merge(&part.unlabelled.cell);
        all
    };
    match score_moments(part, scale.grid) {
        None => Measured::undefined(empty(&people), &people),
        Some(moments) => Measured {
            interval: t_interval(moments, level).map(|interval| (interval.clamp(low, high), Method::StudentT)),
            ..Measured::new(moments.mean, &people)
        },
    }
}

fn area(part: &Part, scale: Scale, labelled: &Cell, level: Level) -> Measured {
    let weight = |distribution: &Distribution, bin: &i64| distribution.bins.get(bin).map_or(0.0, Exact::value);
    let keys: std::collections::BTreeSet<&i64> =
        part.favourable.bins.keys().chain(part.unfavourable.bins.keys()).collect();
    let mut bins: Vec<ScoreBin> = keys
        .into_iter()
        .map(|bin| ScoreBin { positives: weight(&part.favourable, bin), negatives: weight(&part.unfavourable, bin) })
        .collect();
    if scale.higher == Side::Unfavourable {
        bins.reverse();
    }
    let found = auc(&bins, part.favourable.cell.effective(), part.unfavourable.cell.effective());
    match found {
        None => Measured::undefined(Why::OneClass, labelled),
        Some(auc) => Measured {
            interval: Some(match auc_interval(&auc, level) {
                (interval, AreaMethod::DeLong) => (interval, Method::DeLong),
                (interval, AreaMethod::Newcombe) => (interval, Method::NewcombeArea),
            }),
            error_bound: (scale.grid != Grid::Exact).then_some(auc.tied / 2.0),
            ..Measured::new(auc.value, labelled)
        },
    }
}

/// The probability of the favourable label that a score announces. Rounded, so
/// that 1 − 0.7 falls into the bin of 0.3.
fn announced(score: f64, scale: Scale) -> f64 {
    match scale.higher {
        Side::Favourable => score.clamp(0.0, 1.0),
        Side::Unfavourable => (((1.0 - score) * 1e12).round() / 1e12).clamp(0.0, 1.0),
    }
}

fn brier(part: &Part, scale: Scale, labelled: &Cell, level: Level) -> Measured {
    let mut fourth_powers = 0.0;
    let mut squares = 0.0;
    for (distribution, label) in [(&part.favourable, 1.0), (&part.unfavourable, 0.0)] {
        for (bin, weight) in &distribution.bins {
            let error = announced(scale.grid.centre(*bin), scale) - label;
            squares += weight.value() * error * error;
            fourth_powers += weight.value() * error.powi(4);
        }
    }
    let moments = Moments::from_sums(labelled.effective(), labelled.weight.value(), squares, fourth_powers);
    match moments {
        None => Measured::undefined(Why::ZeroWeight, labelled),
        Some(moments) => Measured {
            interval: t_interval(moments, level).map(|interval| (interval.clamp(0.0, 1.0), Method::StudentT)),
            error_bound: (scale.grid != Grid::Exact).then_some(scale.grid.width()),
            ..Measured::new(moments.mean, labelled)
        },
    }
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
pub(super) fn calibration(part: &Part, scale: Scale) -> Vec<CalibrationBin> {
    let mut sums = [(0.0, 0.0, 0.0); CALIBRATION_BINS];
    for (distribution, label) in [(&part.favourable, 1.0), (&part.unfavourable, 0.0)] {
        for (bin, weight) in &distribution.bins {
            let announced = announced(scale.grid.centre(*bin), scale);
            let at = (0..CALIBRATION_BINS - 1)
                .find(|at| announced <= (at + 1) as f64 / CALIBRATION_BINS as f64)
                .unwrap_or(CALIBRATION_BINS - 1);
            let weight = weight.value();
            sums[at].0 += weight;
            sums[at].1 += weight * announced;
            sums[at].2 += weight * label;
        }
    }
    let people = {
        let mut all = part.favourable.cell.clone();
        all.merge(&part.unfavourable.cell);
        all
    };
    let per_weight = people.effective() / people.weight.value();
    sums.iter()
        .enumerate()
        .filter(|(_, (weight, ..))| *weight > 0.0)
        .map(|(at, (weight, score, favourable))| CalibrationBin {
            low: at as f64 / CALIBRATION_BINS as f64,
            high: (at + 1) as f64 / CALIBRATION_BINS as f64,
            n: weight * per_weight,
            weight: *weight,
            mean_score: score / weight,
            rate: (favourable / weight).clamp(0.0, 1.0),
        })
        .collect()
}

/// The rate behind a base as a proportion of effective people.
pub(super) fn as_proportion(base: &Base, part: &Part) -> Option<Proportion> {
    let rate = base.rate()?;
    proportion(&part.cell(rate.numerator()), &part.cell(rate.denominator()))
}

impl Measured {
    /// The number with its interval, if it has both.
    pub(super) fn estimate(&self) -> Option<Estimate> {
        match (self.quantity, &self.interval) {
            (Quantity::Value(value), Some((interval, _))) => Some(Estimate { value, interval: *interval }),
            _ => None,
        }
    }
}
