//! The engine that comes with the program: one lazy, streaming pass.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::super::count::Counter;
use super::super::{Tallied, TallyError};
use super::Engine;
use super::source::Source;
use crate::cells::{Input, LabelledRow};
use crate::plan::Plan;

/// Reads with polars on this machine, and counts batch by batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedded;

impl Engine for Embedded {
    fn tally(&self, plan: &Plan) -> Result<Tallied, TallyError> {
        tally(plan, None).map(|(tallied, _)| tallied)
    }
}

/// One pass; with an attribute it also keeps group and label of every row.
pub(in super::super) fn tally(plan: &Plan, record: Option<&str>) -> Result<(Tallied, Vec<LabelledRow>), TallyError> {
    let source = Source::open(&plan.data.path, plan.data.delimiter)?;
    let people = match &plan.data.demographics {
        None => None,
        Some(demographics) => Some(Source::open(&demographics.path, plan.data.delimiter)?),
    };
    let mut counter = Counter::new(plan, &source, people.as_ref())?;
    counter.record(record);
    let wanted = counter.wanted.clone();
    let state = Arc::new(Mutex::new(Some(counter)));
    let shared = Arc::clone(&state);
    source.stream(&wanted, move |columns, rows| match shared.lock() {
        Ok(mut guard) => guard.as_mut().map_or(Ok(()), |counter| counter.batch(columns, rows)),
        Err(_) => Ok(()),
    })?;
    let counter = state.lock().ok().and_then(|mut guard| guard.take());
    let Some(mut counter) = counter else {
        let reason = "the counting stopped half-way".to_string();
        return Err(TallyError::Unopenable { file: plan.data.path.clone(), reason });
    };
    let recorded = counter.recorded();
    let (ledger, matrix, warnings) = counter.finish()?;
    let inputs = std::iter::once(&source).chain(&people).map(input).collect::<Result<_, _>>()?;
    Ok((Tallied { ledger, matrix, inputs, warnings }, recorded))
}

fn input(source: &Source) -> Result<Input, TallyError> {
    let name = source.path.file_name().unwrap_or(Path::new("").as_os_str());
    Ok(Input { name: name.to_string_lossy().into_owned(), sha256: source.hash()? })
}
