//! Tests of equal rates.

use super::distribution::{chi_square_survival, two_sided_p};
use super::proportion::Proportion;

/// A test by the normal distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZTest {
    /// Standard deviations from parity.
    pub z: f64,
    /// Two-sided p.
    pub p: f64,
}

/// The pooled two-proportion z-test, without continuity correction. `None`
/// when everyone or nobody succeeded: then there is no spread to compare with.
pub fn pooled_z(first: Proportion, second: Proportion) -> Option<ZTest> {
    let pooled = (first.successes() + second.successes()) / (first.trials() + second.trials());
    let variance = pooled * (1.0 - pooled) * (1.0 / first.trials() + 1.0 / second.trials());
    let z = (first.estimate() - second.estimate()) / variance.sqrt();
    z.is_finite().then(|| ZTest { z, p: two_sided_p(z) })
}

/// A χ² test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// The statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// p.
    pub p: f64,
}

/// Pearson's χ² of a table, rows by columns, without correction. Empty rows
/// and columns are dropped; `None` when fewer than two of either are left.
pub fn chi_square(table: &[Vec<f64>]) -> Option<ChiSquare> {
    let width = table.iter().map(Vec::len).max().unwrap_or(0);
    let columns: Vec<f64> = (0..width).map(|c| table.iter().filter_map(|row| row.get(c)).sum()).collect();
    let rows: Vec<f64> = table.iter().map(|row| row.iter().sum()).collect();
    let total: f64 = rows.iter().sum();
    let df = (rows.iter().filter(|&&r| r > 0.0).count() as f64 - 1.0)
        * (columns.iter().filter(|&&c| c > 0.0).count() as f64 - 1.0);
    if df.is_nan() || df < 1.0 {
        return None;
    }
    let mut statistic = 0.0;
    for (row, row_total) in table.iter().zip(&rows) {
        for (position, column_total) in columns.iter().enumerate() {
            let expected = row_total * column_total / total;
            if expected > 0.0 {
                statistic += (row.get(position).copied().unwrap_or(0.0) - expected).powi(2) / expected;
            }
        }
    }
    Some(ChiSquare { statistic, df, p: chi_square_survival(statistic, df) })
}

/// The smallest expected count of a 2×2 table `[a, b, c, d]`, rows (a, b), (c, d).
pub fn min_expected([a, b, c, d]: [u64; 4]) -> f64 {
    let total = (a + b + c + d) as f64;
    let row = (a + b).min(c + d) as f64;
    let column = (a + c).min(b + d) as f64;
    if total > 0.0 { row * column / total } else { 0.0 }
}

/// Fisher's exact test of a 2×2 table `[a, b, c, d]`, two-sided: the chance of
/// all tables with the same margins no likelier than the one observed (with a
/// relative tolerance of 1e−7, so that tables equally likely stay together).
///
/// The chances are walked outward from the likeliest table by their ratios,
/// which keeps tiny ones exact. Fisher (1935).
pub fn fisher_two_sided([a, b, c, d]: [u64; 4]) -> f64 {
    let (row, other_row, column) = (a + b, c + d, a + c);
    let low = column.saturating_sub(other_row);
    let high = row.min(column);
    if low >= high {
        return 1.0;
    }
    let total = row + other_row;
    let mode = (((row + 1) as f64 * (column + 1) as f64) / (total + 2) as f64).floor() as u64;
    let mode = mode.clamp(low, high);
    // Chance of x + 1 over that of x.
    let step = |x: u64| {
        let (x, row, column, other_row) = (x as f64, row as f64, column as f64, other_row as f64);
        (row - x) * (column - x) / ((x + 1.0) * (other_row - column + x + 1.0))
    };
    let mut upward = vec![1.0];
    for x in mode..high {
        let next = upward[upward.len() - 1] * step(x);
        upward.push(next);
    }
    let mut downward = vec![1.0];
    for x in (low..mode).rev() {
        let next = downward[downward.len() - 1] / step(x);
        downward.push(next);
    }
    let observed = if a >= mode { upward[(a - mode) as usize] } else { downward[(mode - a) as usize] };
    let limit = observed * (1.0 + 1e-7);
    // Small first, so that nothing is lost.
    let sum = |keep: &dyn Fn(f64) -> bool| {
        let up: f64 = upward.iter().rev().filter(|&&m| keep(m)).sum();
        let down: f64 = downward.iter().skip(1).rev().filter(|&&m| keep(m)).sum();
        up + down
    };
    (sum(&|mass| mass <= limit) / sum(&|_| true)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-9 * wanted.abs(), "{found:e} is not {wanted:e}");
    }

    /// Fisher's tea taster; R 4.3 `fisher.test(matrix(c(3,1,1,3),2))`.
    #[test]
    fn tea_tasting() {
        close(fisher_two_sided([3, 1, 1, 3]), 0.4857142857142857);
        close(fisher_two_sided([4, 0, 0, 4]), 2.0 / 70.0);
        assert_eq!(fisher_two_sided([0, 5, 0, 7]), 1.0);
    }

    /// From the definition, with whole binomials.
    #[test]
    fn fisher_by_enumeration() {
        let choose = |n: u64, k: u64| (0..k).fold(1.0, |acc, i| acc * (n - i) as f64 / (i + 1) as f64);
        let (a, b, c, d) = (2u64, 15, 9, 4);
        let mass = |x: u64| choose(a + b, x) * choose(c + d, a + c - x);
        let whole: f64 = (0..=(a + c)).filter(|&x| a + c - x <= c + d).map(mass).sum();
        let tail: f64 =
            (0..=(a + c)).filter(|&x| a + c - x <= c + d).map(mass).filter(|&m| m <= mass(a) * 1.0000001).sum();
        close(fisher_two_sided([a, b, c, d]), tail / whole);
    }

    #[test]
    fn z_squared_is_chi_square() {
        let first = Proportion::new(30.0, 100.0).expect("valid");
        let second = Proportion::new(45.0, 90.0).expect("valid");
        let z = pooled_z(first, second).expect("spread").z;
        let table = [vec![30.0, 70.0], vec![45.0, 45.0]];
        close(z * z, chi_square(&table).expect("2×2").statistic);
        assert_eq!(chi_square(&[vec![3.0, 0.0], vec![4.0, 0.0]]), None);
        let none = Proportion::new(0.0, 10.0).expect("valid");
        assert_eq!(pooled_z(none, none), None);
    }
}
