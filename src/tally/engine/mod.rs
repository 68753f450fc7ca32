//! Ways to count. An engine turns a plan into a ledger and nothing else; every
//! engine must give the identical ledger.

mod arrow;
mod batches;
mod bytes;
mod cloud;
pub(super) mod column;
pub(super) mod embedded;
mod expand;
mod fields;
mod file;
mod format;
mod frames;
mod guard;
mod inputs;
mod lines;
mod parquet;
mod side;
pub(super) mod source;
mod split;
mod text;
mod walk;
mod within;

use cloud::is_remote;
pub use embedded::Embedded;
pub(crate) use file::is_standard_input;
pub use inputs::Inputs;

use super::{Tallied, TallyError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::plan::Plan;
use crate::watch::Watch;

/// The files behind a path; the path itself where none is known.
pub(super) fn files_of(path: &Path) -> Vec<PathBuf> {
    if is_remote(path) {
        return vec![path.to_path_buf()];
    }
    let found = expand::expand(&[path.to_path_buf()]);
    found.map_or_else(|_| vec![path.to_path_buf()], |found| found.into_iter().map(|found| found.path).collect())
}

/// A way to count rows.
pub trait Engine {
    /// Counts what the plan asks for, and tells how far it is.
    ///
    /// # Errors
    /// When the data cannot be read or are not what the plan says.
    fn tally(&self, plan: &Plan, watch: &Arc<dyn Watch>) -> Result<Tallied, TallyError>;
}
