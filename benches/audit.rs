//! How long the parts of an audit take: `cargo bench`. Nothing is asserted; what was
//! measured when, and against whom, is in `docs/performance.md`.

use std::path::Path;

use divan::{Bencher, black_box};
use evenhand::cells::Histogram;
use evenhand::report::format::html;
use evenhand::stats::{Counter, Replicates, Resampling, distances, posterior, replicates};
use evenhand::{Plan, Provenance, Release, audit, measure, tally};
use polars::prelude::*;

fn main() {
    divan::main();
}

const GROUPS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// So many rows of two attributes, decision, label and score.
fn data(folder: &Path, rows: usize) {
    let mut chance = Counter::new(1, 0);
    let mut pick = |n: u64| chance.below(n);
    let groups: Vec<&str> = (0..rows).map(|_| GROUPS[pick(6) as usize]).collect();
    let sexes: Vec<&str> = (0..rows).map(|_| ["f", "m"][pick(2) as usize]).collect();
    let decisions: Vec<i64> = (0..rows).map(|_| pick(2) as i64).collect();
    let labels: Vec<i64> = (0..rows).map(|_| pick(2) as i64).collect();
    let scores: Vec<f64> = (0..rows).map(|_| pick(1_000_000) as f64 / 1e6).collect();
    let columns = vec![
        Column::new("group".into(), groups),
        Column::new("sex".into(), sexes),
        Column::new("decision".into(), decisions),
        Column::new("label".into(), labels),
        Column::new("score".into(), scores),
    ];
    let mut frame = DataFrame::new_infer_height(columns).expect("a frame");
    let file = std::fs::File::create(folder.join("data.parquet")).expect("made");
    ParquetWriter::new(file).finish(&mut frame).expect("written");
}

fn plan(folder: &Path, more: &str) -> Plan {
    let text = format!(
        r#"
[data]
path = "data.parquet"
[roles]
decision = {{ column = "decision", favourable = "1" }}
label = {{ column = "label", favourable = "1" }}
{more}
[[attribute]]
column = "group"
[[attribute]]
column = "sex"
[[cross]]
attributes = ["group", "sex"]
"#
    );
    Plan::from_text(&text, "plan", folder, &Default::default()).expect("valid")
}

/// Counting rows: names alone, and with a score.
#[divan::bench(args = ["", "score = \"score\""], sample_count = 5)]
fn counting_a_million_rows(bencher: Bencher<'_, '_>, more: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    data(folder.path(), 1_000_000);
    let plan = plan(folder.path(), more);
    bencher.bench(|| tally::run(black_box(&plan)).expect("counted").ledger);
}

/// Measuring what was counted, with all intervals and 10,000 resamples.
#[divan::bench(args = ["", "score = \"score\""], sample_count = 5)]
fn measuring(bencher: Bencher<'_, '_>, more: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    data(folder.path(), 100_000);
    let plan = plan(folder.path(), more);
    let tallied = tally::run(&plan).expect("counted");
    bencher.bench(|| measure::all(black_box(&tallied.ledger), &tallied.matrix, &plan));
}

const CELLS: [f64; 4] = [310.0, 120.0, 240.0, 330.0];

#[divan::bench]
fn ten_thousand_resamples_of_twelve_groups() -> Replicates {
    let parts = vec![CELLS.to_vec(); 12];
    let spread = |parts: &[Vec<f64>]| {
        let rates = parts.iter().map(|cells| cells[0] / (cells[0] + cells[1]));
        let (low, high) = rates.fold((1.0, 0.0), |(low, high): (f64, f64), rate| (low.min(rate), high.max(rate)));
        Some(high - low)
    };
    replicates(black_box(&parts), Resampling::default(), spread)
}

#[divan::bench]
fn ten_thousand_draws_of_a_posterior() -> Replicates {
    let accuracy = |parts: &[Vec<f64>]| Some((parts[0][0] + parts[0][3]) / parts[0].iter().sum::<f64>());
    posterior(black_box(&[CELLS.to_vec()]), Resampling::default(), accuracy)
}

#[divan::bench]
fn ten_thousand_distances_of_fifty_bins() -> [Replicates; 2] {
    let sides = [vec![400.0; 50], vec![380.0; 50]];
    let gap = |parts: &[Vec<f64>]| {
        let far = parts[0].iter().zip(&parts[1]).fold(0.0, |far: f64, (a, b)| far.max((a - b).abs()));
        Some([far, far])
    };
    distances(black_box(&sides), Resampling::default(), gap)
}

/// A hundred thousand numbers into a histogram.
#[divan::bench(args = [1_000, 1_000_000])]
fn histogram(bencher: Bencher<'_, '_>, distinct: u64) {
    let mut chance = Counter::new(1, 0);
    let values: Vec<f64> = (0..100_000).map(|_| chance.below(distinct) as f64 / distinct as f64).collect();
    bencher.bench(|| Histogram::gathered(values.iter().map(|value| ((), *value, 1.0, 1))));
}

/// The page of a real audit.
#[divan::bench]
fn rendering(bencher: Bencher<'_, '_>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/german-credit");
    let text = std::fs::read_to_string(folder.join("evenhand.toml")).expect("a fixture");
    let plan = Plan::from_text(&text, "plan", &folder, &Default::default()).expect("valid");
    let release: Release = audit(plan, Provenance::default()).expect("an audit");
    bencher.bench(|| html::write(black_box(&release)).expect("a page").len());
}
