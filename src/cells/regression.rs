//! Predictions of a number: sums over people from which errors by group follow.

use serde::{Deserialize, Serialize};

use super::{Cell, Exact};

/// A predicted number and what it turned out to be, for one person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// What was predicted.
    pub predicted: f64,
    /// What turned out to be true.
    pub actual: f64,
    /// Whether the truth lies in the predicted range; none without a range.
    pub covered: Option<bool>,
}

/// Sums over the people of one group. An error is predicted − actual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regression {
    /// People with both numbers.
    pub cell: Cell,
    /// Σ w·error.
    pub error: Exact,
    /// Σ w·|error|.
    pub absolute: Exact,
    /// Σ w·error².
    pub squared: Exact,
    /// Σw·|error|³, for the skewness of absolute errors.
    pub absolute_cubed: Exact,
    /// Σ w·error⁴.
    pub fourth: Exact,
    /// Σw·error⁶, for the skewness of squared errors.
    pub sixth: Exact,
    /// Σ w·actualᵏ for k = 1 to 4.
    pub actual: [Exact; 4],
    /// Σ w·error²·actualᵏ for k = 1, 2.
    pub mixed: [Exact; 2],
    /// People with a predicted range.
    pub ranged: Cell,
    /// People whose truth lies in it.
    pub covered: Cell,
}

impl Regression {
    /// Counts `times` people of weight `weight` each.
    pub fn add(&mut self, forecast: Forecast, weight: f64, times: u64) {
        let (error, actual) = (forecast.predicted - forecast.actual, forecast.actual);
        let square = error * error;
        self.cell.add(weight, times);
        self.error.add(weight * error, times);
        self.absolute.add(weight * error.abs(), times);
        self.squared.add(weight * square, times);
        self.absolute_cubed.add(weight * error.abs() * square, times);
        self.fourth.add(weight * square * square, times);
        self.sixth.add(weight * square * square * square, times);
        for (power, sum) in self.actual.iter_mut().enumerate() {
            sum.add(weight * actual.powi(power as i32 + 1), times);
        }
        for (power, sum) in self.mixed.iter_mut().enumerate() {
            sum.add(weight * square * actual.powi(power as i32 + 1), times);
        }
        if let Some(covered) = forecast.covered {
            self.ranged.add(weight, times);
            if covered {
                self.covered.add(weight, times);
            }
        }
    }

    /// Adds the sums of other people.
    pub fn merge(&mut self, other: &Regression) {
        self.cell.merge(&other.cell);
        for (mine, theirs) in [
            (&mut self.error, &other.error),
            (&mut self.absolute, &other.absolute),
            (&mut self.squared, &other.squared),
            (&mut self.absolute_cubed, &other.absolute_cubed),
            (&mut self.fourth, &other.fourth),
            (&mut self.sixth, &other.sixth),
        ] {
            mine.merge(theirs);
        }
        self.actual.iter_mut().zip(&other.actual).for_each(|(mine, theirs)| mine.merge(theirs));
        self.mixed.iter_mut().zip(&other.mixed).for_each(|(mine, theirs)| mine.merge(theirs));
        self.ranged.merge(&other.ranged);
        self.covered.merge(&other.covered);
    }
}
