//! The sample of rows that models see, while it is being drawn.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::engine::column::Column;
use super::feature::{FeatureCounter, raw};
use super::intern::Coder;
use crate::cells::{FeatureKind, Level, Matrix, MatrixRow, Outcome, Value};
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

/// The rows with the smallest hashes so far, and some more.
#[derive(Debug)]
pub(super) struct Sample {
    seed: u64,
    rows: Vec<Sampled>,
    /// Rows with larger hashes are not among the smallest.
    most: u64,
}

/// Fewer rows are not worth handing to another thread to be hashed.
const FEWEST: usize = 4_096;

impl Sample {
    pub(super) fn new(seed: u64) -> Sample {
        Sample { seed, rows: Vec::new(), most: u64::MAX }
    }

    /// The hash of a row by its key, or by its number where it has none.
    pub(super) fn hash(&self, key: Option<&str>, row: u64) -> u64 {
        match key {
            Some(key) => hash64(self.seed, key.as_bytes()),
            None => hash64(self.seed, &row.to_le_bytes()),
        }
    }

    /// Takes the row in if its hash is small enough.
    pub(super) fn offer(&mut self, hash: u64, row: impl FnOnce() -> MatrixRow) {
        if hash <= self.most {
            self.take(vec![row()]);
        }
    }

    /// Those of so many rows that may be among the smallest, by the hash of each that counts;
    /// `row` is given its place and its hash.
    pub(super) fn find(
        &self,
        rows: usize,
        hash: impl Fn(usize) -> Option<u64> + Sync,
        row: impl Fn(usize, u64) -> Option<MatrixRow> + Sync,
    ) -> Vec<MatrixRow> {
        let hashed = |at: usize| hash(at).filter(|hash| *hash <= self.most).map(|hash| (hash, at));
        let mut found: Vec<(u64, usize)> = (0..rows).into_par_iter().with_min_len(FEWEST).filter_map(hashed).collect();
        if found.len() > SAMPLE {
            let (_, (most, _), _) = found.select_nth_unstable(SAMPLE - 1);
            let most = *most;
            found.retain(|(hash, _)| *hash <= most);
        }
        found.into_par_iter().filter_map(|(hash, at)| row(at, hash)).collect()
    }

    /// Takes in what was found.
    pub(super) fn take(&mut self, rows: Vec<MatrixRow>) {
        self.rows.extend(rows.into_iter().map(Sampled));
        if self.rows.len() > 2 * SAMPLE {
            let (_, last, _) = self.rows.select_nth_unstable(SAMPLE - 1);
            self.most = last.0.hash;
            self.rows.truncate(SAMPLE);
        }
    }

    /// The sample, with every feature in its final kind.
    pub(super) fn finish(mut self, attributes: &[&Coder], kinds: &[(String, Option<FeatureKind>)]) -> Matrix {
        self.rows.sort_unstable();
        self.rows.truncate(SAMPLE);
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

/// What a row of a batch is in the sample.
pub(super) struct Describe<'d> {
    columns: &'d [Column<'d>],
    attributes: Vec<&'d Coder>,
    /// Columns of the features.
    features: Vec<usize>,
    missing: &'d [String],
}

impl<'d> Describe<'d> {
    pub(super) fn new(
        columns: &'d [Column<'d>],
        attributes: Vec<&'d Coder>,
        features: &[(usize, FeatureCounter)],
        missing: &'d [String],
    ) -> Describe<'d> {
        Describe { columns, attributes, features: features.iter().map(|(column, _)| *column).collect(), missing }
    }

    /// Of a row with this hash, these groups, and as much weight as all its people.
    pub(super) fn row(&self, at: usize, hash: u64, groups: &[u32], outcome: Outcome, weight: f64) -> MatrixRow {
        MatrixRow {
            hash,
            levels: self.attributes.iter().zip(groups).map(|(coder, code)| coder.level(*code).clone()).collect(),
            label: outcome.label,
            decision: outcome.decision,
            weight,
            values: self.features.iter().map(|column| raw(&self.columns[*column], at, self.missing)).collect(),
        }
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

    fn row(hash: u64) -> MatrixRow {
        MatrixRow {
            hash,
            levels: Vec::new(),
            label: Label::Unknown,
            decision: Decision::Unknown,
            weight: 1.0,
            values: Vec::new(),
        }
    }

    fn hashes(sample: Sample) -> Vec<u64> {
        sample.finish(&[], &[]).rows.iter().map(|row| row.hash).collect()
    }

    fn one_by_one(rows: impl Iterator<Item = u64>) -> Vec<u64> {
        let mut sample = Sample::new(1);
        for number in rows {
            let hash = sample.hash(None, number);
            sample.offer(hash, || row(hash));
        }
        hashes(sample)
    }

    fn in_batches(rows: &[u64], batch: usize) -> Vec<u64> {
        let mut sample = Sample::new(1);
        for batch in rows.chunks(batch) {
            let hash = |at: usize| Some(sample.hash(None, batch[at]));
            let found = sample.find(batch.len(), hash, |_, hash| Some(row(hash)));
            assert!(found.len() <= SAMPLE);
            sample.take(found);
            assert!(sample.rows.len() <= 2 * SAMPLE);
        }
        hashes(sample)
    }

    #[test]
    fn the_smallest_hashes_stay_in_any_order() {
        let most = 5 * SAMPLE as u64 + 300;
        let mut smallest: Vec<u64> = (1..=most).map(|row| Sample::new(1).hash(None, row)).collect();
        smallest.sort_unstable();
        smallest.truncate(SAMPLE);
        assert_eq!(one_by_one(1..=most), smallest);
        assert_eq!(one_by_one((1..=most).rev()), smallest);
        let rows: Vec<u64> = (1..=most).collect();
        for batch in [1_000, SAMPLE + 1, 3 * SAMPLE, rows.len()] {
            assert_eq!(in_batches(&rows, batch), smallest, "{batch}");
        }
    }

    #[test]
    fn a_key_is_the_same_in_every_row() {
        let sample = Sample::new(1);
        assert_eq!(sample.hash(Some("x"), 1), sample.hash(Some("x"), 2));
        assert_ne!(sample.hash(None, 1), sample.hash(None, 2));
    }
}
