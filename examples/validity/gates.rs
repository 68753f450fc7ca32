//! Whole audits: rules, groups, verdicts. Does a gate cry wolf?

use evenhand::cells::{Ledger, Matrix};
use evenhand::judge::{self, Verdict};
use evenhand::measure;
use evenhand::plan::Plan;
use evenhand::stats::Counter;

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

/// Verdicts of groups that are all alike, by number of groups and size.
pub struct Parity {
    pub table: Table,
    pub highest_failure: (f64, u64),
    pub highest_exclusion: (f64, u64),
}

pub fn parity(runs: u64, seed: u64) -> Parity {
    let head = [
        "groups",
        "people each",
        "runs",
        "any `fail`",
        "any `fail` uncorrected",
        "any `pass`",
        "`max_difference` above 0",
        "its coverage of all pairs",
        "percentile bootstrap above 0",
    ];
    let mut table = Table::new("Groups that are all alike (selection 0.4, tpr 0.6)", &head);
    let (mut failure, mut exclusion) = ((0.0, 1), (0.0, 1));
    for groups in [2, 3, 5, 10, 20] {
        for n in [30, 100, 500] {
            // Audits of many groups take long.
            let runs = if groups > 5 { runs / 4 } else { runs };
            let people = Population::decisions(0.5, 0.6, 0.2);
            let world = World::of("parity", vec![(n, people); groups]);
            let plan = plan(&world, None);
            let book = many(seed ^ (groups as u64 * 1000 + n), runs, |chance, book| {
                let ledger = world.sample(false, chance);
                audit(&ledger, &plan, book);
                note(book, "naive", naive(&ledger, chance));
            });
            let columns = ["fail", "alone", "pass", "above", "pairs", "naive"].map(|name| share(&book, name));
            failure = if columns[0] > failure.0 { (columns[0], runs) } else { failure };
            exclusion = if columns[3] > exclusion.0 { (columns[3], runs) } else { exclusion };
            let mut row = vec![groups.to_string(), n.to_string(), runs.to_string()];
            row.extend(columns.map(percent));
            table.row(row);
        }
    }
    Parity { table, highest_failure: failure, highest_exclusion: exclusion }
}

/// Judges a ledger, and notes what happened.
fn audit(ledger: &Ledger, plan: &Plan, book: &mut Book) {
    let measured = measure::all(ledger, &Matrix::default(), plan);
    let judgement = judge::all(&measured, plan);
    let any = |verdict: Verdict| judgement.findings.iter().any(|finding| finding.verdict == verdict);
    note(book, "fail", any(Verdict::Fail));
    note(book, "pass", any(Verdict::Pass));
    // What would have failed if each verdict stood alone.
    let outside = |p: Option<(f64, f64)>| p.is_some_and(|(alone, _)| alone <= 0.05);
    note(book, "alone", judgement.findings.iter().any(|finding| outside(finding.p_outside)));
    let largest = measured.all.iter().find(|m| m.metric.id() == "selection_rate.max_difference");
    let above = largest.and_then(|m| m.interval).is_some_and(|(interval, _)| interval.low > 1e-12);
    note(book, "above", above);
    // The interval of the largest difference holds if those of all pairs do.
    note(book, "pairs", !above);
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
            let world = World::of("two groups", vec![people(reference), people(group)]);
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

/// Within simulation error of at most a share.
pub fn at_most(found: (f64, u64), aim: f64) -> bool {
    found.0 <= aim + 2.0 * simulation_error(aim, found.1)
}
