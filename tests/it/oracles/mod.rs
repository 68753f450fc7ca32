//! The answers of seven peers, and of the statistics packages behind them, on
//! twenty small cases.
//!
//! Every value agrees to 1e-9 with what evenhand answers, through an audit or
//! through the public statistics on the counts of the case, or it stands in
//! `disagreements.toml`, which says who is right. The table cannot rot: an entry
//! that covers nothing, or another number of values than it says, fails.

mod answer;
mod audited;
mod case;
mod counted;
mod features;
mod known;
mod strata;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use answer::Answer;
use case::{Case, Question};
use counted::Counted;
use known::{ABSENT, Difference, word};

use crate::support::{read, shared};

/// Whatever evenhand answers: by an audit, from counts, about columns.
fn ours(case: &Case, question: &Question) -> Vec<Counted> {
    let mut found: Vec<Counted> = Vec::new();
    if let Some(answer) = audited::answer(case, question) {
        found.push(match question.metric {
            "between_all_groups_generalized_entropy" => {
                let groups = counted::benefits_by_group(case, &question.attribute);
                counted::between_sides(answer, &groups, counted::alpha(question.params).expect("an α"))
            }
            "balanced_accuracy" => {
                let audit = case.audit(question.weighted, question.whom());
                let recall = |base| audit.row(&question.attribute, &question.group, base).and_then(|row| row.value);
                Counted::from(answer).but("the recall of the only label", recall("tpr").or(recall("tnr")))
            }
            _ => answer.into(),
        });
    }
    found.extend(counted::answer(case, question));
    found.extend(features::answer(case, question));
    found.extend(counted::in_the_audit(case.audit(question.weighted, question.whom()), question).map(Counted::from));
    found
}

/// None when all our answers are the peer's.
fn difference(case: &Case, value: &Json, peer: &str) -> Option<Difference> {
    let question = Question::of(value);
    let (theirs, raised) = (Answer::of_peer(&value["value"]), value["error"].is_string());
    let of = |we: String, step: Option<&str>| Difference {
        metric: question.metric.to_string(),
        params: question.params.to_string(),
        peer: peer.to_string(),
        they: word(&theirs, raised),
        we,
        step: step.map(str::to_string),
    };
    let found = ours(case, &question);
    if found.is_empty() {
        return Some(of(ABSENT.to_string(), None));
    }
    let other = found.iter().find(|counted| !counted.answer.agrees(&theirs))?;
    let step = other.steps.iter().find(|(_, after)| after.agrees(&theirs));
    Some(of(other.answer.kind(), step.map(|(step, _)| *step)))
}

#[test]
fn every_value_agrees_or_is_a_known_disagreement() {
    let Some(folder) = shared("oracles") else { return };
    let mut folders: Vec<_> =
        std::fs::read_dir(folder).expect("cases").map(|entry| entry.expect("a case").path()).collect();
    folders.sort();
    let known = known::table();
    let (mut agree, mut empty, mut covered) = (0, 0, vec![0; known.len()]);
    let mut metrics = BTreeMap::<String, u32>::new();
    let mut unknown = BTreeMap::<Difference, (usize, String)>::new();
    for folder in folders {
        let case = Case::open(&folder);
        let expected: Json = serde_json::from_str(&read(&folder.join("expected.json"))).expect("answers");
        for value in expected["values"].as_array().expect("values") {
            let source = &expected["sources"][value["src"].as_str().expect("a source")];
            let Some(difference) = difference(&case, value, source["peer"].as_str().expect("a peer")) else {
                agree += 1;
                empty += usize::from(Answer::of_peer(&value["value"]) == Answer::Nothing);
                *metrics.entry(value["metric"].to_string()).or_default() += 1;
                continue;
            };
            let entries: Vec<usize> = (0..known.len()).filter(|&at| known[at].covers(&difference)).collect();
            match entries[..] {
                [only] => covered[only] += 1,
                [] => {
                    let example = || {
                        let found = ours(&case, &Question::of(value));
                        let found: Vec<_> = found.into_iter().map(|counted| counted.answer).collect();
                        format!("{} {value}: {found:?}", case.name)
                    };
                    unknown.entry(difference).or_insert_with(|| (0, example())).0 += 1;
                }
                _ => panic!("{difference:?} stands in {} entries of the table", entries.len()),
            }
        }
    }
    let listed: usize = covered.iter().sum();
    println!("{agree} values over {} metrics agree ({empty} of them that there is none);", metrics.len());
    println!("{listed} are known disagreements, in {} entries", known.len());
    for (known, covered) in known.iter().zip(&covered) {
        assert!(!known.why.is_empty());
        assert_eq!(*covered, known.values, "the table says otherwise of {:?}: {}", known.metrics, known.why);
    }
    let unknown: Vec<String> =
        unknown.iter().map(|(key, (times, example))| format!("{times} × {key:?}\n    {example}")).collect();
    assert!(unknown.is_empty(), "{} unknown disagreements:\n{}", unknown.len(), unknown.join("\n"));
}
