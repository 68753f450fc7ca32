//! The ratio of two rates within strata, pooled.

use super::level::{Interval, Level};
use super::strata::StratumTable;

/// The common ratio of rates over strata.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CommonRatio {
    /// The ratio, in [0, ∞).
    pub ratio: f64,
    /// Its interval; `None` when the ratio is zero, or nobody failed in any
    /// stratum that counts: there the variance is zero, which is no certainty.
    pub interval: Option<Interval>,
}

/// Mantel and Haenszel's common ratio of rates, Σ a·n₂/n over Σ c·n₁/n, with
/// Greenland and Robins' interval on the logarithm. A stratum without one of
/// the sides does not count. With one stratum it is the plain ratio with Katz'
/// interval. `None` where the second side has no success in any stratum that
/// counts: the ratio then has no bound, or is 0/0. 0.8 says that within strata
/// the first side succeeds four times for each five times of the second.
///
/// Mantel & Haenszel (1959); Greenland & Robins (1985), Biometrics 41, (7), (13).
pub fn mantel_haenszel_ratio(strata: &[StratumTable], level: Level) -> Option<CommonRatio> {
    let (mut r, mut s, mut spread) = (0.0, 0.0, 0.0);
    for StratumTable { a, b, c, d } in strata {
        let (n1, n2) = (a + b, c + d);
        let n = n1 + n2;
        if n1 > 0.0 && n2 > 0.0 {
            r += a * n2 / n;
            s += c * n1 / n;
            // n₁n₂(a + c) − acn, in the form that does not cancel.
            spread += (n1 * a * d + n2 * b * c) / (n * n);
        }
    }
    let ratio = (s > 0.0).then(|| r / s)?;
    let interval = (r > 0.0 && spread > 0.0).then(|| {
        let (log, half) = (ratio.ln(), level.z() * (spread / (r * s)).sqrt());
        Interval::new((log - half).exp(), (log + half).exp())
    });
    Some(CommonRatio { ratio, interval })
}

#[cfg(test)]
mod tests {
    use super::super::proportion::tests::of;
    use super::super::ratio::katz_ratio;
    use super::*;

    fn pooled(tables: &[(f64, f64, f64, f64)]) -> Option<CommonRatio> {
        let tables: Vec<StratumTable> = tables.iter().map(|&(a, b, c, d)| StratumTable { a, b, c, d }).collect();
        mantel_haenszel_ratio(&tables, Level::P95)
    }

    #[test]
    fn one_stratum_is_the_plain_ratio_with_katz_interval() {
        let found = pooled(&[(30., 70., 45., 45.)]).expect("bounded");
        let (interval, katz) = (found.interval.expect("spread"), katz_ratio(of(30, 100), of(45, 90), Level::P95));
        let katz = katz.expect("bounded");
        assert!((found.ratio - 0.6).abs() < 1e-15);
        assert!((interval.low - katz.low).abs() < 1e-14 && (interval.high - katz.high).abs() < 1e-14);
    }

    /// By hand: (10·30/40 + 8·20/60) over (12·10/40 + 10·40/60).
    #[test]
    fn two_strata_by_hand() {
        let found = pooled(&[(10., 0., 12., 18.), (8., 32., 10., 10.)]).expect("bounded");
        assert!((found.ratio - (7.5 + 160. / 60.) / (3.0 + 400. / 60.)).abs() < 1e-15);
        // Σ(n₁·a·d + n₂·b·c)/n²: (10·10·18 + 0)/1600 + (40·8·10 + 20·32·10)/3600.
        let spread = 1800. / 1600. + 9600. / 3600.;
        let half = Level::P95.z() * (spread / ((7.5f64 + 160. / 60.) * (3.0 + 400. / 60.))).sqrt();
        let interval = found.interval.expect("spread");
        assert!((interval.high.ln() - found.ratio.ln() - half).abs() < 1e-14);
    }

    /// Zero on the first side: a ratio of 0 without interval; on the second: no bound.
    #[test]
    fn zeros_lonely_strata_and_nobody_failed() {
        let none = pooled(&[(0., 5., 3., 4.), (2., 2., 0., 0.)]).expect("bounded");
        assert_eq!((none.ratio, none.interval), (0.0, None));
        assert_eq!(pooled(&[(3., 4., 0., 5.)]), None);
        assert_eq!(pooled(&[(3., 4., 0., 0.)]), None);
        assert_eq!(pooled(&[(3., 0., 5., 0.)]), Some(CommonRatio { ratio: 1.0, interval: None }));
    }
}
