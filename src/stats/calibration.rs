//! Tests of whether announced probabilities come true.
//!
//! Outcomes are taken to be independent. Announced probabilities are what is
//! judged, so they count as known.

use super::distribution::{chi_square_survival, two_sided_p};
use super::hypothesis::{ChiSquare, ZTest};

/// What was announced to a group of people, and what came.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CalibrationGroup {
    /// Their weight: n.
    pub weight: f64,
    /// The sum of squares of their weights; n itself when unweighted.
    pub squares: f64,
    /// Sum of what was announced: E.
    pub expected: f64,
    /// Weight of those for whom it came true: O.
    pub observed: f64,
    /// Σ p(1 − p), each by weight: the variance of O if each has weight 1.
    pub variance: f64,
}

impl CalibrationGroup {
    /// Whether five effective people are expected on either side.
    fn is_enough(&self) -> bool {
        self.weight > 0.0 && self.expected.min(self.weight - self.expected) * self.weight / self.squares >= 5.0
    }

    /// The variance of O: Σw²p(1 − p), weights taken to be alike at all p.
    fn spread(&self) -> f64 {
        if self.weight > 0.0 { self.variance * self.squares / self.weight } else { 0.0 }
    }
}

/// Calibration in the large: z = (O − E)/√Σw²p(1 − p), the variance of a sum of
/// independent outcomes that keep to what was announced.
///
/// Positive when it came true more often than announced. `None` when all that
/// was announced is certain, or fewer than five are expected on either side. Cox
/// (1958); Spiegelhalter (1986).
pub fn calibration_in_the_large(groups: &[CalibrationGroup]) -> Option<ZTest> {
    let all = groups.iter().fold(CalibrationGroup::default(), |all, group| together(&all, group));
    let z = (all.observed - all.expected) / groups.iter().map(CalibrationGroup::spread).sum::<f64>().sqrt();
    (z.is_finite() && all.is_enough()).then(|| ZTest { z, p: two_sided_p(z) })
}

/// Hosmer and Lemeshow's test of people to whom the model was not fitted:
/// Σ(O − E)²/(E(1 − E/n)) over groups, χ² with as many degrees of freedom as
/// groups. For weighted people the variance is multiplied by Σw²/Σw.
///
/// Groups in which all is certain and came so do not count. `None` when a
/// certainty was refuted, where the statistic is infinite, and without a
/// degree of freedom. Neighbouring groups are put together until five are
/// expected on either side of each; `None` where even all together have fewer.
/// Hosmer & Lemeshow (1980); Hosmer, Lemeshow & Sturdivant (2013), section 5.2.2.
pub fn hosmer_lemeshow(groups: &[CalibrationGroup]) -> Option<ChiSquare> {
    let refuted = |group: &CalibrationGroup| {
        let failed = group.expected <= 0.0 && group.observed > 0.0;
        failed || group.expected >= group.weight && group.observed < group.weight * (1.0 - 1e-9)
    };
    // Groups in which all is certain tell nothing, and may not fill up others.
    let open = |group: &&CalibrationGroup| group.expected > 0.0 && group.expected < group.weight * (1.0 - 1e-12);
    let pooled = enough_expected(&groups.iter().filter(open).copied().collect::<Vec<_>>());
    if groups.iter().any(refuted) || !pooled.iter().all(CalibrationGroup::is_enough) {
        return None;
    }
    let (mut statistic, mut df) = (0.0, 0.0);
    for group in &pooled {
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
    (df >= 1.0 && f64::is_finite(statistic)).then(|| ChiSquare { statistic, df, p: chi_square_survival(statistic, df) })
}

/// Neighbouring groups put together until five effective people are expected on
/// either side of each, as far as there are any.
fn enough_expected(groups: &[CalibrationGroup]) -> Vec<CalibrationGroup> {
    let enough = CalibrationGroup::is_enough;
    let mut pooled: Vec<CalibrationGroup> = Vec::new();
    for group in groups.iter().filter(|group| group.weight > 0.0) {
        match pooled.last_mut().filter(|last| !enough(last)) {
            Some(last) => *last = together(last, group),
            None => pooled.push(*group),
        }
    }
    if pooled.len() > 1
        && let Some(last) = pooled.pop_if(|last| !enough(last))
        && let Some(before) = pooled.last_mut()
    {
        *before = together(before, &last);
    }
    pooled
}

fn together(one: &CalibrationGroup, two: &CalibrationGroup) -> CalibrationGroup {
    CalibrationGroup {
        weight: one.weight + two.weight,
        squares: one.squares + two.squares,
        expected: one.expected + two.expected,
        observed: one.observed + two.observed,
        variance: one.variance + two.variance,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-10 * wanted.abs().max(1.0), "{found} is not {wanted}");
    }

    /// So many people who were told one probability, and for how many it came true.
    fn told(p: f64, n: f64, observed: f64) -> CalibrationGroup {
        CalibrationGroup { weight: n, squares: n, expected: n * p, observed, variance: n * p * (1.0 - p) }
    }

    /// By hand: 30 of 100 at 0.2 and 70 of 100 at 0.6: O = 100, E = 80, variance
    /// 16 + 24 = 40; χ² = 10²/16 + 10²/24.
    #[test]
    fn by_hand() {
        let groups = [told(0.2, 100.0, 30.0), told(0.6, 100.0, 70.0)];
        let test = calibration_in_the_large(&groups).expect("spread");
        close(test.z, 20.0 / 40f64.sqrt());
        let test = hosmer_lemeshow(&groups).expect("two groups");
        close(test.statistic, 100.0 / 16.0 + 100.0 / 24.0);
        // With two degrees of freedom p is e^(−χ²/2).
        close(test.p, (-test.statistic / 2.0).exp());
        assert_eq!(test.df, 2.0);
    }

    /// Of 20 people at 0.01 none is expected enough: 2 are rare (exactly, 1.7 %), not
    /// one in ten thousand.
    #[test]
    fn too_few_are_expected() {
        assert_eq!(hosmer_lemeshow(&[told(0.01, 20.0, 2.0)]), None);
        assert_eq!(calibration_in_the_large(&[told(0.01, 20.0, 2.0)]), None);
    }

    #[test]
    fn certain_and_refuted() {
        let certain = [told(1.0, 4.0, 4.0), told(0.0, 4.0, 0.0)];
        assert_eq!(calibration_in_the_large(&certain), None);
        assert_eq!(hosmer_lemeshow(&certain), None);
        let refuted = [told(0.0, 10.0, 9.0), told(0.5, 5.0, 5.0)];
        assert_eq!(hosmer_lemeshow(&refuted), None);
        assert_eq!(calibration_in_the_large(&[]), None);
        // One whose certainty came true tells nothing.
        let with_certain = hosmer_lemeshow(&[told(0.2, 50.0, 14.0), told(1.0, 9.0, 9.0)]).expect("one group");
        assert_eq!(with_certain, hosmer_lemeshow(&[told(0.2, 50.0, 14.0)]).expect("one group"));
    }

    #[test]
    fn weights_have_no_unit() {
        let weighted = |unit: f64| {
            let of = |p: f64, n: f64, observed: f64| CalibrationGroup {
                weight: n * unit,
                squares: 1.3 * n * unit * unit,
                expected: n * p * unit,
                observed: observed * unit,
                variance: n * p * (1.0 - p) * unit,
            };
            [of(0.2, 30.0, 9.0), of(0.7, 20.0, 11.0)]
        };
        let (one, two) = (weighted(1.0), weighted(7.5));
        close(hosmer_lemeshow(&one).expect("groups").statistic, hosmer_lemeshow(&two).expect("groups").statistic);
        close(calibration_in_the_large(&one).expect("spread").z, calibration_in_the_large(&two).expect("spread").z);
    }

    #[test]
    fn few_are_put_to_their_neighbours() {
        // Expected 2, 4 | 6 | 40 with 1 on the other side.
        let groups = [told(0.1, 20.0, 2.0), told(0.2, 20.0, 3.0), told(0.3, 20.0, 6.0), told(0.975, 40.0, 39.0)];
        let pooled = enough_expected(&groups);
        assert_eq!(pooled.iter().map(|group| group.weight).collect::<Vec<_>>(), [40.0, 60.0]);
        let observed: f64 = pooled.iter().map(|group| group.observed).sum();
        assert_eq!(observed, 50.0);
        assert_eq!(enough_expected(&groups[3..]).len(), 1);
    }
}
