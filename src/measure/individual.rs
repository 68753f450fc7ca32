//! Whether similar people get similar decisions, over the sample of rows.
//!
//! Numbers are compared in standard deviations, names as same or different.
//! Neighbours at the same distance share the places that are left, so that
//! their order changes nothing.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Measured;
use super::evidence::Evidence;
use crate::cells::{Cell, Decision, Group, Level, Matrix, MatrixRow, Value, Why};
use crate::stats::Moments;

/// Neighbours of each person.
const NEIGHBOURS: usize = 5;

/// Squared distances that differ by no more than this part are the same.
const SAME: f64 = 1e-9;

/// Rows beyond this add time and no insight.
const MOST_ROWS: usize = 2_000;

/// How inconsistent the decision about each sampled person is, with the levels
/// of their attributes: |decision − mean decision of the nearest others|.
pub(super) struct Neighbourhood<'m> {
    attributes: &'m [String],
    people: Vec<(&'m MatrixRow, f64)>,
}

impl<'m> Neighbourhood<'m> {
    pub(super) fn new(matrix: &'m Matrix) -> Neighbourhood<'m> {
        let known = matrix.rows.iter().filter(|row| row.decision != Decision::Unknown);
        let rows: Vec<&MatrixRow> = known.take(MOST_ROWS).collect();
        let columns: Vec<Column> = (0..matrix.features.len()).map(|at| Column::new(&rows, at)).collect();
        let yes: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.decision == Decision::Favourable))).collect();
        let inconsistency = |others: &mut Vec<(f64, f64)>, at: usize| {
            let mut distances = vec![0.0; rows.len()];
            columns.iter().for_each(|column| column.add_distances(at, &mut distances));
            others.clear();
            others.extend(distances.into_iter().zip(yes.iter().copied()));
            others.swap_remove(at);
            Some((yes[at] - nearest_mean(others)?).abs())
        };
        let found: Vec<Option<f64>> = (0..rows.len()).into_par_iter().map_init(Vec::new, inconsistency).collect();
        let people = rows.iter().zip(found).filter_map(|(row, found)| Some((*row, found?)));
        Neighbourhood { attributes: &matrix.attributes, people: people.collect() }
    }

    /// The consistency of one group of a frame, or of everyone.
    pub(super) fn measure(&self, columns: &[String], group: Option<&Group>) -> Measured {
        let positions: Option<Vec<usize>> =
            columns.iter().map(|column| self.attributes.iter().position(|name| name == column)).collect();
        let Some(positions) = positions else { return Measured::undefined(Why::EmptyGroup, &Cell::default()) };
        let belongs = |row: &MatrixRow| {
            group.is_none_or(|group| positions.iter().zip(&group.0).all(|(at, level)| row.levels[*at] == *level))
        };
        let mut cell = Cell::default();
        let (mut sum, mut squares) = (0.0, 0.0);
        for (_, inconsistency) in self.people.iter().filter(|(row, _)| belongs(row)) {
            cell.add(1.0, 1);
            sum += 1.0 - inconsistency;
            squares += (1.0 - inconsistency).powi(2);
        }
        match Moments::from_sums(cell.n as f64, cell.n as f64, sum, squares) {
            None => Measured::undefined(Why::EmptyGroup, &cell),
            Some(moments) => Measured { evidence: Evidence::Mean(moments), ..Measured::new(moments.mean, &cell) },
        }
    }
}

/// One feature of all people.
enum Column<'r> {
    /// One over the standard deviation, which makes numbers comparable; 0 where all are the
    /// same.
    Numbers { numbers: Vec<f64>, over: f64 },
    /// The same number for the same name.
    Names(Vec<usize>),
    /// Numbers among names are as names, but that they differ by how far they are apart.
    Mixed { values: Vec<&'r Value>, over: f64 },
}

impl<'r> Column<'r> {
    fn new(rows: &[&'r MatrixRow], at: usize) -> Column<'r> {
        let values: Vec<&Value> = rows.iter().filter_map(|row| row.values.get(at)).collect();
        let number = |value: &&Value| match value {
            Value::Number(number) => Some(*number),
            Value::Level(_) => None,
        };
        let numbers: Vec<f64> = values.iter().filter_map(number).collect();
        let n = numbers.len() as f64;
        let (sum, squares) = (numbers.iter().sum(), numbers.iter().map(|number| number * number).sum());
        let deviation = Moments::from_sums(n, n, sum, squares).map_or(0.0, |moments| moments.variance.sqrt());
        let over = if deviation > 0.0 { 1.0 / deviation } else { 0.0 };
        match numbers.len() {
            0 => {
                let mut places: BTreeMap<&Level, usize> = BTreeMap::new();
                let levels = values.iter().filter_map(|value| match value {
                    Value::Level(level) => Some(level),
                    Value::Number(_) => None,
                });
                let place = |level| {
                    let next = places.len();
                    *places.entry(level).or_insert(next)
                };
                Column::Names(levels.map(place).collect())
            }
            known if known == values.len() => Column::Numbers { numbers, over },
            _ => Column::Mixed { values, over },
        }
    }

    /// Adds the squared distances of everyone from one.
    fn add_distances(&self, at: usize, sums: &mut [f64]) {
        // Of numbers that are all the same rounding may leave no spread and some distance.
        let apart = |apart: f64, over: f64| if over > 0.0 { (apart * over) * (apart * over) } else { 0.0 };
        let differ = |differ: bool| f64::from(u8::from(differ));
        match self {
            Column::Numbers { numbers, over } => {
                let own = numbers[at];
                sums.iter_mut().zip(numbers).for_each(|(sum, other)| *sum += apart(other - own, *over));
            }
            Column::Names(names) => {
                let own = names[at];
                sums.iter_mut().zip(names).for_each(|(sum, other)| *sum += differ(*other != own));
            }
            Column::Mixed { values, over } => {
                let to = |other: &Value| match (values[at], other) {
                    (Value::Number(own), Value::Number(other)) => apart(other - own, *over),
                    (own, other) => differ(own != other),
                };
                sums.iter_mut().zip(values).for_each(|(sum, other)| *sum += to(other));
            }
        }
    }
}

/// The mean over the nearest of (distance, number), in any order.
fn nearest_mean(others: &mut [(f64, f64)]) -> Option<f64> {
    if others.len() < NEIGHBOURS {
        return None;
    }
    let last = others.select_nth_unstable_by(NEIGHBOURS - 1, |a, b| a.0.total_cmp(&b.0)).1.0;
    if !last.is_finite() {
        return None;
    }
    // What only rounding tells apart is at the same distance.
    let slack = SAME * last;
    let sums = |keep: &dyn Fn(f64) -> bool| {
        let kept = others.iter().filter(|(distance, _)| keep(*distance));
        kept.fold((0.0, 0.0), |(n, sum), (_, value)| (n + 1.0, sum + value))
    };
    let (nearer, sum) = sums(&|distance| distance < last - slack);
    let (tied, of_tied) = sums(&|distance| (distance - last).abs() <= slack);
    let places = NEIGHBOURS as f64 - nearer;
    Some((sum + places * (of_tied / tied)) / NEIGHBOURS as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: five nearer ones with two yeses.
    #[test]
    fn ties_share_the_last_places() {
        let mut others = [(9.0, 1.0), (1.0, 0.0), (3.0, 0.0), (2.0, 0.0), (3.0, 1.0), (2.0, 0.0), (0.0, 1.0)];
        assert_eq!(nearest_mean(&mut others), Some((1.0 + 0.5) / 5.0));
        assert_eq!(nearest_mean(&mut others[..4]), None);
        // Distances that only rounding tells apart are the same.
        others.sort_by(|one, two| one.0.total_cmp(&two.0));
        others[4].0 -= 1e-15;
        assert_eq!(nearest_mean(&mut others), Some((1.0 + 0.5) / 5.0));
    }
}
