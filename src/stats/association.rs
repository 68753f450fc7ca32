//! How strongly two names go together.

/// Cramér's V of a table of counts, in [0, 1], without correction. `None` when
/// a side has fewer than two levels. Cramér (1946).
pub fn cramers_v(table: &[Vec<f64>]) -> Option<f64> {
    let (phi_squared, rows, columns, _) = phi_squared(table)?;
    Some((phi_squared / (rows - 1.0).min(columns - 1.0)).sqrt().min(1.0))
}

/// Cramér's V with the bias that comes from many levels and few people taken
/// off, in [0, 1]. `None` when a side has fewer than two levels, or there are
/// too few people to correct. Bergsma (2013), J. Korean Stat. Soc. 42.
pub fn cramers_v_corrected(table: &[Vec<f64>]) -> Option<f64> {
    let (phi_squared, rows, columns, n) = phi_squared(table)?;
    if n <= 1.0 {
        return None;
    }
    let corrected = (phi_squared - (rows - 1.0) * (columns - 1.0) / (n - 1.0)).max(0.0);
    let rows = rows - (rows - 1.0).powi(2) / (n - 1.0);
    let columns = columns - (columns - 1.0).powi(2) / (n - 1.0);
    let whole = (rows - 1.0).min(columns - 1.0);
    (whole > 0.0).then(|| (corrected / whole).sqrt().min(1.0))
}

/// χ²/n, rows, columns, n of the part of the table that is not empty.
fn phi_squared(table: &[Vec<f64>]) -> Option<(f64, f64, f64, f64)> {
    let test = super::hypothesis::chi_square(table)?;
    let n: f64 = table.iter().flatten().sum();
    let rows = table.iter().filter(|row| row.iter().sum::<f64>() > 0.0).count() as f64;
    Some((test.statistic / n, rows, test.df / (rows - 1.0) + 1.0, n))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: φ² = (ad − bc)²/(margins) = (30·45 − 70·45)²/(100·90·75·115).
    #[test]
    fn two_by_two_is_phi() {
        let table = [vec![30.0, 70.0], vec![45.0, 45.0]];
        let phi = (1800.0f64 * 1800.0 / (100.0 * 90.0 * 75.0 * 115.0)).sqrt();
        assert!((cramers_v(&table).expect("defined") - phi).abs() < 1e-12);
        assert!(cramers_v_corrected(&table).expect("defined") < phi);
    }

    #[test]
    fn independence_is_zero_and_identity_one() {
        assert_eq!(cramers_v_corrected(&[vec![20.0, 20.0], vec![20.0, 20.0]]), Some(0.0));
        assert!((cramers_v(&[vec![20.0, 0.0], vec![0.0, 20.0]]).expect("defined") - 1.0).abs() < 1e-12);
        assert_eq!(cramers_v(&[vec![20.0, 20.0]]), None);
    }
}
