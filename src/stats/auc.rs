//! The area under the ROC curve, from a histogram of scores.

use super::level::{Interval, Level};

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
    /// The larger.
    larger: f64,
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
        larger: positives.max(negatives),
    })
}

/// How the interval of an area was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaMethod {
    /// DeLong's variance on the logit scale.
    DeLong,
    /// Newcombe's score-type interval, or that and DeLong's together.
    Newcombe,
}

/// With fewer people of the rarer label than this DeLong's variance, made of a
/// handful of placements, is too small.
const FEW: f64 = 10.0;

/// So is it where the labels are nearly separated: what it rests on are the
/// people of the rarer label who are ranked wrongly.
const FEW_WRONG: f64 = 5.0;

/// The interval of an area: DeLong's on the logit scale. Where the sample
/// separates the labels wholly or shows no spread, Newcombe's, which inverts
/// Hanley and McNeil's variance (Newcombe 2006, Stat. Med. 25, 559–573, method
/// 5); with few people of one label, or few of them out of place, all that lies
/// in either.
pub fn auc_interval(auc: &Auc, level: Level) -> (Interval, AreaMethod) {
    let a = auc.value;
    if auc.variance <= 0.0 || a <= 0.0 || a >= 1.0 {
        return (newcombe_area(auc, level), AreaMethod::Newcombe);
    }
    let logit = (a / (1.0 - a)).ln();
    let half = level.z() * auc.variance.sqrt() / (a * (1.0 - a));
    let back = |x: f64| 1.0 / (1.0 + (-x).exp());
    let delong = Interval::new(back(logit - half), back(logit + half)).around(a);
    if auc.smaller >= FEW && auc.smaller * a.min(1.0 - a) >= FEW_WRONG {
        return (delong, AreaMethod::DeLong);
    }
    let other = newcombe_area(auc, level);
    (other.around(delong.low).around(delong.high), AreaMethod::Newcombe)
}

/// All areas θ from which the observed one is no further than z standard
/// errors, with V(θ) = θ(1−θ)·(1 + N·(1−θ)/(2−θ) + N·θ/(1+θ))/(m·n) and
/// N = (m + n)/2 − 1.
fn newcombe_area(auc: &Auc, level: Level) -> Interval {
    let (m, n) = (auc.smaller.max(1.0), auc.larger.max(1.0));
    let mean = (m + n) / 2.0 - 1.0;
    let reach = |t: f64| {
        let variance = t * (1.0 - t) * (1.0 + mean * (1.0 - t) / (2.0 - t) + mean * t / (1.0 + t)) / (m * n);
        level.z() * variance.max(0.0).sqrt()
    };
    let a = auc.value;
    // Between the estimate and the border the distance crosses the reach once.
    let search = |border: f64| {
        let (mut inside, mut outside) = (a, border);
        for _ in 0..100 {
            let middle = 0.5 * (inside + outside);
            if (a - middle).abs() < reach(middle) { inside = middle } else { outside = middle }
        }
        inside
    };
    let low = if a <= 0.0 { 0.0 } else { search(0.0) };
    let high = if a >= 1.0 { 1.0 } else { search(1.0) };
    Interval::new(low, high).around(a)
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

    /// Hanley & McNeil (1982), table I: ratings of 109 tomograms, 58 of them
    /// normal; area .893. DeLong's standard error of them, as SAS prints it, .0307.
    #[test]
    fn ratings_of_tomograms() {
        let ratings = [(3., 33.), (2., 6.), (2., 6.), (11., 11.), (33., 2.)];
        let found = auc(&bins(&ratings), 51.0, 58.0).expect("both labels");
        assert!((found.value - 0.893).abs() < 5e-4, "{found:?}");
        assert!((found.variance.sqrt() - 0.0307).abs() < 5e-5, "{found:?}");
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

    /// From the definition: each end is z standard errors from the estimate, by
    /// the variance at that end.
    #[test]
    fn few_people_get_the_score_interval() {
        let few = auc(&bins(&[(0., 9.), (0., 9.), (1., 9.), (1., 9.)]), 2.0, 36.0).expect("both labels");
        let (interval, method) = auc_interval(&few, Level::P95);
        assert_eq!(method, AreaMethod::Newcombe);
        for end in [newcombe_area(&few, Level::P95).low, newcombe_area(&few, Level::P95).high] {
            let (n, t) = ((2.0 + 36.0) / 2.0 - 1.0, end);
            let variance = t * (1.0 - t) * (1.0 + n * (1.0 - t) / (2.0 - t) + n * t / (1.0 + t)) / (2.0 * 36.0);
            assert!(((few.value - end).abs() - Level::P95.z() * variance.sqrt()).abs() < 1e-9);
            assert!(interval.contains(end));
        }
    }

    #[test]
    fn one_label_has_no_area_and_separation_stays_honest() {
        assert_eq!(auc(&bins(&[(3.0, 0.0)]), 3.0, 0.0), None);
        let perfect = auc(&bins(&[(0.0, 5.0), (5.0, 0.0)]), 5.0, 5.0).expect("both labels");
        let (interval, method) = auc_interval(&perfect, Level::P95);
        assert!(interval.high == 1.0 && interval.low < 0.75 && method == AreaMethod::Newcombe, "{interval:?}");
    }
}
