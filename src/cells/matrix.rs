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

/// What a remedy needs to know of the rows, in their order. The only thing about single
/// rows that leaves the tally, and on the way to a file of weights alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelledRows {
    /// Groups and labels that rows have; the label is unknown too when a row was left out.
    pub kinds: Vec<(Group, Label)>,
    /// Of each row the place of its group and label.
    pub of: Vec<u32>,
    /// Of each row its key, where the plan names one.
    pub keys: Option<Vec<Option<String>>>,
    /// Of each row its own weight, where there are weights.
    pub weights: Option<Vec<f64>>,
}

/// The weights of the rows, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowWeights {
    /// Of each row its key, where the plan names one.
    pub keys: Option<Vec<Option<String>>>,
    /// Of each row its own weight times the factor of its group and label; without group
    /// or label its own weight alone.
    pub weights: Vec<f64>,
}
