//! What is told of an audit while it runs.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Hears what an audit is doing. Nothing that it hears reaches an output.
pub trait Watch: Send + Sync {
    /// So many rows of the outputs were counted, of so many where the file says how many
    /// it has.
    fn counted(&self, rows: u64, of: Option<u64>) {
        let _ = (rows, of);
    }

    /// A stage is over. Some go on side by side, on several threads: their times overlap, and
    /// which of them is over first is not known.
    fn done(&self, stage: &str, took: Duration, work: Work) {
        let _ = (stage, took, work);
    }

    /// Where in the data something odd is. Outputs say what it is and not where: they do not
    /// depend on the order of rows.
    fn noted(&self, place: &str) {
        let _ = place;
    }
}

/// How much a stage had to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// How many.
    pub number: u64,
    /// Of what, in the plural: rows where it saw rows, else what it made of them.
    pub of: &'static str,
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence;

impl Watch for Silence {}

/// One who hears nothing.
pub(crate) fn silence() -> Arc<dyn Watch> {
    Arc::new(Silence)
}

/// The file of which rows are being read.
static READING: Mutex<&'static str> = Mutex::new("");

/// From now on the rows of this file are being read.
pub(crate) fn reads(file: &Path) {
    if let Ok(mut reading) = READING.lock() {
        // Whoever is told of it within a signal may not wait: the name is never given back.
        *reading = Box::leak(file.display().to_string().into_boxed_str());
    }
}

/// The file of which rows are being read, where that can be said without waiting.
pub(crate) fn reading() -> Option<&'static str> {
    READING.try_lock().ok().map(|reading| *reading).filter(|name| !name.is_empty())
}

/// Times a stage and tells of it: its name and of what it makes how many.
pub(crate) fn timed<T>(
    watch: &dyn Watch,
    (stage, of): (&str, &'static str),
    run: impl FnOnce() -> T,
    number: impl FnOnce(&T) -> usize,
) -> T {
    let start = Instant::now();
    let result = run();
    watch.done(stage, start.elapsed(), Work { number: number(&result) as u64, of });
    result
}
