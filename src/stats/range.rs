//! All groups compared with each other at once: the range of k standard normals.
//!
//! With it the intervals and tests of all k(k − 1)/2 pairs hold together, more
//! sharply than with Bonferroni's correction. Tukey (1953), The problem of
//! multiple comparisons. For groups of unequal size it errs on the safe side:
//! Kramer (1956), Biometrics 12; Hayter (1984), Ann. Stat. 12.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::distribution::{normal_cdf, normal_quantile, two_sided_p};
use super::level::Level;
use super::root::{falling_root, integrate};

/// P(range > q) of `k` independent standard normals (Tukey's studentised range
/// with infinite degrees of freedom), in [0, 1]; 1 for q ≤ 0. One value has no
/// range: 0 for k < 2 and q > 0.
///
/// k·∫ φ(x)·[Φ(x)^(k−1) − (Φ(x) − Φ(x − q))^(k−1)] dx over the largest value x,
/// by Gauss and Legendre. No term is negative, so that tiny chances keep their
/// relative accuracy.
fn range_survival(q: f64, k: usize) -> f64 {
    if q.is_nan() || q <= 0.0 {
        return 1.0;
    }
    if k < 2 || q > 80.0 {
        return 0.0;
    }
    let others = k as f64 - 1.0;
    let term = |x: f64| {
        let (below, far_below) = (normal_cdf(x), normal_cdf(x - q));
        if below <= 0.0 {
            return 0.0;
        }
        let density = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let all_below = (others * if x > 0.0 { (-normal_cdf(-x)).ln_1p() } else { below.ln() }).exp();
        // Where nearly everyone lies within q the small difference is taken directly.
        let within = -((others * (-(far_below / below).min(1.0)).ln_1p()).exp_m1());
        density * all_below * within
    };
    let (low, high) = (-9.0, 0.5 * q + 9.0);
    // Many values crowd their largest: the panels shrink with its spread.
    let panels = ((high - low) * (2.0 + (others + 1.0).ln() / 3.0)).ceil();
    let width = (high - low) / panels;
    let sum: f64 = (0..panels as usize)
        .map(|panel| {
            let start = low + width * panel as f64;
            integrate(term, start, start + width)
        })
        .sum();
    ((others + 1.0) * sum).clamp(0.0, 1.0)
}

/// P(range ≤ q) of `k` independent standard normals, in [0, 1]; 0 for q ≤ 0.
pub fn range_cdf(q: f64, k: usize) -> f64 {
    1.0 - range_survival(q, k)
}

/// The critical value at which the intervals of all pairs of `k` groups hold
/// together at `level`: q/√2 for the upper quantile q of the range. The plain
/// critical value for two groups or fewer.
pub fn all_pairs_z(level: Level, k: usize) -> f64 {
    if k <= 2 {
        return level.z();
    }
    // The search takes longer than all that is done with it; few different ones are asked for.
    static FOUND: Mutex<BTreeMap<(u64, usize), f64>> = Mutex::new(BTreeMap::new());
    let key = (level.z().to_bits(), k);
    if let Some(z) = FOUND.lock().ok().and_then(|found| found.get(&key).copied()) {
        return z;
    }
    let z = search_all_pairs_z(level, k);
    if let Ok(mut found) = FOUND.lock() {
        found.insert(key, z);
    }
    z
}

fn search_all_pairs_z(level: Level, k: usize) -> f64 {
    let pairs = k as f64 * (k as f64 - 1.0) / 2.0;
    let bonferroni = -normal_quantile(level.alpha() / (2.0 * pairs));
    let wanted = level.alpha().ln();
    falling_root(|z| all_pairs_p(z, k).max(f64::MIN_POSITIVE).ln() - wanted, level.z(), bonferroni)
}

/// The p of one pair, `z` standard errors apart, among all pairs of `k` groups:
/// the chance that any pair of equal groups lies as far apart. The plain
/// two-sided p for two groups or fewer.
pub fn all_pairs_p(z: f64, k: usize) -> f64 {
    if k <= 2 { two_sided_p(z) } else { range_survival(std::f64::consts::SQRT_2 * z.abs(), k) }
}

/// The critical value at which each of `k` independent intervals must stand so
/// that all hold together at `level`: the one that leaves 1 − level^(1/k)
/// outside. It also suffices for intervals with one group in common. Šidák
/// (1967), J. Am. Stat. Assoc. 62.
pub fn each_z(level: Level, k: usize) -> f64 {
    if k <= 1 {
        return level.z();
    }
    let outside = -((-level.alpha()).ln_1p() / k as f64).exp_m1();
    -normal_quantile(outside / 2.0)
}

/// The level at which the intervals of all pairs of `k` groups hold together.
pub fn all_pairs_level(level: Level, k: usize) -> Level {
    if k <= 2 { level } else { Level::from_z(all_pairs_z(level, k)) }
}

/// The level at which `k` independent intervals hold together.
pub fn each_level(level: Level, k: usize) -> Level {
    if k <= 1 { level } else { Level::from_z(each_z(level, k)) }
}

/// The p of one of `k` tests, adjusted so that all hold together: 1 − (1 − p)^k,
/// in [0, 1], at least p; exact for independent tests. Šidák (1967).
pub fn each_p(p: f64, k: usize) -> f64 {
    if p.is_nan() {
        return 1.0;
    }
    let p = p.clamp(0.0, 1.0);
    -(k.max(1) as f64 * (-p).ln_1p()).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// R `qtukey(0.95, 3, Inf)`, `(0.95, 10, Inf)`, `(0.99, 5, Inf)`: R stops its own search at 1e−4.
    #[test]
    fn quantiles_as_in_r() {
        for (level, k, q) in [(0.95, 3, 3.314493), (0.95, 10, 4.474124), (0.99, 5, 4.602820)] {
            let level = Level::new(level).expect("a level");
            assert!((all_pairs_z(level, k) * std::f64::consts::SQRT_2 - q).abs() < 2e-6, "{k}");
        }
    }

    /// k·∫ φ(x)·(Φ(x + q) − Φ(x))^(k−1) dx over the least value x by the trapezoidal rule with a step of 2e−4 (numpy).
    #[test]
    fn the_distribution_as_in_python() {
        let rows = [
            (0.5, 2, 0.276326390167593),
            (0.5, 3, 0.06657805486455787),
            (3.0, 3, 0.9144574283429108),
            (3.314493, 3, 0.9499999860938478),
            (4.474124, 10, 0.949999976365245),
            (2.0, 20, 0.002335749390531766),
            (5.0, 100, 0.5214522935517977),
            (6.0, 1000, 0.1607637576509484),
            (4.0, 1000, 5.66003083869338e-20),
            (1.0, 1000, 0.0),
        ];
        for (q, k, wanted) in rows {
            assert!((range_cdf(q, k) - wanted).abs() < 1e-11, "{q} {k}: {} is not {wanted}", range_cdf(q, k));
        }
    }

    #[test]
    fn two_groups_are_the_plain_test() {
        for z in [0.01, 0.5, 1.96, 5.0, 7.2, 10.0, 37.0] {
            let found = range_survival(std::f64::consts::SQRT_2 * z, 2);
            assert!((found / two_sided_p(z) - 1.0).abs() < 1e-10, "{z}: {found}");
        }
        assert_eq!(all_pairs_z(Level::P95, 2), Level::P95.z());
    }

    /// Far out any one pair is all that matters: p comes to Bonferroni's.
    #[test]
    fn the_far_tail_is_bonferroni() {
        for k in [3, 10, 100] {
            let pairs = (k * (k - 1) / 2) as f64;
            let ratio = all_pairs_p(12.0, k) / (pairs * two_sided_p(12.0));
            assert!(ratio < 1.0 && ratio > 1.0 - 1e-4, "{k}: {ratio}");
        }
    }

    #[test]
    fn nothing_to_compare() {
        for k in [0, 1] {
            assert_eq!(all_pairs_z(Level::P95, k), Level::P95.z());
            assert_eq!(each_z(Level::P95, k), Level::P95.z());
            assert_eq!(each_p(0.3, k), 0.3);
            assert_eq!(range_cdf(1.0, k), 1.0);
        }
        assert_eq!((each_p(1.0, 5), each_p(0.0, 5), all_pairs_p(0.0, 5)), (1.0, 0.0, 1.0));
        assert_eq!((range_cdf(0.0, 4), range_cdf(f64::INFINITY, 4), range_cdf(f64::NAN, 4)), (0.0, 1.0, 0.0));
    }

    /// 1 − 0.95^(1/3) = 0.016952427508441503 by hand.
    #[test]
    fn sidak_by_hand() {
        assert!((two_sided_p(each_z(Level::P95, 3)) - 0.016_952_427_508_441_503).abs() < 1e-15);
        assert!((each_p(0.016_952_427_508_441_503, 3) - 0.05).abs() < 1e-15);
        assert!((each_p(1e-18, 1000) / 1e-15 - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn z_and_p_invert(level in 0.5..0.9999f64, k in 2usize..200) {
            let level = Level::new(level).expect("a level");
            prop_assert!((all_pairs_p(all_pairs_z(level, k), k) / level.alpha() - 1.0).abs() < 1e-9);
            prop_assert!((each_p(two_sided_p(each_z(level, k)), k) / level.alpha() - 1.0).abs() < 1e-9);
        }

        #[test]
        fn more_groups_ask_for_more(level in 0.5..0.9999f64, k in 2usize..300) {
            let level = Level::new(level).expect("a level");
            prop_assert!(all_pairs_z(level, k + 1) > all_pairs_z(level, k));
            prop_assert!(each_z(level, k + 1) > each_z(level, k));
        }
    }
}
