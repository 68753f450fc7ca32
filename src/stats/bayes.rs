//! How probable a disparity is, read with a prior that says next to nothing.
//!
//! Each side has Jeffreys' posterior Beta(x + ½, n − x + ½), independent of the
//! other. Probabilities come from integration with a fixed amount of work, never
//! from draws: the same input gives the same digits.

use super::proportion::Proportion;
use super::root::integrate;

/// P(p₁/p₂ < threshold) in the posterior, in [0, 1], to about 1e−8; 0 for a
/// threshold that is not positive. Brown, Cai & DasGupta (2001) on the prior.
pub fn probability_ratio_below(first: Proportion, second: Proportion, threshold: f64) -> f64 {
    if threshold.is_nan() || threshold <= 0.0 {
        return 0.0;
    }
    probability_below(first, second, &|p2| threshold * p2, &|p1| p1 / threshold)
}

/// P(p₁ − p₂ < threshold) in the posterior, in [0, 1], to about 1e−8; 0 for a
/// threshold of −1 or less, 1 for one of 1 or more.
pub fn probability_difference_below(first: Proportion, second: Proportion, threshold: f64) -> f64 {
    if threshold.is_nan() || threshold <= -1.0 {
        return 0.0;
    }
    if threshold >= 1.0 {
        return 1.0;
    }
    probability_below(first, second, &|p2| p2 + threshold, &|p1| p1 - threshold)
}

/// P(p₁ < border(p₂)): the second density times the first's distribution at the
/// border, panel by panel. The panels are those of both densities, so that
/// whichever is narrower is followed. `back` is the inverse of `border`.
fn probability_below(
    first: Proportion,
    second: Proportion,
    border: &dyn Fn(f64) -> f64,
    back: &dyn Fn(f64) -> f64,
) -> f64 {
    let (first, second) = (Posterior::of(first), Posterior::of(second));
    let mut edges = second.edges.to_vec();
    let (low, high) = (edges[0], edges[PANELS]);
    let from_first = first.edges.iter().map(|edge| logit(back(logistic(*edge))));
    edges.extend(from_first.filter(|edge| low < *edge && *edge < high));
    edges.sort_by(f64::total_cmp);
    let term = |at: f64| second.density(at) * first.below(logit(border(logistic(at))));
    let area: f64 = edges.windows(2).map(|pair| integrate(term, pair[0], pair[1])).sum();
    (area / second.total()).clamp(0.0, 1.0)
}

fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// The logit; −∞ and ∞ outside (0, 1).
fn logit(p: f64) -> f64 {
    if p <= 0.0 {
        f64::NEG_INFINITY
    } else if p >= 1.0 {
        f64::INFINITY
    } else {
        p.ln() - (-p).ln_1p()
    }
}

const PANELS: usize = 32;

/// Where the density has fallen by this logarithm the rest is left out.
const CUT: f64 = 24.0;

/// A beta posterior on the logit scale, where its density is smooth, has one
/// peak and no edge.
struct Posterior {
    a: f64,
    b: f64,
    peak: f64,
    edges: [f64; PANELS + 1],
    /// The mass below each edge, not yet divided by the last.
    mass: [f64; PANELS + 1],
}

impl Posterior {
    fn of(proportion: Proportion) -> Posterior {
        let (a, b) = (proportion.successes() + 0.5, proportion.failures() + 0.5);
        let mut posterior = Posterior { a, b, peak: (a / b).ln(), edges: [0.0; PANELS + 1], mass: [0.0; PANELS + 1] };
        let (low, high) = (posterior.end(-1.0), posterior.end(1.0));
        for (place, edge) in posterior.edges.iter_mut().enumerate() {
            *edge = low + (high - low) * place as f64 / PANELS as f64;
        }
        for place in 0..PANELS {
            let panel = integrate(|at| posterior.density(at), posterior.edges[place], posterior.edges[place + 1]);
            posterior.mass[place + 1] = posterior.mass[place] + panel;
        }
        posterior
    }

    /// ln of p^a·(1 − p)^b over its value at the peak.
    fn ln_density(&self, at: f64) -> f64 {
        let away = at - self.peak;
        // (1 − p)/(1 − p̂) = 1/(1 + p̂·(e^away − 1)).
        let share = self.a / (self.a + self.b);
        self.a * away - (self.a + self.b) * (share * away.exp_m1()).ln_1p()
    }

    fn density(&self, at: f64) -> f64 {
        self.ln_density(at).exp()
    }

    fn total(&self) -> f64 {
        self.mass[PANELS]
    }

    /// Where the density has fallen by [`CUT`] on one side of the peak.
    fn end(&self, side: f64) -> f64 {
        let mut far = 1.0 / (self.a * self.b / (self.a + self.b)).sqrt();
        while self.ln_density(self.peak + side * far) > -CUT && far < 500.0 {
            far *= 2.0;
        }
        let mut near = 0.0;
        for _ in 0..20 {
            let middle = 0.5 * (near + far);
            if self.ln_density(self.peak + side * middle) > -CUT { near = middle } else { far = middle }
        }
        self.peak + side * far
    }

    /// The share of the mass below a logit.
    fn below(&self, at: f64) -> f64 {
        let (low, high) = (self.edges[0], self.edges[PANELS]);
        if at <= low {
            return 0.0;
        }
        if at >= high {
            return 1.0;
        }
        let place = (((at - low) / (high - low) * PANELS as f64) as usize).min(PANELS - 1);
        (self.mass[place] + integrate(|x| self.density(x), self.edges[place], at)) / self.total()
    }
}

#[cfg(test)]
mod tests {
    use super::super::distribution::normal_cdf;
    use super::super::proportion::tests::{of, proportion};
    use super::*;
    use proptest::prelude::*;

    /// scipy 1.17.1: the first's distribution over the normal quantiles of the second, by `integrate.quad`
    /// with breaks where the border leaves the range.
    #[test]
    fn as_in_scipy() {
        let rows = [
            ((30, 100), (50, 100), 0.8, 0.945860056877, 0.985128141769),
            ((3, 10), (5, 12), 0.8, 0.558663480751, 0.618945674776),
            ((0, 9), (4, 30), 1.25, 0.915373915169, 0.949180210391),
            ((10, 10), (4, 9), 2.0, 0.425215933319, 0.0630021347128),
            ((120, 1000), (4, 17), 0.8, 0.83660457519, 0.771709261515),
        ];
        for ((x1, n1), (x2, n2), threshold, ratio, difference) in rows {
            let (first, second) = (of(x1, n1), of(x2, n2));
            let found = probability_ratio_below(first, second, threshold);
            assert!((found - ratio).abs() < 1e-8, "{found} is not {ratio}");
            let found = probability_difference_below(first, second, (threshold - 1.0) / 4.0);
            assert!((found - difference).abs() < 1e-8, "{found} is not {difference}");
        }
    }

    /// With very many people the posterior of the difference is normal.
    #[test]
    fn ten_million_people() {
        let (first, second) = (of(2_999_000, 10_000_000), of(3_000_000, 10_000_000));
        let spread = (2.0 * 0.3 * 0.7 / 1e7f64).sqrt();
        let wanted = normal_cdf(1e-4 / spread);
        assert!((probability_difference_below(first, second, 0.0) - wanted).abs() < 1e-5);
        assert!((probability_ratio_below(first, second, 1.0) - wanted).abs() < 1e-5);
        let lopsided = probability_ratio_below(of(3, 10), of(3_000_000, 10_000_000), 1.0);
        let known = super::super::beta::beta_cdf(3.5, 7.5, 0.3);
        assert!((lopsided - known).abs() < 1e-6, "{lopsided} {known}");
    }

    #[test]
    fn thresholds_at_the_ends() {
        let (first, second) = (of(0, 9), of(9, 9));
        assert_eq!(probability_ratio_below(first, second, 0.0), 0.0);
        assert_eq!(probability_ratio_below(first, second, f64::NAN), 0.0);
        assert!(probability_ratio_below(first, second, f64::INFINITY) > 1.0 - 1e-9);
        assert_eq!(probability_difference_below(first, second, -1.0), 0.0);
        assert_eq!(probability_difference_below(first, second, 1.0), 1.0);
        assert!(probability_ratio_below(second, first, 1e-300) < 1e-9);
        assert!(probability_ratio_below(of(0, 1_000_000_000), of(0, 3), 0.8) > 0.99);
    }

    proptest! {
        #[test]
        fn equal_sides_are_even_and_swapping_complements(
            first in proportion(), second in proportion(), threshold in 0.05..3.0f64
        ) {
            prop_assert!((probability_ratio_below(first, first, 1.0) - 0.5).abs() < 1e-7);
            let there = probability_ratio_below(first, second, threshold);
            let back = probability_ratio_below(second, first, 1.0 / threshold);
            prop_assert!((there + back - 1.0).abs() < 1e-7, "{there} {back}");
            let (there, back) = (
                probability_difference_below(first, second, threshold - 1.0),
                probability_difference_below(second, first, 1.0 - threshold),
            );
            prop_assert!((there + back - 1.0).abs() < 1e-7, "{there} {back}");
            let same = probability_difference_below(first, second, 0.0);
            prop_assert!((same - probability_ratio_below(first, second, 1.0)).abs() < 1e-7);
        }

        #[test]
        fn rises_with_the_threshold(first in proportion(), second in proportion(), threshold in 0.05..3.0f64) {
            let (low, high) = (
                probability_ratio_below(first, second, threshold),
                probability_ratio_below(first, second, threshold * 1.1),
            );
            prop_assert!(low <= high + 1e-8);
        }
    }
}
