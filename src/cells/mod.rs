//! What was counted: the plain types between the rows and everything else.
//!
//! A [`Ledger`] is all that leaves the tally. It is small, serialisable and
//! mergeable: the ledger of two files together is the merge of their ledgers,
//! in any order. Nothing here knows how the counting was done, what a metric
//! is, or how a number will look.

mod bins;
mod cell;
mod cluster;
mod exact;
mod histogram;
mod key;
mod ledger;
mod matrix;
mod pairs;
mod ranking;
mod regression;
mod why;

pub use bins::{Bins, together};
pub use cell::{Cell, Decision, Label, Outcome, Tally};
pub use cluster::{Clusters, Summand};
pub use exact::{Exact, Summing};
pub use histogram::{Distribution, EXACT_VALUES, GRID_BITS, Grid, Histogram};
pub use key::{Group, Level, MISSING, Stratum};
pub use ledger::{
    Excluded, Exclusion, FeatureKind, FeatureTable, Flips, Frame, Input, Intake, Ledger, Membership, MergeError,
};
pub use matrix::{LabelledRows, Matrix, MatrixRow, RowWeights, Value};
pub use ranking::{Ranking, RatioSums};
pub use regression::{Forecast, Regression};
pub use why::{Quantity, Why};
