//! Coverage of what the finite populations do not have: strata, predicted
//! numbers, classes, ranked lists, areas with few positives.

use evenhand::cells::{Forecast, Frame, Intake, Label, Ledger, Level as ClassLevel, Matrix, Outcome, Ranking, Stratum};
use evenhand::measure;
use evenhand::plan::{ClassesRole, ForecastRole, Plan, RankingRole};
use evenhand::stats::{Cells, Level, ScoreBin, StratumTable, auc, auc_interval, mantel_haenszel, normal_cdf};

use crate::coverage::{Book, RESAMPLES, many};
use crate::world::{World, plan_of};

/// Books by name of what was simulated.
pub type Shelf = Vec<(String, Book)>;

pub fn all(runs: u64, seed: u64) -> Shelf {
    let mut shelf = strata(runs, seed);
    shelf.extend(areas(runs, seed));
    shelf.extend(forecasts(runs, seed));
    shelf.extend(classes(runs / 4, seed));
    shelf.extend(rankings(runs, seed));
    shelf.extend(crate::sundry::all(runs, seed));
    shelf
}

pub fn add(book: &mut Book, name: &str, interval: Option<evenhand::stats::Interval>, truth: f64) {
    book.entry(name.to_string()).or_default().add(interval.map(|i| (i.low, i.high)), truth);
}

/// Strata with one odds ratio, or one difference.
fn strata(runs: u64, seed: u64) -> Shelf {
    let mut shelf = Shelf::new();
    for n in [8, 25, 100] {
        let book = many(seed ^ n, runs, |chance, book| {
            let mut table = |p: f64, q: f64| {
                let (a, c) = (chance.binomial(n, p) as f64, chance.binomial(2 * n, q) as f64);
                StratumTable { a, b: n as f64 - a, c, d: (2 * n) as f64 - c }
            };
            let rates = [0.1, 0.3, 0.5, 0.7];
            let odds: Vec<StratumTable> =
                rates.iter().map(|q| table(2.0 * q / (1.0 - q) / (1.0 + 2.0 * q / (1.0 - q)), *q)).collect();
            let gaps: Vec<StratumTable> = rates.iter().map(|q| table(q + 0.15, *q)).collect();
            let found = mantel_haenszel(&odds, Level::P95);
            add(book, "odds ratio 2: Robins–Breslow–Greenland", found.and_then(|f| f.odds_ratio_interval), 2.0);
            let found = mantel_haenszel(&gaps, Level::P95);
            add(book, "difference 0.15: Sato", found.and_then(|f| f.difference_interval), 0.15);
        });
        shelf.push((format!("four strata of {n} and {}", 2 * n), book));
    }
    shelf
}

/// Areas of normal scores, with few positives.
fn areas(runs: u64, seed: u64) -> Shelf {
    let mut shelf = Shelf::new();
    for (positives, negatives) in [(3, 60), (5, 100), (10, 100), (30, 300)] {
        let book = many(seed ^ positives, runs, |chance, book| {
            for shift in [0.0, 1.0, 2.5] {
                let mut scores: Vec<(f64, f64)> = (0..positives).map(|_| (chance.normal() + shift, 1.0)).collect();
                scores.extend((0..negatives).map(|_| (chance.normal(), 0.0)));
                scores.sort_by(|a, b| a.0.total_cmp(&b.0));
                let bins: Vec<ScoreBin> =
                    scores.iter().map(|(_, one)| ScoreBin { positives: *one, negatives: 1.0 - one }).collect();
                let truth = normal_cdf(shift / 2f64.sqrt());
                let found = auc(&bins, positives as f64, negatives as f64);
                let interval = found.map(|found| auc_interval(&found, Level::P95).0);
                add(book, &format!("area {truth:.2}: DeLong, Newcombe at the ends"), interval, truth);
            }
        });
        shelf.push((format!("{positives} positives, {negatives} negatives"), book));
    }
    shelf
}

pub const PLAN: &str = "[audit]\nmin_group_size = 1\n[data]\npath = \"d.csv\"\n[roles]\n\
     decision = { column = \"d\", favourable = \"1\" }\n[[attribute]]\ncolumn = \"g\"\nreference = \"00\"\n";

/// Measures two groups that `fill` makes, and notes the numbers of the first
/// whose truth is given.
pub fn measured(plan: &Plan, fill: impl FnOnce(&mut Frame), truths: &[(&str, f64)], book: &mut Book) {
    let mut frame = Frame { columns: vec!["g".to_string()], ..Frame::default() };
    fill(&mut frame);
    let ledger = Ledger { intake: Intake::default(), frames: vec![frame], ..Ledger::default() };
    let found = measure::all(&ledger, &Matrix::default(), plan);
    for m in found.all.iter().filter(|m| m.class.is_none() && !m.attribute.is_empty()) {
        let id = m.metric.id();
        let of_first = m.group.as_ref().is_none_or(|group| *group == World::group(0));
        let truth = truths.iter().find(|(name, _)| *name == id).filter(|_| of_first || id.contains('.'));
        if let (Some((_, truth)), Some(_)) = (truth, m.quantity.value()) {
            add(book, &id, m.interval.map(|(interval, _)| interval), *truth);
        }
    }
}

/// Somebody without label or decision, so that a group is there.
pub fn somebody(frame: &mut Frame, at: usize, people: u64) {
    let unknown = Outcome { label: Label::Unknown, decision: evenhand::cells::Decision::Unknown };
    frame.groups.entry(World::group(at)).or_default().cell_mut(&Stratum::default(), unknown).add(1.0, people);
}

/// Errors as quantiles of a distribution, so that every moment is a sum.
fn errors(skewed: bool) -> Vec<f64> {
    let quantile = |i: usize| evenhand::stats::normal_quantile((i as f64 + 0.5) / 200.0);
    let of = |z: f64| if skewed { (0.75 * z).exp() - 1.1 } else { z + 0.2 };
    (0..200).map(|i| of(quantile(i))).collect()
}

fn forecasts(runs: u64, seed: u64) -> Shelf {
    let mut plan = plan_of(PLAN);
    plan.roles.decision = None;
    let range = (Some("low".to_string()), Some("high".to_string()));
    plan.roles.forecast = Some(ForecastRole { predicted: "p".to_string(), actual: "a".to_string(), range });
    let mut shelf = Shelf::new();
    for skewed in [false, true] {
        let errors = errors(skewed);
        let mean = |of: &dyn Fn(f64) -> f64| errors.iter().map(|e| of(*e)).sum::<f64>() / errors.len() as f64;
        let square = mean(&|e| e * e);
        // The truth is normal with variance 4, and errors do not depend on it.
        let truths = [
            ("mean_error", mean(&|e| e)),
            ("mae", mean(&f64::abs)),
            ("rmse", square.sqrt()),
            ("r2", 1.0 - square / 4.0),
            ("coverage", mean(&|e| f64::from(u8::from(e.abs() <= 1.5)))),
            ("mae.difference", 0.0),
            ("rmse.ratio", 1.0),
        ];
        for n in [12, 30, 100, 400] {
            let book = many(seed ^ n, runs, |chance, book| {
                let fill = |frame: &mut Frame| {
                    for at in 0..2 {
                        somebody(frame, at, n);
                        let regression = frame.regressions.entry(World::group(at)).or_default();
                        for _ in 0..n {
                            let (actual, error) = (2.0 * chance.normal(), errors[chance.below(200) as usize]);
                            let covered = Some(error.abs() <= 1.5);
                            regression.add(Forecast { predicted: actual + error, actual, covered }, 1.0, 1);
                        }
                    }
                };
                measured(&plan, fill, &truths, book);
            });
            let kind = if skewed { "skewed" } else { "normal" };
            shelf.push((format!("{kind} errors, {n} people"), book));
        }
    }
    shelf
}

/// Shares of true and predicted classes.
const CLASSES: [[f64; 3]; 3] = [[0.40, 0.07, 0.03], [0.05, 0.20, 0.05], [0.06, 0.04, 0.10]];

fn classes(runs: u64, seed: u64) -> Shelf {
    let mut plan = plan_of(PLAN);
    plan.resamples = RESAMPLES;
    plan.roles.decision = None;
    plan.roles.classes = Some(ClassesRole { predicted: "p".to_string(), actual: "a".to_string() });
    let actual = |c: usize| CLASSES[c].iter().sum::<f64>();
    let predicted = |c: usize| CLASSES.iter().map(|row| row[c]).sum::<f64>();
    let mean = |of: &dyn Fn(usize) -> f64| (0..3).map(of).sum::<f64>() / 3.0;
    let truths = [
        ("class_accuracy", (0..3).map(|c| CLASSES[c][c]).sum()),
        ("macro_recall", mean(&|c| CLASSES[c][c] / actual(c))),
        ("macro_precision", mean(&|c| CLASSES[c][c] / predicted(c))),
        ("macro_f1", mean(&|c| 2.0 * CLASSES[c][c] / (actual(c) + predicted(c)))),
        ("macro_f1.difference", 0.0),
    ];
    let shares: Vec<f64> = CLASSES.iter().flatten().copied().collect();
    let mut shelf = Shelf::new();
    for n in [30, 100, 400] {
        let book = many(seed ^ n, runs, |chance, book| {
            let fill = |frame: &mut Frame| {
                for at in 0..2 {
                    somebody(frame, at, n);
                    let counts = chance.multinomial(n, &Cells::new(&shares));
                    for (cell, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                        let class = |c: usize| ClassLevel::value(c.to_string());
                        let key = (World::group(at), class(cell / 3), class(cell % 3));
                        frame.classes.entry(key).or_default().add(1.0, count);
                    }
                }
            };
            measured(&plan, fill, &truths, book);
        });
        shelf.push((format!("three classes, {n} people"), book));
    }
    shelf
}

/// Lists of twenty candidates, of whom the group has two in five and the first
/// five places with chance 0.3 each.
fn rankings(runs: u64, seed: u64) -> Shelf {
    let mut plan = plan_of(PLAN);
    plan.roles.decision = None;
    plan.roles.ranking = Some(RankingRole { query: "q".to_string(), place: Some("r".to_string()), top: 5 });
    let worth: Vec<f64> = (1..=5).map(|place| 1.0 / f64::from(place + 1).log2()).collect();
    let seen: f64 = worth.iter().sum::<f64>() * 0.3;
    let truths = [("top_k_share", 0.3), ("skew_at_k", (0.3f64 / 0.4).ln()), ("exposure", seen / 8.0)];
    let mut shelf = Shelf::new();
    for lists in [12, 30, 100, 400] {
        let book = many(seed ^ lists, runs, |chance, book| {
            let fill = |frame: &mut Frame| {
                somebody(frame, 0, 8 * lists);
                somebody(frame, 1, 12 * lists);
                let mut ranking = Ranking { candidates: 8 * lists, ..Ranking::default() };
                for _ in 0..lists {
                    let own = chance.binomial(20, 0.4) as f64;
                    let top: Vec<bool> = worth.iter().map(|_| chance.uniform() < 0.3).collect();
                    let exposure = worth.iter().zip(&top).filter(|(_, own)| **own).map(|(worth, _)| worth).sum();
                    let hits = top.iter().filter(|own| **own).count();
                    ranking.in_top += hits as u64;
                    ranking.top.add(hits as f64 / 5.0, own / 20.0);
                    ranking.exposure.add(exposure, own);
                }
                frame.rankings.insert(World::group(0), ranking);
            };
            measured(&plan, fill, &truths, book);
        });
        shelf.push((format!("{lists} ranked lists"), book));
    }
    shelf
}
