//! Whether announced probabilities come true: losses, and errors of groups.
//!
//! Tests and intervals of what came against what was announced are in the
//! module on observed and expected numbers. Nothing here knows whose
//! probabilities these are; an audit asks each of these of every group.

use super::announced::{Announced, CalibrationGroup, Grouping, calibration_groups, grouped, occupied};
use super::mean::Moments;

/// The mean of a loss over people, as moments: `loss` of those for whom it
/// came true, and of those for whom it did not.
fn mean_loss(bins: &[Announced], loss: impl Fn(f64) -> (f64, f64)) -> Option<Moments> {
    let (mut weight, mut squares, mut sum, mut sum_of_squares) = (0.0, 0.0, 0.0, 0.0);
    for bin in occupied(bins)? {
        let (positive, negative) = loss(bin.probability);
        for (share, loss) in [(bin.positives, positive), (bin.negatives, negative)] {
            if share > 0.0 {
                sum += share * loss;
                sum_of_squares += share * loss * loss;
            }
        }
        weight += bin.weight();
        squares += bin.squares;
    }
    let n: f64 = weight / squares * weight;
    if !(n.is_finite() && f64::is_finite(sum_of_squares)) {
        return None;
    }
    Moments::from_sums(n, weight, sum, sum_of_squares)
}

/// The logarithmic loss: −ln p for whom it came true, −ln(1 − p) for whom it
/// did not. The moments give the mean, from 0 up, and an interval by
/// [`t_interval`](super::t_interval).
///
/// `None` when somebody was told 0 and it came true, or 1 and it did not: a
/// certainty refuted has no finite loss. scikit-learn clips probabilities to
/// [ε, 1 − ε] with the ε of its floats and so answers with 36 per such person,
/// a number that says more about floats than about people.
pub fn log_loss(bins: &[Announced]) -> Option<Moments> {
    mean_loss(bins, |p| (-p.ln(), -(-p).ln_1p()))
}

/// The Brier score: the mean of (outcome − p)², in [0, 1], as moments. Brier
/// (1950), for one of two categories, so half of his own.
pub fn brier_score(bins: &[Announced]) -> Option<Moments> {
    mean_loss(bins, |p| ((1.0 - p) * (1.0 - p), p * p))
}

/// The expected calibration error: Σ(n_g/n)·|mean announced − share observed|
/// over groups, in [0, 1]. It is biased upward, the more so the fewer people a
/// group has. `None` as [`calibration_groups`]. Naeini, Cooper & Hauskrecht
/// (2015); with groups of equal mass, Nixon et al. (2019).
pub fn expected_calibration_error(bins: &[Announced], grouping: Grouping) -> Option<f64> {
    let groups = calibration_groups(bins, grouping)?;
    let weight: f64 = groups.iter().map(|group| group.weight).sum();
    let gap: f64 = groups.iter().map(|group| (group.expected - group.observed).abs()).sum();
    Some((gap / weight).clamp(0.0, 1.0))
}

/// The Brier score in parts:
/// brier = reliability − resolution + uncertainty + within.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Murphy {
    /// The score itself.
    pub brier: f64,
    /// Mean of (mean announced − share observed)² over groups: the price of
    /// being miscalibrated. From 0 up; 0 is ideal.
    pub reliability: f64,
    /// Mean of (share observed in the group − in all)²: the gain of telling
    /// people apart. From 0 to the uncertainty.
    pub resolution: f64,
    /// ō(1 − ō): the score of announcing to everyone the share of all.
    pub uncertainty: f64,
    /// What groups hide: the variance of probabilities within groups, less
    /// twice their covariance with outcomes. 0 when groups hold equal
    /// probabilities; else of either sign.
    pub within: f64,
}

/// The parts of the Brier score. `None` as [`brier_score`].
///
/// Murphy (1973), J. Appl. Meteorol. 12; the part within groups by Stephenson,
/// Coelho & Jolliffe (2008), Weather Forecast. 23, without which the parts of
/// grouped probabilities do not sum to the score.
pub fn brier_decomposition(bins: &[Announced], grouping: Grouping) -> Option<Murphy> {
    let groups = grouped(bins, grouping)?;
    let all = CalibrationGroup::of(&groups.concat());
    let share = all.observed / all.weight;
    let mut murphy = Murphy {
        brier: brier_score(bins)?.mean,
        reliability: 0.0,
        resolution: 0.0,
        uncertainty: share * (1.0 - share),
        within: 0.0,
    };
    for members in &groups {
        let group = CalibrationGroup::of(members);
        let (mean, observed, mass) =
            (group.expected / group.weight, group.observed / group.weight, group.weight / all.weight);
        murphy.reliability += mass * (mean - observed).powi(2);
        murphy.resolution += mass * (observed - share).powi(2);
        let hidden = |bin: &Announced| {
            let over = if members.len() > 1 { bin.probability - mean } else { 0.0 };
            over * over * bin.weight() - 2.0 * over * (bin.positives - observed * bin.weight())
        };
        murphy.within += members.iter().map(hidden).sum::<f64>() / all.weight;
    }
    Some(murphy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Level, t_interval};
    use proptest::prelude::*;

    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-12, "{found} is not {wanted}");
    }

    fn people(outcomes: &[(f64, u8, f64)]) -> Vec<Announced> {
        let one = |&(probability, outcome, weight): &(f64, u8, f64)| {
            let positives = f64::from(outcome) * weight;
            Announced { probability, positives, negatives: weight - positives, squares: weight * weight }
        };
        outcomes.iter().map(one).collect()
    }

    const EIGHT: [(f64, u8, f64); 8] = [
        (0.1, 0, 1.0),
        (0.1, 1, 0.5),
        (0.4, 0, 2.0),
        (0.4, 1, 1.0),
        (0.4, 0, 1.0),
        (0.8, 1, 0.7),
        (0.9, 1, 1.3),
        (0.9, 0, 0.2),
    ];

    /// scikit-learn 1.9.1, `log_loss` and `brier_score_loss`, with and without
    /// `sample_weight`.
    #[test]
    fn losses_as_scikit_learn_has_them() {
        let weighted = people(&EIGHT);
        close(log_loss(&weighted).expect("finite").mean, 0.5791047844416761);
        close(brier_score(&weighted).expect("people").mean, 0.18935064935064938);
        let unweighted = people(&EIGHT.map(|(p, y, _)| (p, y, 1.0)));
        let loss = log_loss(&unweighted).expect("finite");
        close(loss.mean, 0.8721220935030113);
        close(brier_score(&unweighted).expect("people").mean, 0.295);
        assert_eq!(loss.n, 8.0);
        assert!(t_interval(loss, Level::P95).expect("spread").contains(loss.mean));
    }

    #[test]
    fn a_certainty_refuted_has_no_finite_loss() {
        assert_eq!(log_loss(&people(&[(0.0, 1, 1.0), (0.5, 1, 1.0)])), None);
        assert_eq!(log_loss(&people(&[(1.0, 0, 1.0)])), None);
        close(log_loss(&people(&[(0.0, 0, 1.0), (1.0, 1, 1.0)])).expect("finite").mean, 0.0);
        assert_eq!(log_loss(&[]), None);
        assert_eq!(brier_decomposition(&[], Grouping::Distinct), None);
    }

    /// By hand: 0.2 told to five of whom two, 0.8 to five of whom three.
    #[test]
    fn by_hand() {
        let bins = [Announced::people(0.2, 2.0, 3.0), Announced::people(0.8, 3.0, 2.0)];
        let murphy = brier_decomposition(&bins, Grouping::Distinct).expect("people");
        close(murphy.brier, 0.28);
        close(murphy.reliability, 0.04);
        close(murphy.resolution, 0.01);
        close(murphy.uncertainty, 0.25);
        assert_eq!(murphy.within, 0.0);
        close(expected_calibration_error(&bins, Grouping::EqualMass(10)).expect("people"), 0.2);
        close(expected_calibration_error(&bins, Grouping::EqualMass(1)).expect("people"), 0.0);
        let one = brier_decomposition(&bins, Grouping::EqualMass(1)).expect("people");
        // Variance 0.09, covariance 0.3·0.1.
        close(one.within, 0.09 - 2.0 * 0.03);
    }

    #[test]
    fn one_outcome_has_no_uncertainty() {
        let bins = [Announced::people(0.2, 0.0, 3.0), Announced::people(0.4, 0.0, 2.0)];
        let murphy = brier_decomposition(&bins, Grouping::Distinct).expect("people");
        assert_eq!((murphy.uncertainty, murphy.resolution), (0.0, 0.0));
    }

    proptest! {
        #[test]
        fn the_parts_sum_to_the_score_and_weights_have_no_unit(
            outcomes in prop::collection::vec((0u8..=20, 0u8..2, 0.1..3.0f64), 1..40), groups in 1..12usize,
            unit in 0.01..99.0f64,
        ) {
            let outcomes: Vec<_> = outcomes.iter().map(|&(p, y, w)| (f64::from(p) / 20.0, y, w)).collect();
            let scaled: Vec<_> = outcomes.iter().map(|&(p, y, w)| (p, y, w * unit)).collect();
            let edges = [0.2, 0.5, 0.55];
            let (mass, width) = (Grouping::EqualMass(groups), Grouping::EqualWidth(groups));
            for grouping in [Grouping::Distinct, mass, width, Grouping::Edges(&edges)] {
                let one = brier_decomposition(&people(&outcomes), grouping).expect("people");
                let two = brier_decomposition(&people(&scaled), grouping).expect("people");
                let sum = one.reliability - one.resolution + one.uncertainty + one.within;
                prop_assert!((sum - one.brier).abs() < 1e-12);
                prop_assert!((one.reliability - two.reliability).abs() < 1e-12);
                prop_assert!((one.within - two.within).abs() < 1e-12);
                prop_assert!(one.reliability >= 0.0 && one.resolution >= 0.0);
                prop_assert!(one.resolution <= one.uncertainty + 1e-12);
                let error = expected_calibration_error(&people(&outcomes), grouping).expect("people");
                prop_assert!(error * error <= one.reliability + 1e-12, "Jensen");
            }
        }
    }
}
