//! Whether one label's scores lie above, or lie otherwise than, the other's.
//!
//! From the same histogram as the area under the ROC curve. For weighted data
//! the shares are by weight and the sizes Kish's effective ones.

use super::auc::ScoreBin;
use super::distribution::two_sided_p;

/// The Mann–Whitney test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankTest {
    /// U of the positives: the area under the ROC curve times n₁·n₂.
    pub u: f64,
    /// Its distance from n₁·n₂/2 in standard deviations.
    pub z: f64,
    /// Two-sided p.
    pub p: f64,
}

/// The Kolmogorov–Smirnov test of two samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KsTest {
    /// The largest distance between the two distribution functions, in [0, 1].
    pub d: f64,
    /// Two-sided asymptotic p.
    pub p: f64,
}

/// Weight of the positives and of the negatives; `None` unless both are there.
fn totals(bins: &[ScoreBin]) -> Option<(f64, f64)> {
    let (p, n) = bins.iter().fold((0.0, 0.0), |(p, n), bin| (p + bin.positives, n + bin.negatives));
    (p > 0.0 && n > 0.0).then_some((p, n))
}

/// The Mann–Whitney test over bins in rising order of score, with mid-ranks and
/// the variance corrected for ties, n₁n₂/12·(N + 1 − Σ(t³ − t)/(N(N − 1))),
/// without continuity correction. `positives` and `negatives` are the effective
/// numbers of people. `None` without both labels, and where all scores are tied.
///
/// Mann & Whitney (1947); Lehmann (1975), (1.35). As scipy's
/// `mannwhitneyu(…, method="asymptotic", use_continuity=False)`.
pub fn mann_whitney(bins: &[ScoreBin], positives: f64, negatives: f64) -> Option<RankTest> {
    let (all_positive, all_negative) = totals(bins)?;
    let (mut area, mut ties, mut below) = (0.0, 0.0, 0.0);
    for bin in bins {
        let (positive, negative) = (bin.positives / all_positive, bin.negatives / all_negative);
        area += positive * (below + negative / 2.0);
        below += negative;
        let tied = positive * positives + negative * negatives;
        ties += (tied.powi(3) - tied).max(0.0);
    }
    let (pairs, n) = (positives * negatives, positives + negatives);
    let correction = ties / (n * (n - 1.0));
    let variance = pairs / 12.0 * (n + 1.0 - correction);
    // What rounding leaves of one great tie is none.
    if variance.is_nan() || variance <= 1e-12 * pairs * n {
        return None;
    }
    let z = (area - 0.5) * pairs / variance.sqrt();
    Some(RankTest { u: area * pairs, z, p: two_sided_p(z) })
}

/// The Kolmogorov–Smirnov test over bins in rising order of score, with the
/// asymptotic p of Kolmogorov's series at √(n₁n₂/(n₁ + n₂))·D. `positives` and
/// `negatives` are the effective numbers of people. `None` without both labels.
/// With ties, and with few people, p is mostly too large.
///
/// Smirnov (1948), Ann. Math. Stat. 19. As R's `ks.test(…, exact = FALSE)`;
/// scipy's `ks_2samp(…, method="asymp")` puts the one-sample distribution of
/// the rounded n₁n₂/(n₁ + n₂) in place of the limit and differs slightly.
pub fn kolmogorov_smirnov(bins: &[ScoreBin], positives: f64, negatives: f64) -> Option<KsTest> {
    let (all_positive, all_negative) = totals(bins)?;
    let (mut positive, mut negative, mut d) = (0.0, 0.0, 0.0f64);
    for bin in bins {
        positive += bin.positives / all_positive;
        negative += bin.negatives / all_negative;
        d = d.max((positive - negative).abs());
    }
    let size = positives * negatives / (positives + negatives);
    // What rounding leaves of no distance, or of the whole, is none.
    let d = if d < 1e-13 { 0.0 } else { d.min(1.0) };
    (size > 0.0 && size.is_finite()).then(|| KsTest { d, p: kolmogorov_survival(size.sqrt() * d) })
}

/// P(K ≥ x) of Kolmogorov's distribution, 2·Σ (−1)^(k−1)·e^(−2k²x²); for small
/// x by the series of theta functions, which then converges at once.
fn kolmogorov_survival(x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x > 1.0 {
        let term = |k: f64| (-2.0 * k * k * x * x).exp();
        return (2.0 * (term(1.0) - term(2.0) + term(3.0) - term(4.0) + term(5.0))).clamp(0.0, 1.0);
    }
    let pi = std::f64::consts::PI;
    let term = |odd: f64| (-(odd * pi / x).powi(2) / 8.0).exp();
    (1.0 - (2.0 * pi).sqrt() / x * (term(1.0) + term(3.0) + term(5.0) + term(7.0))).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(pairs: &[(f64, f64)]) -> Vec<ScoreBin> {
        pairs.iter().map(|&(positives, negatives)| ScoreBin { positives, negatives }).collect()
    }

    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-10 * wanted.abs().max(1e-300), "{found} is not {wanted}");
    }

    /// scipy 1.17.1 `mannwhitneyu(method="asymptotic", use_continuity=False)`, `ks_2samp` for the
    /// distance and `special.kolmogorov` for its p.
    #[test]
    fn as_in_scipy() {
        let scores = bins(&[(0.0, 1.0), (2.0, 3.0), (1.0, 2.0), (0.0, 1.0), (3.0, 1.0), (1.0, 0.0)]);
        let ranks = mann_whitney(&scores, 7.0, 8.0).expect("both labels");
        close(ranks.u, 40.5);
        close(ranks.p, 0.13553802081969324);
        close(ranks.z, 1.4926148999469777);
        let distance = kolmogorov_smirnov(&scores, 7.0, 8.0).expect("both labels");
        close(distance.d, 0.44642857142857145);
        close(distance.p, 0.44640845666036527);
        close(kolmogorov_survival((150.0f64 * 250.0 / 400.0).sqrt() * 0.2), 0.0011061687401085138);
        close(kolmogorov_survival((150.0f64 * 250.0 / 400.0).sqrt() * 0.05), 0.973202161282345);
    }

    #[test]
    fn scaling_weights_changes_nothing() {
        let once = bins(&[(1.0, 3.0), (2.0, 2.0), (4.0, 1.0)]);
        let scaled: Vec<ScoreBin> = once
            .iter()
            .map(|bin| ScoreBin { positives: 3.0 * bin.positives, negatives: 0.5 * bin.negatives })
            .collect();
        let (one, other) = (mann_whitney(&once, 7.0, 6.0), mann_whitney(&scaled, 7.0, 6.0));
        close(one.expect("both").z, other.expect("both").z);
        let (one, other) = (kolmogorov_smirnov(&once, 7.0, 6.0), kolmogorov_smirnov(&scaled, 7.0, 6.0));
        close(one.expect("both").d, other.expect("both").d);
    }

    #[test]
    fn one_label_and_all_tied() {
        assert_eq!(mann_whitney(&bins(&[(3.0, 0.0)]), 3.0, 0.0), None);
        assert_eq!(kolmogorov_smirnov(&bins(&[(3.0, 0.0)]), 3.0, 0.0), None);
        assert_eq!(mann_whitney(&bins(&[(3.0, 4.0)]), 3.0, 4.0), None);
        let tied = kolmogorov_smirnov(&bins(&[(3.0, 4.0)]), 3.0, 4.0).expect("both labels");
        assert_eq!((tied.d, tied.p), (0.0, 1.0));
        assert_eq!(mann_whitney(&bins(&[(1.0, 1.0)]), 0.0, 0.0), None);
    }

    /// Smirnov's table: P(K ≥ 1.36) is 0.0495; both series agree where they meet.
    #[test]
    fn kolmogorov_from_tables() {
        assert!((kolmogorov_survival(1.36) - 0.049485876755377876).abs() < 1e-6);
        assert!((kolmogorov_survival(1.0) - kolmogorov_survival(1.0 + 1e-12)).abs() < 1e-11);
        assert!(kolmogorov_survival(0.1) > 0.999_999);
    }
}
