//! Whole audits: rules, groups, verdicts. Does a gate cry wolf?

use evenhand::cells::{Ledger, Matrix};
use evenhand::judge::{self, Verdict};
use evenhand::measure;
use evenhand::plan::Plan;
use evenhand::stats::{Counter, Level, Proportion, all_pairs_level, each_level, miettinen_nurminen_difference, wilson};

use crate::coverage::{Book, many};
use crate::page::{Table, percent, simulation_error};
use crate::population::Population;
use crate::world::World;

/// The rules of a gate: name, metric and tolerance.
const RULES: [(&str, &str); 6] = [
    ("ratio", "metric = \"selection_rate.ratio\"\nat_least = 0.8"),
    ("band", "metric = \"selection_rate.difference\"\nat_least = -0.05\nat_most = 0.05"),
    ("parity", "metric = \"selection_rate.difference\"\nat_least = 0.0"),
    ("opportunity", "metric = \"tpr.difference\"\nat_least = -0.05\nat_most = 0.05"),
    ("largest", "metric = \"selection_rate.max_difference\"\nat_most = 0.1"),
    ("odds", "metric = \"equalized_odds_difference\"\nat_most = 0.1"),
];

fn rules(only: Option<&str>) -> String {
    let wanted = RULES.iter().filter(|(id, _)| only.is_none_or(|only| only == *id));
    wanted.map(|(id, text)| format!("[[rule]]\nid = \"{id}\"\n{text}\n")).collect()
}

fn plan(world: &World, only: Option<&str>) -> Plan {
    // No rule here rests on resampling.
    Plan { resamples: 1, ..world.plan(false, &rules(only)) }
}

/// What is asked of one audit: a share over runs of yes.
fn note(book: &mut Book, name: &str, yes: bool) {
    book.entry(name.to_string()).or_default().add(Some(if yes { (0.0, 0.0) } else { (1.0, 1.0) }), 0.0);
}

fn share(book: &Book, name: &str) -> f64 {
    book.get(name).map_or(0.0, |seen| seen.coverage())
}

/// What happens when groups are all alike.
pub struct Parity {
    pub verdicts: Table,
    pub largest: Table,
    pub simultaneous: Table,
    pub highest_failure: (f64, u64),
    pub highest_exclusion: (f64, u64),
}

pub fn parity(runs: u64, seed: u64) -> Parity {
    let (verdicts, highest_failure) = verdicts(runs, seed);
    let (largest, highest_exclusion) = largest(2 * runs, seed);
    Parity { verdicts, largest, simultaneous: simultaneous(2 * runs, seed), highest_failure, highest_exclusion }
}

const GROUPS: [usize; 5] = [2, 3, 5, 10, 20];
const SIZES: [u64; 3] = [30, 100, 500];

/// The higher share, with the runs that it comes from.
fn higher(one: (f64, u64), share: f64, runs: u64) -> (f64, u64) {
    if share > one.0 { (share, runs) } else { one }
}

/// Audits by all rules at once.
fn verdicts(runs: u64, seed: u64) -> (Table, (f64, u64)) {
    let head = ["groups", "people each", "runs", "any `fail`", "any `fail` uncorrected", "any `pass`"];
    let mut table = Table::new("Six rules, groups all alike (selection 0.4, tpr 0.6, fpr 0.2)", &head);
    let mut highest = (0.0, 1);
    for groups in GROUPS {
        for n in SIZES {
            // Audits of many groups take long.
            let runs = if groups > 5 { runs / 4 } else { runs };
            let world = World::of(vec![(n, Population::decisions(0.5, 0.6, 0.2)); groups]);
            let plan = plan(&world, None);
            let book = many(seed ^ (groups as u64 * 1000 + n), runs, |chance, book| {
                audit(&world.sample(false, chance), &plan, book);
            });
            let columns = ["fail", "alone", "pass"].map(|name| share(&book, name));
            highest = higher(highest, columns[0], runs);
            let mut row = vec![groups.to_string(), n.to_string(), runs.to_string()];
            row.extend(columns.map(percent));
            table.row(row);
        }
    }
    (table, highest)
}

/// Judges a ledger, and notes what happened.
fn audit(ledger: &Ledger, plan: &Plan, book: &mut Book) {
    let judgement = judge::all(&measure::all(ledger, &Matrix::default(), plan), plan);
    let any = |verdict: Verdict| judgement.findings.iter().any(|finding| finding.verdict == verdict);
    note(book, "fail", any(Verdict::Fail));
    note(book, "pass", any(Verdict::Pass));
    // What would have failed if each verdict stood alone.
    let outside = |p: Option<(f64, f64)>| p.is_some_and(|(alone, _)| alone <= 0.05);
    note(book, "alone", judgement.findings.iter().any(|finding| outside(finding.p_outside)));
}

/// How often the largest difference seems to be above 0 where it is 0.
fn largest(runs: u64, seed: u64) -> (Table, (f64, u64)) {
    let head = ["groups", "people each", "rate", "interval above 0", "percentile bootstrap above 0"];
    let mut table = Table::new("Largest difference in selection, groups all alike", &head);
    let mut highest = (0.0, 1);
    for rate in [0.1, 0.4] {
        for groups in GROUPS {
            for n in SIZES {
                let world = World::of(vec![(n, Population::decisions(0.5, rate, rate)); groups]);
                let mut plan = plan(&world, Some("largest"));
                plan.roles.label = None;
                let book = many(seed ^ (groups as u64 * 1000 + n), runs, |chance, book| {
                    let ledger = world.sample(false, chance);
                    let measured = measure::all(&ledger, &Matrix::default(), &plan);
                    let found = measured.all.iter().find(|m| m.metric.id() == "selection_rate.max_difference");
                    let interval = found.and_then(|m| m.interval);
                    note(book, "above", interval.is_some_and(|(interval, _)| interval.low > 1e-12));
                    note(book, "naive", naive(&ledger, chance));
                });
                let columns = ["above", "naive"].map(|name| share(&book, name));
                highest = higher(highest, columns[0], runs);
                let mut row = vec![groups.to_string(), n.to_string(), rate.to_string()];
                row.extend(columns.map(percent));
                table.row(row);
            }
        }
    }
    (table, highest)
}

/// How often intervals made to hold together do so, for groups with rates from
/// 0.2 to 0.6.
fn simultaneous(runs: u64, seed: u64) -> Table {
    let head = ["groups", "people each", "all pairs", "all groups", "all pairs at 95 % each"];
    let mut table = Table::new("Intervals that hold together, groups unlike (rates 0.2 to 0.6)", &head);
    for groups in [2, 3, 5, 10] {
        for n in SIZES {
            let rates: Vec<f64> = (0..groups).map(|at| 0.2 + 0.4 * at as f64 / (groups - 1) as f64).collect();
            let book = many(seed ^ (groups as u64 * 1000 + n), runs, |chance, book| together(&rates, n, chance, book));
            let columns = ["pairs", "groups", "each"].map(|name| share(&book, name));
            let mut row = vec![groups.to_string(), n.to_string()];
            row.extend(columns.map(percent));
            table.row(row);
        }
    }
    table
}

fn together(rates: &[f64], n: u64, chance: &mut Counter, book: &mut Book) {
    let k = rates.len();
    let drawn: Vec<Proportion> =
        rates.iter().filter_map(|p| Proportion::new(chance.binomial(n, *p) as f64, n as f64)).collect();
    let pairs = |level: Level| {
        let holds =
            |a: usize, b: usize| miettinen_nurminen_difference(drawn[a], drawn[b], level).contains(rates[a] - rates[b]);
        (0..k).all(|a| (a + 1..k).all(|b| holds(a, b)))
    };
    let level = each_level(Level::P95, k);
    note(book, "pairs", pairs(all_pairs_level(Level::P95, k)));
    note(book, "each", pairs(Level::P95));
    note(book, "groups", rates.iter().zip(&drawn).all(|(p, drawn)| wilson(*drawn, level).contains(*p)));
}

/// Whether the percentile bootstrap of the largest difference excludes 0.
fn naive(ledger: &Ledger, chance: &mut Counter) -> bool {
    let Some(frame) = ledger.frames.first() else { return false };
    let rates: Vec<(u64, f64)> = frame
        .groups
        .values()
        .map(|tally| {
            let yes = tally.sum(|_, outcome| outcome.decision == evenhand::cells::Decision::Favourable).n;
            let n = tally.total().n;
            (n, yes as f64 / n as f64)
        })
        .collect();
    let mut values: Vec<f64> = (0..199)
        .map(|_| {
            let drawn = rates.iter().map(|(n, p)| chance.binomial(*n, *p) as f64 / *n as f64);
            let (low, high) = drawn.fold((1.0f64, 0.0f64), |(low, high), p| (low.min(p), high.max(p)));
            high - low
        })
        .collect();
    values.sort_by(f64::total_cmp);
    values[4] > 0.0
}

/// Verdicts of single rules at and around their tolerance.
pub fn boundary(runs: u64, seed: u64) -> (Table, f64) {
    let head = ["rule", "truth", "people each", "`pass`", "`fail`", "`inconclusive`"];
    let mut table = Table::new("Two groups, one rule", &head);
    let mut wrong = 0.0f64;
    let cases = [
        ("ratio", 0.5, 0.5),
        ("ratio", 0.4, 0.5),
        ("ratio", 0.3, 0.5),
        ("band", 0.5, 0.5),
        ("band", 0.45, 0.5),
        ("band", 0.35, 0.5),
        ("largest", 0.5, 0.5),
        ("largest", 0.4, 0.5),
        ("largest", 0.25, 0.5),
    ];
    for (at, (rule, group, reference)) in cases.into_iter().enumerate() {
        for n in [30, 100, 500, 2000] {
            let people = |rate: f64| (n, Population::decisions(0.5, rate, rate));
            let world = World::of(vec![people(reference), people(group)]);
            let plan = plan(&world, Some(rule));
            let book = many(seed ^ (at as u64 * 10_000 + n), runs, |chance, book| {
                let measured = measure::all(&world.sample(false, chance), &Matrix::default(), &plan);
                let judged = judge::all(&measured, &plan);
                let verdict = judged.findings.first().map(|finding| finding.verdict);
                note(book, "pass", verdict == Some(Verdict::Pass));
                note(book, "fail", verdict == Some(Verdict::Fail));
            });
            let (pass, fail) = (share(&book, "pass"), share(&book, "fail"));
            let at_border = matches!((rule, group), ("ratio", 0.4) | ("band", 0.45) | ("largest", 0.4));
            if at_border {
                wrong = wrong.max(pass.max(fail));
            }
            let truth = match rule {
                "ratio" => format!("ratio {:.1}", group / reference),
                _ => format!("difference {:.2}", group - reference),
            };
            let note = if at_border { format!("{truth}, the border") } else { truth };
            table.row(vec![
                rule.to_string(),
                note,
                n.to_string(),
                percent(pass),
                percent(fail),
                percent(1.0 - pass - fail),
            ]);
        }
    }
    (table, wrong)
}

/// Not above a share by more than three simulation errors: the shares that come
/// here are the highest of many.
pub fn at_most(found: (f64, u64), aim: f64) -> bool {
    found.0 <= aim + 3.0 * simulation_error(aim, found.1)
}
