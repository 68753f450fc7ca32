//! The sample of rows that models see, while it is being drawn.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::intern::Coder;
use crate::cells::{FeatureKind, Level, Matrix, MatrixRow, Value};
use crate::stats::hash64;

/// Rows that models see at most.
const SAMPLE: usize = 20_000;

/// A sampled row, ordered by its hash; rows of the same key by all that they hold.
#[derive(Debug, PartialEq)]
struct Sampled(MatrixRow);

impl Eq for Sampled {}

impl PartialOrd for Sampled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sampled {
    fn cmp(&self, other: &Self) -> Ordering {
        let text = |row: &Sampled| format!("{:?}", row.0);
        self.0.hash.cmp(&other.0.hash).then_with(|| text(self).cmp(&text(other)))
    }
}

/// The rows with the smallest hashes so far.
#[derive(Debug)]
pub(super) struct Sample {
    seed: u64,
    rows: BinaryHeap<Sampled>,
}

impl Sample {
    pub(super) fn new(seed: u64) -> Sample {
        Sample { seed, rows: BinaryHeap::new() }
    }

    /// The hash of a row by its key, or by its number where it has none.
    pub(super) fn hash(&self, key: Option<&str>, row: u64) -> u64 {
        match key {
            Some(key) => hash64(self.seed, key.as_bytes()),
            None => hash64(self.seed, &row.to_le_bytes()),
        }
    }

    /// Whether a row with this hash is taken in as things stand; later ones have to be smaller.
    pub(super) fn takes(&self, hash: u64) -> bool {
        self.rows.len() < SAMPLE || self.rows.peek().is_none_or(|largest| hash <= largest.0.hash)
    }

    /// Takes the row in if its hash is small enough.
    pub(super) fn offer(&mut self, hash: u64, row: impl FnOnce() -> MatrixRow) {
        if !self.takes(hash) {
            return;
        }
        self.rows.push(Sampled(row()));
        if self.rows.len() > SAMPLE {
            self.rows.pop();
        }
    }

    /// The sample, with every feature in its final kind.
    pub(super) fn finish(self, attributes: &[&Coder], kinds: &[(String, Option<FeatureKind>)]) -> Matrix {
        let kept: Vec<usize> = (0..kinds.len()).filter(|&at| kinds[at].1.is_some()).collect();
        let mut matrix = Matrix {
            attributes: attributes.iter().map(|coder| coder.column.clone()).collect(),
            features: kinds.iter().filter_map(|(name, kind)| kind.map(|kind| (name.clone(), kind))).collect(),
            limit: SAMPLE,
            rows: Vec::new(),
        };
        let rows = self.rows.into_iter().map(|Sampled(mut row)| {
            row.values = kept.iter().map(|&at| settled(&row.values[at], kinds[at].1)).collect();
            row
        });
        matrix.extend(rows.collect());
        matrix
    }
}

/// A value in the kind that its column turned out to be.
fn settled(value: &Value, kind: Option<FeatureKind>) -> Value {
    match (value, kind) {
        (Value::Level(Level::Value(text)), Some(FeatureKind::Numeric)) => {
            text.parse().map_or(Value::Level(Level::Missing), Value::Number)
        }
        (Value::Number(number), Some(FeatureKind::Categorical)) => Value::Level(Level::value(number.to_string())),
        (value, _) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::{Decision, Label};

    fn sampled(rows: impl Iterator<Item = u64>) -> Vec<u64> {
        let mut sample = Sample::new(1);
        for number in rows {
            let hash = sample.hash(None, number);
            let row = || MatrixRow {
                hash,
                levels: Vec::new(),
                label: Label::Unknown,
                decision: Decision::Unknown,
                weight: 1.0,
                values: Vec::new(),
            };
            let (full, taken) = (sample.rows.len() == SAMPLE, sample.takes(hash));
            sample.offer(hash, row);
            if full {
                assert_eq!(sample.rows.iter().any(|row| row.0.hash == hash), taken, "{number}");
            }
        }
        sample.finish(&[], &[]).rows.iter().map(|row| row.hash).collect()
    }

    #[test]
    fn the_smallest_hashes_stay_in_any_order() {
        let more = SAMPLE as u64 + 300;
        let mut smallest: Vec<u64> = (1..=more).map(|row| Sample::new(1).hash(None, row)).collect();
        smallest.sort_unstable();
        smallest.truncate(SAMPLE);
        assert_eq!(sampled(1..=more), smallest);
        assert_eq!(sampled((1..=more).rev()), smallest);
    }

    #[test]
    fn a_key_is_the_same_in_every_row() {
        let sample = Sample::new(1);
        assert_eq!(sample.hash(Some("x"), 1), sample.hash(Some("x"), 2));
        assert_ne!(sample.hash(None, 1), sample.hash(None, 2));
    }
}
