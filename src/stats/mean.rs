//! Means of scores and of errors.

use super::distribution::{f_survival, student_t_two_sided, student_t_upper};
use super::level::{Interval, Level};
use super::proportion::different;

/// Size, mean and variance of a set of numbers. For weighted numbers `n` is
/// Kish's effective size and the variance is Σw(x−m)²/Σw · n/(n−1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// How many.
    pub n: f64,
    /// Their mean.
    pub mean: f64,
    /// Their variance with n − 1.
    pub variance: f64,
    /// Their weight in all; the number itself when unweighted.
    pub weight: f64,
}

impl Moments {
    /// From Σw, Σwx, Σwx² and the effective size. `None` without weight.
    pub fn from_sums(n: f64, weight: f64, sum: f64, sum_of_squares: f64) -> Option<Moments> {
        let mean = sum / weight;
        let square = sum_of_squares / weight;
        let spread = square - mean * mean;
        // What rounding leaves of equal numbers is no spread.
        let spread = if spread > 1e-12 * square { spread } else { 0.0 };
        Moments::from_spread(n, weight, sum, spread * weight)
    }

    /// From Σw, Σwx, Σw(x − mean)² and the effective size. `None` without weight.
    pub fn from_spread(n: f64, weight: f64, sum: f64, spread: f64) -> Option<Moments> {
        if !(weight > 0.0 && n > 0.0) {
            return None;
        }
        let (mean, spread) = (sum / weight, spread / weight);
        // Squares of what rounding leaves of equal numbers are no spread.
        let spread = if spread > (1e-15 * mean).powi(2) { spread } else { 0.0 };
        let variance = if n > 1.0 { spread * n / (n - 1.0) } else { 0.0 };
        Some(Moments { n, mean, variance, weight })
    }

    fn square_error(self) -> f64 {
        self.variance / self.n
    }
}

/// Student's interval of a mean. `None` with fewer than two, and where all are
/// equal: a few equal numbers are no certainty.
pub fn t_interval(moments: Moments, level: Level) -> Option<Interval> {
    let spread = moments.n > 1.0 && moments.variance > 0.0;
    let t = spread.then(|| student_t_upper(level.alpha() / 2.0, moments.n - 1.0))??;
    let half = t * moments.square_error().sqrt();
    Some(Interval::new(moments.mean - half, moments.mean + half))
}

/// How lopsided numbers are: their third central moment over s³, with n and
/// n − 1 and n − 2 as usual (G₁). From Σw, Σwx, Σwx², Σwx³ and the effective
/// size; 0 where there are fewer than three people or no spread.
pub fn skewness(n: f64, weight: f64, [one, two, three]: [f64; 3]) -> f64 {
    let [mean, square, cube] = [one, two, three].map(|sum| sum / weight);
    let spread = square - mean * mean;
    if !(n > 2.0 && weight > 0.0 && spread > 1e-12 * square) {
        return 0.0;
    }
    let third = cube - 3.0 * mean * square + 2.0 * mean.powi(3);
    let found = third / spread.powf(1.5) * (n * (n - 1.0)).sqrt() / (n - 2.0);
    if found.is_finite() { found } else { 0.0 }
}

/// Student's interval of a mean, corrected for skewness γ by the cubic
/// transformation of Hall (1992), J. R. Stat. Soc. B 54, 221–228: with
/// h(y) = 3/γ·{[1 + γ·(y/√n − γ/6n)]^⅓ − 1} it reaches from m − s·h(t) to
/// m − s·h(−t).
///
/// Losses have a long tail upwards, and few people seldom show it: the plain
/// interval then lies too low, and covers less than 90 % of thirty. With γ = 0
/// it is the plain one. `None` as [`t_interval`].
pub fn skewed_t_interval(moments: Moments, skewness: f64, level: Level) -> Option<Interval> {
    let plain = t_interval(moments, level)?;
    if skewness.abs() < 1e-6 {
        return Some(plain);
    }
    let (n, s) = (moments.n, moments.variance.sqrt());
    let t = (plain.high - plain.low) / 2.0 / moments.square_error().sqrt();
    let h = |y: f64| 3.0 / skewness * ((1.0 + skewness * (y / n.sqrt() - skewness / (6.0 * n))).cbrt() - 1.0);
    Some(Interval::new(moments.mean - s * h(t), moments.mean - s * h(-t)))
}

/// The level whose normal quantile is Student's t of `level` with `df` degrees
/// of freedom. `None` unless df > 0.
pub fn student_level(level: Level, df: f64) -> Option<Level> {
    Some(Level::from_z(student_t_upper(level.alpha() / 2.0, df)?))
}

/// (z/t)² with one degree of freedom less than there are units: by how much
/// the effective number shrinks because the variance between few units is
/// itself uncertain. Korn & Graubard (1998). 0 with fewer than two.
pub fn student_shrink(units: f64, level: Level) -> f64 {
    student_t_upper(level.alpha() / 2.0, units - 1.0).map_or(0.0, |t| (level.z() / t).powi(2))
}

/// Welch's test of equal means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WelchTest {
    /// The statistic.
    pub t: f64,
    /// Degrees of freedom (Welch–Satterthwaite).
    pub df: f64,
    /// Two-sided p.
    pub p: f64,
}

fn satterthwaite(first: Moments, second: Moments) -> Option<f64> {
    let (a, b) = (first.square_error(), second.square_error());
    if first.n <= 1.0 || second.n <= 1.0 || a + b <= 0.0 {
        return None;
    }
    Some((a + b).powi(2) / (a * a / (first.n - 1.0) + b * b / (second.n - 1.0)))
}

/// Welch (1947). `None` with fewer than two on a side, or without any spread.
pub fn welch(first: Moments, second: Moments) -> Option<WelchTest> {
    let df = satterthwaite(first, second)?;
    let t = (first.mean - second.mean) / (first.square_error() + second.square_error()).sqrt();
    Some(WelchTest { t, df, p: student_t_two_sided(t, df) })
}

/// Welch's interval of `first − second`.
pub fn welch_interval(first: Moments, second: Moments, level: Level) -> Option<Interval> {
    let df = satterthwaite(first, second)?;
    let half = student_t_upper(level.alpha() / 2.0, df)? * (first.square_error() + second.square_error()).sqrt();
    let difference = first.mean - second.mean;
    Some(Interval::new(difference - half, difference + half))
}

/// The largest lower and the largest upper end of Welch's intervals of all pairs, each taken
/// both ways round; `None` of fewer than two, and where a pair has no interval.
///
/// A pair has at least as many degrees of freedom as the side with fewer, and no more than a
/// normal: by that alone most pairs end short of the furthest.
pub fn largest_mean_difference(sides: &[Moments], level: Level) -> Option<Interval> {
    let sides = different(sides, |side| [side.mean, side.n, side.variance]);
    let (least, most) = (sides.first()?, sides.last()?);
    let quantile = |side: &Moments| student_t_upper(level.alpha() / 2.0, side.n - 1.0);
    let quantiles: Vec<f64> = sides.iter().map(quantile).collect::<Option<_>>()?;
    let mut furthest = Interval::new(f64::NEG_INFINITY, f64::NEG_INFINITY);
    let fold = |furthest: &mut Interval, first, second| {
        let Interval { low, high } = welch_interval(first, second, level)?;
        *furthest = Interval::new(furthest.low.max(low).max(-high), furthest.high.max(high).max(-low));
        Some(())
    };
    if sides.len() > 1 {
        fold(&mut furthest, *most, *least)?;
    }
    for (at, first) in sides.iter().enumerate() {
        for (second, quantile) in sides.iter().zip(&quantiles).skip(at + 1).rev() {
            let (apart, error) = ((first.mean - second.mean).abs(), first.square_error() + second.square_error());
            let most = quantiles[at].max(*quantile) * error.sqrt();
            if error > 0.0 && apart - level.z() * error.sqrt() < furthest.low && apart + most < furthest.high {
                continue;
            }
            fold(&mut furthest, *first, *second)?;
        }
    }
    (sides.len() > 1).then_some(furthest)
}

/// How much of a number's spread lies between sets: one-way analysis of variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CorrelationRatio {
    /// η²: spread between over whole spread, in [0, 1].
    pub eta_squared: f64,
    /// The F statistic.
    pub f: f64,
    /// Its p.
    pub p: f64,
}

/// η² over two or more sets, with the F test. `None` when the number does not
/// vary, or no degree of freedom is left. Fisher (1925).
pub fn correlation_ratio(sets: &[Moments]) -> Option<CorrelationRatio> {
    let sets: Vec<&Moments> = sets.iter().filter(|set| set.n > 0.0).collect();
    let weight: f64 = sets.iter().map(|set| set.weight).sum();
    // Kish's number of all sets together.
    let n = weight * weight / sets.iter().map(|set| set.weight * set.weight / set.n).sum::<f64>();
    let (df1, df2) = (sets.len() as f64 - 1.0, n - sets.len() as f64);
    if !(df1 >= 1.0 && df2 > 0.0) {
        return None;
    }
    let mean = sets.iter().map(|set| set.weight * set.mean).sum::<f64>() / weight;
    let between: f64 = sets.iter().map(|set| set.weight * (set.mean - mean).powi(2)).sum();
    let within: f64 = sets.iter().map(|set| set.weight * set.variance * (set.n - 1.0).max(0.0) / set.n).sum();
    if between + within <= 0.0 {
        return None;
    }
    let f = if within > 0.0 { (between / df1) / (within / df2) } else { f64::MAX };
    Some(CorrelationRatio { eta_squared: between / (between + within), f, p: f_survival(f, df1, df2) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moments(values: &[f64]) -> Moments {
        let n = values.len() as f64;
        Moments::from_sums(n, n, values.iter().sum(), values.iter().map(|v| v * v).sum()).expect("values")
    }

    /// By hand: means 2 and 5, variances 1 and 7, df = (1/3 + 7/3)²/((1/3)²/2 + (7/3)²/2) = 2.56.
    #[test]
    fn welch_by_hand() {
        let test = welch(moments(&[1.0, 2.0, 3.0]), moments(&[2.0, 6.0, 7.0])).expect("defined");
        assert!((test.t - (-3.0 / (8.0f64 / 3.0).sqrt())).abs() < 1e-12);
        assert!((test.df - 2.56).abs() < 1e-12);
    }

    fn some_moments() -> impl Strategy<Value = Moments> {
        // Few different means and errors, so that pairs are near each other.
        (prop_oneof![1.5f64..60.0, Just(2.0)], 0i32..5, 0i32..4).prop_map(|(n, mean, spread)| Moments {
            n,
            mean: f64::from(mean),
            variance: f64::from(spread),
            weight: n,
        })
    }

    proptest! {
        /// What is left out by bounds changes nothing.
        #[test]
        fn the_largest_of_all_pairs(sides in prop::collection::vec(some_moments(), 0..12), level in 0.5..0.9999f64) {
            let level = Level::new(level).expect("a level");
            let mut ends: Option<Option<(f64, f64)>> = None;
            for (at, first) in sides.iter().enumerate() {
                for (_, second) in sides.iter().enumerate().filter(|(other, _)| *other != at) {
                    let (low, high) = ends.unwrap_or(Some((f64::MIN, f64::MIN))).unwrap_or((0.0, 0.0));
                    let known = ends.is_none_or(|ends| ends.is_some());
                    let found = welch_interval(*first, *second, level).filter(|_| known);
                    ends = Some(found.map(|found| (low.max(found.low), high.max(found.high))));
                }
            }
            let found = largest_mean_difference(&sides, level).map(|found| (found.low, found.high));
            prop_assert_eq!(found, ends.flatten());
        }
    }

    /// By hand: between = 2·1 + 2·1 = 4·1, within = 2·0.5.
    #[test]
    fn eta_squared_by_hand() {
        let ratio = correlation_ratio(&[moments(&[0.5, 1.5]), moments(&[2.5, 3.5])]).expect("defined");
        assert!((ratio.eta_squared - 0.8).abs() < 1e-12);
        assert!((ratio.f - 8.0).abs() < 1e-12);
        assert_eq!(correlation_ratio(&[moments(&[1.0, 1.0]), moments(&[1.0, 1.0])]), None);
    }

    /// G₁ and Hall's ends by an independent script, from the definitions.
    #[test]
    fn a_long_tail_moves_both_ends() {
        let values = [1.0, 2.0, 10.0, 4.0, 4.5f64];
        let sums = [1, 2, 3].map(|power| values.iter().map(|v| v.powi(power)).sum());
        let found = skewness(5.0, 5.0, sums);
        assert!((found - 1.340_267_310_184_459).abs() < 1e-12);
        let interval = skewed_t_interval(moments(&values), found, Level::P95).expect("spread");
        assert!((interval.low - 1.361_714_574_761_323).abs() < 1e-9, "{interval:?}");
        assert!((interval.high - 19.138_683_361_976_13).abs() < 1e-8, "{interval:?}");
    }

    #[test]
    fn without_skewness_it_is_the_plain_interval() {
        let even = moments(&[1.0, 2.0, 3.0]);
        assert_eq!(skewed_t_interval(even, 0.0, Level::P95), t_interval(even, Level::P95));
        assert_eq!(skewed_t_interval(moments(&[2.0, 2.0, 2.0]), 1.0, Level::P95), None);
        assert_eq!(skewness(3.0, 3.0, [6.0, 14.0, 36.0]), 0.0);
        assert_eq!((skewness(2.0, 2.0, [3.0, 5.0, 9.0]), skewness(5.0, 5.0, [5.0, 5.0, 5.0])), (0.0, 0.0));
    }
}
