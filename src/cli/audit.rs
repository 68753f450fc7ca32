//! `evenhand audit`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::error::Stop;
use super::options::PlanOptions;
use super::output::{CHARTS, OutputFile, PAGE, RECORD, Staged, TABLE, check_folder, print};
use super::watch::WatchOptions;
use crate::report::Release;
use crate::report::format::{csv, html, json, terminal};
use crate::watch::{Watch, timed};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    watch: WatchOptions,
    /// Write report.html, audit.json, metrics.csv and charts/*.svg into this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let (plan, provenance) = arguments.plan.plan(None)?;
    let watch = arguments.watch.watch();
    let inputs = arguments.plan.inputs(&plan);
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    arguments.out.iter().try_for_each(|folder| check_folder(folder, &inputs))?;
    let release = crate::audit::audit_watched(plan, provenance, &watch)?;
    if let Some(folder) = &arguments.out {
        staged(&release, folder, None, &inputs, watch.as_ref())?.complete()?;
    }
    print(&terminal::write(&release))?;
    if let Some(folder) = &arguments.out {
        print(&format!("\nWritten: {}\n", folder.join(PAGE).display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The files of an audit and one more, written but not in their places.
pub(super) fn staged(
    release: &Release,
    folder: &Path,
    more: Option<OutputFile>,
    inputs: &[&Path],
    watch: &dyn Watch,
) -> Result<Staged, Stop> {
    let write = || Staged::new(folder, files(release)?.into_iter().chain(more).collect(), inputs);
    timed(watch, ("files", "files"), write, |written| written.as_ref().map_or(0, Staged::len))
}

/// The files of an audit.
fn files(release: &Release) -> Result<Vec<OutputFile>, Stop> {
    let mut files = vec![
        OutputFile::new(PAGE, html::write(release)?),
        OutputFile::new(RECORD, json::write(release)?),
        OutputFile::new(TABLE, csv::write(release)?),
    ];
    for chart in crate::report::chart::all(release) {
        files.push(OutputFile::new(&format!("{CHARTS}/{}.svg", chart.id), chart.svg));
    }
    Ok(files)
}
