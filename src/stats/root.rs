//! Where a monotone function crosses zero, and areas under smooth ones.
//!
//! Both with a fixed amount of work, so that no argument makes them run on.

/// The root of a falling function between `low` and `high`, to 1e−15 or the
/// nearest double. Where the function does not change its sign the end is
/// returned at which it comes nearest to doing so.
///
/// The ITP method of Oliveira & Takahashi (2020), ACM Trans. Math. Softw. 47:
/// false position held near the middle, never worse than bisection by more
/// than one step.
pub fn falling_root(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    const TOLERANCE: f64 = 5e-16;
    let value = |x: f64| f(x).clamp(-1e100, 1e100);
    let (mut low, mut high) = (low, high);
    let (mut at_low, mut at_high) = (value(low), value(high));
    if at_low <= 0.0 || low >= high {
        return low;
    }
    if at_high >= 0.0 {
        return high;
    }
    let whole = high - low;
    let mut radius = TOLERANCE * ((whole / (2.0 * TOLERANCE)).log2().ceil() + 1.0).exp2();
    for _ in 0..200 {
        let width = high - low;
        let middle = low + 0.5 * width;
        if width <= 2.0 * TOLERANCE || middle <= low || middle >= high {
            break;
        }
        let line = low + width * (at_low / (at_low - at_high));
        let towards = if middle > line { 1.0 } else { -1.0 };
        let nudge = 0.2 * width * width / whole;
        let nudged = if nudge <= (middle - line).abs() { line + towards * nudge } else { middle };
        let reach = (radius - 0.5 * width).max(0.0);
        let next = if (nudged - middle).abs() <= reach { nudged } else { middle - towards * reach };
        let next = if next > low && next < high { next } else { middle };
        match value(next) {
            y if y > 0.0 => (low, at_low) = (next, y),
            y if y < 0.0 => (high, at_high) = (next, y),
            _ => return next,
        }
        radius *= 0.5;
    }
    if at_low.abs() < at_high.abs() { low } else { high }
}

/// Abscissae and weights of Gauss and Legendre for ten points on [−1, 1], the
/// positive half.
const LEGENDRE: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// ∫ f from `low` to `high` by ten points: exact for polynomials of degree 19.
pub fn integrate(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    half * LEGENDRE.iter().map(|(x, w)| w * (f(middle - half * x) + f(middle + half * x))).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_of_steep_and_flat_functions() {
        assert!((falling_root(|x| 2.0 - x * x, 0.0, 60.0) - 2f64.sqrt()).abs() < 1e-14);
        assert!((falling_root(|x| (0.3 - x).powi(3), -1.0, 1.0) - 0.3).abs() < 1e-5);
        let jump = |x: f64| if x < 0.123 { f64::MAX } else { -1e-9 };
        assert!((falling_root(jump, -60.0, 60.0) - 0.123).abs() < 1e-13);
    }

    #[test]
    fn no_change_of_sign_gives_an_end() {
        assert_eq!(falling_root(|x| 5.0 - x, 0.0, 1.0), 1.0);
        assert_eq!(falling_root(|x| -5.0 - x, 0.0, 1.0), 0.0);
    }

    #[test]
    fn polynomials_are_exact() {
        assert!(
            (integrate(|x| x.powi(19) + x.powi(18), -1.0, 3.0)
                - (3f64.powi(20) - 1.0) / 20.0
                - (3f64.powi(19) + 1.0) / 19.0)
                .abs()
                < 1e-6
        );
    }
}
