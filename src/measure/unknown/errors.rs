//! Bounds of errors of a predicted number: of the unknown people only sums are
//! known, and how much of a sum any of them may have.

use super::lot::share_of;
use crate::catalogue::ForecastValue;
use crate::cells::{Exact, Regression};
use crate::measure::part::Part;

/// A group with unknown people who take its number at least as far up, or down, as
/// any of them can. Some of them who weigh w have of a sum of non-negative numbers
/// Σw·x at most all of it, and at most √(w·Σw·x²) (Cauchy & Schwarz); so have
/// those who are left. Squares and higher powers are all taken, so that no interval
/// is too narrow.
pub(super) fn pushed(value: ForecastValue, part: &Part, unknown: &Part, up: bool) -> Option<Part> {
    let (own, more) = (&part.regression, &unknown.regression);
    let sums = match value {
        ForecastValue::Coverage => return None,
        ForecastValue::Determination => return Some(Part { regression: explained(own, more, up), ..part_of(part) }),
        ForecastValue::MeanError => {
            // Errors of one sign alone, which are all that an end is made of.
            let signed = 0.5 * (more.absolute.value() + if up { 1.0 } else { -1.0 } * more.error.value());
            Sums { own: own.error.value(), more: signed.max(0.0), squares: more.squared.value(), signed: true }
        }
        ForecastValue::AbsoluteError => {
            let squares = more.squared.value();
            Sums { own: own.absolute.value(), more: more.absolute.value(), squares, signed: false }
        }
        ForecastValue::RootMeanSquare => {
            let squares = more.fourth.value();
            Sums { own: own.squared.value(), more: more.squared.value(), squares, signed: false }
        }
    };
    let (weight, sum) = sums.end(own.cell.weight.value(), more.cell.weight.value(), up)?;
    let mut all = Regression { cell: own.cell.clone(), ..with_powers(own, more) };
    let share = if weight > 0.0 { weight / more.cell.weight.value() } else { 0.0 };
    all.cell.merge(&share_of(&more.cell, share));
    let moved = |own: &Exact, by: f64| {
        let mut sum = own.clone();
        sum.add(by, 1);
        sum
    };
    match value {
        ForecastValue::MeanError => all.error = moved(&own.error, sum),
        ForecastValue::AbsoluteError => all.absolute = moved(&own.absolute, sum),
        _ => all.squared = moved(&own.squared, sum),
    }
    Some(Part { regression: all, ..part_of(part) })
}

fn part_of(part: &Part) -> Part {
    Part { id: None, ..part.clone() }
}

/// The sums of a group with all powers of the unknown people's errors.
fn with_powers(own: &Regression, more: &Regression) -> Regression {
    let mut all = own.clone();
    all.merge(more);
    all
}

/// A sum of the group, that of the unknown people, and their sum of squares.
struct Sums {
    own: f64,
    more: f64,
    squares: f64,
    signed: bool,
}

impl Sums {
    /// The weight of the people who are taken and what they add where the mean is at its end.
    fn end(&self, own_weight: f64, weight: f64, up: bool) -> Option<(f64, f64)> {
        let most = |w: f64| self.more.min((w * self.squares).sqrt());
        let added = |w: f64| match (self.signed, up) {
            (_, true) => most(w),
            (true, false) => -most(w),
            // What those who are left cannot have.
            (false, false) => (self.more - most(weight - w)).max(0.0),
        };
        let mean = |w: f64| (self.own + added(w)) / (own_weight + w);
        let kink = if self.squares > 0.0 { self.more * self.more / self.squares } else { 0.0 };
        let places = [0.0, weight, kink, weight - kink].into_iter().chain(self.turns(own_weight, weight));
        let height = |w: &f64| if up { mean(*w) } else { -mean(*w) };
        let found = places
            .filter(|place| (0.0..=weight).contains(place) && own_weight + place > 0.0)
            .max_by(|a, b| height(a).total_cmp(&height(b)));
        found.map(|w| (w, added(w)))
    }

    /// Where (own ± √(w·squares)) / (own_weight + w) turns, and the same seen from
    /// those who are left: roots of quadratic equations in √w.
    fn turns(&self, own_weight: f64, weight: f64) -> impl Iterator<Item = f64> {
        let root = self.squares.sqrt();
        let taken = (self.own * self.own + self.squares * own_weight).sqrt();
        let sum = self.own + self.more;
        let left = (sum * sum - self.squares * (own_weight + weight)).sqrt();
        let square = move |numerator: f64| (numerator / root).powi(2);
        let of_taken = [taken - self.own, taken + self.own].map(square);
        let of_left = [sum + left, sum - left].map(|numerator| weight - square(numerator));
        of_taken.into_iter().chain(of_left).filter(|place| place.is_finite())
    }
}

/// R² is at least that with all of the unknown people's errors and none of the spread
/// of their truths, and at most that with none of their errors and all of the spread:
/// neither sum of squares gets smaller when people are added.
fn explained(own: &Regression, more: &Regression, up: bool) -> Regression {
    let mut all = own.clone();
    if up {
        all.cell.merge(&more.cell);
        all.actual.iter_mut().zip(&more.actual).for_each(|(mine, theirs)| mine.merge(theirs));
    } else {
        all.squared.merge(&more.squared);
        all.fourth.merge(&more.fourth);
    }
    all
}
