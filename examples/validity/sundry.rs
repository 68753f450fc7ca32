//! Coverage of shares of people, flips, divergence of lists, groups that are
//! estimated, and worst cases of people without a recorded group.

use evenhand::cells::{Decision, Frame, Group, Label, Level as ClassLevel, Membership, Outcome, Stratum};
use evenhand::cells::{Intake, Ledger, Matrix};
use evenhand::measure;
use evenhand::plan::{Plan, RankingRole};
use evenhand::stats::{Counter, Level, generalized_entropy, gini};

use crate::coverage::{Book, many};
use crate::others::{PLAN, Shelf, add, measured, somebody};
use crate::world::{World, plan_of};

pub fn all(runs: u64, seed: u64) -> Shelf {
    let mut shelf = people(runs, seed);
    shelf.extend(lists(runs, seed));
    shelf.extend(estimated(runs, seed));
    shelf.extend(unknown(runs, seed));
    shelf
}

/// Hardly anything that is looked at here is resampled.
const FEW: u32 = 1;
const SOME: u32 = 400;

fn outcome(label: Option<bool>, yes: bool) -> Outcome {
    let label = match label {
        Some(true) => Label::Favourable,
        Some(false) => Label::Unfavourable,
        None => Label::Unknown,
    };
    Outcome { label, decision: if yes { Decision::Favourable } else { Decision::Unfavourable } }
}

fn count(frame: &mut Frame, group: Group, stratum: Stratum, outcome: Outcome, weight: f64) {
    frame.groups.entry(group).or_default().cell_mut(&stratum, outcome).add(weight, 1);
}

/// Selection rates by stratum and group, and the share of the first group.
const RATES: [[f64; 2]; 2] = [[0.4, 0.5], [0.65, 0.6]];
const SHARE: f64 = 0.3;

/// The group's share among the noes less that among the yeses.
fn disparity(rates: &[f64; 2]) -> f64 {
    let among = |of: &dyn Fn(f64) -> f64| SHARE * of(rates[0]) / (SHARE * of(rates[0]) + (1.0 - SHARE) * of(rates[1]));
    among(&|rate| 1.0 - rate) - among(&|rate| rate)
}

/// Two groups, to which and to whose strata people belong by chance.
fn people(runs: u64, seed: u64) -> Shelf {
    let mut plan = plan_of(
        &(PLAN.replace(
            "\n[[attribute]]",
            "\nlabel = { column = \"y\", favourable = \"1\" }\nstrata = [\"s\"]\ncounterfactual = { column = \"c\", favourable = \"1\" }\n[[attribute]]",
        ) + "population = { \"00\" = 0.3, \"01\" = 0.7 }\n"),
    );
    plan.resamples = FEW;
    let whole = [0, 1].map(|group| (RATES[0][group] + RATES[1][group]) / 2.0);
    let truths = [
        ("share", SHARE),
        ("share.imbalance", SHARE - (1.0 - SHARE)),
        ("representation_difference", 0.0),
        ("representation_ratio", 1.0),
        ("missing_label_rate", 0.2),
        ("missing_label_rate.difference", 0.0),
        ("demographic_disparity", disparity(&whole)),
        ("conditional_demographic_disparity", (disparity(&RATES[0]) + disparity(&RATES[1])) / 2.0),
        ("flip_rate", 0.15),
        ("flip_rate_to_favourable", 0.1),
        ("flip_rate.difference", 0.0),
    ];
    let sizes = [100, 400, 1600].into_iter();
    let of_size = |n: u64| {
        let book = many(seed ^ n, runs, |chance, book| {
            let fill = |frame: &mut Frame| {
                for _ in 0..n {
                    let (group, stratum) = (usize::from(chance.uniform() >= SHARE), chance.below(2) as usize);
                    let yes = chance.uniform() < RATES[stratum][group];
                    let label = (chance.uniform() >= 0.2).then(|| chance.uniform() < 0.5);
                    let level = Stratum(vec![ClassLevel::value(stratum.to_string())]);
                    count(frame, World::group(group), level, outcome(label, yes), 1.0);
                    let flips = frame.flips.entry(World::group(group)).or_default();
                    flips.all.add(1.0, 1);
                    match chance.uniform() {
                        u if u < 0.1 => flips.to_favourable.add(1.0, 1),
                        u if u < 0.15 => flips.to_unfavourable.add(1.0, 1),
                        _ => {}
                    }
                }
            };
            measured(&plan, fill, &truths, book);
        });
        (format!("{n} people, of whom the group is three in ten"), book)
    };
    sizes.map(of_size).collect()
}

/// The divergence of one list of twenty: each of the first five places goes to
/// the group with chance 0.3, of the others so many that it has eight in all.
fn divergence(chance: &mut Counter) -> f64 {
    let shares = [8.0 / 20.0, 12.0 / 20.0];
    let mut left = [8.0, 12.0];
    let (mut counts, mut sum, mut worth) = ([0.0, 0.0], 0.0, 0.0);
    for place in 1..=20 {
        let own = if place <= 5 { 0.3 } else { left[0] / (left[0] + left[1]) };
        let at = usize::from(chance.uniform() >= own);
        (counts[at], left[at]) = (counts[at] + 1.0, left[at] - 1.0);
        let discount = 1.0 / f64::from(place + 1).log2();
        let kl = |count: f64, share: f64| {
            let p = count / f64::from(place);
            if p > 0.0 { p * (p / share).ln() } else { 0.0 }
        };
        sum += discount * (kl(counts[0], shares[0]) + kl(counts[1], shares[1]));
        worth += discount;
    }
    sum / worth
}

/// Lists of which the truth is the mean of very many.
const VERY_MANY: u64 = 400_000;

fn lists(runs: u64, seed: u64) -> Shelf {
    let mut plan = plan_of(PLAN);
    plan.roles.decision = None;
    plan.roles.ranking = Some(RankingRole { query: "q".to_string(), place: Some("r".to_string()), top: 5 });
    let mut chance = Counter::new(seed, u64::MAX);
    let truth = (0..VERY_MANY).map(|_| divergence(&mut chance)).sum::<f64>() / VERY_MANY as f64;
    let of_size = |lists: u64| {
        let book = many(seed ^ lists, runs, |chance, book| {
            let fill = |frame: &mut Frame| {
                somebody(frame, 0, 8 * lists);
                somebody(frame, 1, 12 * lists);
                let ranking = evenhand::cells::Ranking { candidates: 8 * lists, ..Default::default() };
                frame.rankings.insert(World::group(0), ranking);
                (0..lists).for_each(|_| frame.divergence.add(divergence(chance), 1.0));
            };
            measured(&plan, fill, &[("ndkl", truth)], book);
        });
        (format!("{lists} ranked lists of twenty"), book)
    };
    [30, 100, 400].into_iter().map(of_size).collect()
}

/// Chances to be in the first group, equally frequent, on which alone the rate of
/// yes depends.
const CHANCES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

fn estimated(runs: u64, seed: u64) -> Shelf {
    let mut plan = plan_of(PLAN);
    plan.resamples = FEW;
    let rate = |z: usize| 0.3 + 0.08 * z as f64;
    let of_group = |of: &dyn Fn(f64) -> f64| {
        let all: f64 = CHANCES.iter().map(|p| of(*p)).sum();
        CHANCES.iter().enumerate().map(|(z, p)| of(*p) * rate(z)).sum::<f64>() / all
    };
    let (one, two) = (of_group(&|p| p), of_group(&|p| 1.0 - p));
    let truths =
        [("selection_rate", one), ("selection_rate.difference", two - one), ("selection_rate.ratio", two / one)];
    let of_size = |n: u64| {
        let book = many(seed ^ n, runs, |chance, book| {
            let fill = |frame: &mut Frame| {
                frame.membership = Membership::Weighted;
                for _ in 0..n {
                    let z = chance.below(5) as usize;
                    let yes = chance.uniform() < rate(z);
                    for (at, p) in [(0, CHANCES[z]), (1, 1.0 - CHANCES[z])] {
                        count(frame, World::group(at), Stratum::default(), outcome(None, yes), p);
                    }
                }
            };
            measured(&plan, fill, &truths, book);
        });
        (format!("groups estimated, {n} people"), book)
    };
    [60, 200, 800].into_iter().map(of_size).collect()
}

/// Two groups of whom as many as one in five are not recorded, and they are the
/// worst to leave out: the yeses of the second and the noes of the first.
fn unknown(runs: u64, seed: u64) -> Shelf {
    const METRICS: [&str; 7] = [
        "gini",
        "generalized_entropy.difference",
        "selection_rate",
        "selection_rate.ratio",
        "selection_rate.max_difference",
        "f1.difference",
        "average_odds_difference",
    ];
    let rules = METRICS.map(|metric| format!("[[rule]]\nmetric = \"{metric}\"\nat_most = 1\n"));
    let roles = PLAN.replace("\n[[attribute]]", "\nlabel = { column = \"y\", favourable = \"1\" }\n[[attribute]]");
    let mut plan = plan_of(&(roles + &rules.concat()));
    plan.resamples = SOME;
    // Of every group half qualify, and these get a yes at the first rate, the others at the second.
    let rates: [[f64; 2]; 2] = [[0.7, 0.3], [0.65, 0.2]];
    let selected = |group: usize| (rates[group][0] + rates[group][1]) / 2.0;
    let f1 = |group: usize| 2.0 * rates[group][0] / (2.0 * rates[group][0] + rates[group][1] + 1.0 - rates[group][0]);
    let odds = [0, 1].map(|label| rates[1][label] - rates[0][label]);
    // Benefits of 0, 1 and 2: the qualified without a yes, those treated as they are, the others with one.
    let benefits = |group: usize| {
        let [hits, others] = rates[group];
        [(0.0, (1.0 - hits) / 2.0), (1.0, (hits + 1.0 - others) / 2.0), (2.0, others / 2.0)]
    };
    let entropy = |group: usize| generalized_entropy(&benefits(group), 2.0).unwrap_or(f64::NAN);
    let truths = [
        gini(&benefits(0)).unwrap_or(f64::NAN),
        entropy(1) - entropy(0),
        selected(0),
        selected(1) / selected(0),
        selected(0) - selected(1),
        f1(1) - f1(0),
        (odds[0] + odds[1]) / 2.0,
    ];
    let of_size = |n: u64| {
        let book = many(seed ^ n, runs, |chance, book| {
            let mut frame = Frame { columns: vec!["g".to_string()], ..Frame::default() };
            for (group, rates) in rates.iter().enumerate() {
                for _ in 0..n {
                    let qualified = chance.uniform() < 0.5;
                    let yes = chance.uniform() < rates[usize::from(!qualified)];
                    let lost = yes == (group == 1) && chance.uniform() < 0.2;
                    let whose = if lost { Group::single(ClassLevel::Missing) } else { World::group(group) };
                    count(&mut frame, whose, Stratum::default(), outcome(Some(qualified), yes), 1.0);
                }
            }
            note_worst_cases(frame, &plan, &METRICS, &truths, book);
        });
        (format!("one in five lost, {n} people"), book)
    };
    [30, 100, 400].into_iter().map(of_size).collect()
}

fn note_worst_cases(frame: Frame, plan: &Plan, metrics: &[&str], truths: &[f64], book: &mut Book) {
    let ledger = Ledger { intake: Intake::default(), frames: vec![frame], ..Ledger::default() };
    let found = measure::all(&ledger, &Matrix::default(), plan);
    for m in found.all.iter().filter(|m| !m.attribute.is_empty() && m.unknown.is_some()) {
        let id = m.metric.id();
        let of_first = m.group.as_ref().is_none_or(|group| *group == World::group(0));
        let truth = metrics.iter().zip(truths).find(|(name, _)| **name == id);
        if let Some((_, truth)) = truth.filter(|_| of_first || id.contains('.') || id.starts_with("average")) {
            add(book, &format!("worst case of {id}"), m.worst_case_at(Level::P95), *truth);
        }
    }
}
