//! What is told of an audit while it runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

/// Hears what an audit is doing. Nothing that it hears reaches an output.
pub trait Watch: Send + Sync {
    /// So many rows of the outputs were counted, of so many where the file says how many
    /// it has.
    fn counted(&self, rows: u64, of: Option<u64>) {
        let _ = (rows, of);
    }

    /// A stage is over; with its rows, if it sees rows.
    fn done(&self, stage: &str, took: Duration, rows: Option<u64>) {
        let _ = (stage, took, rows);
    }
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence;

impl Watch for Silence {}

/// One who hears nothing.
pub(crate) fn silence() -> Arc<dyn Watch> {
    Arc::new(Silence)
}

/// Times a stage and tells of it.
pub(crate) fn timed<T>(watch: &dyn Watch, stage: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = run();
    watch.done(stage, start.elapsed(), None);
    result
}
