//! The sample of rows that models see: coded, without identifiers.

use serde::{Deserialize, Serialize};

use super::{Decision, FeatureKind, Group, Label, Level};

/// The value of one feature in one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A finite number.
    Number(f64),
    /// A name, or missing.
    Level(Level),
}

/// One sampled row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// Hash of seed and row identity: the order of the sample, and no identifier.
    pub hash: u64,
    /// Level of each attribute, in the order of [`Matrix::attributes`].
    pub levels: Vec<Level>,
    /// The true outcome.
    pub label: Label,
    /// The decision.
    pub decision: Decision,
    /// The row's weight times its count.
    pub weight: f64,
    /// Value of each feature, in the order of [`Matrix::features`].
    pub values: Vec<Value>,
}

/// The `limit` rows with the smallest hash of (seed, row identity): the same
/// rows whatever the order of reading, and mergeable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Matrix {
    /// Single attributes.
    pub attributes: Vec<String>,
    /// Features and their kinds.
    pub features: Vec<(String, FeatureKind)>,
    /// At most this many rows are kept.
    pub limit: usize,
    /// The rows, by hash.
    pub rows: Vec<MatrixRow>,
}

impl Matrix {
    /// Adds rows, keeping those with the smallest hashes in order.
    pub fn extend(&mut self, rows: Vec<MatrixRow>) {
        self.rows.extend(rows);
        self.rows.sort_by_cached_key(|row| (row.hash, serde_json::to_string(row).unwrap_or_default()));
        self.rows.truncate(self.limit);
    }
}

/// What a remedy needs to know of one row. The only thing about a single row
/// that leaves the tally, and on the way to a file of weights alone.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledRow {
    /// The row's key, where the plan names one.
    pub key: Option<String>,
    /// Its group.
    pub group: Group,
    /// Its label; unknown too when the row was left out.
    pub label: Label,
    /// Its own weight; 1 without weights.
    pub weight: f64,
}

/// The weight of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct RowWeight {
    /// The row's key, where the plan names one.
    pub key: Option<String>,
    /// Its own weight times the factor of its group and label; without group or
    /// label its own weight alone.
    pub weight: f64,
}
