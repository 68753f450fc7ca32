//! Laws that hold for every table: what may change without changing anything,
//! and what must change with it.

use std::collections::BTreeMap;
use std::path::Path;

use evenhand::report::Row;
use evenhand::stats::Counter;
use evenhand::{Ledger, Plan, Release, tally};
use proptest::prelude::*;

use crate::support::{Table, close};

/// A row as it is drawn: group, stratum, decision, label, score, weight, number, name.
#[derive(Clone, Debug)]
struct Person {
    group: usize,
    stratum: usize,
    decision: usize,
    label: usize,
    score: u8,
    weight: f64,
    number: i32,
    name: usize,
}

const GROUPS: [&str; 4] = ["a", "b", "c", ""];
const WORDS: [&str; 3] = ["yes", "no", ""];

fn people(most: usize) -> impl Strategy<Value = Vec<Person>> {
    let person = (0..4usize, 0..2usize, 0..3usize, 0..3usize, 0..=10u8, 0.01..20.0f64, -3..4i32, 0..3usize).prop_map(
        |(group, stratum, decision, label, score, weight, number, name)| Person {
            group,
            stratum,
            decision,
            label,
            score,
            weight,
            number,
            name,
        },
    );
    prop::collection::vec(person, 12..most)
}

/// The table, with a key that is the person and not the place.
fn csv(people: &[Person], first: usize, groups: &[&str; 4], scale: f64) -> String {
    let mut csv = String::from("id,group,stratum,decision,label,score,weight,number,name\n");
    for (at, p) in people.iter().enumerate() {
        csv.push_str(&format!(
            "{},{},s{},{},{},{},{},{},n{}\n",
            first + at,
            groups[p.group],
            p.stratum,
            WORDS[p.decision],
            WORDS[p.label],
            f64::from(p.score) / 10.0,
            p.weight * scale,
            p.number,
            p.name
        ));
    }
    // Somebody gets each answer, so that the plan's favourable value occurs.
    csv.push_str(&format!("k{first},{},s0,yes,yes,0.5,{scale},1,n0\n", groups[0]));
    csv.push_str(&format!("l{first},{},s0,no,no,0.5,{scale},2,n1\n", groups[1]));
    csv
}

fn plan(reference: &str, weighted: bool) -> String {
    let weight = if weighted { "weight = \"weight\"\n" } else { "" };
    format!(
        r#"
[audit]
min_group_size = 1
resamples = 100
[data]
path = "data.csv"
key = "id"
[roles]
decision = {{ column = "decision", favourable = "yes" }}
label = {{ column = "label", favourable = "yes" }}
score = "score"
strata = ["stratum"]
features = {{ include = ["number", "name"] }}
{weight}[[attribute]]
column = "group"
reference = "{reference}"
[[attribute]]
column = "stratum"
[[cross]]
attributes = ["group", "stratum"]
[privacy]
min_cell = 0
"#
    )
}

fn count(csv: &str, weighted: bool) -> tally::Tallied {
    let table = Table::new(csv);
    let text = plan("a", weighted);
    let plan = Plan::from_text(&text, "plan", table.path(), &Default::default()).expect("valid");
    tally::run(&plan).expect("readable")
}

fn audit(csv: &str, reference: &str, weighted: bool) -> Release {
    Table::new(csv).audit(&plan(reference, weighted))
}

type Key = (String, String, String, String, String);

fn by_key(release: &Release) -> BTreeMap<Key, Row> {
    let rows = release.measurements.iter();
    rows.map(|r| {
        let key = (r.attribute.clone(), r.group.clone(), r.stratum.clone(), r.metric.clone(), r.reference.clone());
        (key, r.clone())
    })
    .collect()
}

fn near(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(a), Some(b)) => close(a, b, 1e-8 * a.abs().max(1.0)),
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn merged(one: &Ledger, other: &Ledger) -> Ledger {
    let mut all = one.clone();
    all.merge(other).expect("the same plan");
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// tally(A ∪ B) = merge(tally(A), tally(B)), in any order, ledger and sample.
    #[test]
    fn merging_is_counting_together(people in people(60), weighted in any::<bool>()) {
        let (left, right) = people.split_at(people.len() / 3);
        let (one, other) = (csv(left, 0, &GROUPS, 1.0), csv(right, 1000, &GROUPS, 1.0));
        let both = format!("{one}{}", other.split_once('\n').expect("a header").1);
        let (one, other, both) = (count(&one, weighted), count(&other, weighted), count(&both, weighted));
        prop_assert_eq!(&merged(&one.ledger, &other.ledger), &both.ledger);
        prop_assert_eq!(&merged(&other.ledger, &one.ledger), &both.ledger);
        let mut sample = other.matrix.clone();
        sample.extend(one.matrix.rows.clone());
        prop_assert_eq!(&sample, &both.matrix);
        let text = serde_json::to_string(&both.ledger).expect("serialisable");
        prop_assert_eq!(&serde_json::from_str::<Ledger>(&text).expect("the same"), &both.ledger);
    }

    /// Rows that are understood at once, by what they say, are counted as row by row: where
    /// an attribute is the key, every row is looked at by itself.
    #[test]
    fn at_once_is_row_by_row(people in people(60), weighted in any::<bool>(), counted in any::<bool>(), copies in 1..3usize) {
        let rows = csv(&people, 0, &GROUPS, 1.0);
        let (header, body) = rows.split_once('\n').expect("a header");
        let table = Table::new(&format!("{header}\n{}", body.repeat(copies)));
        let of = |key: bool| {
            let mut text = plan("a", weighted);
            if key {
                text = text.replace("key = \"id\"\n", "key = \"group\"\n");
            }
            if counted {
                text = text.replace("[roles]\n", "[roles]\ncount = \"score\"\n").replace("score = \"score\"\n", "");
                text = text.replace("count = \"score\"", "count = \"times\"");
            }
            let plan = Plan::from_text(&text, "plan", table.path(), &Default::default()).expect("valid");
            tally::run(&plan)
        };
        if counted {
            let lines = body.repeat(copies);
            let lines = lines.lines().enumerate().map(|(at, line)| format!("{line},{}\n", at * 7 % 4)).collect::<String>();
            std::fs::write(table.path().join("data.csv"), format!("{header},times\n{lines}")).expect("written");
        }
        let (one, other) = (of(true).expect("readable"), of(false).expect("readable"));
        let (one, warnings, other, others) = (one.ledger, one.warnings, other.ledger, other.warnings);
        prop_assert_eq!(one.intake, other.intake);
        prop_assert_eq!(one.exclusions, other.exclusions);
        prop_assert!(one.frames == other.frames, "frames");
        prop_assert!(one.features == other.features, "features");
        prop_assert_eq!(warnings, others);
    }

    /// The order of rows changes nothing, to the last bit.
    #[test]
    fn the_order_of_rows_changes_nothing(people in people(60), seed in any::<u64>()) {
        let table = csv(&people, 0, &GROUPS, 1.0);
        let mut lines: Vec<&str> = table.lines().collect();
        Counter::new(seed, 0).shuffle(&mut lines[1..]);
        let (mut one, mut other) = (audit(&table, "a", true), audit(&(lines.join("\n") + "\n"), "a", true));
        one.provenance.inputs.clear();
        other.provenance.inputs.clear();
        prop_assert_eq!(
            serde_json::to_string(&one).expect("serialisable"),
            serde_json::to_string(&other).expect("serialisable")
        );
    }

    /// Other names for the groups change the names and nothing else.
    #[test]
    fn names_change_nothing(people in people(60)) {
        const OTHERS: [&str; 4] = ["z", "y", "x", ""];
        let one = by_key(&audit(&csv(&people, 0, &GROUPS, 1.0), "a", true));
        let other = by_key(&audit(&csv(&people, 0, &OTHERS, 1.0), "z", true));
        prop_assert_eq!(one.len(), other.len());
        let rename = |text: &str| match text.split_once('*') {
            None if text == "a" => "z".to_string(),
            None if text == "b" => "y".into(),
            None if text == "c" => "x".into(),
            None => text.to_string(),
            Some((group, stratum)) => {
                let name = match group { "a" => "z", "b" => "y", "c" => "x", other => other };
                format!("{name}*{stratum}")
            }
        };
        for ((attribute, group, stratum, metric, reference), row) in &one {
            // An intersection's reference is its largest group; of two alike the first by name.
            if attribute.contains('*') && !reference.is_empty() {
                continue;
            }
            let key = (attribute.clone(), rename(group), stratum.clone(), metric.clone(), rename(reference));
            let twin = &other[&key];
            for (a, b) in [(row.value, twin.value), (row.low, twin.low), (row.high, twin.high), (row.p, twin.p)] {
                prop_assert!(near(a, b), "{key:?}: {row:?} {twin:?}");
            }
        }
    }

    /// Only the proportions of weights count.
    #[test]
    fn scaled_weights_change_nothing(people in people(60), scale in prop::sample::select(vec![1e-6, 0.125, 3.7, 1e5])) {
        let one = by_key(&audit(&csv(&people, 0, &GROUPS, 1.0), "a", true));
        let other = by_key(&audit(&csv(&people, 0, &GROUPS, scale), "a", true));
        for (key, row) in &one {
            let twin = &other[key];
            prop_assert_eq!(row.undefined, twin.undefined, "{:?}", key);
            for (a, b) in [(row.value, twin.value), (row.low, twin.low), (row.high, twin.high), (row.p, twin.p), (row.n_eff, twin.n_eff)] {
                prop_assert!(near(a, b), "{key:?}: {row:?} {twin:?}");
            }
        }
    }

    /// Swapping group and reference negates a difference and inverts a ratio,
    /// with their intervals, and leaves the test as it is.
    #[test]
    fn group_and_reference_swap(people in people(80)) {
        let table = csv(&people, 0, &GROUPS, 1.0);
        let (one, other) = (by_key(&audit(&table, "a", false)), by_key(&audit(&table, "b", false)));
        for (key, row) in one.iter().filter(|(key, _)| key.0 == "group" && key.1 == "b" && key.4 == "a") {
            let twin = &other[&("group".into(), "a".into(), key.2.clone(), key.3.clone(), "b".into())];
            if ["kl", "psi"].iter().any(|how| key.3.ends_with(&format!(".{how}"))) {
                continue; // from the one to the other is not the way back
            }
            prop_assert!(near(row.p, twin.p));
            let (Some(value), Some(swapped)) = (row.value, twin.value) else { continue };
            let distance = key.3.contains("_distribution.") || key.3.starts_with("average_absolute");
            if distance {
                prop_assert!(near(Some(value), Some(swapped)), "{key:?}");
            } else if ["difference", "cohens_h", "imbalance"].iter().any(|how| key.3.ends_with(how)) {
                prop_assert!(near(Some(value), Some(-swapped)), "{key:?}");
                prop_assert!(near(row.low, twin.high.map(|x| -x)) && near(row.high, twin.low.map(|x| -x)), "{row:?} {twin:?}");
            } else {
                prop_assert!(near(Some(value), Some(1.0 / swapped)), "{key:?}");
                let inverse = |end: Option<f64>| end.filter(|end| *end != 0.0).map(|end| 1.0 / end);
                let unbounded = |end: Option<f64>| end.filter(|end| *end != 0.0);
                prop_assert!(near(unbounded(row.low), inverse(twin.high)) && near(row.high, inverse(twin.low)), "{row:?} {twin:?}");
            }
        }
    }

    /// A rate and its complement sum to one, or neither has a value; an interval
    /// contains its number and stays in range; n never exceeds the group.
    #[test]
    fn rates_complements_and_intervals(
        people in people(60),
        weighted in any::<bool>(),
        reference in prop::sample::select(vec!["rest", "overall", "highest"]),
    ) {
        let release = audit(&csv(&people, 0, &GROUPS, 1.0), reference, weighted);
        let rows = by_key(&release);
        for (key, row) in &rows {
            let metric = evenhand::catalogue::Metric::parse(&key.3).expect("in the catalogue");
            let (low, high) = metric.range();
            if let Some(value) = row.value {
                prop_assert!(value.is_finite() && row.undefined.is_none());
                prop_assert!(low - 1e-12 <= value && value <= high + 1e-12, "{row:?}");
                prop_assert!(row.low.is_none_or(|end| end <= value && end >= low - 1e-9), "{row:?}");
                prop_assert!(row.high.is_none_or(|end| end >= value && end <= high + 1e-9), "{row:?}");
            } else {
                prop_assert!(row.undefined.is_some() && row.low.is_none() && row.high.is_none(), "{row:?}");
            }
            prop_assert!(row.p.is_none_or(|p| (0.0..=1.0).contains(&p)), "{row:?}");
            for (one, other) in [("tpr", "fnr"), ("fpr", "tnr"), ("ppv", "fdr"), ("npv", "for"), ("accuracy", "error_rate")] {
                if key.3 == one {
                    let twin = &rows[&(key.0.clone(), key.1.clone(), key.2.clone(), other.to_string(), key.4.clone())];
                    prop_assert!(near(row.value, twin.value.map(|v| 1.0 - v)), "{row:?} {twin:?}");
                    prop_assert!(near(row.low, twin.high.map(|v| 1.0 - v)), "{row:?} {twin:?}");
                }
            }
        }
    }

    /// Three copies of every row with a third of its weight give the same numbers.
    #[test]
    fn copies_share_the_weight(people in people(40)) {
        let table = csv(&people, 0, &GROUPS, 1.0);
        let third = csv(&people, 0, &GROUPS, 1.0 / 3.0);
        let body = third.split_once('\n').expect("a header").1;
        let copied = format!("{third}{body}{body}");
        let (one, other) = (by_key(&audit(&table, "a", true)), by_key(&audit(&copied, "a", true)));
        for (key, row) in &one {
            let depends = key.3.starts_with("consistency") || key.3.ends_with("standardized_difference");
            prop_assert!(depends || near(row.value, other[key].value), "{row:?} {:?}", other[key]);
        }
    }

    /// The parts of an index of inequality between and within groups add up to
    /// the index of everyone.
    #[test]
    fn between_and_within_are_the_whole(people in people(40), weighted in any::<bool>()) {
        const RECORDED: [&str; 4] = ["a", "b", "c", "d"];
        let rows = by_key(&audit(&csv(&people, 0, &RECORDED, 1.0), "a", weighted));
        let of = |attribute: &str, metric: &str| {
            let key = (attribute.into(), String::new(), String::new(), metric.to_string(), String::new());
            rows.get(&key).and_then(|row| row.value)
        };
        for index in ["mean_log_deviation", "theil_index", "generalized_entropy"] {
            for attribute in ["group", "stratum", "group*stratum"] {
                let parts = ["between", "within"].map(|part| of(attribute, &format!("{index}.{part}")));
                if let ([Some(between), Some(within)], Some(whole)) = (parts, of("", index)) {
                    prop_assert!(close(between + within, whole, 1e-12), "{index} {attribute}");
                }
            }
        }
    }

    /// Four copies of the data keep every number and narrow every interval of a rate.
    #[test]
    fn copies_narrow_intervals(people in people(40)) {
        let table = csv(&people, 0, &GROUPS, 1.0);
        let body = table.split_once('\n').expect("a header").1;
        let copied = format!("{table}{body}{body}{body}");
        let (one, other) = (by_key(&audit(&table, "a", false)), by_key(&audit(&copied, "a", false)));
        for (key, row) in &one {
            let twin = &other[key];
            // With copies of everyone the nearest others are oneself; a standard
            // deviation with n − 1 depends on the number.
            let depends = key.3.starts_with("consistency") || key.3.ends_with("standardized_difference");
            prop_assert!(depends || near(row.value, twin.value), "{row:?} {twin:?}");
            if let (Some(low), Some(high), "selection_rate" | "tpr" | "selection_rate.difference") = (row.low, row.high, key.3.as_str()) {
                prop_assert!(twin.high.expect("an end") - twin.low.expect("an end") < high - low, "{row:?} {twin:?}");
            }
        }
    }
}

/// Sites that hold their own people merge to the whole, demographics and all.
#[test]
fn sites_with_their_own_demographics_merge() {
    let site = |first: u32| {
        let people: String =
            (first..first + 8).map(|id| format!("{id},{}\n", if id % 3 == 0 { "a" } else { "b" })).collect();
        let outputs: String =
            (first + 1..first + 9).map(|id| format!("{id},{}\n", if id % 2 == 0 { "yes" } else { "no" })).collect();
        (format!("id,group\n{people}"), format!("id,decision\n{outputs}"))
    };
    let count = |people: &str, outputs: &str| {
        let table = Table::new(outputs);
        std::fs::write(table.path().join("people.csv"), people).expect("written");
        let text = "[data]\npath = \"data.csv\"\ndemographics = { path = \"people.csv\", on = \"id\" }\n[roles]\ndecision = { column = \"decision\", favourable = \"yes\" }\n[[attribute]]\ncolumn = \"group\"\n";
        let plan = Plan::from_text(text, "plan", Path::new(table.path()), &Default::default()).expect("valid");
        tally::run(&plan).expect("readable").ledger
    };
    let ((people, outputs), (more_people, more_outputs)) = (site(0), site(100));
    let body = |csv: &str| csv.split_once('\n').expect("a header").1.to_string();
    let whole = count(&(people.clone() + &body(&more_people)), &(outputs.clone() + &body(&more_outputs)));
    assert_eq!(merged(&count(&more_people, &more_outputs), &count(&people, &outputs)), whole);
    assert_eq!(whole.intake.demographics, Some(16));
}

/// The same with more distinct scores and features than are kept one by one, and a
/// column that turns out to be of names at the end.
#[test]
fn very_many_numbers_at_once_and_row_by_row() {
    let mut csv = String::from("id,group,stratum,decision,label,score,weight,number,name\n");
    for at in 0..70_000 {
        let (group, word) = (GROUPS[at % 4], ["yes", "no"][at / 3 % 2]);
        let (score, number) = (at as f64 / 7e4, (at * 37 % 70_000) as f64 * 0.37);
        let name = if at == 69_999 { "x".to_string() } else { (at * 11).to_string() };
        csv.push_str(&format!("{at},{group},s0,{word},{word},{score},1,{number},{name}\n"));
    }
    let table = Table::new(&csv);
    for weighted in [false, true] {
        let of = |text: &str| {
            let plan = Plan::from_text(text, "plan", table.path(), &Default::default()).expect("valid");
            tally::run(&plan).expect("readable").ledger
        };
        let text = plan("a", weighted);
        let (one, other) = (of(&text), of(&text.replace("key = \"id\"\n", "key = \"group\"\n")));
        assert!(one == other);
        assert!(one.unusable.contains("name") && one.features.len() == 2, "{:?}", one.unusable);
    }
}

/// Rows that differ in many attributes are counted attribute by attribute, to the same
/// ledger and the same sample; with demographics in a file of their own too.
#[test]
fn many_attributes_apart_and_row_by_row() {
    const ATTRIBUTES: usize = 8;
    let names: Vec<String> = (0..ATTRIBUTES).map(|at| format!("a{at}")).collect();
    let mut chance = Counter::new(11, 0);
    let mut word = |words: &[&'static str]| words[chance.below(words.len() as u64) as usize];
    let head = "id,decision,label,score,weight,times,stratum,age,number,name";
    let (mut plain, mut people) = (format!("{head},{}\n", names.join(",")), format!("id,{}\n", names.join(",")));
    let mut outputs = format!("{head}\n");
    for at in 0..6_000 {
        // One person in twenty is in the outputs only, one line in twenty is of one seen before.
        let id = if at % 20 == 7 { at - 1 } else { at };
        let row = [
            id.to_string(),
            word(&["yes", "no", "no", ""]).into(),
            word(&["yes", "no", ""]).into(),
            word(&["0.25", "0.5", "0.875", ""]).into(),
            word(&["0.5", "1.25", "2"]).into(),
            word(&["1", "2", "0"]).into(),
            word(&["s", "t", ""]).into(),
            (f64::from(at % 97) / 2.0).to_string(),
            (at * 7 % 900).to_string(),
            word(&["u", "v", ""]).into(),
        ];
        let groups: Vec<&str> = (0..ATTRIBUTES).map(|_| word(&["x", "y", " z", "NA", ""])).collect();
        plain.push_str(&format!("{},{}\n", row.join(","), groups.join(",")));
        outputs.push_str(&format!("{}\n", row.join(",")));
        if at % 20 != 3 {
            people.push_str(&format!("{at},{}\n", groups.join(",")));
        }
    }
    let table = Table::new(&plain);
    for (name, text) in [("outputs.csv", &outputs), ("people.csv", &people)] {
        std::fs::write(table.path().join(name), text).expect("written");
    }
    let attributes: String = names.iter().map(|name| format!("[[attribute]]\ncolumn = \"{name}\"\n")).collect();
    let more = "[[cross]]\nattributes = [\"a0\", \"a1\", \"a2\"]\n";
    let plan = |joined: bool, roles: &str, by_row: bool| {
        let data = match joined {
            false => "path = \"data.csv\"\n",
            true => "path = \"outputs.csv\"\ndemographics = { path = \"people.csv\", on = \"id\" }\n",
        };
        // An attribute that is the key makes every row one of its own.
        let key = if by_row { "age" } else { "id" };
        let key = if joined { String::new() } else { format!("key = \"{key}\"\n") };
        let aged = "[[attribute]]\ncolumn = \"age\"\nbins = [10, 20, 40]\n";
        format!(
            "[data]\n{data}{key}missing = [\"NA\"]\n[roles]\ndecision = {{ column = \"decision\", favourable = \"yes\" }}\n\
             label = {{ column = \"label\", favourable = \"yes\" }}\n{roles}\
             features = {{ include = [\"number\", \"name\"] }}\nstrata = [\"stratum\"]\n{attributes}{aged}{more}"
        )
    };
    let of = |text: &str| {
        let plan = Plan::from_text(text, "plan", table.path(), &Default::default()).expect("valid");
        tally::run(&plan).expect("readable")
    };
    for roles in ["", "score = \"score\"\n", "score = \"score\"\nweight = \"weight\"\n", "count = \"times\"\n"] {
        let (apart, by_row) = (of(&plan(false, roles, false)), of(&plan(false, roles, true)));
        assert!(apart.ledger == by_row.ledger, "{roles}");
        assert_eq!(apart.warnings, by_row.warnings);
        assert!(apart.ledger.exclusions.len() >= 2 && apart.ledger.features.len() == 2 * (ATTRIBUTES + 1));
        // With demographics in a file of their own; clusters are counted row by row.
        let (joined, mut by_row) =
            (of(&plan(true, roles, false)), of(&plan(true, &format!("{roles}cluster = \"name\"\n"), false)));
        by_row.ledger.frames.iter_mut().for_each(|frame| frame.clusters.clear());
        assert!(joined.ledger == by_row.ledger, "{roles} joined");
        assert!(joined.ledger.exclusions.len() > apart.ledger.exclusions.len());
    }
}

/// Ledgers of different plans are refused, in words.
#[test]
fn ledgers_of_other_plans_do_not_merge() {
    let table = csv(&[], 0, &GROUPS, 1.0);
    let mut one = count(&table, false).ledger;
    let other = {
        let table = Table::new(&table);
        let text = plan("a", false).replace("strata = [\"stratum\"]", "");
        tally::run(&Plan::from_text(&text, "plan", table.path(), &Default::default()).expect("valid"))
            .expect("readable")
            .ledger
    };
    let error = one.merge(&other).expect_err("other strata").to_string();
    assert_eq!(error, "the ledgers differ in their strata, so they cannot be merged: tally both with the same plan");
}

/// Many scores are put on a grid, and it is said; how far off an area may be only where
/// there are areas.
#[test]
fn a_grid_of_scores_is_told() {
    let mut csv = String::from("g,d,l,s\n");
    for at in 0..66_000 {
        csv.push_str(&format!("{},{},{},{}\n", ["x", "y"][at % 2], at % 3, at % 5 / 4, at as f64 / 66e3));
    }
    let table = Table::new(&csv);
    let plan = |label: &str| {
        format!(
            "[data]\npath = \"data.csv\"\n[roles]\ndecision = {{ column = \"d\", favourable = \"1\" }}\nscore = \"s\"\n{label}[[attribute]]\ncolumn = \"g\"\n"
        )
    };
    let notes = |label: &str| serde_json::to_string(&table.audit(&plan(label))).expect("serialisable");
    let (with, without) = (notes("label = { column = \"l\", favourable = \"1\" }\n"), notes(""));
    assert!(with.contains("were taken as one; areas under the curve are at most"));
    assert!(without.contains("were taken as one") && !without.contains("areas under the curve are at most"));
}

/// Scores so close together that the grid takes them as one tell nothing of an area: no
/// rule about it passes or fails.
#[test]
fn an_area_of_scores_taken_as_one_is_not_judged() {
    let mut chance = Counter::new(5, 0);
    let mut csv = String::from("g,l,s\n");
    for at in 0..70_000 {
        let u = chance.uniform();
        csv.push_str(&format!("{},{},{}\n", ["x", "y"][at % 2], u8::from(chance.uniform() > u), 1.0 - u * 1e-7));
        // Scores all over make the grid coarse.
        csv.push_str(&format!("z,{},{:.12}\n", u8::from(chance.uniform() > u), chance.uniform()));
    }
    let rule = |bound: &str| {
        format!(
            "[data]\npath = \"data.csv\"\n[roles]\nscore = \"s\"\nlabel = {{ column = \"l\", favourable = \"1\" }}\n[[attribute]]\ncolumn = \"g\"\n[[rule]]\nmetric = \"auc\"\n{bound}\nbasis = \"test\"\n"
        )
    };
    let table = Table::new(&csv);
    for bound in ["at_least = 0.8", "at_most = 0.7", "at_least = 0.3"] {
        let release = table.audit(&rule(bound));
        let close = release.findings.iter().filter(|found| found.measurement.group != "z");
        let said: Vec<String> = close.map(|found| format!("{:?}", found.verdict)).collect();
        assert!(!said.is_empty() && said.iter().all(|said| said.contains("Inconclusive")), "{bound}: {said:?}");
    }
}

/// Scores close together are told apart where there are no others.
#[test]
fn an_area_of_scores_close_together() {
    let mut chance = Counter::new(5, 0);
    let mut csv = String::from("g,l,s\n");
    let mut all: Vec<(f64, bool)> = Vec::new();
    for _ in 0..90_000 {
        let (score, label) = (1.0 - chance.uniform() * 1e-5, chance.uniform());
        let favourable = label > (1.0 - score) * 1e5;
        csv.push_str(&format!("x,{},{score}\n", u8::from(favourable)));
        all.push((score, favourable));
    }
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut below, mut wins) = (0.0, 0.0);
    for (_, favourable) in &all {
        wins += if *favourable { below } else { 0.0 };
        below += f64::from(u8::from(!favourable));
    }
    let truth = wins / (below * (all.len() as f64 - below));
    let plan = "[data]\npath = \"data.csv\"\n[roles]\nscore = \"s\"\nlabel = { column = \"l\", favourable = \"1\" }\n[[attribute]]\ncolumn = \"g\"\n";
    let release = Table::new(&csv).audit(plan);
    let found = release.measurements.iter().find(|row| row.metric == "auc").and_then(|row| row.value);
    assert!(truth > 0.8 && found.is_some_and(|found| (found - truth).abs() < 1e-5), "{found:?} is not {truth}");
}

/// What the grid hides of two distributions lies within the intervals of their distances.
#[test]
fn distances_of_scores_taken_as_one_reach_over_the_truth() {
    let mut chance = Counter::new(9, 0);
    let mut csv = String::from("g,s\n");
    let mut all: Vec<(f64, bool)> = Vec::new();
    for at in 0..70_000 {
        let (x, u) = (at % 2 == 0, chance.uniform());
        // One group lies half as far from 1 as the other.
        let score = 1.0 - u * if x { 1e-5 } else { 0.5e-5 };
        csv.push_str(&format!("{},{score}\nz,{}\n", if x { "x" } else { "y" }, chance.uniform()));
        all.push((score, x));
    }
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut gap, mut most) = (0i64, 0);
    for (_, x) in &all {
        gap += if *x { 1 } else { -1 };
        most = most.max(gap.abs());
    }
    let truth = most as f64 / 35_000.0;
    let plan =
        "[data]\npath = \"data.csv\"\n[roles]\nscore = \"s\"\n[[attribute]]\ncolumn = \"g\"\nreference = \"y\"\n";
    let release = Table::new(&csv).audit(plan);
    let row = |metric: &str| {
        let found = release.measurements.iter().find(|row| row.metric == metric && row.group == "x");
        found.unwrap_or_else(|| panic!("no {metric}")).clone()
    };
    let ks = row("score_distribution.ks");
    let (low, high) = (ks.low.expect("an interval"), ks.high.expect("an interval"));
    assert!(truth > 0.4 && low <= truth && truth <= high, "{truth} in {low} to {high}");
    let moved = row("score_distribution.wasserstein");
    assert!(moved.high.expect("an interval") >= 0.25e-5 && moved.value.is_some_and(|value| value.is_sign_positive()));
}
