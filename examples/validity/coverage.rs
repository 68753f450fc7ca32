//! How often intervals contain what they are about: samples of a world go
//! through the same measuring as the data of an audit.

use std::collections::BTreeMap;

use evenhand::cells::{Ledger, Matrix};
use evenhand::measure;
use evenhand::plan::Plan;
use evenhand::stats::Counter;
use rayon::prelude::*;

use crate::population::Population;
use crate::truth::{Groups, truth};
use crate::world::World;

/// What became of the intervals of one number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Samples in which the number has a value.
    pub valued: u64,
    /// Of them, those with an interval.
    pub with_interval: u64,
    /// Of them, those with the truth inside.
    pub covered: u64,
    /// Those with the truth below the interval: the interval says too much.
    pub truth_below: u64,
    /// Sum of the widths that are finite.
    pub width: f64,
}

impl Seen {
    pub fn add(&mut self, interval: Option<(f64, f64)>, truth: f64) {
        self.valued += 1;
        let Some((low, high)) = interval else { return };
        let slack = 1e-9 * (1.0 + truth.abs());
        self.with_interval += 1;
        self.covered += u64::from(low <= truth + slack && truth <= high + slack);
        self.truth_below += u64::from(truth + slack < low);
        self.width += if high.is_finite() { high - low } else { 0.0 };
    }

    pub fn merge(&mut self, other: &Seen) {
        self.valued += other.valued;
        self.with_interval += other.with_interval;
        self.covered += other.covered;
        self.truth_below += other.truth_below;
        self.width += other.width;
    }

    pub fn coverage(&self) -> f64 {
        self.covered as f64 / self.with_interval.max(1) as f64
    }

    pub fn mean_width(&self) -> f64 {
        self.width / self.with_interval.max(1) as f64
    }
}

/// What was seen of each metric, by id.
pub type Book = BTreeMap<String, Seen>;

/// Runs that are counted together, so that sums do not depend on threads.
const CHUNK: u64 = 10;

/// Merges the books of `runs` samples, each from its own stream of chance.
pub fn many(seed: u64, runs: u64, one: impl Fn(&mut Counter, &mut Book) + Sync) -> Book {
    let chunks: Vec<Book> = (0..runs.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut book = Book::new();
            for run in chunk * CHUNK..((chunk + 1) * CHUNK).min(runs) {
                one(&mut Counter::new(seed, run), &mut book);
            }
            book
        })
        .collect();
    let mut all = Book::new();
    for (id, seen) in chunks.iter().flatten() {
        all.entry(id.clone()).or_default().merge(seen);
    }
    all
}

/// Resamples of an interval in simulations; an audit takes 10,000.
pub const RESAMPLES: u32 = 500;

/// The book of a world, of all metrics whose truth is known.
pub fn of_world(world: &World, scores: bool, runs: u64, seed: u64) -> Book {
    let mut plan = world.plan(scores, "");
    plan.resamples = RESAMPLES;
    let groups: Vec<(f64, &Population)> = world.groups.iter().map(|(n, people)| (*n as f64, people)).collect();
    let known = truths(world, &plan, scores, &groups);
    many(seed, runs, |chance, book| record(&world.sample(scores, chance), &plan, &known, book))
}

/// True values by metric and group.
pub type Truths = BTreeMap<(String, Option<String>), f64>;

/// The truths of all that is measured, from one sample to know what that is.
fn truths(world: &World, plan: &Plan, scores: bool, groups: &Groups<'_>) -> Truths {
    let ledger = world.sample(scores, &mut Counter::new(0, 0));
    let quick = Plan { resamples: 1, ..plan.clone() };
    let mut known = Truths::new();
    for m in measure::all(&ledger, &Matrix::default(), &quick).all.iter().filter(|m| !m.attribute.is_empty()) {
        let name = m.group.as_ref().map(ToString::to_string);
        let at = name.as_ref().and_then(|name| name.parse().ok());
        if let Some(value) = truth(m.metric, at, groups) {
            known.insert((m.metric.id(), name), value);
        }
    }
    known
}

/// Measures a ledger and writes down which intervals hold.
pub fn record(ledger: &Ledger, plan: &Plan, known: &Truths, book: &mut Book) {
    for m in measure::all(ledger, &Matrix::default(), plan).all.iter().filter(|m| !m.attribute.is_empty()) {
        let key = (m.metric.id(), m.group.as_ref().map(ToString::to_string));
        if let (Some(truth), Some(_)) = (known.get(&key), m.quantity.value()) {
            book.entry(key.0).or_default().add(m.interval.map(|(i, _)| (i.low, i.high)), *truth);
        }
    }
}
