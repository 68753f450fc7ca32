//! Decisions that come in clusters: several for one person, office or day.
//!
//! Decisions in one cluster resemble each other and count for less than as
//! many independent ones. The variance here is that of the sums of clusters,
//! linearised; it assumes that clusters are independent, and nothing about
//! what goes on inside them (Liang & Zeger 1986; Taylor's series, Woodruff 1971).

use super::distribution::student_t_upper;
use super::level::Level;

/// Sums over m clusters, where a cluster has a in the numerator and b in the
/// denominator of a ratio R = Σa/Σb.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RatioSums {
    /// How many clusters have a part in the denominator: m.
    pub clusters: f64,
    /// Σa.
    pub a: f64,
    /// Σb.
    pub b: f64,
    /// Σa².
    pub aa: f64,
    /// Σa·b.
    pub ab: f64,
    /// Σb².
    pub bb: f64,
}

impl RatioSums {
    /// The same with one more cluster.
    pub fn and(self, a: f64, b: f64) -> RatioSums {
        RatioSums {
            clusters: self.clusters + 1.0,
            a: self.a + a,
            b: self.b + b,
            aa: self.aa + a * a,
            ab: self.ab + a * b,
            bb: self.bb + b * b,
        }
    }

    /// R = Σa/Σb. `None` where Σb is not positive.
    pub fn ratio(self) -> Option<f64> {
        let ratio = self.a / self.b;
        (self.b > 0.0 && ratio.is_finite()).then_some(ratio)
    }
}

/// The variance of a ratio of sums: m/(m − 1)·Σ(a − R·b)²/(Σb)².
///
/// Not negative; 0 where all clusters have the same ratio. With clusters of
/// one and no weights it is p(1 − p)/(m − 1) for a proportion. `None` with
/// fewer than two clusters or nothing in the denominator. Woodruff (1971);
/// Cochran (1977), eq. 2.46.
pub fn linearised_variance(sums: RatioSums) -> Option<f64> {
    let ratio = sums.ratio()?;
    if sums.clusters.is_nan() || sums.clusters < 2.0 {
        return None;
    }
    let whole = sums.aa + ratio * ratio * sums.bb;
    let residual = whole - 2.0 * ratio * sums.ab;
    // What rounding leaves of equal ratios is no spread.
    let residual = if residual > 1e-12 * whole { residual } else { 0.0 };
    let variance = sums.clusters / (sums.clusters - 1.0) * residual / (sums.b * sums.b);
    variance.is_finite().then_some(variance)
}

/// The number of independent trials worth as much as the clusters:
/// n* = p(1 − p)/V · (z/t)², with t on m − 1 degrees of freedom. A score
/// interval of n* trials then covers as it should.
///
/// Positive; it may exceed the number of decisions when clusters are more alike
/// than chance would have them, or m when decisions hardly resemble each
/// other. `None` for p of 0 or 1 and for V = 0, where the sample says nothing
/// about V (let every cluster be one trial there), and with fewer than two
/// clusters. Korn & Graubard (1998), Survey Methodology 24, 193–201, with z
/// for their t on n − 1.
pub fn effective_trials(p: f64, variance: f64, clusters: f64, level: Level) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && variance > 0.0) {
        return None;
    }
    let t = student_t_upper(level.alpha() / 2.0, clusters - 1.0)?;
    let trials = p * (1.0 - p) / variance * (level.z() / t).powi(2);
    (trials.is_finite() && trials > 0.0).then_some(trials)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sums(clusters: &[(f64, f64)]) -> RatioSums {
        clusters.iter().fold(RatioSums::default(), |sums, &(a, b)| sums.and(a, b))
    }

    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-12 * wanted.abs(), "{found} is not {wanted}");
    }

    /// By hand: 1 of 2, 3 of 4, 2 of 4: R = 0.6, residuals −0.2, 0.6, −0.4,
    /// so 3/2·0.56/100. With two degrees of freedom t/√(2 + t²) is the level.
    #[test]
    fn three_clusters_by_hand() {
        let variance = linearised_variance(sums(&[(1.0, 2.0), (3.0, 4.0), (2.0, 4.0)])).expect("three clusters");
        close(variance, 1.5 * 0.56 / 100.0);
        let t = (2.0 * 0.95f64.powi(2) / (1.0 - 0.95f64.powi(2))).sqrt();
        let trials = effective_trials(0.6, variance, 3.0, Level::P95).expect("spread");
        close(trials, 0.24 / variance * (Level::P95.z() / t).powi(2));
    }

    /// Clusters of one: the variance of a mean, and Student's interval.
    #[test]
    fn clusters_of_one_are_a_mean() {
        let values = [0.0, 1.0, 1.0, 0.0, 1.0];
        let found = linearised_variance(sums(&values.map(|x| (x, 1.0)))).expect("five");
        close(found, 0.6 * 0.4 / 4.0);
    }

    #[test]
    fn one_cluster_equal_clusters_and_certainty() {
        assert_eq!(linearised_variance(sums(&[(1.0, 2.0)])), None);
        assert_eq!(linearised_variance(sums(&[(0.0, 0.0), (0.0, 0.0)])), None);
        assert_eq!(linearised_variance(sums(&[(0.1, 0.3), (0.2, 0.6), (0.7, 2.1)])), Some(0.0));
        assert_eq!(effective_trials(0.0, 0.1, 9.0, Level::P95), None);
        assert_eq!(effective_trials(1.0, 0.1, 9.0, Level::P95), None);
        assert_eq!(effective_trials(0.5, 0.0, 9.0, Level::P95), None);
        assert_eq!(effective_trials(0.5, 0.1, 1.0, Level::P95), None);
    }

    proptest! {
        /// From the definition, and whatever the unit of the weights.
        #[test]
        fn the_variance_by_definition(
            clusters in prop::collection::vec((0.0..1.0f64, 0.1..5.0f64), 2..20),
            scale in 0.01..100.0f64,
        ) {
            let clusters: Vec<(f64, f64)> = clusters.into_iter().map(|(part, b)| (part * b, b)).collect();
            let (all, m) = (sums(&clusters), clusters.len() as f64);
            let ratio = all.ratio().expect("weight");
            let residual: f64 = clusters.iter().map(|(a, b)| (a - ratio * b).powi(2)).sum();
            let found = linearised_variance(all).expect("two");
            prop_assert!((found - m / (m - 1.0) * residual / all.b.powi(2)).abs() < 1e-11);
            let scaled: Vec<_> = clusters.iter().map(|(a, b)| (a * scale, b * scale)).collect();
            prop_assert!((linearised_variance(sums(&scaled)).expect("two") - found).abs() < 1e-11);
        }
    }
}
