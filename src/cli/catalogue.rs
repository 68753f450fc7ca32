//! `evenhand metrics`, `explain`, `schema`: folds over the catalogue.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;

use super::error::Stop;
use super::output::print;
use crate::catalogue::{Metric, NOTIONS, Peer, TOOLS, Tool, Worse};
use crate::report::format::json;

#[derive(Args)]
pub(super) struct MetricsArguments {
    /// Only ids that contain this text
    #[arg(value_name = "TEXT", default_value = "")]
    filter: String,
}

#[derive(Args)]
pub(super) struct ExplainArguments {
    /// The metric's id, or the name of a notion
    #[arg(value_name = "ID")]
    id: String,
}

pub(super) fn metrics(arguments: &MetricsArguments) -> Result<ExitCode, Stop> {
    let mut text = String::new();
    let listed: Vec<Metric> = Metric::all().filter(|metric| metric.id().contains(&arguments.filter)).collect();
    let width = listed.iter().map(|metric| metric.id().len()).max().unwrap_or(0);
    for metric in &listed {
        let _ = writeln!(text, "{:<width$}  {}", metric.id(), metric.title());
    }
    let named: Vec<_> = NOTIONS.iter().filter(|notion| notion.id.contains(&arguments.filter)).collect();
    if !named.is_empty() {
        let _ = writeln!(text, "\nNames that mean one of these:");
    }
    for notion in named {
        let metric = Metric::parse(notion.id)?;
        let _ = writeln!(text, "{:<width$}  {} = {}", notion.id, notion.title, metric.id());
    }
    if text.is_empty() {
        return Err(Stop::Usage(format!("no metric's id contains `{}`", arguments.filter)));
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn explain(arguments: &ExplainArguments) -> Result<ExitCode, Stop> {
    let metric = Metric::parse(&arguments.id)?;
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<11} {value}");
    };
    line("metric", &metric.id());
    line("title", &metric.title());
    for notion in metric.notions() {
        line("also called", notion.title);
    }
    line("asks", &metric.asks());
    line("formula", &metric.formula());
    line("needs", &metric.needs().words());
    if metric.needs_probability() {
        line("", "a score between 0 and 1");
    }
    let (low, high) = metric.range();
    let end = |x: f64| if x.is_infinite() { "no bound".to_string() } else { crate::report::words::number(x) };
    line("range", &format!("{} to {}", end(low), end(high)));
    if let Some(ideal) = metric.ideal() {
        line("ideal", &crate::report::words::number(ideal));
    }
    if let Some(worse) = metric.worse() {
        let worse = match worse {
            Worse::Lower => "lower",
            Worse::Higher => "higher",
            Worse::Farther => "farther from the ideal, on either side",
        };
        line("worse", worse);
    }
    if let Some(limits) = metric.limits() {
        line("limits", limits);
    }
    line("source", metric.source().full);
    let peers = metric.peers();
    for Peer { tool, name, differs } in &peers {
        let how = if differs.is_empty() { String::new() } else { format!(" (differs: {differs})") };
        line("elsewhere", &format!("{tool}: {name}{how}"));
    }
    for Tool { name, compares, zero } in TOOLS {
        if !peers.iter().any(|peer| peer.tool == name) {
            line("elsewhere", &format!("{name}: has none"));
            continue;
        }
        if !matches!(metric, Metric::Base(_)) {
            line("", &format!("{name} compares {compares}"));
        }
        line("", &format!("{name} answers to 0/0: {zero}"));
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn schema() -> Result<ExitCode, Stop> {
    print(&json::schema()?)?;
    Ok(ExitCode::SUCCESS)
}
