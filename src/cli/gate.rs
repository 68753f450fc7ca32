//! `evenhand gate`.

use std::collections::VecDeque;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::audit::staged;
use super::error::Stop;
use super::options::PlanOptions;
use super::output::{CHARTS, NAMES, OutputFile, Staged, check_file, check_folder, print, spare_inputs, write_file};
use super::watch::WatchOptions;
use crate::judge::Verdict;
use crate::plan::OnInconclusive;
use crate::report::Release;
use crate::report::format::{FORMATS, Format, format};
use crate::unfinished::together;

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

impl Arguments {
    /// The name of the output file within the output folder, where it is to lie there.
    fn name_within(&self) -> Result<Option<String>, Stop> {
        let (Some(folder), Some(path)) = (&self.out, &self.output) else { return Ok(None) };
        let absolute = |path: &PathBuf| std::path::absolute(path).map_err(|error| Stop::io(path, &error));
        let (folder, path) = (absolute(folder)?, absolute(path)?);
        let elsewhere = path.symlink_metadata().is_ok_and(|known| !known.is_file() && !known.is_dir());
        let Ok(name) = path.strip_prefix(&folder) else { return Ok(None) };
        if elsewhere || name.components().any(|part| part == Component::ParentDir) {
            return Ok(None);
        }
        let ours = NAMES.iter().any(|ours| name == Path::new(ours)) || name.starts_with(CHARTS);
        match ours || name.as_os_str().is_empty() {
            true => Err(Stop::Usage(format!(
                "{} is an output of --out as well: name another file for --output",
                path.display()
            ))),
            false => Ok(Some(name.to_string_lossy().into_owned())),
        }
    }
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
    let within = arguments.name_within()?;
    if let Some(path) = &arguments.output {
        spare_inputs(path, &inputs)?;
        if within.is_none() {
            check_file(path)?;
        }
    }
    arguments.out.iter().try_for_each(|folder| check_folder(folder, &inputs))?;
    let release = crate::audit::audit_watched(plan, provenance, &watch)?;
    let mut texts: VecDeque<String> =
        formats.iter().map(|format| (format.write)(&release)).collect::<Result<_, _>>()?;
    let first = if arguments.output.is_some() { texts.pop_front() } else { None };
    let (more, first) = match (within, first) {
        (Some(name), Some(text)) => (Some(OutputFile::new(&name, text)), None),
        (_, first) => (None, first),
    };
    let staged = match &arguments.out {
        Some(folder) => Some(staged(&release, folder, more, &inputs, watch.as_ref())?),
        None => None,
    };
    // A pipe may have to wait for its reader, and an interruption does not wait for it.
    let is_stream = |path: &Path| std::fs::metadata(path).is_ok_and(|known| !known.is_file());
    let mut first = arguments.output.as_ref().zip(first);
    let piped = first.take_if(|(path, _)| is_stream(path));
    let write = |(path, text): (&PathBuf, String)| write_file(path, text.as_bytes());
    piped.map_or(Ok(()), write)?;
    // What needs no more room comes last, so that a full disk leaves no part of the outputs.
    together(|| {
        first.map_or(Ok(()), write)?;
        staged.into_iter().try_for_each(Staged::complete)
    })?;
    texts.iter().try_for_each(|text| print(text))?;
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
