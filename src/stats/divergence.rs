//! How far two distributions lie apart.
//!
//! First of categories, given as weights and made to shares here: neither the
//! unit of the weights nor the number of people matters, so none of these
//! numbers says whether a distance is more than chance. Then of ordered
//! values, each with its weight on either side. All logarithms are natural.
//!
//! All are `None` when a weight is negative or not finite, when a side has no
//! weight, or when the two lists differ in length.

use super::level::{Interval, Level};
use super::mean::Moments;

fn shares(weights: impl Iterator<Item = f64> + Clone) -> Option<Vec<f64>> {
    let total: f64 = weights.clone().sum();
    let valid = weights.clone().all(|weight| weight >= 0.0) && total > 0.0 && total.is_finite();
    valid.then(|| weights.map(|weight| weight / total).collect())
}

/// The shares of both, category by category.
fn pairs(p: &[f64], q: &[f64]) -> Option<Vec<(f64, f64)>> {
    if p.len() != q.len() {
        return None;
    }
    Some(shares(p.iter().copied())?.into_iter().zip(shares(q.iter().copied())?).collect())
}

/// p·ln(p/q) − p + q, which is not negative; the added terms have sum 0.
fn relative(p: f64, q: f64) -> f64 {
    if p > 0.0 { (p * (p.ln() - q.ln()) - p + q).max(0.0) } else { q }
}

/// The Kullback–Leibler divergence Σp·ln(p/q) of p from q.
///
/// From 0 up, 0 when equal, and not symmetric. `None` when a category has
/// weight in p but none in q: it is infinite then. Kullback & Leibler (1951).
pub fn kullback_leibler(p: &[f64], q: &[f64]) -> Option<f64> {
    let pairs = pairs(p, q)?;
    let bounded = pairs.iter().all(|&(p, q)| p == 0.0 || q > 0.0);
    bounded.then(|| pairs.iter().map(|&(p, q)| relative(p, q)).sum())
}

/// The Jensen–Shannon divergence ½·[KL(p‖m) + KL(q‖m)] with m = ½(p + q).
///
/// In [0, ln 2]: ln 2 when no category is in both. This is the divergence, as
/// SageMaker Clarify has it; scipy's `jensenshannon` is its square root. Lin
/// (1991).
pub fn jensen_shannon(p: &[f64], q: &[f64]) -> Option<f64> {
    let half = |(p, q): &(f64, f64)| {
        let middle = 0.5 * (p + q);
        0.5 * (relative(*p, middle) + relative(*q, middle))
    };
    Some(pairs(p, q)?.iter().map(half).sum::<f64>().min(std::f64::consts::LN_2))
}

/// (Σ|p − q|^order)^(1/order); the largest |p − q| at an infinite order. In
/// [0, 2]. `None` for an order below 1. Clarify's Lp has order 2.
pub fn lp_norm(p: &[f64], q: &[f64], order: f64) -> Option<f64> {
    if order.is_nan() || order < 1.0 {
        return None;
    }
    let largest = largest_gap(p, q)?;
    if largest == 0.0 || order.is_infinite() {
        return Some(largest);
    }
    // Relative to the largest, so that high powers do not vanish.
    let sum: f64 = pairs(p, q)?.iter().map(|(p, q)| ((p - q).abs() / largest).powf(order)).sum();
    Some(largest * sum.powf(1.0 / order))
}

/// The total variation distance ½·Σ|p − q|: the share of one side that would
/// have to change category for both to be equal. In [0, 1].
pub fn total_variation(p: &[f64], q: &[f64]) -> Option<f64> {
    Some((0.5 * lp_norm(p, q, 1.0)?).min(1.0))
}

/// The largest |p − q| of a category, in [0, 1]. SageMaker Clarify calls it KS;
/// it knows no order, so it is not Kolmogorov's and Smirnov's distance (see
/// [`ks_distance`]).
pub fn largest_gap(p: &[f64], q: &[f64]) -> Option<f64> {
    Some(pairs(p, q)?.iter().map(|(p, q)| (p - q).abs()).fold(0.0, f64::max))
}

/// The population stability index Σ(p − q)·ln(p/q), the sum of both
/// Kullback–Leibler divergences (Jeffreys 1946).
///
/// From 0 up, symmetric; by custom above 0.1 some shift, above 0.25 a large
/// one. `None` when a category has weight on one side only: it is infinite
/// then. Categories without weight on either side do not count.
pub fn population_stability_index(p: &[f64], q: &[f64]) -> Option<f64> {
    let pairs = pairs(p, q)?;
    let apart = |&(p, q): &(f64, f64)| match (p > 0.0, q > 0.0) {
        (true, true) => Some((p - q) * (p / q).ln()),
        (false, false) => Some(0.0),
        _ => None,
    };
    pairs.iter().map(apart).sum::<Option<f64>>().filter(|index| index.is_finite())
}

/// The population stability index of scores (value, reference weight, group
/// weight) over `bins` bins of equal reference weight.
///
/// Bin edges are quantiles of the reference; equal scores stay together, so
/// there may be fewer bins, and the outer ones reach as far as scores do. A bin
/// empty of the group makes the index infinite, and it is `None`: half a person
/// put there would decide the value by itself. Take fewer bins, or
/// [`wasserstein`], which has no such trouble. `None` too with fewer than two
/// bins left, or where a value is not finite.
pub fn psi_of_scores(scores: &[(f64, f64, f64)], bins: usize) -> Option<f64> {
    let [reference, group] = quantile_weights(scores, bins)?;
    population_stability_index(&reference, &group)
}

/// The weights of the reference and of the group in the bins of [`psi_of_scores`];
/// `None` with fewer than two.
pub fn quantile_weights(scores: &[(f64, f64, f64)], bins: usize) -> Option<[Vec<f64>; 2]> {
    let scores = in_order(scores)?;
    let place = quantile_bins(&scores.iter().map(|score| score.1).collect::<Vec<_>>(), bins);
    let used = place.last()? + 1;
    let (mut reference, mut group) = (vec![0.0; used], vec![0.0; used]);
    for (score, bin) in scores.iter().zip(place) {
        reference[bin] += score.1;
        group[bin] += score.2;
    }
    (used >= 2).then_some([reference, group])
}

/// Puts a rising row of distinct values, given by their weights, into at most
/// `bins` bins of equal weight. The edges are the smallest values up to which
/// k/bins of the weight lies, and belong to the bin below. A bin starts only at
/// a value after which weight is left. Bins are numbered without gaps.
fn quantile_bins(weights: &[f64], bins: usize) -> Vec<usize> {
    let total: f64 = weights.iter().sum();
    let (mut below, mut slot, mut bin) = (0.0, 0, 0);
    let mut place = |weight: &f64| {
        // Sums of shares fall short of k/bins by rounding.
        let next = (below / total * bins as f64 + 1e-9).floor() as usize;
        if next > slot && total - below > 1e-12 * total {
            (slot, bin) = (next, bin + 1);
        }
        below += weight;
        bin
    };
    weights.iter().map(&mut place).collect()
}

/// Values in rising order with the share of either side at each; equal values
/// are one.
fn in_order(values: &[(f64, f64, f64)]) -> Option<Vec<(f64, f64, f64)>> {
    let first = shares(values.iter().map(|value| value.1))?;
    let second = shares(values.iter().map(|value| value.2))?;
    let mut all: Vec<_> = values.iter().zip(first.into_iter().zip(second)).map(|(v, (p, q))| (v.0, p, q)).collect();
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    all.dedup_by(|next, kept| {
        let equal = next.0 == kept.0;
        if equal {
            *kept = (kept.0, kept.1 + next.1, kept.2 + next.2);
        }
        equal
    });
    all.iter().all(|value| value.0.is_finite()).then_some(all)
}

/// |F₁ − F₂| from each value up to the next.
fn gaps(ordered: &[(f64, f64, f64)]) -> Vec<f64> {
    let mut difference = 0.0;
    let gap = |(_, p, q): &(f64, f64, f64)| {
        difference += p - q;
        f64::abs(difference).min(1.0)
    };
    ordered.iter().map(gap).collect()
}

/// The Wasserstein distance of order 1 over (value, weight, weight): the area
/// between the two distribution functions, or how far the values of one side
/// have to move, on average, to become the other's. From 0 up, in the unit of
/// the values. `None` where a value is not finite. scipy's
/// `wasserstein_distance`.
pub fn wasserstein(values: &[(f64, f64, f64)]) -> Option<f64> {
    let ordered = in_order(values)?;
    let steps = ordered.windows(2).map(|pair| pair[1].0 - pair[0].0);
    let area: f64 = gaps(&ordered).iter().zip(steps).map(|(gap, step)| gap * step).sum();
    area.is_finite().then_some(area)
}

/// Kolmogorov's and Smirnov's distance over (value, weight, weight): the
/// largest |F₁ − F₂|, in [0, 1]. `None` where a value is not finite.
pub fn ks_distance(values: &[(f64, f64, f64)]) -> Option<f64> {
    let gaps = gaps(&in_order(values)?);
    // The last is what rounding leaves of 1 − 1.
    Some(gaps.iter().rev().skip(1).copied().fold(0.0, f64::max))
}

/// The standardized mean difference d = (m₁ − m₂)/s, with s² pooled by degrees
/// of freedom: ((n₁ − 1)s₁² + (n₂ − 1)s₂²)/(n₁ + n₂ − 2).
///
/// Any number; 0.5 says that the means lie half a standard deviation apart.
/// `None` without spread, or with fewer than three people in all. Cohen
/// (1988); not corrected for small samples, as Hedges's g would be.
pub fn standardized_mean_difference(first: Moments, second: Moments) -> Option<f64> {
    let df = first.n + second.n - 2.0;
    let spread = (first.n - 1.0).max(0.0) * first.variance + (second.n - 1.0).max(0.0) * second.variance;
    let d = (first.mean - second.mean) / (spread / df).sqrt();
    (df > 0.0 && spread > 0.0 && d.is_finite()).then_some(d)
}

/// The interval of [`standardized_mean_difference`], for large samples: the
/// variance of d is (n₁ + n₂)/(n₁·n₂) + d²/(2(n₁ + n₂)). `None` where d is.
/// Hedges & Olkin (1985), chapter 5, eq. 14.
pub fn smd_interval(first: Moments, second: Moments, level: Level) -> Option<Interval> {
    let d = standardized_mean_difference(first, second)?;
    let people = first.n + second.n;
    let variance = people / (first.n * second.n) + d * d / (2.0 * people);
    let half = level.z() * variance.sqrt();
    half.is_finite().then(|| Interval::new(d - half, d + half))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::LN_2;

    fn close(found: Option<f64>, wanted: f64) {
        let found = found.expect("defined");
        assert!((found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{found} is not {wanted}");
    }

    #[test]
    fn quantile_bins_keep_equal_values_together() {
        assert_eq!(quantile_bins(&[0.1; 10], 10), (0..10).collect::<Vec<_>>());
        assert_eq!(quantile_bins(&[0.5, 0.0, 0.5, 0.0], 4), [0, 1, 1, 1]);
    }

    /// scipy 1.17.1: `entropy`, the square of `jensenshannon`,
    /// `wasserstein_distance` and `ks_2samp`; numpy's norm.
    #[test]
    fn as_scipy_has_them() {
        let (p, q) = ([1.0, 2.0, 3.0, 4.0], [4.0, 1.0, 2.0, 2.0]);
        close(kullback_leibler(&p, &q), 0.29353788899860117);
        close(jensen_shannon(&p, &q), 0.08108472049041096);
        close(lp_norm(&p, &q, 3.0), 0.3625565558291239);
        let values: Vec<_> = [0.1, 0.25, 0.4, 0.9].into_iter().zip(p.into_iter().zip(q)).collect();
        let values: Vec<(f64, f64, f64)> = values.into_iter().map(|(v, (p, q))| (v, p, q)).collect();
        close(wasserstein(&values), 0.17888888888888893);
        close(ks_distance(&values), 0.34444444444444444);
    }

    #[test]
    fn by_hand() {
        let (p, q) = ([1.0, 3.0], [2.0, 2.0]);
        close(kullback_leibler(&p, &q), 0.25 * 0.5f64.ln() + 0.75 * 1.5f64.ln());
        close(population_stability_index(&p, &q), 0.25 * 3.0f64.ln());
        close(total_variation(&p, &q), 0.25);
        close(lp_norm(&p, &q, 2.0), 0.125f64.sqrt());
        close(lp_norm(&p, &q, f64::INFINITY), 0.25);
        close(largest_gap(&p, &q), 0.25);
        let (first, second) = ((4.0, 3.0, 2.0), (6.0, 1.0, 5.0));
        let moments = |(n, mean, variance)| Moments { n, mean, variance, weight: n };
        let d = 2.0 / (31.0f64 / 8.0).sqrt();
        close(standardized_mean_difference(moments(first), moments(second)), d);
        let half = Level::P95.z() * (10.0 / 24.0 + d * d / 20.0).sqrt();
        close(smd_interval(moments(first), moments(second), Level::P95).map(|interval| interval.high), d + half);
    }

    /// By hand: the reference has two people in each of two bins, (−∞, 2] and
    /// (2, ∞); the group one and three.
    #[test]
    fn psi_over_quantiles_of_the_reference() {
        let scores = [(4.0, 1.0, 0.0), (1.0, 1.0, 0.0), (2.0, 1.0, 1.0), (3.0, 1.0, 1.0), (9.0, 0.0, 2.0)];
        close(psi_of_scores(&scores, 2), 0.25 * 3.0f64.ln());
        assert_eq!(psi_of_scores(&scores, 4), None);
        assert_eq!(psi_of_scores(&scores, 1), None);
        assert_eq!(psi_of_scores(&scores, 0), None);
        // Half of the reference is tied at the top: nobody can be put above it.
        close(psi_of_scores(&[(1.0, 2.0, 1.0), (2.0, 2.0, 1.0), (3.0, 0.0, 2.0)], 10), 0.25 * 3.0f64.ln());
    }

    #[test]
    fn no_weight_one_sided_and_unequal_lists() {
        let (half, empty) = ([1.0, 0.0], [0.0, 0.0]);
        assert_eq!(kullback_leibler(&[1.0, 1.0], &half), None);
        close(kullback_leibler(&half, &[1.0, 1.0]), LN_2);
        assert_eq!(population_stability_index(&half, &[1.0, 1.0]), None);
        close(population_stability_index(&half, &half), 0.0);
        close(jensen_shannon(&half, &[0.0, 1.0]), LN_2);
        for none in [&empty[..], &[1.0], &[-1.0, 3.0], &[f64::NAN, 1.0], &[f64::INFINITY, 1.0]] {
            assert_eq!((total_variation(&half, none), jensen_shannon(none, &half)), (None, None));
        }
        assert_eq!(lp_norm(&half, &half, 0.5), None);
        assert_eq!((wasserstein(&[]), ks_distance(&[(1.0, 0.0, 1.0)])), (None, None));
        assert_eq!(wasserstein(&[(f64::INFINITY, 1.0, 1.0)]), None);
        close(ks_distance(&[(1.0, 3.0, 1.0)]), 0.0);
        let point = |n, mean| Moments { n, mean, variance: 0.0, weight: n };
        assert_eq!(standardized_mean_difference(point(3.0, 1.0), point(3.0, 2.0)), None);
        assert_eq!(smd_interval(point(0.5, 1.0), point(0.5, 2.0), Level::P95), None);
    }

    #[test]
    fn equal_values_are_one_step() {
        close(ks_distance(&[(1.0, 1.0, 0.0), (1.0, 0.0, 1.0), (2.0, 1.0, 1.0)]), 0.0);
        close(wasserstein(&[(0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (2.0, 1.0, 0.0), (2.0, 0.0, 1.0)]), 0.0);
    }

    proptest! {
        #[test]
        fn not_negative_zero_when_equal_and_without_unit(
            weights in prop::collection::vec((0.01..9.0f64, 0.01..9.0f64), 1..9), unit in 0.01..99.0f64,
        ) {
            let (p, q): (Vec<f64>, Vec<f64>) = weights.iter().copied().unzip();
            let scaled: Vec<f64> = p.iter().map(|weight| weight * unit).collect();
            let order = |one: &[f64], other: &[f64]| -> Vec<(f64, f64, f64)> {
                one.iter().zip(other).enumerate().map(|(v, (one, other))| (v as f64, *one, *other)).collect()
            };
            let all = |p: &[f64], q: &[f64]| -> Vec<f64> {
                let lists = [
                    kullback_leibler(p, q), jensen_shannon(p, q), total_variation(p, q), largest_gap(p, q),
                    lp_norm(p, q, 2.0), population_stability_index(p, q), wasserstein(&order(p, q)),
                    ks_distance(&order(p, q)),
                ];
                lists.map(|value| value.expect("weights everywhere")).to_vec()
            };
            prop_assert!(all(&p, &p).iter().chain(&all(&scaled, &p)).all(|value| (0.0..1e-12).contains(value)));
            for ((found, again), turned) in all(&p, &q).iter().zip(all(&scaled, &q)).zip(all(&q, &p)).skip(1) {
                prop_assert!(*found >= 0.0 && (found - again).abs() < 1e-11 && (found - turned).abs() < 1e-11);
            }
            let (kl, tv) = (kullback_leibler(&p, &q).expect("weights"), total_variation(&p, &q).expect("weights"));
            prop_assert!(kl >= 2.0 * tv * tv - 1e-12, "Pinsker");
        }
    }
}
