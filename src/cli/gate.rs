//! `evenhand gate`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::error::Stop;
use super::options::PlanOptions;
use super::output::{print, spare_inputs, write_file, write_folder};
use super::watch::WatchOptions;
use crate::judge::Verdict;
use crate::plan::OnInconclusive;
use crate::report::Release;
use crate::report::format::{FORMATS, Format, format};
use crate::watch::timed;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    watch: WatchOptions,
    /// How to say it; several with commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "terminal", value_parser = names())]
    format: Vec<String>,
    /// Write the files of an audit into this directory too
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the first format to this file
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The formats by name, with a word on each for the help.
fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about)))
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let formats: Vec<&Format> = arguments.format.iter().filter_map(|name| format(name)).collect();
    let (plan, provenance) = arguments.plan.plan(None)?;
    let watch = arguments.watch.watch();
    let inputs = arguments.plan.inputs(&plan);
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    if plan.rules.is_empty() {
        return Err(Stop::Usage(
            "a gate needs a rule: add [[rule]] to the plan, or --rule 'selection_rate.ratio >= 0.8'".into(),
        ));
    }
    let on_inconclusive = plan.on_inconclusive;
    if let Some(path) = &arguments.output {
        spare_inputs(path, &inputs)?;
    }
    let release = crate::audit::audit_watched(plan, provenance, &watch)?;
    if let Some(folder) = &arguments.out {
        timed(watch.as_ref(), "files", || write_folder(folder, &super::audit::files(&release)?, &inputs))?;
    }
    for (position, format) in formats.iter().enumerate() {
        let text = (format.write)(&release)?;
        match &arguments.output {
            Some(path) if position == 0 => write_file(path, text.as_bytes())?,
            _ => print(&text)?,
        }
    }
    Ok(ExitCode::from(code(&release, on_inconclusive)))
}

/// 10 when a rule of level error failed, 11 when one could not be decided and
/// the plan does not allow that, else 0.
fn code(release: &Release, on_inconclusive: OnInconclusive) -> u8 {
    let binding = || release.findings.iter().filter(|finding| finding.level == "error");
    if binding().any(|finding| finding.verdict == Verdict::Fail) {
        return 10;
    }
    let open = binding().any(|finding| matches!(finding.verdict, Verdict::Inconclusive | Verdict::NotEvaluated));
    if open && on_inconclusive == OnInconclusive::Fail { 11 } else { 0 }
}
