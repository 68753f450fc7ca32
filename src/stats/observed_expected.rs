//! What came against what was announced: ratio, tests, and an interval.
//!
//! Outcomes are taken to be independent. Announced probabilities are what is
//! judged, so they count as known.

use super::announced::{Announced, CalibrationGroup, occupied};
use super::distribution::{chi_square_survival, two_sided_p};
use super::hypothesis::{ChiSquare, ZTest};
use super::level::{Interval, Level};

/// Observed over expected: Σ outcomes ÷ Σp. From 0 up; 1.2 says that it came
/// true for a fifth more people than announced. `None` when nothing was
/// announced, and for probabilities or weights that are none.
pub fn calibration_ratio(bins: &[Announced]) -> Option<f64> {
    let all = CalibrationGroup::of(&occupied(bins)?);
    let ratio = all.observed / all.expected;
    (all.expected > 0.0 && ratio.is_finite()).then_some(ratio)
}

/// Calibration in the large: z = (O − E)/√Σw²p(1 − p), the exact variance of a
/// sum of independent outcomes that keep to what was announced.
///
/// Positive when it came true more often than announced. `None` when all that
/// was announced is certain. Cox (1958); Spiegelhalter (1986).
pub fn calibration_in_the_large(bins: &[Announced]) -> Option<ZTest> {
    let bins = occupied(bins)?;
    let all = CalibrationGroup::of(&bins);
    let z = (all.observed - all.expected) / spread(&bins, 0.0);
    z.is_finite().then(|| ZTest { z, p: two_sided_p(z) })
}

/// What p becomes when the log odds of everyone are shifted.
fn shifted(p: f64, shift: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 || shift == 0.0 {
        return p;
    }
    let log_odds = p.ln() - (-p).ln_1p() + shift;
    1.0 / (1.0 + (-log_odds).exp())
}

/// Σw·p after a shift.
fn expected(bins: &[Announced], shift: f64) -> f64 {
    bins.iter().map(|bin| bin.weight() * shifted(bin.probability, shift)).sum()
}

/// √Σw²p(1 − p) after a shift.
fn spread(bins: &[Announced], shift: f64) -> f64 {
    let variance = |bin: &Announced| {
        let p = shifted(bin.probability, shift);
        bin.squares * p * (1.0 - p)
    };
    bins.iter().map(variance).sum::<f64>().sqrt()
}

/// No shift of log odds further than this changes a probability: those of
/// doubles end before.
const FAR: f64 = 800.0;

/// The interval of [`calibration_ratio`], of the score type: shift the log
/// odds of everyone by the same amount, and keep all shifts at which O lies no
/// further than z standard deviations √Σw²p(1 − p) from what is then expected.
///
/// Where everyone was told the same it is Wilson's interval over that. From 0
/// up, finite, and contains the ratio; it starts at 0 when it came true for
/// nobody. `None` where the ratio is, where all that was announced is certain,
/// and where no shift explains what came: too many for whom it came true
/// against an announced 0, or did not against an announced 1.
pub fn calibration_ratio_interval(bins: &[Announced], level: Level) -> Option<Interval> {
    let ratio = calibration_ratio(bins)?;
    let bins = occupied(bins)?;
    let all = CalibrationGroup::of(&bins);
    let (least, most) = (expected(&bins, -FAR), expected(&bins, FAR));
    let slack = 1e-12 * all.weight;
    if most - least <= slack || all.observed < least - slack || all.observed > most + slack {
        return None;
    }
    let centre = bisect(-FAR, FAR, |shift| expected(&bins, shift) < all.observed);
    let near = |shift: f64| (all.observed - expected(&bins, shift)).abs() <= level.z() * spread(&bins, shift);
    let low = if all.observed <= least + slack { least } else { expected(&bins, bisect(centre, -FAR, near)) };
    let high = if all.observed >= most - slack { most } else { expected(&bins, bisect(centre, FAR, near)) };
    let interval = Interval::new(low / all.expected, high / all.expected).around(ratio);
    (interval.low.is_finite() && interval.high.is_finite()).then_some(interval)
}

/// Where `holds` ends on the way from one number to another.
fn bisect(from: f64, to: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut inside, mut outside) = (from, to);
    for _ in 0..64 {
        let middle = 0.5 * (inside + outside);
        if holds(middle) { inside = middle } else { outside = middle }
    }
    inside
}

/// Whether the model was fitted to the people it is tested on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// Other people: as many degrees of freedom as groups.
    External,
    /// The same people: two fewer, for what the fit has used up.
    Development,
}

/// Hosmer and Lemeshow's test: Σ(O − E)²/(E(1 − E/n)) over groups, χ² with as
/// many degrees of freedom as groups (two fewer for the people the model was
/// fitted to). For weighted people the variance is multiplied by Σw²/Σw.
///
/// Groups in which all is certain and came so do not count. `None` when a
/// certainty was refuted, where the statistic is infinite, and without a
/// degree of freedom. The approximation wants about five expected on either
/// side in each group. Hosmer & Lemeshow (1980); Hosmer, Lemeshow & Sturdivant
/// (2013), section 5.2.2.
pub fn hosmer_lemeshow(groups: &[CalibrationGroup], validation: Validation) -> Option<ChiSquare> {
    let (mut statistic, mut df) = (0.0, 0.0);
    for group in groups.iter().filter(|group| group.weight > 0.0) {
        let spread = group.expected * (1.0 - group.expected / group.weight) * (group.squares / group.weight);
        let gap = group.observed - group.expected;
        // What rounding leaves of a sum of ones is certain.
        if spread > 1e-12 * group.squares {
            statistic += gap * gap / spread;
            df += 1.0;
        } else if gap.is_nan() || gap.abs() > 1e-9 * group.weight {
            return None;
        }
    }
    if validation == Validation::Development {
        df -= 2.0;
    }
    (df >= 1.0 && f64::is_finite(statistic)).then(|| ChiSquare { statistic, df, p: chi_square_survival(statistic, df) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Grouping, Proportion, calibration_groups, wilson};
    use proptest::prelude::*;

    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-10 * wanted.abs().max(1.0), "{found} is not {wanted}");
    }

    /// By hand: 3 of 10 at 0.2 and 7 of 10 at 0.6: O = 10, E = 8, variance
    /// 1.6 + 2.4 = 4; χ² = 1/1.6 + 1/2.4.
    #[test]
    fn by_hand() {
        let bins = [Announced::people(0.2, 3.0, 7.0), Announced::people(0.6, 7.0, 3.0)];
        close(calibration_ratio(&bins).expect("expected"), 1.25);
        let test = calibration_in_the_large(&bins).expect("spread");
        close(test.z, 1.0);
        close(test.p, 0.317_310_507_862_914_1);
        let groups = calibration_groups(&bins, Grouping::Distinct).expect("people");
        let test = hosmer_lemeshow(&groups, Validation::External).expect("two groups");
        close(test.statistic, 1.0 / 1.6 + 1.0 / 2.4);
        // With two degrees of freedom p is e^(−χ²/2).
        close(test.p, (-test.statistic / 2.0).exp());
        assert_eq!(test.df, 2.0);
        assert_eq!(hosmer_lemeshow(&groups, Validation::Development), None);
    }

    #[test]
    fn told_the_same_it_is_wilson() {
        for (positives, p) in [(3.0, 0.2), (0.0, 0.4), (10.0, 0.9), (9.0, 1e-5)] {
            let bins = [Announced::people(p, positives, 10.0 - positives)];
            let found = calibration_ratio_interval(&bins, Level::P95).expect("explained");
            let wanted = wilson(Proportion::new(positives, 10.0).expect("valid"), Level::P95);
            close(found.low * p, wanted.low);
            close(found.high * p, wanted.high);
        }
    }

    #[test]
    fn certain_refuted_and_nothing_announced() {
        let certain = [Announced::people(1.0, 4.0, 0.0), Announced::people(0.0, 0.0, 4.0)];
        assert_eq!(calibration_ratio(&certain), Some(1.0));
        assert_eq!(calibration_in_the_large(&certain), None);
        assert_eq!(calibration_ratio_interval(&certain, Level::P95), None);
        let groups = calibration_groups(&certain, Grouping::Distinct).expect("people");
        assert_eq!(hosmer_lemeshow(&groups, Validation::External), None);
        let nothing = [Announced::people(0.0, 1.0, 4.0)];
        assert_eq!(calibration_ratio(&nothing), None);
        let refuted = [Announced::people(0.0, 9.0, 1.0), Announced::people(0.5, 5.0, 0.0)];
        assert_eq!(calibration_ratio_interval(&refuted, Level::P95), None);
        let groups = calibration_groups(&refuted, Grouping::Distinct).expect("people");
        assert_eq!(hosmer_lemeshow(&groups, Validation::External), None);
        assert_eq!(calibration_in_the_large(&[]), None);
        assert_eq!(calibration_ratio_interval(&[Announced::people(5e-324, 1.0, 0.0)], Level::P95), None);
        let tiny = [Announced::people(1e-300, 1.0, 5.0)];
        assert!(calibration_ratio_interval(&tiny, Level::P95).is_some_and(|interval| interval.low > 1e298));
    }

    proptest! {
        #[test]
        fn the_interval_contains_the_ratio_and_agrees_with_the_test(
            bins in prop::collection::vec((0.01..0.99f64, 0u8..20, 0u8..20), 1..8), unit in 0.01..99.0f64,
        ) {
            let people: Vec<Announced> =
                bins.iter().map(|&(p, x, y)| Announced::people(p, f64::from(x), f64::from(y))).collect();
            if let Some(ratio) = calibration_ratio(&people) {
                let interval = calibration_ratio_interval(&people, Level::P95).expect("explained");
                prop_assert!(interval.contains(ratio) && interval.low >= 0.0);
                let test = calibration_in_the_large(&people).expect("spread");
                prop_assert!((test.p - 0.05).abs() < 1e-6 || interval.contains(1.0) == (test.p > 0.05));
                let scaled: Vec<Announced> = people.iter().map(|bin| Announced {
                    positives: bin.positives * unit, negatives: bin.negatives * unit,
                    squares: bin.squares * unit * unit, ..*bin
                }).collect();
                let again = calibration_ratio_interval(&scaled, Level::P95).expect("explained");
                prop_assert!((again.low - interval.low).abs() < 1e-8);
                prop_assert!((again.high / interval.high - 1.0).abs() < 1e-8);
                prop_assert!((calibration_in_the_large(&scaled).expect("spread").z - test.z).abs() < 1e-8);
            }
        }
    }
}
