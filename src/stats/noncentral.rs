//! The odds ratio of a 2×2 table given its margins: conditional likelihood.
//!
//! The first cell then follows Fisher's noncentral hypergeometric distribution.
//! Its terms are taken relative to the likeliest one, so that no count
//! overflows. Fisher (1935); Cornfield (1956); as R's `fisher.test`.

use super::exact::Margins;
use super::level::{Interval, Level};
use super::root::falling_root;

/// What a walk leaves out, as a share of what it has.
const NEGLIGIBLE: f64 = 1e-20;

/// ln of the largest odds ratio looked at.
const WIDEST: f64 = 600.0;

/// The conditional maximum likelihood estimate of the odds ratio of the table
/// `[a, b, c, d]`, rows (a, b) and (c, d): the one at which `a` is what is
/// expected given the margins. Nearer to 1 than ad/bc. In [0, ∞); 0 where `a`
/// is the least the margins allow; `None` where it is the most (no bound), and
/// where they allow one table only.
pub fn conditional_odds_ratio(table: [u64; 4]) -> Option<f64> {
    let (margins, a) = (Margins::of(table), table[0]);
    if a >= margins.most() {
        return None;
    }
    if a <= margins.least() {
        return Some(0.0);
    }
    let excess = |log: f64| a as f64 - Walk::at(margins, log.exp()).mean(a);
    Some(solve(excess, guess(table)).exp())
}

/// The exact interval of the odds ratio: all values that neither one-sided
/// conditional test at half of alpha would refuse. Starts at 0 where `a` is the
/// least the margins allow and is without upper end where it is the most; with
/// one table only it is [0, ∞). Contains the conditional estimate.
pub fn conditional_odds_ratio_interval(table: [u64; 4], level: Level) -> Interval {
    let (margins, a, tail) = (Margins::of(table), table[0], level.alpha() / 2.0);
    let start = guess(table);
    // Both on logarithms, where the tails are nearly straight.
    let low = (a > margins.least())
        .then(|| solve(|log| tail.ln() - Walk::at(margins, log.exp()).at_least(a).ln(), start).exp());
    let high = (a < margins.most())
        .then(|| solve(|log| Walk::at(margins, log.exp()).at_most(a).ln() - tail.ln(), start).exp());
    Interval::new(low.unwrap_or(0.0), high.unwrap_or(f64::INFINITY))
}

/// ln of the odds ratio with half a person added to each cell.
fn guess(table: [u64; 4]) -> f64 {
    let [a, b, c, d] = table.map(|cell| cell as f64 + 0.5);
    (a / b * (d / c)).ln()
}

/// The root of a falling function: a bracket is widened from `start`, then closed.
fn solve(f: impl Fn(f64) -> f64, start: f64) -> f64 {
    let (mut low, mut high, mut reach) = (start, start, 0.5);
    while f(low) < 0.0 && low > -WIDEST {
        high = low;
        low = (low - reach).max(-WIDEST);
        reach *= 2.0;
    }
    let mut reach = 0.5;
    while f(high) > 0.0 && high < WIDEST {
        low = high;
        high = (high + reach).min(WIDEST);
        reach *= 2.0;
    }
    falling_root(f, low, high)
}

/// The terms of the distribution at one odds ratio, outward from the likeliest.
struct Walk {
    mode: u64,
    /// From the likeliest upward, the likeliest being 1.
    upward: Vec<f64>,
    /// From the one below the likeliest downward.
    downward: Vec<f64>,
}

impl Walk {
    fn at(margins: Margins, odds_ratio: f64) -> Walk {
        let mode = margins.mode(odds_ratio);
        let upward = walk((mode..margins.most()).map(|x| margins.step(x) * odds_ratio));
        let downward = walk((margins.least()..mode).rev().map(|x| 1.0 / (margins.step(x) * odds_ratio)));
        Walk { mode, upward: std::iter::once(1.0).chain(upward).collect(), downward }
    }

    fn total(&self) -> f64 {
        self.upward.iter().rev().sum::<f64>() + self.downward.iter().rev().sum::<f64>()
    }

    /// E[X], summed about `near` so that large counts keep their digits.
    fn mean(&self, near: u64) -> f64 {
        let from = self.mode as f64 - near as f64;
        let up: f64 = self.upward.iter().enumerate().map(|(i, term)| term * (from + i as f64)).sum();
        let down: f64 = self.downward.iter().enumerate().map(|(i, term)| term * (from - 1.0 - i as f64)).sum();
        near as f64 + (up + down) / self.total()
    }

    /// P(X ≥ x), never quite zero.
    fn at_least(&self, x: u64) -> f64 {
        let part: f64 = if x >= self.mode {
            self.upward.iter().skip((x - self.mode) as usize).rev().sum()
        } else {
            let down: f64 = self.downward.iter().take((self.mode - x) as usize).rev().sum();
            down + self.upward.iter().rev().sum::<f64>()
        };
        (part / self.total()).max(f64::MIN_POSITIVE)
    }

    /// P(X ≤ x), never quite zero.
    fn at_most(&self, x: u64) -> f64 {
        let part: f64 = if x < self.mode {
            self.downward.iter().skip((self.mode - x - 1) as usize).rev().sum()
        } else {
            let up: f64 = self.upward.iter().take((x - self.mode + 1) as usize).rev().sum();
            up + self.downward.iter().rev().sum::<f64>()
        };
        (part / self.total()).max(f64::MIN_POSITIVE)
    }
}

/// Running products of falling ratios, until they are negligible.
fn walk(ratios: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut term = 1.0;
    ratios
        .map_while(|ratio| {
            term *= ratio;
            (term > NEGLIGIBLE).then_some(term)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::exact::{Tail, fisher_one_sided};
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, wanted: f64, share: f64) {
        assert!((found - wanted).abs() <= share * wanted, "{found} is not {wanted}");
    }

    /// R `fisher.test(matrix(c(3,1,1,3),2))`: estimate and upper end; with
    /// `alternative = "greater"`, as on its help page, the lower end of 0.3135693
    /// that leaves 5 % below. R looks for the ratio or its inverse in [0, 1] and
    /// stops at 1.2e−4 of that: its last digits are chance.
    #[test]
    fn tea_tasting_as_in_r() {
        let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1.2e-4, "{found} is not {wanted}");
        near(conditional_odds_ratio([3, 1, 1, 3]).expect("bounded"), 6.408309);
        near(1.0 / conditional_odds_ratio_interval([3, 1, 1, 3], Level::P95).high, 1.0 / 621.9337505);
        let one_sided = Level::new(0.9).expect("a level");
        near(conditional_odds_ratio_interval([3, 1, 1, 3], one_sided).low, 0.3135693);
    }

    /// R `fisher.test(matrix(c(2,10,15,3),2))`, convictions of twins, its help page, to R's 1.2e−4.
    #[test]
    fn convictions_as_in_r() {
        let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1.2e-4, "{found} is not {wanted}");
        near(conditional_odds_ratio([2, 15, 10, 3]).expect("bounded"), 0.04693661);
        let interval = conditional_odds_ratio_interval([2, 15, 10, 3], Level::P95);
        near(interval.low, 0.003325764);
        near(interval.high, 0.363182271);
    }

    /// scipy 1.17.1 `contingency.odds_ratio(kind="conditional")`.
    #[test]
    fn as_in_scipy() {
        let rows = [
            ([3, 1, 1, 3], 6.408319658199662, 0.21173559544657966, 626.2435305888141),
            ([2, 15, 10, 3], 0.04693663904968004, 0.003317163950657366, 0.36318960235667996),
            ([7, 2, 8, 2], 0.881183915, 0.05080860171, 15.25540014),
            ([40, 60, 55, 45], 0.547135451, 0.2991940735, 0.9930200062),
            ([1, 30, 12, 20], 0.05781878965, 0.001258841526, 0.4462247644),
        ];
        for (table, estimate, low, high) in rows {
            close(conditional_odds_ratio(table).expect("bounded"), estimate, 1e-8);
            let interval = conditional_odds_ratio_interval(table, Level::P95);
            close(interval.low, low, 1e-8);
            close(interval.high, high, 1e-8);
        }
    }

    #[test]
    fn cells_of_zero() {
        assert_eq!(conditional_odds_ratio([0, 5, 4, 3]), Some(0.0));
        assert_eq!(conditional_odds_ratio([5, 0, 4, 3]), None);
        assert_eq!(conditional_odds_ratio([0, 5, 0, 7]), None);
        assert_eq!(conditional_odds_ratio([0; 4]), None);
        let none = conditional_odds_ratio_interval([0, 5, 4, 3], Level::P95);
        assert!(none.low == 0.0 && none.high.is_finite(), "{none:?}");
        let all = conditional_odds_ratio_interval([5, 0, 4, 3], Level::P95);
        assert!(all.high.is_infinite() && all.low > 0.0, "{all:?}");
        let free = conditional_odds_ratio_interval([0, 5, 0, 7], Level::P95);
        assert!(free.low == 0.0 && free.high.is_infinite());
    }

    /// With many people it comes to Woolf's.
    #[test]
    fn hundreds_of_thousands() {
        let table = [100_000, 200_000, 90_000, 210_000];
        let cells = table.map(|cell| cell as f64);
        let (log, half) =
            ((cells[0] * cells[3] / (cells[1] * cells[2])).ln(), cells.map(|c| 1.0 / c).iter().sum::<f64>());
        close(conditional_odds_ratio(table).expect("bounded"), log.exp(), 1e-5);
        let (interval, half) = (conditional_odds_ratio_interval(table, Level::P95), Level::P95.z() * half.sqrt());
        close(interval.low, (log - half).exp(), 1e-4);
        close(interval.high, (log + half).exp(), 1e-4);
        let rare = conditional_odds_ratio_interval([3, 999_997, 999_000, 1000], Level::P95);
        assert!(rare.low > 0.0 && rare.high < 1e-7, "{rare:?}");
    }

    proptest! {
        #[test]
        fn holds_its_estimate_and_inverts(a in 0u64..60, b in 0u64..60, c in 0u64..60, d in 0u64..60) {
            let (there, back) = (
                conditional_odds_ratio_interval([a, b, c, d], Level::P95),
                conditional_odds_ratio_interval([c, d, a, b], Level::P95),
            );
            if let Some(estimate) = conditional_odds_ratio([a, b, c, d]) {
                prop_assert!(there.contains(estimate), "{there:?} {estimate}");
            }
            let inverse = |low: f64, high: f64| (low * high - 1.0).abs() < 1e-9 || low == 0.0 && high.is_infinite();
            prop_assert!(inverse(there.low, back.high) && inverse(back.low, there.high));
        }

        /// The interval at a level leaves out 1 exactly where a one-sided test refuses at half of alpha.
        #[test]
        fn agrees_with_the_test(a in 0u64..40, b in 0u64..40, c in 0u64..40, d in 0u64..40) {
            let interval = conditional_odds_ratio_interval([a, b, c, d], Level::P95);
            let upper = fisher_one_sided([a, b, c, d], Tail::Upper);
            let lower = fisher_one_sided([a, b, c, d], Tail::Lower);
            prop_assume!((upper - 0.025).abs() > 1e-9 && (lower - 0.025).abs() > 1e-9);
            prop_assert_eq!(interval.low > 1.0, upper < 0.025);
            prop_assert_eq!(interval.high < 1.0, lower < 0.025);
        }
    }
}
