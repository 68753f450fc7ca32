//! Rows → ledger: the only place that sees a row, and the only one that names
//! the library that reads them.
//!
//! The reader decodes batches of the needed columns; role columns become small
//! codes, a cell is an index, a row is an increment. Nothing here knows what a
//! metric is.

mod alike;
mod apart;
mod batch;
mod binary;
mod cluster;
mod count;
pub mod engine;
mod error;
mod estimate;
mod feature;
mod frame;
mod intern;
mod joint;
mod key;
mod leaf;
mod line;
mod look;
mod notes;
mod open;
mod origin;
mod pages;
mod people;
mod ranking;
mod recent;
mod recording;
mod roles;
mod sample;
mod spread;
mod weights;

pub(crate) use engine::is_standard_input;
pub use engine::{Embedded, Engine, Inputs};
pub use error::TallyError;
pub use look::{ColumnLook, look};
pub use weights::{write_weights, written_as_parquet};

use std::path::PathBuf;
use std::sync::Arc;

use crate::cells::{LabelledRows, Ledger, Matrix};
use crate::plan::Plan;
use crate::watch::{Watch, silence};

/// What one pass over the rows gives.
#[derive(Debug)]
pub struct Tallied {
    /// The counts.
    pub ledger: Ledger,
    /// The sample for models; empty without features.
    pub matrix: Matrix,
    /// The files that were read.
    pub inputs: Inputs,
    /// What a careful person would want to know about the data.
    pub warnings: Vec<String>,
}

/// Counts what the plan asks for, on this machine.
///
/// # Errors
/// When the data cannot be read or are not what the plan says.
pub fn run(plan: &Plan) -> Result<Tallied, TallyError> {
    run_watched(plan, &silence())
}

/// The same, and tells how far it is.
///
/// # Errors
/// When the data cannot be read or are not what the plan says.
pub fn run_watched(plan: &Plan, watch: &Arc<dyn Watch>) -> Result<Tallied, TallyError> {
    Embedded.tally(plan, watch)
}

/// The files that the plan's paths stand for, as far as they are there.
pub fn files(plan: &Plan) -> Vec<PathBuf> {
    let people = plan.data.demographics.iter().flat_map(|demographics| &demographics.paths);
    plan.data.paths.iter().chain(people).flat_map(|path| engine::files_of(path)).collect()
}

/// Counts what the plan asks for, and keeps group and label of every row in
/// the order of the file, for one attribute or intersection.
///
/// # Errors
/// When the data cannot be read or are not what the plan says.
pub fn run_recording(
    plan: &Plan,
    attribute: &str,
    watch: &Arc<dyn Watch>,
) -> Result<(Tallied, LabelledRows), TallyError> {
    engine::embedded::tally(plan, Some(attribute), watch)
}
