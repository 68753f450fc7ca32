//! `evenhand remedy`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::error::Stop;
use super::options::PlanOptions;
use super::output::print;
use crate::cells::Label;
use crate::report::words::{number, percent};
use crate::{remedy, tally};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Weights under which label and group are independent (Kamiran & Calders 2012)
    Reweigh(ReweighArguments),
}

#[derive(Args)]
pub(super) struct ReweighArguments {
    #[command(flatten)]
    plan: PlanOptions,
    /// The attribute or intersection (race*sex) to level; may be left out when there is one
    #[arg(long = "for", value_name = "ATTRIBUTE")]
    attribute: Option<String>,
    /// Write one weight for each row to this file (.csv or .parquet)
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(command: &Command) -> Result<ExitCode, Stop> {
    match command {
        Command::Reweigh(arguments) => reweigh(arguments),
    }
}

fn reweigh(arguments: &ReweighArguments) -> Result<ExitCode, Stop> {
    let (plan, _) = arguments.plan.plan(None)?;
    if plan.roles.label.is_none() {
        return Err(Stop::Usage("reweighing levels labels, and the plan names none: add `label` under [roles], or --label".into()));
    }
    let names: Vec<String> = plan.frames().map(|(name, _)| name).collect();
    let attribute = match (&arguments.attribute, names.as_slice()) {
        (Some(wanted), _) if names.contains(wanted) => wanted.clone(),
        (None, [only]) => only.clone(),
        (Some(wanted), _) => {
            return Err(Stop::Usage(format!("`{wanted}` is no attribute of the plan; there are {}", names.join(", "))));
        }
        (None, _) => return Err(Stop::Usage(format!("say --for which attribute: {}", names.join(", ")))),
    };
    let (tallied, rows) = tally::run_recording(&plan, &attribute)?;
    let tables = remedy::reweighings(&tallied.ledger);
    let Some(table) = tables.iter().find(|table| table.attribute == attribute) else {
        return Err(Stop::Usage(format!("no row has both a label and a value of {attribute}: there is nothing to level")));
    };
    tally::write_weights(&arguments.out, plan.data.key.as_deref(), &rows, |row| match row.label {
        Label::Favourable => table.factor(&row.group, true),
        Label::Unfavourable => table.factor(&row.group, false),
        Label::Unknown => 1.0,
    })?;
    print(&format!(
        "{} weights written to {}\nUnder them the base rate is {} in every group of {attribute}.\nEffective number of people: {} before, {} after.\n",
        rows.len(),
        arguments.out.display(),
        percent(table.overall),
        number(table.n_eff_before),
        number(table.n_eff_after),
    ))?;
    for group in &table.unmoved {
        print(&format!("Not levelled: {group} has people of one label only, and keeps its base rate.\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}
