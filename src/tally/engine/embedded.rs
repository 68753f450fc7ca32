//! The engine that comes with the program: one pass, in which only batches are in memory.

use std::sync::Arc;
use std::time::Instant;

use super::super::count::Counter;
use super::super::{Tallied, TallyError};
use super::Engine;
use super::inputs::Inputs;
use super::source::Source;
use crate::cells::LabelledRows;
use crate::plan::Plan;
use crate::watch::{Watch, Work, timed};

/// Reads on this machine, and counts batch by batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedded;

impl Engine for Embedded {
    fn tally(&self, plan: &Plan, watch: &Arc<dyn Watch>) -> Result<Tallied, TallyError> {
        tally(plan, None, watch).map(|(tallied, _)| tallied)
    }
}

/// One pass; with an attribute it also keeps group and label of every row.
pub(in super::super) fn tally(
    plan: &Plan,
    record: Option<&str>,
    watch: &Arc<dyn Watch>,
) -> Result<(Tallied, LabelledRows), TallyError> {
    let start = Instant::now();
    let source = Source::open(&plan.data.paths, plan.data.delimiter)?;
    let people = match &plan.data.demographics {
        None => None,
        Some(demographics) => Some(Source::open(&demographics.paths, plan.data.delimiter)?),
    };
    // The bytes are read a second time, beside the counting.
    let inputs = Inputs::hashing(plan.data.hash, std::iter::once(&source).chain(&people));
    let mut counter = Counter::new(plan, &source, people.as_ref())?;
    if let Some(people) = counter.people_rows() {
        watch.done("demographics", start.elapsed(), Work { number: people, of: "rows" });
    }
    let start = Instant::now();
    counter.record(record);
    let wanted = counter.wanted.clone();
    let note = source.stream(&wanted, |columns, rows, place| {
        counter.batch(columns, rows, place)?;
        watch.counted(counter.rows(), place.of);
        Ok(())
    })?;
    watch.done("counting", start.elapsed(), Work { number: counter.rows(), of: "rows" });
    let places = counter.places();
    let recorded = counter.recorded();
    let naming = ("naming", "groups");
    let (ledger, matrix, mut warnings) = timed(
        watch.as_ref(),
        naming,
        || counter.finish(),
        |found| found.as_ref().map_or(0, |(ledger, ..)| ledger.frames.iter().map(|frame| frame.groups.len()).sum()),
    )?;
    places.iter().for_each(|place| watch.noted(place));
    warnings.extend(note);
    Ok((Tallied { ledger, matrix, inputs, warnings }, recorded))
}
