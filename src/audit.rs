//! The recipe: the only place where the stages meet.

use crate::plan::Plan;
use crate::report::{Provenance, Release, Report, suppress};
use crate::tally::TallyError;
use crate::{judge, measure, proxy, remedy, tally};

/// Audits what the plan names. `provenance` is carried through unchanged.
///
/// # Errors
/// When the data cannot be read or are not what the plan says.
pub fn audit(plan: Plan, provenance: Provenance) -> Result<Release, TallyError> {
    let tallied = tally::run(&plan)?; // the last line that sees a row
    let measurements = measure::all(&tallied.ledger, &plan);
    let judgement = judge::all(&measurements, &plan);
    let proxies = proxy::all(&tallied.ledger, &tallied.matrix, &plan);
    let reweighings = remedy::reweighings(&tallied.ledger);
    let report = Report {
        plan,
        ledger: tallied.ledger,
        measurements,
        judgement,
        proxies,
        reweighings,
        warnings: tallied.warnings,
        inputs: tallied.inputs,
        provenance,
    };
    Ok(suppress(report)) // the only thing a format can write
}
