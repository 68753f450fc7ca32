//! The recipe: the only place where the stages meet.

use std::sync::Arc;

use crate::cells::RowWeights;
use crate::plan::{Plan, Rule};
use crate::report::{Provenance, Release, Report, suppress};
use crate::tally::{Tallied, TallyError};
use crate::watch::{Watch, silence, timed};
use crate::{judge, measure, proxy, remedy, tally};

/// Audits what the plan names. `provenance` is carried through; the hashes of
/// the inputs are added.
///
/// # Errors
/// When the data cannot be read or are not what the plan says.
///
/// # Examples
/// ```
/// use evenhand::{Plan, Provenance, audit};
///
/// let folder = std::path::Path::new("fixtures/berkeley-1973");
/// let text = std::fs::read_to_string(folder.join("evenhand.toml"))?;
/// let plan = Plan::from_text(&text, "evenhand.toml", folder, &Default::default())?;
/// let release = audit(plan, Provenance::default())?;
/// let men = release.measurements.iter().find(|row| row.group == "Male" && row.metric == "selection_rate");
/// assert_eq!(men.and_then(|row| row.value), Some(1198.0 / 2691.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn audit(plan: Plan, provenance: Provenance) -> Result<Release, TallyError> {
    audit_watched(plan, provenance, &silence())
}

/// The same, and tells of every stage.
///
/// # Errors
/// When the data cannot be read or are not what the plan says.
pub fn audit_watched(plan: Plan, provenance: Provenance, watch: &Arc<dyn Watch>) -> Result<Release, TallyError> {
    let tallied = tally::run_watched(&plan, watch)?; // the last line that sees a row
    let report = report(plan, tallied, provenance, watch.as_ref())?;
    // What comes of it is the only thing that a format can write.
    let shown = |release: &Release| release.measurements.len();
    Ok(timed(watch.as_ref(), ("withholding", "numbers"), || suppress(report), shown))
}

/// Audits what the plan names, and weighs every row of the outputs so that
/// label and group no longer depend on each other. No weights when nobody has
/// both a label and a group of `attribute`, an attribute or intersection.
///
/// # Errors
/// When the data cannot be read or are not what the plan says.
pub fn reweigh(
    plan: Plan,
    attribute: &str,
    provenance: Provenance,
) -> Result<(Release, Option<RowWeights>), TallyError> {
    reweigh_watched(plan, attribute, provenance, &silence())
}

/// The same, and tells of every stage.
///
/// # Errors
/// When the data cannot be read or are not what the plan says.
pub fn reweigh_watched(
    plan: Plan,
    attribute: &str,
    provenance: Provenance,
    watch: &Arc<dyn Watch>,
) -> Result<(Release, Option<RowWeights>), TallyError> {
    let (tallied, rows) = tally::run_recording(&plan, attribute, watch)?;
    let report = report(plan, tallied, provenance, watch.as_ref())?;
    let table = report.reweighings.iter().find(|table| table.attribute == attribute);
    let weights = table.map(|table| remedy::row_weights(table, rows));
    Ok((suppress(report), weights))
}

fn report(plan: Plan, tallied: Tallied, provenance: Provenance, watch: &dyn Watch) -> Result<Report, TallyError> {
    let Tallied { ledger, matrix, inputs, warnings } = tallied;
    let measured = || measure::all(&ledger, &matrix, &plan);
    let measured = || timed(watch, ("measuring", "numbers"), measured, |found| found.all.len());
    let associated = || proxy::all(&ledger, &matrix, &plan);
    let associated = || timed(watch, ("proxies", "associations"), associated, |found| found.associations.len());
    // Neither looks at the other, and neither keeps all threads busy.
    let (measurements, proxies) = rayon::join(measured, associated);
    let judged = || judge::all(&measurements, &plan);
    let judgement = timed(watch, ("judging", "findings"), judged, |found| found.findings.len());
    let reweighings = timed(watch, ("weights", "tables"), || remedy::reweighings(&ledger), Vec::len);
    let warnings = plan.rules.iter().filter_map(Rule::out_of_reach).chain(warnings).collect();
    let inputs = timed(watch, ("hashing", "files"), || inputs.known(), |found| found.as_ref().map_or(0, Vec::len))?;
    Ok(Report { plan, ledger, measurements, judgement, proxies, reweighings, warnings, inputs, provenance })
}
