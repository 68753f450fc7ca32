//! Errors of a predicted number.

use super::{Measured, empty, people};
use crate::catalogue::ForecastValue;
use crate::cells::{Exact, Regression, Why};
use crate::measure::Method;
use crate::measure::evidence::{Evidence, Of, Scale};
use crate::measure::part::{Part, proportion};
use crate::stats::{Moments, Proportion, skewness};

pub(super) fn measure(value: ForecastValue, part: &Part) -> Measured {
    let sums = &part.regression;
    let cell = &sums.cell;
    let weight = cell.weight.value();
    if weight <= 0.0 {
        return Measured::undefined(empty(cell), cell);
    }
    let n = people(part, cell);
    let moments = |sum: &Exact, squares: &Exact| Moments::from_sums(n, weight, sum.value(), squares.value());
    let lopsided = |n: f64, sums: [&Exact; 3]| skewness(n, weight, sums.map(Exact::value));
    let of = |moments: Option<Moments>| match moments {
        Some(moments) => Measured { evidence: Evidence::Mean(moments), ..Measured::new(moments.mean, cell) },
        None => Measured::undefined(Why::ZeroWeight, cell),
    };
    match value {
        ForecastValue::MeanError => of(moments(&sums.error, &sums.squared)),
        ForecastValue::AbsoluteError => match moments(&sums.absolute, &sums.squared) {
            Some(moments) => {
                let skewness = lopsided(n, [&sums.absolute, &sums.squared, &sums.absolute_cubed]);
                Measured { evidence: Evidence::Loss(moments, skewness), ..Measured::new(moments.mean, cell) }
            }
            None => Measured::undefined(Why::ZeroWeight, cell),
        },
        ForecastValue::RootMeanSquare => match moments(&sums.squared, &sums.fourth) {
            Some(square) => {
                let skewness = lopsided(n, [&sums.squared, &sums.fourth, &sums.sixth]);
                let evidence = Evidence::RootOfLoss(square, skewness);
                Measured { evidence, ..Measured::new(square.mean.max(0.0).sqrt(), cell) }
            }
            None => Measured::undefined(Why::ZeroWeight, cell),
        },
        ForecastValue::Determination => determination(sums, n),
        ForecastValue::Coverage => coverage(part),
    }
}

/// R² = 1 − A/B with A the mean squared error and B the variance of the truth.
/// Its standard error is that of the mean of −e²/B + A·(y − ȳ)²/B², taken on the
/// log scale of A/B: few people seldom have the large errors that A is made of.
fn determination(sums: &Regression, n: f64) -> Measured {
    let cell = &sums.cell;
    let mean = |sum: &Exact| sum.value() / cell.weight.value();
    let [y, y2, y3, y4] = [0, 1, 2, 3].map(|power| mean(&sums.actual[power]));
    let (error, variance) = (mean(&sums.squared), y2 - y * y);
    // What rounding leaves of equal numbers is no variance.
    if variance <= 1e-12 * y2 {
        return Measured::undefined(Why::Constant, cell);
    }
    let mixed = mean(&sums.mixed[1]) - 2.0 * y * mean(&sums.mixed[0]) + y * y * error;
    let fourth = y4 - 4.0 * y * y3 + 6.0 * y * y * y2 - 3.0 * y.powi(4);
    let share = error / variance;
    let spread = (mean(&sums.fourth) - 2.0 * share * mixed + share * share * fourth) / (variance * variance);
    let evidence = match spread > 0.0 && n > 1.0 {
        true => {
            let se = (spread / n).sqrt();
            Evidence::Error { scale: Scale::LogRest, se, df: Some(n - 1.0), method: Method::Linearised }
        }
        false => Evidence::None,
    };
    Measured { evidence, ..Measured::new(1.0 - share, cell) }
}

fn coverage(part: &Part) -> Measured {
    let (covered, ranged) = (&part.regression.covered, &part.regression.ranged);
    let Some(plain) = proportion(covered, ranged) else { return Measured::undefined(empty(ranged), ranged) };
    let n = people(part, ranged);
    let share = Proportion::new(plain.estimate() * n, n).unwrap_or(plain);
    Measured {
        evidence: Evidence::Proportion(share, Of::Itself),
        numerator: Some(covered.weight.value()),
        denominator: Some(ranged.weight.value()),
        ..Measured::new(plain.estimate(), ranged)
    }
}
