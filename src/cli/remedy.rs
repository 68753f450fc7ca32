//! `evenhand remedy`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::error::Stop;
use super::options::PlanOptions;
use super::output::{check_file, print, spare_inputs};
use super::watch::WatchOptions;
use crate::plan::{Plan, Roles};
use crate::report::words;
use crate::tally;
use crate::watch::timed;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Weights under which label and group are independent (Kamiran & Calders 2012)
    Reweigh(ReweighArguments),
}

#[derive(Args)]
pub(super) struct ReweighArguments {
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    watch: WatchOptions,
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
    let (plan, provenance) = arguments.plan.plan(None)?;
    let watch = arguments.watch.watch();
    if plan.roles.label.is_none() {
        return Err(Stop::Usage(
            "reweighing levels labels, and the plan names none: add `label` under [roles], or --label".into(),
        ));
    }
    let names: Vec<String> = plan.names();
    let attribute = match (&arguments.attribute, names.as_slice()) {
        (Some(wanted), _) if names.contains(wanted) => wanted.clone(),
        (None, [only]) => only.clone(),
        (Some(wanted), _) => {
            return Err(Stop::Usage(format!("`{wanted}` is no attribute of the plan; there are {}", names.join(", "))));
        }
        (None, _) => return Err(Stop::Usage(format!("say --for which attribute: {}", names.join(", ")))),
    };
    let inputs = arguments.plan.inputs(&plan);
    spare_inputs(&arguments.out, &inputs.iter().map(PathBuf::as_path).collect::<Vec<_>>())?;
    check_file(&arguments.out)?;
    tally::written_as_parquet(&arguments.out)?;
    let key = plan.data.key.clone();
    let features = None; // weights need no model
    let plan = Plan { roles: Roles { features, ..plan.roles }, ..plan };
    let (release, weights) = crate::audit::reweigh_watched(plan, &attribute, provenance, &watch)?;
    let table = release.reweighing.iter().find(|table| table.attribute == attribute);
    let (Some(weights), Some(table)) = (weights, table) else {
        let what = format!("no row has both a label and a value of {attribute}: there is nothing to level");
        return Err(Stop::Usage(what));
    };
    let write = || tally::write_weights(&arguments.out, key.as_deref(), &weights);
    timed(watch.as_ref(), ("files", "rows"), write, |_| weights.weights.len())?;
    let notes: String = release.warnings.iter().map(|note| format!("  note: {note}\n")).collect();
    print(&format!(
        "{} weights written to {}\n{}\n{notes}",
        weights.weights.len(),
        arguments.out.display(),
        words::reweighing(table)
    ))?;
    Ok(ExitCode::SUCCESS)
}
