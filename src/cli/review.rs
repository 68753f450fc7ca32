//! `evenhand review`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::audit::staged;
use super::error::Stop;
use super::options::PlanOptions;
use super::output::{Staged, check_folder, print};
use super::watch::WatchOptions;
use crate::history::{Store, over_time};
use crate::report::format::terminal;
use crate::report::words;
use crate::unfinished::together;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    watch: WatchOptions,
    /// The history file; by default `store` under [review] in the plan
    #[arg(long, value_name = "FILE")]
    store: Option<String>,
    /// Write the report with the trend into this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let (plan, provenance) = arguments.plan.plan(arguments.store.as_deref())?;
    let watch = arguments.watch.watch();
    let inputs = arguments.plan.inputs(&plan);
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    let Some(path) = plan.review.store.clone() else {
        return Err(Stop::Usage("a review needs a history: name it with --store, or as `store` under [review]".into()));
    };
    let mut store = Store::open(&path)?;
    arguments.out.iter().try_for_each(|folder| check_folder(folder, &inputs))?;
    let mut release = crate::audit::audit_watched(plan, provenance, &watch)?;
    let earlier = store.audits(&release.title)?;
    let history = over_time(&earlier, &release);
    let summary = words::over_time(&history);
    let kept = release.clone();
    release.over_time = Some(history);
    let folder = arguments.out.as_ref();
    let staged = folder.map(|folder| staged(&release, folder, None, &inputs, watch.as_ref())).transpose()?;
    // The history keeps the audit; what it says of others can be made again. Neither stays
    // without the other.
    together(|| {
        let kept = store.append(&kept)?;
        staged.into_iter().try_for_each(Staged::complete).or_else(|stop| {
            store.take_back(kept)?;
            Err(stop)
        })
    })?;
    print(&terminal::write(&release))?;
    print(&format!("\n{summary}\n"))?;
    Ok(ExitCode::SUCCESS)
}
