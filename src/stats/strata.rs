//! Two rates compared within strata, and pooled.

use super::distribution::chi_square_survival;
use super::hypothesis::ChiSquare;
use super::level::{Interval, Level};

/// One stratum: a 2×2 table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StratumTable {
    /// Successes of the first.
    pub a: f64,
    /// Failures of the first.
    pub b: f64,
    /// Successes of the second.
    pub c: f64,
    /// Failures of the second.
    pub d: f64,
}

/// What strata together say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MantelHaenszel {
    /// The common odds ratio; `None` when it is 0/0 or has no bound.
    pub odds_ratio: Option<f64>,
    /// Its interval (Robins, Breslow & Greenland 1986).
    pub odds_ratio_interval: Option<Interval>,
    /// The common difference of rates.
    pub difference: f64,
    /// Its interval (Sato 1989).
    pub difference_interval: Option<Interval>,
    /// The Cochran–Mantel–Haenszel statistic without continuity correction, and
    /// its p with one degree of freedom; `None` where no stratum has both
    /// successes and failures.
    pub test: Option<(f64, f64)>,
    /// Strata in which both had anyone.
    pub strata: usize,
}

/// Pools strata. `None` when no stratum has both.
///
/// Mantel & Haenszel (1959); Robins, Breslow & Greenland (1986), Biometrics 42;
/// Sato (1989), Biometrics 45.
pub fn mantel_haenszel(strata: &[StratumTable], level: Level) -> Option<MantelHaenszel> {
    let shared: Vec<&StratumTable> = strata.iter().filter(|s| s.a + s.b > 0.0 && s.c + s.d > 0.0).collect();
    let (mut r, mut s, mut pr, mut ps_qr, mut qs) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let (mut excess, mut variance) = (0.0, 0.0);
    let (mut gap, mut size, mut slope, mut level_term) = (0.0, 0.0, 0.0, 0.0);
    for StratumTable { a, b, c, d } in shared.iter().copied() {
        let (n1, n2) = (a + b, c + d);
        let n = n1 + n2;
        let (rk, sk, pk, qk) = (a * d / n, b * c / n, (a + d) / n, (b + c) / n);
        r += rk;
        s += sk;
        pr += pk * rk;
        ps_qr += pk * sk + qk * rk;
        qs += qk * sk;
        excess += a - n1 * (a + c) / n;
        if n > 1.0 {
            variance += n1 * n2 * (a + c) * (b + d) / (n * n * (n - 1.0));
        }
        gap += (a * n2 - c * n1) / n;
        size += n1 * n2 / n;
        slope += c * (n1 / n).powi(2) - a * (n2 / n).powi(2) + (n1 / n) * (n2 / n) * (n2 - n1) / 2.0;
        level_term += (a * (n2 - c) + c * (n1 - a)) / (2.0 * n);
    }
    if size <= 0.0 {
        return None;
    }
    let odds_ratio = (s > 0.0).then(|| r / s);
    let odds_ratio_interval = (r > 0.0 && s > 0.0).then(|| {
        let spread = pr / (2.0 * r * r) + ps_qr / (2.0 * r * s) + qs / (2.0 * s * s);
        let (log, half) = ((r / s).ln(), level.z() * spread.sqrt());
        Interval::new((log - half).exp(), (log + half).exp())
    });
    let difference = gap / size;
    // Where every stratum separates the sides wholly the variance is zero, which
    // is no certainty: then there is no interval. What is left of rounding counts as zero.
    let spread = difference * slope + level_term;
    let difference_interval = (spread > 1e-9 * ((difference * slope).abs() + level_term)).then(|| {
        let half = level.z() * spread.sqrt() / size;
        Interval::new(difference - half, difference + half).clamp(-1.0, 1.0)
    });
    let statistic = (variance > 0.0).then(|| excess * excess / variance);
    Some(MantelHaenszel {
        odds_ratio,
        odds_ratio_interval,
        difference,
        difference_interval,
        test: statistic.map(|statistic| (statistic, chi_square_survival(statistic, 1.0))),
        strata: shared.len(),
    })
}

/// The Cochran–Mantel–Haenszel test with continuity correction: (|Σa − ΣE| − ½)²/ΣV,
/// the correction being no more than the distance. `None` where no stratum has
/// two sides with both successes and failures. It is R's default, except that R
/// takes no correction where the distance is under ½; the tests of
/// [`mantel_haenszel`] do without. Mantel & Haenszel (1959).
pub fn cmh_corrected(strata: &[StratumTable]) -> Option<ChiSquare> {
    let (mut excess, mut variance) = (0.0, 0.0);
    for StratumTable { a, b, c, d } in strata {
        let (n1, n2) = (a + b, c + d);
        let n = n1 + n2;
        if n > 1.0 {
            excess += a - n1 * (a + c) / n;
            variance += n1 * n2 * (a + c) * (b + d) / (n * n * (n - 1.0));
        }
    }
    let statistic = (f64::abs(excess) - 0.5).max(0.0).powi(2) / variance;
    (variance > 0.0).then(|| ChiSquare { statistic, df: 1.0, p: chi_square_survival(statistic, 1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Berkeley 1973 (Bickel, Hammel & O'Connell 1975), men against women by
    /// department; R 4.3 `mantelhaen.test(UCBAdmissions)`.
    #[test]
    fn berkeley() {
        let tables = [
            (512., 313., 89., 19.),
            (353., 207., 17., 8.),
            (120., 205., 202., 391.),
            (138., 279., 131., 244.),
            (53., 138., 94., 299.),
            (22., 351., 24., 317.),
        ]
        .map(|(a, b, c, d)| StratumTable { a, b, c, d });
        let found = mantel_haenszel(&tables, Level::P95).expect("informative");
        let interval = found.odds_ratio_interval.expect("bounded");
        assert!((found.odds_ratio.expect("bounded") - 0.9046968).abs() < 5e-8);
        assert!((interval.low - 0.7719074).abs() < 5e-8, "{interval:?}");
        assert!((interval.high - 1.0603298).abs() < 5e-8, "{interval:?}");
        assert_eq!(found.strata, 6);
        // R's default: X-squared = 1.4269, p-value = 0.2323.
        let corrected = cmh_corrected(&tables).expect("informative");
        assert!((corrected.statistic - 1.4269).abs() < 5e-5 && (corrected.p - 0.2323).abs() < 5e-5, "{corrected:?}");
    }

    /// Rabbits and penicillin, R `mantelhaen.test(Rabbits)`, its help page: strata without spread are left out.
    #[test]
    fn rabbits() {
        let tables = [(0., 0., 6., 5.), (3., 0., 3., 6.), (6., 2., 0., 4.), (5., 6., 1., 0.), (2., 5., 0., 0.)]
            .map(|(a, b, c, d)| StratumTable { a, b, c, d });
        let found = mantel_haenszel(&tables, Level::P95).expect("informative");
        let interval = found.odds_ratio_interval.expect("bounded");
        assert!((found.odds_ratio.expect("bounded") - 7.0).abs() < 1e-9);
        assert!((interval.low - 1.026713).abs() < 5e-7 && (interval.high - 47.725133).abs() < 5e-5, "{interval:?}");
        let corrected = cmh_corrected(&tables).expect("informative");
        assert!((corrected.statistic - 3.9286).abs() < 5e-5 && (corrected.p - 0.04747).abs() < 5e-6, "{corrected:?}");
        assert_eq!(cmh_corrected(&[]), None);
    }

    #[test]
    fn one_stratum_is_the_plain_table() {
        let table = StratumTable { a: 30., b: 70., c: 45., d: 45. };
        let found = mantel_haenszel(&[table], Level::P95).expect("informative");
        assert!((found.odds_ratio.expect("bounded") - 30. * 45. / (70. * 45.)).abs() < 1e-12);
        assert!((found.difference - (0.3 - 0.5)).abs() < 1e-12);
    }

    /// Everyone succeeded in one stratum and nobody in the other: no difference
    /// anywhere, and nothing to test.
    #[test]
    fn constant_strata_differ_by_nothing() {
        let all = StratumTable { a: 5., b: 0., c: 7., d: 0. };
        let none = StratumTable { a: 0., b: 3., c: 0., d: 4. };
        let found = mantel_haenszel(&[all, none], Level::P95).expect("shared");
        assert_eq!(
            (found.difference, found.difference_interval, found.odds_ratio, found.test),
            (0.0, None, None, None)
        );
    }

    #[test]
    fn strata_with_one_side_tell_nothing() {
        let lonely = StratumTable { a: 5., b: 5., c: 0., d: 0. };
        assert_eq!(mantel_haenszel(&[lonely], Level::P95), None);
    }
}
