//! The area under the ROC curve, from a histogram of scores.

use super::level::{Interval, Level};
use super::proportion::{Proportion, wilson};

/// The weight of both labels at one score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScoreBin {
    /// Weight of the positives.
    pub positives: f64,
    /// Weight of the negatives.
    pub negatives: f64,
}

/// The area, its variance, and how much rests on ties.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Auc {
    /// P(positive above negative) + ½·P(tie), in [0, 1].
    pub value: f64,
    /// DeLong's variance.
    pub variance: f64,
    /// P(tie). On a grid half of it bounds the error that binning can make.
    pub tied: f64,
    /// The smaller of the two effective numbers.
    smaller: f64,
}

/// More than sums of shares lose to rounding, less than one pair of people.
const ROUNDING: f64 = 1e-13;

/// The area over bins in rising order of score. `positives` and `negatives`
/// are the effective numbers of people. `None` without both labels.
///
/// Variance: DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44, in the form
/// of placement values.
pub fn auc(bins: &[ScoreBin], positives: f64, negatives: f64) -> Option<Auc> {
    let (all_positive, all_negative) =
        bins.iter().fold((0.0, 0.0), |(p, n), bin| (p + bin.positives, n + bin.negatives));
    if !(all_positive > 0.0 && all_negative > 0.0) {
        return None;
    }
    let mut value = 0.0;
    let mut tied = 0.0;
    let mut below = Vec::with_capacity(bins.len());
    let (mut negatives_below, mut positives_below) = (0.0, 0.0);
    for bin in bins {
        let positive_placement = (negatives_below + bin.negatives / 2.0) / all_negative;
        let negative_placement = 1.0 - (positives_below + bin.positives / 2.0) / all_positive;
        below.push((positive_placement, negative_placement));
        value += bin.positives / all_positive * positive_placement;
        tied += bin.positives / all_positive * bin.negatives / all_negative;
        negatives_below += bin.negatives;
        positives_below += bin.positives;
    }
    let (mut spread_positive, mut spread_negative) = (0.0, 0.0);
    for (bin, (positive_placement, negative_placement)) in bins.iter().zip(below) {
        spread_positive += bin.positives / all_positive * (positive_placement - value).powi(2);
        spread_negative += bin.negatives / all_negative * (negative_placement - value).powi(2);
    }
    let part = |spread: f64, n: f64| spread / (n - 1.0).max(1.0);
    // What rounding leaves of a whole separation, or of no spread, is none.
    let value = if value > 1.0 - ROUNDING { 1.0 } else { value };
    let variance = part(spread_positive, positives) + part(spread_negative, negatives);
    Some(Auc {
        value: if value < ROUNDING { 0.0 } else { value },
        variance: if variance < ROUNDING * ROUNDING { 0.0 } else { variance },
        tied,
        smaller: positives.min(negatives),
    })
}

/// DeLong's interval on the logit scale. Where the sample separates the labels
/// wholly, or shows no spread, the logit has nothing to go by; then Wilson's
/// interval with as many trials as the rarer label has people.
pub fn auc_interval(auc: &Auc, level: Level) -> Option<Interval> {
    let a = auc.value;
    if auc.variance <= 0.0 || a <= 0.0 || a >= 1.0 {
        let trials = auc.smaller.max(1.0);
        return Proportion::new(a * trials, trials).map(|proportion| wilson(proportion, level));
    }
    let logit = (a / (1.0 - a)).ln();
    let half = level.z() * auc.variance.sqrt() / (a * (1.0 - a));
    let back = |x: f64| 1.0 / (1.0 + (-x).exp());
    Some(Interval::new(back(logit - half), back(logit + half)).around(a))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(pairs: &[(f64, f64)]) -> Vec<ScoreBin> {
        pairs.iter().map(|&(positives, negatives)| ScoreBin { positives, negatives }).collect()
    }

    /// By hand: negatives at 1, 2, 2; positives at 2, 3: (3·1 + (1 + ½·2)) / 6 = 5/6.
    #[test]
    fn ties_count_one_half() {
        let found = auc(&bins(&[(0.0, 1.0), (1.0, 2.0), (1.0, 0.0)]), 2.0, 3.0).expect("both labels");
        assert!((found.value - 5.0 / 6.0).abs() < 1e-15);
        assert!((found.tied - 2.0 / 6.0).abs() < 1e-15);
    }

    /// From the definition: sample variances of the placement values.
    #[test]
    fn variance_from_the_definition() {
        let positives = [0.2, 0.5, 0.7, 0.9];
        let negatives = [0.1, 0.4, 0.5];
        let psi = |x: f64, y: f64| {
            if x > y {
                1.0
            } else if x == y {
                0.5
            } else {
                0.0
            }
        };
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let variance = |v: &[f64]| v.iter().map(|x| (x - mean(v)).powi(2)).sum::<f64>() / (v.len() as f64 - 1.0);
        let v10: Vec<f64> = positives.iter().map(|&x| mean(&negatives.map(|y| psi(x, y)))).collect();
        let v01: Vec<f64> = negatives.iter().map(|&y| mean(&positives.map(|x| psi(x, y)))).collect();
        let wanted = variance(&v10) / 4.0 + variance(&v01) / 3.0;
        let all = bins(&[(0., 1.), (1., 0.), (0., 1.), (1., 1.), (1., 0.), (1., 0.)]);
        let found = auc(&all, 4.0, 3.0).expect("both labels");
        assert!((found.value - mean(&v10)).abs() < 1e-15);
        assert!((found.variance - wanted).abs() < 1e-15);
    }

    #[test]
    fn one_label_has_no_area_and_separation_stays_honest() {
        assert_eq!(auc(&bins(&[(3.0, 0.0)]), 3.0, 0.0), None);
        let perfect = auc(&bins(&[(0.0, 5.0), (5.0, 0.0)]), 5.0, 5.0).expect("both labels");
        let interval = auc_interval(&perfect, Level::P95).expect("an interval");
        assert!(interval.high == 1.0 && interval.low < 0.7);
    }
}
