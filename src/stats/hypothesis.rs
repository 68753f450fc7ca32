//! Tests of equal rates.

use super::distribution::{chi_square_survival, two_sided_p};
use super::proportion::Proportion;
use super::saddle::deviance;

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

/// Pearson's χ² of a 2×2 table `[a, b, c, d]`, rows (a, b), (c, d), with Yates's
/// continuity correction of ½, or of the whole distance where that is less, as
/// R and SAS have it. `None` when a margin is empty. Yates (1934), Suppl. J. R.
/// Stat. Soc. 1.
pub fn yates_chi_square([a, b, c, d]: [f64; 4]) -> Option<ChiSquare> {
    let total = a + b + c + d;
    let margins = (a + b) * (c + d) * (a + c) * (b + d);
    if margins.is_nan() || margins <= 0.0 {
        return None;
    }
    let distance = ((a * d - b * c).abs() - total / 2.0).max(0.0);
    let statistic = total * distance * distance / margins;
    Some(ChiSquare { statistic, df: 1.0, p: chi_square_survival(statistic, 1.0) })
}

/// The likelihood-ratio χ² of a table (G-test), rows by columns: 2·Σ O·ln(O/E)
/// with 0·ln 0 = 0, in [0, ∞). Empty rows and columns are dropped; `None` when
/// fewer than two of either are left. Wilks (1938); Sokal & Rohlf (1981).
pub fn g_test(table: &[Vec<f64>]) -> Option<ChiSquare> {
    let df = chi_square(table)?.df;
    let width = table.iter().map(Vec::len).max().unwrap_or(0);
    let columns: Vec<f64> = (0..width).map(|c| table.iter().filter_map(|row| row.get(c)).sum()).collect();
    let total: f64 = columns.iter().sum();
    let mut statistic = 0.0;
    for row in table {
        let share = row.iter().sum::<f64>() / total;
        for (position, column) in columns.iter().enumerate().filter(|(_, column)| share * **column > 0.0) {
            // O·ln(O/E) + E − O is never negative, and E − O sums to nothing.
            statistic += 2.0 * deviance(row.get(position).copied().unwrap_or(0.0), share * column);
        }
    }
    Some(ChiSquare { statistic, df, p: chi_square_survival(statistic, df) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-9 * wanted.abs(), "{found:e} is not {wanted:e}");
    }

    /// SAS, Berkeley 1973, department B (Penn State STAT 504): 0.2537, 0.2586, 0.0851.
    #[test]
    fn three_chi_squares_as_published() {
        let table = [vec![353.0, 207.0], vec![17.0, 8.0]];
        let near = |found: Option<ChiSquare>, wanted: f64| {
            let found = found.expect("2×2");
            assert!((found.statistic - wanted).abs() < 5e-5 && found.df == 1.0, "{found:?}");
        };
        near(chi_square(&table), 0.2537);
        near(g_test(&table), 0.2586);
        near(yates_chi_square([353.0, 207.0, 17.0, 8.0]), 0.0851);
        assert_eq!(yates_chi_square([3.0, 0.0, 4.0, 0.0]), None);
    }

    /// From the definition, 2·Σ O·ln(O/E), with an empty cell, an empty row and a short row.
    #[test]
    fn g_with_empty_cells() {
        let table = [vec![10.0, 0.0, 5.0], vec![0.0, 0.0, 0.0], vec![3.0, 8.0]];
        let wanted: f64 = [(10.0, 13.0, 15.0), (5.0, 5.0, 15.0), (3.0, 13.0, 11.0), (8.0, 8.0, 11.0f64)]
            .iter()
            .map(|(observed, column, row): &(f64, f64, f64)| 2.0 * observed * (observed * 26.0 / (column * row)).ln())
            .sum();
        let found = g_test(&table).expect("2×3");
        close(found.statistic, wanted);
        assert_eq!(found.df, 2.0);
        assert_eq!(g_test(&[vec![3.0, 0.0], vec![4.0, 0.0]]), None);
        assert_eq!(g_test(&[vec![20.0, 20.0], vec![20.0, 20.0]]).expect("2×2").statistic, 0.0);
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
