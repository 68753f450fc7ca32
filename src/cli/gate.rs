//! `evenhand gate`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::audit::staged;
use super::error::Stop;
use super::options::PlanOptions;
use super::output::{Staged, check_file, check_folder, print, spare_inputs, write_file};
use super::watch::WatchOptions;
use crate::judge::Verdict;
use crate::plan::OnInconclusive;
use crate::report::Release;
use crate::report::format::{FORMATS, Format, FormatError, format};

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
        check_file(path)?;
    }
    arguments.out.iter().try_for_each(|folder| check_folder(folder))?;
    let release = crate::audit::audit_watched(plan, provenance, &watch)?;
    let folder = arguments.out.as_ref();
    let staged = folder.map(|folder| staged(&release, folder, &inputs, watch.as_ref())).transpose()?;
    let texts = formats.iter().map(|format| (format.write)(&release)).collect::<Result<Vec<String>, FormatError>>()?;
    let mut texts = texts.iter();
    if let (Some(path), Some(first)) = (&arguments.output, texts.as_slice().first()) {
        write_file(path, first.as_bytes())?;
        texts.next();
    }
    // What needs no more room comes last, so that a full disk leaves no part of the outputs.
    staged.into_iter().try_for_each(Staged::complete)?;
    texts.try_for_each(|text| print(text))?;
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
