//! Whether strata agree: one odds ratio for all, or several.

use super::distribution::chi_square_survival;
use super::hypothesis::ChiSquare;
use super::strata::StratumTable;

/// What the strata say against one odds ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreslowDay {
    /// With Tarone's correction: what to report.
    pub tarone: ChiSquare,
    /// Without it.
    pub uncorrected: ChiSquare,
}

/// The Breslow–Day test of a common odds ratio with Tarone's correction: `None`
/// unless the odds ratio is positive and finite and two strata are informative.
/// See [`breslow_day`].
pub fn breslow_day_tarone(strata: &[StratumTable], odds_ratio: f64) -> Option<ChiSquare> {
    breslow_day(strata, odds_ratio).map(|test| test.tarone)
}

/// The Breslow–Day test that `odds_ratio` (mostly Mantel and Haenszel's) holds
/// in every stratum: Σ (a − A)²/V, with A the count of the first cell expected
/// at that ratio given the margins and V = 1/(1/A + 1/B + 1/C + 1/D). Tarone
/// takes off (Σa − ΣA)²/ΣV, which makes it a proper score test where the ratio
/// was estimated from the same strata.
///
/// Strata with an empty margin say nothing and take no degree of freedom, which
/// is the number of the others less one. `None` unless two strata are
/// informative and the odds ratio is positive and finite. The p is rough where
/// strata are small.
///
/// Breslow & Day (1980), (4.30); Tarone (1985), Biometrika 72, 91–95.
pub fn breslow_day(strata: &[StratumTable], odds_ratio: f64) -> Option<BreslowDay> {
    if !(odds_ratio > 0.0 && odds_ratio.is_finite()) {
        return None;
    }
    let (mut distance, mut excess, mut variance, mut informative) = (0.0, 0.0, 0.0, 0.0);
    for table in strata {
        let Some((expected, v)) = fitted(*table, odds_ratio) else { continue };
        distance += (table.a - expected).powi(2) / v;
        excess += table.a - expected;
        variance += v;
        informative += 1.0;
    }
    let df = informative - 1.0;
    let test = |statistic: f64| ChiSquare { statistic, df, p: chi_square_survival(statistic, df) };
    (df >= 1.0).then(|| BreslowDay {
        tarone: test((distance - excess * excess / variance).max(0.0)),
        uncorrected: test(distance),
    })
}

/// The first cell expected at an odds ratio given the margins, and its
/// variance; `None` where a margin is empty.
fn fitted(StratumTable { a, b, c, d }: StratumTable, odds_ratio: f64) -> Option<(f64, f64)> {
    let (first, second, successes) = (a + b, c + d, a + c);
    if !(first > 0.0 && second > 0.0 && successes > 0.0 && b + d > 0.0) {
        return None;
    }
    // (1 − ψ)·A² + (second − successes + ψ·(first + successes))·A − ψ·first·successes = 0,
    // the root between the bounds in the form that does not cancel.
    let linear = second - successes + odds_ratio * (first + successes);
    let product = odds_ratio * first * successes;
    let root = (linear * linear + 4.0 * (1.0 - odds_ratio) * product).max(0.0).sqrt();
    let expected =
        if linear > 0.0 { 2.0 * product / (linear + root) } else { (linear - root) / (2.0 * (odds_ratio - 1.0)) };
    let cells = [expected, first - expected, successes - expected, second - successes + expected];
    let variance = 1.0 / cells.iter().map(|cell| 1.0 / cell).sum::<f64>();
    (variance > 0.0 && variance.is_finite()).then_some((expected, variance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tables(cells: &[(f64, f64, f64, f64)]) -> Vec<StratumTable> {
        cells.iter().map(|&(a, b, c, d)| StratumTable { a, b, c, d }).collect()
    }

    /// Berkeley 1973 by department; statsmodels 0.15.0 `StratifiedTable.test_equal_odds`, as R's
    /// `DescTools::BreslowDayTest`.
    #[test]
    fn berkeley() {
        let strata = tables(&[
            (512., 313., 89., 19.),
            (353., 207., 17., 8.),
            (120., 205., 202., 391.),
            (138., 279., 131., 244.),
            (53., 138., 94., 299.),
            (22., 351., 24., 317.),
        ]);
        let found = breslow_day(&strata, 0.9046968282586231).expect("informative");
        assert!((found.tarone.statistic - 18.82550125205323).abs() < 1e-9, "{found:?}");
        assert!((found.uncorrected.statistic - 18.825513705236514).abs() < 1e-9, "{found:?}");
        assert!((found.tarone.p - 0.0020714013978808676).abs() < 1e-11, "{found:?}");
        assert_eq!((found.tarone.df, breslow_day_tarone(&strata, 0.9046968282586231)), (5.0, Some(found.tarone)));
    }

    #[test]
    fn no_test_without_two_informative_strata() {
        let lonely = tables(&[(3., 4., 5., 6.), (0., 0., 3., 4.), (3., 0., 4., 0.)]);
        assert_eq!(breslow_day(&lonely, 1.0), None);
        let two = tables(&[(3., 4., 5., 6.), (2., 4., 5., 1.)]);
        for odds_ratio in [0.0, f64::INFINITY, f64::NAN, -1.0] {
            assert_eq!(breslow_day(&two, odds_ratio), None);
        }
    }

    proptest! {
        /// From the definition: the fitted cells have the margins and the odds ratio.
        #[test]
        fn the_fit_has_the_odds_ratio(
            a in 0u32..60, b in 0u32..60, c in 0u32..60, d in 0u32..60, log in -4.0..4.0f64
        ) {
            let [a, b, c, d] = [a, b, c, d].map(f64::from);
            if let Some((fit, variance)) = fitted(StratumTable { a, b, c, d }, log.exp()) {
                let ratio = fit * (d - a + fit) / ((a + b - fit) * (a + c - fit));
                prop_assert!((ratio / log.exp() - 1.0).abs() < 1e-7, "{ratio}");
                prop_assert!(variance > 0.0);
            }
        }

        #[test]
        fn swapping_the_sides_changes_nothing(
            cells in prop::collection::vec((1u32..60, 1u32..60, 1u32..60, 1u32..60), 2..5)
        ) {
            let there: Vec<_> = cells.iter().map(|&(a, b, c, d)| (a.into(), b.into(), c.into(), d.into())).collect();
            let back: Vec<_> = there.iter().map(|&(a, b, c, d)| (c, d, a, b)).collect();
            let (there, back) = (breslow_day(&tables(&there), 1.7), breslow_day(&tables(&back), 1.0 / 1.7));
            let (there, back) = (there.expect("informative"), back.expect("informative"));
            prop_assert!((there.tarone.statistic - back.tarone.statistic).abs() < 1e-8);
        }
    }
}
