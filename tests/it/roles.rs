//! Clusters, counterfactuals, forecasts, classes, ranked lists and estimated
//! groups as they are counted: by hand, and by laws.

use std::collections::BTreeMap;
use std::path::Path;

use evenhand::cells::{Decision, Exclusion, Frame, Group, Label, Level, Membership, Outcome, Summand, Tally};
use evenhand::plan::{Flags, Unknown};
use evenhand::report::Side;
use evenhand::stats::Counter;
use evenhand::{Ledger, Plan, tally};
use proptest::prelude::*;

use crate::support::{Table, close};

fn count(csv: &str, plan: &str) -> tally::Tallied {
    let table = Table::new(csv);
    let plan = Plan::from_text(plan, "plan", table.path(), &Default::default()).expect("valid");
    tally::run(&plan).expect("readable")
}

/// A plan for `data.csv` with these roles, and `group` as attribute.
fn plan(roles: &str) -> String {
    format!("[data]\npath = \"data.csv\"\n[roles]\n{roles}\n[[attribute]]\ncolumn = \"group\"\n")
}

fn group(name: &str) -> Group {
    Group::single(if name.is_empty() { Level::Missing } else { Level::value(name) })
}

const DECISION: &str = "decision = { column = \"decision\", favourable = \"yes\" }";
const YES: Outcome = Outcome { label: Label::Unknown, decision: Decision::Favourable };
const NO: Outcome = Outcome { label: Label::Unknown, decision: Decision::Unfavourable };

/// Persons p and q have two rows each, a third row has no person and is one of
/// its own; everyone is those with a recorded group.
#[test]
fn sums_within_clusters() {
    let csv = "group,decision,person,s\na,yes,p,1\na,yes,p,2\nb,no,q,3\na,no,q,4\na,yes,,5\n,yes,p,6\n";
    let tallied = count(csv, &plan(&format!("{DECISION}\ncluster = \"person\"\nscore = \"s\"")));
    let clusters = &tallied.ledger.frames[0].clusters;
    let of = |name| &clusters[&Some(group(name))];
    assert_eq!((of("a").clusters, of("b").clusters, of("").clusters, clusters[&None].clusters), (3, 1, 1, 3));
    let (yes, no) = (Summand::Weight(YES), Summand::Weight(NO));
    assert_eq!((of("a").product(yes, yes), of("a").product(no, no), of("a").product(yes, no)), (5.0, 1.0, 0.0));
    assert_eq!(clusters[&None].product(no, no), 4.0);
    let (score, square) = (Summand::Score(Label::Unknown), Summand::SquaredScore(Label::Unknown));
    assert_eq!(of("a").product(score, score), 9.0 + 16.0 + 25.0);
    assert_eq!(of("a").product(square, yes), 5.0 * 2.0 + 25.0);
    let said = "1 row has no value in column `person` (cluster): each such row counts as a cluster of its own";
    assert!(tallied.warnings.iter().any(|warning| warning == said), "{:?}", tallied.warnings);
}

#[test]
fn what_another_decision_would_change() {
    let csv = "group,decision,other,w\na,yes,no,2\na,no,yes,1\na,no,no,1\na,yes,,1\nb,yes,yes,1\n";
    let roles = format!("{DECISION}\ncounterfactual = {{ column = \"other\", favourable = \"yes\" }}\nweight = \"w\"");
    let tallied = count(csv, &plan(&roles));
    let flips = &tallied.ledger.frames[0].flips[&group("a")];
    assert_eq!((flips.all.n, flips.all.weight.value()), (3, 4.0));
    assert_eq!((flips.to_favourable.n, flips.to_unfavourable.weight.value()), (1, 2.0));
    assert_eq!(tallied.ledger.frames[0].groups[&group("a")].total().n, 4);
    let said = "1 row has no counterfactual decision and is left out of changes of the decision";
    assert!(tallied.warnings.iter().any(|warning| warning == said), "{:?}", tallied.warnings);
}

/// A range covers its ends; one missing end is no range; no prediction is no error.
#[test]
fn errors_and_ranges_of_forecasts() {
    let csv = "group,yhat,y,low,high\na,3,1,1,5\na,2,4,0,3\na,1,1,,2\na,,7,0,9\n";
    let both = "forecast = { predicted = \"yhat\", actual = \"y\", low = \"low\", high = \"high\" }";
    let tallied = count(csv, &plan(both));
    let found = &tallied.ledger.frames[0].regressions[&group("a")];
    assert_eq!((found.cell.n, found.ranged.n, found.covered.n), (3, 2, 1));
    assert_eq!((found.error.value(), found.absolute.value(), found.squared.value()), (0.0, 4.0, 8.0));
    assert_eq!((found.fourth.value(), found.actual[1].value(), found.mixed[0].value()), (32.0, 18.0, 20.0));
    assert!(tallied.warnings.iter().any(|w| w.starts_with("1 row has no predicted or no true number")));
    let one_end = "forecast = { predicted = \"yhat\", actual = \"y\", high = \"high\" }";
    let found = &count(csv, &plan(one_end)).ledger.frames[0].regressions[&group("a")];
    assert_eq!((found.ranged.n, found.covered.n), (3, 2));
}

#[test]
fn classes_by_truth_and_prediction() {
    let csv = "group,yhat,y\na,cat,cat\na,cat,dog\na,cat,dog\nb,owl,cat\nb,,cat\n";
    let tallied = count(csv, &plan("classes = { predicted = \"yhat\", actual = \"y\" }"));
    let classes = &tallied.ledger.frames[0].classes;
    let n = |name: &str, actual: &str, predicted: &str| {
        classes.get(&(group(name), Level::value(actual), Level::value(predicted))).map_or(0, |cell| cell.n)
    };
    assert_eq!((n("a", "cat", "cat"), n("a", "dog", "cat"), n("b", "cat", "owl"), classes.len()), (1, 2, 1, 3));
    assert!(tallied.warnings.iter().any(|w| w.starts_with("1 row has no predicted or no true class")));
}

/// Two lists; b is in one only, and still has its place in both.
#[test]
fn places_in_lists() {
    let csv = "group,q,place\na,x,2\nb,x,1\na,x,3\na,y,1\n,z,\n";
    let tallied = count(csv, &plan("query = \"q\"\nrank = \"place\"\ntop_k = 2"));
    let frame = &tallied.ledger.frames[0];
    let (a, b) = (&frame.rankings[&group("a")], &frame.rankings[&group("b")]);
    assert_eq!((a.candidates, a.in_top, b.candidates, b.in_top), (3, 2, 1, 1));
    assert_eq!((a.top.units, b.top.units, frame.divergence.units), (2, 2, 2));
    assert_eq!((a.top.a.value(), b.top.a.value()), (1.5, 0.5));
    assert!(close(b.top.b.value(), 1.0 / 3.0, 1e-12));
    assert_eq!((b.exposure.a.value(), b.exposure.b.value()), (1.0, 1.0));
    assert!(close(a.exposure.a.value(), 1.0 / 3f64.log2() + 0.5 + 1.0, 1e-12));
    assert_eq!(frame.rankings[&group("")].candidates, 0);
    assert!(tallied.warnings.iter().any(|w| w.starts_with("1 row has no list or no place in it")));
}

/// Places by score: the high first, unless a high score is bad; equals share.
#[test]
fn places_by_score() {
    let csv = "group,q,s\na,x,0.9\nb,x,0.5\na,x,0.5\nb,x,0.1\n";
    let top = |score: &str, k: u32| {
        let ledger = count(csv, &plan(&format!("query = \"q\"\nscore = {score}\ntop_k = {k}"))).ledger;
        let of = |name| ledger.frames[0].rankings[&group(name)].top.a.value();
        (of("a"), of("b"))
    };
    assert_eq!(top("\"s\"", 1), (1.0, 0.0));
    assert_eq!(top("{ column = \"s\", higher = \"unfavourable\" }", 1), (0.0, 1.0));
    assert_eq!(top("\"s\"", 2), (0.75, 0.25));
}

const ESTIMATED: &str = "[data]\npath = \"data.csv\"\n[roles]\ndecision = { column = \"decision\", favourable = \"yes\" }\n[[attribute]]\ncolumn = \"race\"\nprobabilities = { White = \"p_w\", Black = \"p_b\" }\nthreshold = 0.6\n[[attribute]]\ncolumn = \"group\"\n";

/// Everyone is in each group that is possible, with their chance as weight; and
/// in the likeliest where it is likely enough.
#[test]
fn groups_by_chance() {
    let csv = "group,decision,p_w,p_b\na,yes,0.75,0.25\na,no,0.5,0.5\nb,yes,1,0\nb,yes,,\n";
    let ledger = count(csv, ESTIMATED).ledger;
    let names: Vec<String> = ledger.frames.iter().map(Frame::name).collect();
    assert_eq!(names, ["race", "group", "race:thresholded"]);
    let [weighted, recorded, thresholded] = &ledger.frames[..] else { panic!("three frames") };
    let memberships = [weighted, recorded, thresholded].map(|frame| frame.membership);
    assert_eq!(memberships, [Membership::Weighted, Membership::Recorded, Membership::Thresholded]);
    let sizes = |frame: &Frame| -> Vec<(String, u64, f64)> {
        let size =
            |(group, tally): (&Group, &Tally)| (group.to_string(), tally.total().n, tally.total().weight.value());
        frame.groups.iter().map(size).collect()
    };
    let named = |sizes: [(&str, u64, f64); 3]| sizes.map(|(name, n, weight)| (name.to_string(), n, weight)).to_vec();
    assert_eq!(sizes(weighted), named([("Black", 2, 0.75), ("White", 3, 2.25), ("(missing)", 1, 1.0)]));
    let likeliest = sizes(thresholded);
    assert_eq!(likeliest, [("White".to_string(), 2, 2.0), ("(missing)".to_string(), 2, 2.0)]);
    assert!(!ledger.intake.weighted);
}

/// On which side estimates of groups err: of people with the same chances 40 % of the one
/// group are selected and 30 % of the other, and between chances the same group is ahead.
#[test]
fn on_which_side_estimates_of_groups_err() {
    let mut csv = String::from("group,decision,p_w,p_b\n");
    for (chance, base) in [(90u32, 0.6), (50, 0.5), (20, 0.4)] {
        for (group, people, rate) in [("White", chance * 10, base + 0.1), ("Black", 1000 - chance * 10, base)] {
            let yes = (f64::from(people) * rate).round() as usize;
            let chance = f64::from(chance) / 100.0;
            let chances = format!("{chance:.2},{:.2}", 1.0 - chance);
            csv.push_str(&format!("{group},yes,{chances}\n").repeat(yes));
            csv.push_str(&format!("{group},no,{chances}\n").repeat(people as usize - yes));
        }
    }
    let release = Table::new(&csv).audit(&ESTIMATED.replace("threshold", "reference = \"White\"\nthreshold"));
    let known = |metric: &str| {
        let row = release.measurements.iter().find(|row| {
            (row.attribute.as_str(), row.group.as_str(), row.metric.as_str()) == ("group", "Black", metric)
        });
        row.and_then(|row| row.value)
    };
    let division = release.divisions.iter().find(|division| division.attribute == "race").expect("race");
    let mut seen = 0;
    for line in division.estimates.iter().filter(|line| line.group == "Black") {
        let Some(truth) = known(&line.metric) else { continue };
        let side = |value: f64| if value > truth { Some(Side::High) } else { Some(Side::Low) };
        assert_eq!(line.weighted_errs, side(line.weighted), "{line:?} {truth}");
        assert_eq!(line.thresholded_errs, (line.thresholded > line.weighted).then_some(Side::High).or(Some(Side::Low)));
        seen += 1;
    }
    assert!(seen >= 1, "{:?}", division.estimates);
}

/// Rows are weighed by their likeliest group: by chance a row is in several.
#[test]
fn estimated_groups_are_weighed_by_the_likeliest() {
    let rows: String = (0..40)
        .map(|at| {
            format!(
                "{},{},{},{}\n",
                ["yes", "no"][at % 2],
                ["yes", "no"][at / 7 % 2],
                0.1 * (at % 11) as f64,
                1.0 - 0.1 * (at % 11) as f64
            )
        })
        .collect();
    let table = Table::new(&format!("decision,label,p_w,p_b\n{rows}"));
    let label = "label = { column = \"label\", favourable = \"yes\" }\n[[attribute]]";
    let text = ESTIMATED.replacen("[[attribute]]", label, 1).replace("[[attribute]]\ncolumn = \"group\"\n", "");
    let plan = Plan::from_text(&text, "plan", table.path(), &Default::default()).expect("valid");
    assert_eq!(plan.names(), ["race:thresholded"]);
    let (release, weights) =
        evenhand::reweigh(plan, "race:thresholded", evenhand::Provenance::default()).expect("readable");
    assert!(release.reweighing.iter().any(|table| table.attribute == "race:thresholded"));
    assert_eq!(weights.expect("weights").weights.len(), 40);
}

/// Chances beside the outputs or among the demographics: the same ledger.
#[test]
fn chances_in_a_second_file() {
    let table = Table::new("id,group,decision\n1,a,yes\n2,b,no\n3,a,yes\n");
    std::fs::write(table.path().join("people.csv"), "id,p_w,p_b\n1,0.75,0.25\n2,0.5,0.5\n9,1,0\n").expect("written");
    let joined = "path = \"data.csv\"\ndemographics = { path = \"people.csv\", on = \"id\" }";
    let text = ESTIMATED.replace("path = \"data.csv\"", joined).replace("[[attribute]]\ncolumn = \"group\"\n", "");
    let plan = Plan::from_text(&text, "plan", table.path(), &Default::default()).expect("valid");
    let ledger = tally::run(&plan).expect("readable").ledger;
    let one = "group,decision,p_w,p_b\na,yes,0.75,0.25\nb,no,0.5,0.5\na,yes,,\n";
    let alone = count(one, &ESTIMATED.replace("[[attribute]]\ncolumn = \"group\"\n", "")).ledger;
    assert_eq!(ledger.frames, alone.frames);
    let unheard = &ledger.exclusions[&Exclusion::NoOutputs];
    assert_eq!((unheard.rows, unheard.by_group[&("race".to_string(), group("White"))]), (1, 1));
}

/// Three bad values, named: they are unfavourable, and a fourth would be refused.
#[test]
fn labels_with_named_unfavourable_values() {
    let csv = "group,decision,label\na,yes,paid\na,no,late\nb,no,default\n";
    let label = "label = { column = \"label\", favourable = \"paid\", unfavourable = [\"late\", \"default\"] }";
    let tallied = count(csv, &plan(&format!("{DECISION}\n{label}")));
    let bad = |_: &_, outcome: Outcome| outcome.label == Label::Unfavourable;
    assert_eq!(tallied.ledger.frames[0].everyone().sum(bad).n, 2);
    assert_eq!(tallied.warnings, Vec::<String>::new());
}

/// Each flag has its key in the file, and wins over it.
#[test]
fn flags_and_file_say_the_same() {
    let text = |text: &str| Some(text.to_string());
    let flags = Flags {
        decision: text("decision=yes"),
        cluster: text("person"),
        counterfactual: text("other=yes"),
        forecast: text("yhat,y"),
        classes: text("guess, truth"),
        query: text("list"),
        rank: text("place"),
        top_k: Some(3),
        attributes: vec!["group".into()],
        rules: vec!["selection_rate.ratio >= 0.8".into()],
        unknown: Some(Unknown::Worst),
        resamples: Some(500),
        bayes: true,
        ..Flags::default()
    };
    let file = plan(
        "decision = { column = \"decision\", favourable = \"yes\" }\ncluster = \"person\"\ncounterfactual = { column = \"other\", favourable = \"yes\" }\nforecast = { predicted = \"yhat\", actual = \"y\" }\nclasses = { predicted = \"guess\", actual = \"truth\" }\nquery = \"list\"\nrank = \"place\"\ntop_k = 3",
    ) + "[[rule]]\nid = \"selection_rate.ratio >= 0.8\"\nmetric = \"selection_rate.ratio\"\nat_least = 0.8\nunknown = \"worst\"\n[audit]\nresamples = 500\nbayes = true\n";
    let by_flags = Plan::from_flags(Path::new("data.csv"), &flags).expect("valid");
    let by_file = Plan::from_text(&file, "plan", Path::new(""), &Flags::default()).expect("valid");
    assert_eq!(format!("{by_flags:?}"), format!("{by_file:?}"));
    let other = file.replace("person", "household").replace("yhat", "z").replace("worst", "ignore");
    let flags = Flags { rules: Vec::new(), ..flags };
    let over = Plan::from_text(&other, "plan", Path::new(""), &flags).expect("valid");
    assert_eq!((over.roles, over.rules[0].unknown), (by_file.roles, Unknown::Worst));
}

const ALL: &str = r#"
[data]
path = "data.csv"
[roles]
decision = { column = "decision", favourable = "yes" }
counterfactual = { column = "other", favourable = "yes" }
label = { column = "label", favourable = "yes" }
score = "score"
weight = "weight"
cluster = "cluster"
forecast = { predicted = "yhat", actual = "y", low = "low", high = "high" }
classes = { predicted = "guess", actual = "truth" }
query = "list"
rank = "place"
top_k = 3
[[attribute]]
column = "group"
[[attribute]]
column = "race"
probabilities = { White = "p_w", Black = "p_b" }
[[attribute]]
column = "truth"
[[cross]]
attributes = ["group", "truth"]
"#;

/// By score and without weights, where nothing is known beside the row.
fn by_score() -> String {
    ALL.replace("rank = \"place\"\n", "").replace("weight = \"weight\"\n", "")
}

/// Rows from draws, with lists and clusters that begin with `part`.
fn csv(people: &[[u8; 16]], part: &str) -> String {
    const WORDS: [&str; 3] = ["yes", "no", ""];
    const CHANCES: [&str; 5] = ["1,0", "0.3,0.7", "0.5,0.5", "0.875,0.1255", ","];
    let mut places: BTreeMap<u8, u32> = BTreeMap::new();
    let mut csv = String::from(
        "group,decision,other,label,score,weight,cluster,yhat,y,low,high,guess,truth,list,place,p_w,p_b\n",
    );
    let mut push = |fields: Vec<String>| csv.push_str(&(fields.join(",") + "\n"));
    for d in people {
        let place = places.entry(d[13] % 3).or_default();
        *place += 1;
        let named = |names: &[&str], at: usize| names[usize::from(d[at]) % names.len()].to_string();
        let tenth = |at: usize| (f64::from(d[at] % 11) / 10.0).to_string();
        let or_none = |at: usize, text: String| if d[at].is_multiple_of(7) { String::new() } else { text };
        push(vec![
            named(&["a", "b", "c", ""], 0),
            named(&WORDS, 1),
            named(&WORDS, 2),
            named(&WORDS, 3),
            tenth(4),
            (0.1 + f64::from(d[5]) / 3.0).to_string(),
            or_none(6, format!("{part}{}", d[6] % 4)),
            or_none(7, tenth(7)),
            tenth(8),
            or_none(9, (f64::from(d[9] % 5) / 9.0).to_string()),
            or_none(10, (0.5 + f64::from(d[10] % 5) / 9.0).to_string()),
            named(&["cat", "dog", "owl", ""], 11),
            named(&["cat", "dog", ""], 12),
            or_none(13, format!("{part}{}", d[13] % 3)),
            or_none(14, place.to_string()),
            named(&CHANCES, 15),
        ]);
    }
    // Somebody gets each answer, so that the favourable value occurs, in two clusters.
    for (at, word) in ["yes", "no"].into_iter().enumerate() {
        let cluster = format!("{part}k{at}");
        push(
            format!("a,{word},{word},{word},0.5,1,{cluster},1,1,0,2,cat,cat,{cluster},1,1,0")
                .split(',')
                .map(String::from)
                .collect(),
        );
    }
    csv
}

fn people(most: usize) -> impl Strategy<Value = Vec<[u8; 16]>> {
    prop::collection::vec(prop::array::uniform16(0u8..120), 2..most)
}

fn merged(one: &Ledger, other: &Ledger) -> Ledger {
    let mut all = one.clone();
    all.merge(other).expect("the same plan");
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Where lists and clusters are whole in one part, the ledger of both parts
    /// is the merge of theirs, in any order; and it survives being written.
    #[test]
    fn merging_is_counting_together(people in people(40), placed in any::<bool>()) {
        let plan = if placed { ALL.to_string() } else { by_score() };
        let (left, right) = people.split_at(people.len() / 3);
        let (one, other) = (csv(left, "m"), csv(right, "n"));
        let both = format!("{one}{}", other.split_once('\n').expect("a header").1);
        let [one, other, both] = [one, other, both].map(|csv| count(&csv, &plan).ledger);
        prop_assert_eq!(&merged(&one, &other), &both);
        prop_assert_eq!(&merged(&other, &one), &both);
        let text = serde_json::to_string(&both).expect("serialisable");
        prop_assert_eq!(&serde_json::from_str::<Ledger>(&text).expect("the same"), &both);
    }

    /// The order of rows changes nothing, to the last bit.
    #[test]
    fn the_order_of_rows_changes_nothing(people in people(40), placed in any::<bool>(), seed in any::<u64>()) {
        let plan = if placed { ALL.to_string() } else { by_score() };
        let table = csv(&people, "m");
        let mut lines: Vec<&str> = table.lines().collect();
        Counter::new(seed, 0).shuffle(&mut lines[1..]);
        let (one, other) = (count(&table, &plan).ledger, count(&(lines.join("\n") + "\n"), &plan).ledger);
        prop_assert_eq!(one, other);
    }

    /// Everyone has a share in the groups of 1 in all, and the groups of a list
    /// share its places.
    #[test]
    fn shares_sum_to_the_whole(people in people(40)) {
        let ledger = count(&csv(&people, "m"), ALL).ledger;
        let weight = |frame: &Frame| frame.everyone().total().weight.value();
        for frame in &ledger.frames {
            prop_assert!(close(weight(frame), weight(&ledger.frames[0]), 1e-9), "{}", frame.name());
            if frame.membership == Membership::Weighted {
                prop_assert!(frame.rankings.is_empty());
                continue;
            }
            let lists = frame.divergence.units as f64;
            let parts = |of: fn(&evenhand::cells::RatioSums) -> f64| frame.rankings.values().map(|r| of(&r.top)).sum::<f64>();
            prop_assert!(close(parts(|top| top.a.value()), lists, 1e-9));
            prop_assert!(close(parts(|top| top.b.value()), lists, 1e-9));
        }
    }
}
