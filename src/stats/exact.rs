//! Exact tests of a 2×2 table `[a, b, c, d]`, rows (a, b) and (c, d), given its margins.
//!
//! Chances come from logarithms that keep their digits, and tails are walked
//! outward by the ratio of neighbours until nothing more is added: the work
//! grows with the root of the counts, and tiny p keep their relative accuracy.
//! Fisher (1935); Loader (2000).

use super::saddle::ln_binomial;

/// On which side of the observed `a` a one-sided test looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// `a` or fewer.
    Lower,
    /// `a` or more.
    Upper,
}

/// Tables whose chances differ by less than this share are equally likely.
const TIE: f64 = 1e-7;

/// What a walk leaves out, as a share of what it has.
const NEGLIGIBLE: f64 = 1e-18;

/// The margins of a table: the first row, the other row, the first column.
#[derive(Clone, Copy)]
pub(super) struct Margins {
    row: u64,
    other_row: u64,
    column: u64,
}

impl Margins {
    pub fn of([a, b, c, d]: [u64; 4]) -> Margins {
        Margins { row: a + b, other_row: c + d, column: a + c }
    }

    /// The least `a` that the margins allow.
    pub fn least(self) -> u64 {
        self.column.saturating_sub(self.other_row)
    }

    /// The largest.
    pub fn most(self) -> u64 {
        self.row.min(self.column)
    }

    /// Chance of x + 1 over that of x at odds ratio 1.
    pub fn step(self, x: u64) -> f64 {
        let x_ = x as f64;
        let empty = (self.other_row + x + 1 - self.column) as f64;
        (self.row - x) as f64 * (self.column - x) as f64 / ((x_ + 1.0) * empty)
    }

    /// The likeliest `a` at an odds ratio: the least from which every step falls.
    pub fn mode(self, odds_ratio: f64) -> u64 {
        first_where(self.least(), self.most(), |x| self.step(x) * odds_ratio < 1.0)
    }

    /// ln of the chance of x, as a quotient of three binomials.
    fn ln_mass(self, x: u64) -> f64 {
        let total = (self.row + self.other_row) as f64;
        let p = self.column as f64 / total;
        let q = (self.row + self.other_row - self.column) as f64 / total;
        let part = |x: u64, n: u64| if n == 0 { 0.0 } else { ln_binomial(x as f64, n as f64, p, q) };
        part(x, self.row) + part(self.column - x, self.other_row) - part(self.column, self.row + self.other_row)
    }

    /// P(X ≥ x), walked upward from an x at or above the mode.
    fn above(self, x: u64) -> f64 {
        self.ln_mass(x).exp() * geometric((x..self.most()).map(|x| self.step(x)))
    }

    /// P(X ≤ x), walked downward from an x at or below the mode.
    fn below(self, x: u64) -> f64 {
        self.ln_mass(x).exp() * geometric((self.least()..x).rev().map(|x| 1.0 / self.step(x)))
    }

    /// The chance of all tables with ln mass ≤ `limit`.
    fn no_likelier_than(self, limit: f64) -> f64 {
        let mode = self.mode(1.0);
        if self.ln_mass(mode) <= limit {
            return 1.0;
        }
        let unlikely = |x: u64| self.ln_mass(x) <= limit;
        let up = if unlikely(self.most()) { self.above(first_where(mode, self.most(), unlikely)) } else { 0.0 };
        let down = if unlikely(self.least()) {
            self.below(first_where(self.least(), mode, |x| !unlikely(x)) - 1)
        } else {
            0.0
        };
        (up + down).clamp(0.0, 1.0)
    }
}

/// The least x in low..=high with `holds`, which once true stays true; `high`
/// where it never is.
fn first_where(low: u64, high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (low, high);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// 1 + r₁ + r₁·r₂ + …, until a term is negligible.
fn geometric(ratios: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for ratio in ratios {
        term *= ratio;
        sum += term;
        if term < NEGLIGIBLE * sum {
            break;
        }
    }
    sum
}

/// Fisher's exact test, two-sided: the chance of all tables with the same
/// margins no likelier than the one observed (with a relative tolerance of
/// 1e−7, so that tables equally likely stay together). In [0, 1]; 1 where the
/// margins allow one table only. Fisher (1935).
pub fn fisher_two_sided(table: [u64; 4]) -> f64 {
    let margins = Margins::of(table);
    if margins.least() >= margins.most() {
        return 1.0;
    }
    margins.no_likelier_than(margins.ln_mass(table[0]) + TIE)
}

/// Fisher's exact test, one-sided: the chance of `a` and all tables beyond it
/// on one side. In [0, 1]; the two sides sum to 1 plus the chance of the table
/// itself. 1 where the margins allow one table only.
pub fn fisher_one_sided(table: [u64; 4], tail: Tail) -> f64 {
    let (margins, a) = (Margins::of(table), table[0]);
    let (least, most) = (margins.least(), margins.most());
    if least >= most {
        return 1.0;
    }
    let beyond_the_mode = match tail {
        Tail::Lower => a < margins.mode(1.0),
        Tail::Upper => a > margins.mode(1.0),
    };
    let p = match tail {
        Tail::Lower if beyond_the_mode => margins.below(a),
        Tail::Upper if beyond_the_mode => margins.above(a),
        Tail::Lower if a < most => 1.0 - margins.above(a + 1),
        Tail::Upper if a > least => 1.0 - margins.below(a - 1),
        _ => 1.0,
    };
    p.clamp(0.0, 1.0)
}

/// Fisher's exact test, two-sided, mid-p: the chance of all tables less likely
/// than the one observed plus half of the chance of those equally likely
/// (within 1e−7), the observed one among them. Less conservative than Fisher's
/// p, and no longer certain to hold its level. In (0, 1]; ½ where the margins
/// allow one table only. Lancaster (1961), J. Am. Stat. Assoc. 56; Hirji, Tan &
/// Elashoff (1991), Stat. Med. 10.
pub fn fisher_mid_p(table: [u64; 4]) -> f64 {
    let margins = Margins::of(table);
    if margins.least() >= margins.most() {
        return 0.5;
    }
    let observed = margins.ln_mass(table[0]);
    0.5 * (margins.no_likelier_than(observed + TIE) + margins.no_likelier_than(observed - TIE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-9 * wanted.abs(), "{found:e} is not {wanted:e}");
    }

    /// Fisher's tea taster; R 4.3 `fisher.test(matrix(c(3,1,1,3),2))`, also with `alternative = "greater"`.
    #[test]
    fn tea_tasting() {
        close(fisher_two_sided([3, 1, 1, 3]), 0.4857142857142857);
        close(fisher_two_sided([4, 0, 0, 4]), 2.0 / 70.0);
        close(fisher_one_sided([3, 1, 1, 3], Tail::Upper), 17.0 / 70.0);
        close(fisher_one_sided([3, 1, 1, 3], Tail::Lower), 69.0 / 70.0);
        // 16 of 70 ways on either side are equally likely, 1 on either side less.
        close(fisher_mid_p([3, 1, 1, 3]), (2.0 + 16.0) / 70.0);
    }

    /// R `fisher.test(matrix(c(2,10,15,3),2))`, its help page, both and
    /// `alternative = "less"`; SAS on Berkeley 1973, department B.
    #[test]
    fn as_in_r_and_sas() {
        assert!((fisher_two_sided([2, 15, 10, 3]) - 0.0005367).abs() < 5e-8);
        assert!((fisher_one_sided([2, 15, 10, 3], Tail::Lower) - 0.0004652).abs() < 5e-8);
        assert!((fisher_two_sided([353, 207, 17, 8]) - 0.6771).abs() < 5e-5);
    }

    #[test]
    fn one_table_only() {
        for table in [[0, 5, 0, 7], [0; 4], [5, 0, 7, 0], [3, 4, 0, 0]] {
            assert_eq!(fisher_two_sided(table), 1.0);
            assert_eq!(fisher_one_sided(table, Tail::Lower), 1.0);
            assert_eq!(fisher_one_sided(table, Tail::Upper), 1.0);
            assert_eq!(fisher_mid_p(table), 0.5);
        }
    }

    fn enumerated([a, b, c, d]: [u64; 4]) -> (Vec<f64>, f64) {
        let choose = |n: u64, k: u64| (0..k).fold(1.0, |acc, i| acc * (n - i) as f64 / (i + 1) as f64);
        let mass = |x: u64| choose(a + b, x) * choose(c + d, a + c - x);
        let (least, most) = ((a + c).saturating_sub(c + d), (a + b).min(a + c));
        let masses: Vec<f64> = (least..=most).map(mass).collect();
        let whole: f64 = masses.iter().sum();
        (masses.iter().map(|mass| mass / whole).collect(), mass(a) / whole)
    }

    /// Whole binomials in exact arithmetic (Python), and tails far too small for a plain sum.
    #[test]
    fn thousands_in_exact_arithmetic() {
        close(fisher_two_sided([5000, 5000, 4000, 6000]), 7.767005619835621e-46);
        close(fisher_one_sided([5000, 5000, 4000, 6000], Tail::Upper), 3.883502809917811e-46);
        close(fisher_two_sided([10, 9990, 60, 9940]), 7.524193128706703e-10);
        close(fisher_one_sided([10, 9990, 60, 9940], Tail::Upper), 0.999999999939939);
        close(fisher_two_sided([2500, 2500, 2499, 2501]), 1.0);
        close(fisher_one_sided([2500, 2500, 2499, 2501], Tail::Upper), 0.5);
    }

    /// The normal approximation with continuity correction is right to a share of a percent here.
    #[test]
    fn millions_are_quick() {
        let (first, second) = (1_000_000.0, 3_000_000.0);
        let table = [500_600, 499_400, 1_500_000, 1_500_000];
        let pooled: f64 = (500_600.0 + 1_500_000.0) / (first + second);
        let excess = 500_600.0 - first * pooled - 0.5;
        let variance = first * second * pooled * (1.0 - pooled) / (first + second);
        let wanted = super::super::distribution::two_sided_p(excess / variance.sqrt());
        assert!((fisher_two_sided(table) / wanted - 1.0).abs() < 1e-3);
        assert!(fisher_two_sided([10_000_000, 0, 0, 10_000_000]) == 0.0);
    }

    proptest! {
        /// From the definition, with whole binomials.
        #[test]
        fn by_enumeration(a in 0u64..25, b in 0u64..25, c in 0u64..25, d in 0u64..25) {
            let table = [a, b, c, d];
            let (masses, observed) = enumerated(table);
            prop_assume!(masses.len() > 1);
            let near = |found: f64, wanted: f64| (found - wanted).abs() <= 1e-10 * wanted;
            let two: f64 = masses.iter().filter(|m| **m <= observed * (1.0 + 1e-7)).sum();
            let less: f64 = masses.iter().filter(|m| **m < observed * (1.0 - 1e-7)).sum();
            let place = (a - (a + c).saturating_sub(c + d)) as usize;
            prop_assert!(near(fisher_two_sided(table), two));
            prop_assert!(near(fisher_mid_p(table), 0.5 * (two + less)));
            prop_assert!(near(fisher_one_sided(table, Tail::Lower), masses[..=place].iter().sum()));
            prop_assert!(near(fisher_one_sided(table, Tail::Upper), masses[place..].iter().sum()));
            prop_assert!(near(fisher_two_sided([c, d, a, b]), two) && near(fisher_two_sided([a, c, b, d]), two));
        }
    }
}
