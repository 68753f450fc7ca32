//! Whether similar people get similar decisions, over the sample of rows.
//!
//! Numbers are compared in standard deviations, names as same or different.
//! Neighbours at the same distance share the places that are left, so that
//! their order changes nothing.

use rayon::prelude::*;

use super::Measured;
use super::evidence::Evidence;
use crate::cells::{Cell, Decision, Group, Matrix, MatrixRow, Value, Why};
use crate::stats::Moments;

/// Neighbours of each person.
const NEIGHBOURS: usize = 5;

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
        let spreads: Vec<f64> = (0..matrix.features.len()).map(|at| spread(&rows, at)).collect();
        let yes = |row: &MatrixRow| f64::from(u8::from(row.decision == Decision::Favourable));
        let inconsistency = |at: usize| {
            let mut others: Vec<(f64, f64)> = rows
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .map(|(_, other)| (distance(rows[at], other, &spreads), yes(other)))
                .collect();
            others.sort_by(|a, b| a.0.total_cmp(&b.0));
            Some((yes(rows[at]) - nearest_mean(&others)?).abs())
        };
        let found: Vec<Option<f64>> = (0..rows.len()).into_par_iter().map(inconsistency).collect();
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

/// The standard deviation of a feature that is a number; 0 for names.
fn spread(rows: &[&MatrixRow], at: usize) -> f64 {
    let numbers = rows.iter().filter_map(|row| match row.values.get(at) {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    });
    let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for number in numbers {
        n += 1.0;
        sum += number;
        squares += number * number;
    }
    Moments::from_sums(n, n, sum, squares).map_or(0.0, |moments| moments.variance.sqrt())
}

fn distance(one: &MatrixRow, two: &MatrixRow, spreads: &[f64]) -> f64 {
    let each = one.values.iter().zip(&two.values).zip(spreads).map(|((a, b), spread)| match (a, b) {
        (Value::Number(a), Value::Number(b)) if *spread > 0.0 => ((a - b) / spread).powi(2),
        (Value::Number(_), Value::Number(_)) => 0.0,
        (a, b) => f64::from(u8::from(a != b)),
    });
    each.sum()
}

/// The mean over the nearest of (distance, number), in order of distance.
fn nearest_mean(others: &[(f64, f64)]) -> Option<f64> {
    let last = others.get(NEIGHBOURS - 1)?.0;
    let mean = |values: &[(f64, f64)]| values.iter().map(|(_, value)| value).sum::<f64>() / values.len() as f64;
    let nearer = others.partition_point(|(distance, _)| *distance < last);
    let tied = others.partition_point(|(distance, _)| *distance <= last);
    let places = (NEIGHBOURS - nearer) as f64;
    let sum: f64 = others[..nearer].iter().map(|(_, value)| value).sum();
    Some((sum + places * mean(&others[nearer..tied])) / NEIGHBOURS as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: five nearer ones with two yeses.
    #[test]
    fn ties_share_the_last_places() {
        let others = [(0.0, 1.0), (1.0, 0.0), (2.0, 0.0), (2.0, 0.0), (3.0, 1.0), (3.0, 0.0), (9.0, 1.0)];
        assert_eq!(nearest_mean(&others), Some((1.0 + 0.5) / 5.0));
        assert_eq!(nearest_mean(&others[..4]), None);
    }
}
