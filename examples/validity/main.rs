//! The public proof that intervals cover and that gates do not cry wolf.
//!
//! `cargo run --release --example validity` simulates audits of which the truth
//! is known, and rewrites `docs/validity.md`, with the same bytes each time.
//! With a number behind `--` it makes that many runs and writes to the terminal
//! instead: for a quick look, not for the page.

mod aims;
mod coverage;
mod exact;
mod gates;
mod others;
mod page;
mod population;
mod sundry;
mod survey;
mod truth;
mod type_one;
mod words;
mod world;

use std::error::Error;
use std::path::Path;

/// Everything is drawn from streams of this seed.
const SEED: u64 = 20_260_101;

/// Runs of a world, an audit, or a simple statistic.
#[derive(Clone, Copy, Debug)]
pub struct Runs {
    pub worlds: u64,
    pub audits: u64,
    pub statistics: u64,
}

const FULL: Runs = Runs { worlds: 800, audits: 1_000, statistics: 4_000 };

fn main() -> Result<(), Box<dyn Error>> {
    let quick: Option<u64> = std::env::args().nth(1).and_then(|runs| runs.parse().ok());
    let runs = quick.map_or(FULL, |runs| Runs { worlds: runs, audits: runs, statistics: 4 * runs });
    let timed = |what: &str| eprintln!("{what} …");
    timed("rates, exact");
    let (singles, pairs) = (exact::singles(), exact::pairs());
    timed("tests");
    let tests = (type_one::exact(), type_one::simulated(SEED));
    timed("worlds");
    let survey = survey::all(runs.worlds, SEED);
    timed("strata, areas, forecasts, classes, lists, people");
    let others = others::all(runs.statistics, SEED);
    timed("audits");
    let (parity, boundary) = (gates::parity(runs.audits, SEED), gates::boundary(runs.audits, SEED));
    let page = words::page(&words::Found { runs, singles, pairs, tests, survey, others, parity, boundary });
    match quick {
        Some(_) => print!("{page}"),
        None => std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/validity.md"), page)?,
    }
    Ok(())
}
