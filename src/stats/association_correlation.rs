//! Correlations: of two numbers, and where one side or both have two values only.

use super::mean::{Moments, correlation_ratio};

/// φ of a 2×2 table `[a, b, c, d]`, rows (a, b), (c, d):
/// (ad − bc)/√(product of the margins), Pearson's correlation of two yes-no
/// answers. In [−1, 1]; positive when the first row is more often in the first
/// column; φ² = χ²/n. `None` when a margin is empty. Yule (1912).
///
/// # Examples
/// ```
/// use evenhand::stats::phi;
///
/// // 30 of 100 selected against 45 of 90.
/// let found = phi([30.0, 70.0, 45.0, 45.0]).unwrap();
/// assert!((found + 0.204).abs() < 5e-4);
/// ```
pub fn phi([a, b, c, d]: [f64; 4]) -> Option<f64> {
    let margins = (a + b) * (c + d) * (a + c) * (b + d);
    (margins > 0.0).then(|| ((a * d - b * c) / margins.sqrt()).clamp(-1.0, 1.0))
}

/// The point-biserial correlation of a number with being in the first of two
/// sets: Pearson's correlation with 1 for the first and 0 for the second. In
/// [−1, 1]; positive when the first has the larger mean; its square is η².
/// `None` where [`correlation_ratio`] is. Tate (1954), Ann. Math. Stat. 25.
pub fn point_biserial(first: Moments, second: Moments) -> Option<f64> {
    let strength = correlation_ratio(&[first, second])?.eta_squared.sqrt();
    Some(if first.mean < second.mean { -strength } else { strength })
}

/// Pearson's correlation of two numbers over people (one, other, weight): their
/// covariance over the product of their standard deviations. In [−1, 1]; 1 when
/// all people lie on a rising line. `None` where either does not vary, with
/// nobody, and where a weight is negative or a number not finite.
/// Pearson (1896).
pub fn pearson(people: &[(f64, f64, f64)]) -> Option<f64> {
    let weight: f64 = people.iter().map(|(.., w)| w).sum();
    let valid = people.iter().all(|(one, other, w)| *w >= 0.0 && one.is_finite() && other.is_finite());
    if !(valid && weight > 0.0 && weight.is_finite()) {
        return None;
    }
    let mean = |of: fn(&(f64, f64, f64)) -> f64| people.iter().map(|p| p.2 / weight * of(p)).sum::<f64>();
    let (mean_one, mean_other) = (mean(|p| p.0), mean(|p| p.1));
    let (mut both, mut one, mut other) = (0.0, 0.0, 0.0);
    for (x, y, w) in people {
        let (dx, dy, share) = (x - mean_one, y - mean_other, w / weight);
        both += share * dx * dy;
        one += share * dx * dx;
        other += share * dy * dy;
    }
    // Squares of what rounding leaves of equal numbers are no spread.
    let varies = |spread: f64, mean: f64| spread > (1e-15 * mean).powi(2);
    (varies(one, mean_one) && varies(other, mean_other)).then(|| (both / (one.sqrt() * other.sqrt())).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::super::hypothesis::chi_square;
    use super::*;

    #[test]
    fn the_square_of_phi_is_chi_square_over_n() {
        let found = phi([30.0, 70.0, 45.0, 45.0]).expect("defined");
        let test = chi_square(&[vec![30.0, 70.0], vec![45.0, 45.0]]).expect("2×2");
        assert!(found < 0.0 && (found * found - test.statistic / 190.0).abs() < 1e-15);
        assert_eq!(phi([20.0, 0.0, 0.0, 9.0]), Some(1.0));
        assert_eq!(phi([3.0, 0.0, 7.0, 0.0]), None);
    }

    /// By hand: 1, 2 against 3, 4: covariance −½ with deviations ½ and √1.25.
    #[test]
    fn point_biserial_is_pearson() {
        let set = |one: f64, two: f64| Moments::from_sums(2.0, 2.0, one + two, one * one + two * two).expect("two");
        let found = point_biserial(set(1.0, 2.0), set(3.0, 4.0)).expect("varies");
        assert!((found + 0.5 / (0.5 * 1.25f64.sqrt())).abs() < 1e-15, "{found}");
        let other = point_biserial(set(3.0, 4.0), set(1.0, 2.0)).expect("varies");
        assert!((other + found).abs() < 1e-15);
        assert_eq!(point_biserial(set(5.0, 5.0), set(5.0, 5.0)), None);
    }

    /// By hand: deviations −1, 0, 1 and −1, 1, 0: covariance ⅓, variances ⅔.
    #[test]
    fn pearson_by_hand_and_its_edges() {
        let close = |people: &[(f64, f64, f64)], wanted: f64| {
            let found = pearson(people).expect("varies");
            assert!((found - wanted).abs() < 1e-15, "{found} is not {wanted}");
        };
        close(&[(1.0, 4.0, 1.0), (2.0, 6.0, 1.0), (3.0, 5.0, 1.0)], 0.5);
        close(&[(1.0, -1.0, 2.0), (2.0, -2.0, 0.5), (9.0, 5.0, 0.0)], -1.0);
        close(&[(1.0, 4.0, 0.5), (2.0, 6.0, 1.0), (3.0, 5.0, 1.0), (1.0, 4.0, 0.5)], 0.5);
        assert_eq!(pearson(&[(0.1, 1.0, 1.0), (0.1, 2.0, 1.0), (0.1, 4.0, 1.0)]), None);
        assert_eq!((pearson(&[]), pearson(&[(1.0, 2.0, -1.0), (2.0, 1.0, 3.0)])), (None, None));
    }
}
