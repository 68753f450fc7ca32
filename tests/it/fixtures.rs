//! `expected.toml` of every fixture: numbers that another tool, a publication
//! or a sum on paper vouches for.

use std::collections::BTreeSet;

use evenhand::catalogue::Metric;
use evenhand::proxy::Strength;
use evenhand::report::{Release, Row};
use serde::Deserialize;

use crate::support::{at, close, fixtures, published, read, unsuppressed};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    number: Vec<Number>,
    #[serde(default)]
    reweighing: Vec<Weight>,
    #[serde(default)]
    association: Vec<Association>,
}

/// Who says so: must be there for every number.
#[derive(Deserialize)]
struct Witness {
    tool: String,
    version: String,
    how: String,
}

#[derive(Deserialize)]
struct Number {
    metric: String,
    attribute: String,
    group: String,
    reference: Option<String>,
    stratum: Option<String>,
    class: Option<String>,
    value: Option<f64>,
    undefined: Option<String>,
    low: Option<f64>,
    high: Option<f64>,
    p: Option<f64>,
    n_eff: Option<f64>,
    tolerance: f64,
    #[serde(flatten)]
    witness: Witness,
}

#[derive(Deserialize)]
struct Weight {
    attribute: String,
    group: String,
    favourable: bool,
    value: f64,
    tolerance: f64,
    #[serde(flatten)]
    witness: Witness,
}

#[derive(Deserialize)]
struct Association {
    feature: String,
    attribute: String,
    measure: String,
    value: f64,
    tolerance: f64,
    #[serde(flatten)]
    witness: Witness,
}

fn expected(name: &str) -> Expected {
    let path = at("fixtures").join(name).join("expected.toml");
    toml::from_str(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn find<'r>(release: &'r Release, number: &Number) -> Option<&'r Row> {
    release.measurements.iter().find(|row| {
        row.attribute == number.attribute
            && row.group == number.group
            && row.metric == number.metric
            && row.stratum == number.stratum.as_deref().unwrap_or_default()
            && row.class == number.class.as_deref().unwrap_or_default()
            && number.reference.as_ref().is_none_or(|reference| row.reference == *reference)
    })
}

/// What differs between a row and its witness.
fn differences(row: &Row, number: &Number) -> Vec<String> {
    let pairs = [
        ("value", row.value, number.value),
        ("low", row.low, number.low),
        ("high", row.high, number.high),
        ("p", row.p, number.p),
        ("n_eff", row.n_eff, number.n_eff),
    ];
    let mut found: Vec<String> = pairs
        .into_iter()
        .filter_map(|(what, found, wanted)| Some((what, found, wanted?)))
        .filter(|(_, found, wanted)| found.is_none_or(|found| !close(found, *wanted, number.tolerance)))
        .map(|(what, found, wanted)| format!("{what} is {found:?}, not {wanted}"))
        .collect();
    if let Some(why) = &number.undefined {
        let ours = serde_json::to_value(row.undefined).expect("a word");
        if ours != why.as_str() {
            found.push(format!("undefined is {ours}, not {why}"));
        }
    }
    found
}

fn name(number: &Number) -> String {
    format!("{} {} {} ({}: {})", number.metric, number.attribute, number.group, number.witness.tool, number.witness.how)
}

/// With nothing withheld every witnessed number is there and right.
#[test]
fn every_witnessed_number_is_right() {
    let mut problems = Vec::new();
    for fixture_name in fixtures() {
        let release = unsuppressed(&fixture_name);
        let expected = expected(&fixture_name);
        for number in &expected.number {
            let found = find(release, number).map(|row| differences(row, number)).unwrap_or(vec!["not there".into()]);
            problems.extend(found.iter().map(|what| format!("{fixture_name}: {}: {what}", name(number))));
        }
        for weight in &expected.reweighing {
            let table = release.reweighing.iter().find(|table| table.attribute == weight.attribute);
            let row = table.and_then(|table| table.weights.iter().find(|row| row.group == weight.group));
            let found = row.and_then(|row| if weight.favourable { row.favourable } else { row.unfavourable });
            if found.is_none_or(|found| !close(found, weight.value, weight.tolerance)) {
                problems.push(format!("{fixture_name}: weight of {}: {found:?}, not {}", weight.group, weight.value));
            }
        }
        for wanted in &expected.association {
            let measure = if wanted.measure == "cramers_v" { Strength::CramersV } else { Strength::CorrelationRatio };
            let pair = release.proxies.iter().find(|p| p.feature == wanted.feature && p.attribute == wanted.attribute);
            let found = pair.filter(|pair| pair.measure == measure).and_then(|pair| pair.strength);
            if found.is_none_or(|found| !close(found, wanted.value, wanted.tolerance)) {
                problems.push(format!("{fixture_name}: {} {found:?}, not {}", wanted.feature, wanted.value));
            }
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// Every metric of the catalogue is vouched for by someone else in some fixture.
#[test]
fn every_metric_has_a_witnessed_number() {
    let witnessed: BTreeSet<String> = fixtures()
        .iter()
        .flat_map(|name| expected(name).number)
        .filter(|number| number.value.is_some())
        .map(|number| number.metric)
        .collect();
    let lacking: Vec<String> = Metric::all().map(|metric| metric.id()).filter(|id| !witnessed.contains(id)).collect();
    assert!(lacking.is_empty(), "no expected.toml has a number for {}", lacking.join(", "));
}

/// By the plan's own privacy a number is the same or withheld, and more than
/// half of what is witnessed for real data is published.
#[test]
fn what_is_published_is_the_same() {
    for fixture_name in fixtures() {
        let release = published(&fixture_name);
        let expected = expected(&fixture_name);
        let mut published = 0;
        for number in &expected.number {
            let row = find(release, number).unwrap_or_else(|| panic!("{fixture_name}: {} is not there", name(number)));
            if !row.suppressed {
                published += 1;
                assert_eq!(differences(row, number), Vec::<String>::new(), "{fixture_name}: {}", name(number));
            }
        }
        assert!(2 * published > expected.number.len(), "{fixture_name}: {published} published");
    }
}

#[test]
fn every_fixture_says_where_it_comes_from_and_who_vouches() {
    for fixture_name in fixtures() {
        let origin = read(&at("fixtures").join(&fixture_name).join("ORIGIN.md"));
        assert!(origin.len() > 100, "{fixture_name}: ORIGIN.md says too little");
        let expected = expected(&fixture_name);
        let witnesses = expected.number.iter().map(|n| &n.witness);
        let witnesses = witnesses.chain(expected.reweighing.iter().map(|w| &w.witness));
        for witness in witnesses.chain(expected.association.iter().map(|a| &a.witness)) {
            assert!(!witness.tool.is_empty() && !witness.how.is_empty(), "{fixture_name}: a witness without a name");
            let needs_version = witness.tool != "by hand" && witness.tool != "published";
            assert!(!needs_version || !witness.version.is_empty(), "{fixture_name}: {} has no version", witness.tool);
        }
    }
}

/// ProPublica (Larson et al. 2016), "How We Analyzed the COMPAS Recidivism
/// Algorithm": called medium or high and no new offence, called low and a new
/// offence. To be called risky is bad for the person, so the first is our
/// false negative rate and the second our false positive rate.
#[test]
fn compas_as_published() {
    let release = published("compas-counts");
    for (group, metric, published) in [
        ("African-American", "fnr", 44.85),
        ("Caucasian", "fnr", 23.45),
        ("African-American", "fpr", 27.99),
        ("Caucasian", "fpr", 47.72),
    ] {
        let row = crate::support::row(release, "race", group, metric);
        assert!(close(100.0 * row.value.expect("a rate"), published, 0.005), "{group} {metric}: {:?}", row.value);
    }
}

/// Kamiran & Calders: the mean difference is −0.1285 before, and 0 under the weights.
#[test]
fn german_credit_before_and_after_reweighing() {
    let release = published("german-credit");
    let before = crate::support::row(release, "age", "<25", "base_rate.difference");
    assert!(close(before.value.expect("a difference"), -0.1285, 0.00005));
    let plan = crate::support::plan("german-credit");
    let (_, weights) = evenhand::reweigh(plan, "age", Default::default()).expect("readable");
    let weights = weights.expect("labels");
    let csv = read(&at("fixtures/german-credit/data.csv"));
    let mut sums = std::collections::BTreeMap::<bool, (f64, f64)>::new();
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let column = |name| header.iter().position(|h| *h == name).expect("a column");
    for (line, weight) in lines.zip(&weights.weights) {
        let fields: Vec<&str> = line.split(',').collect();
        let young = fields[column("age")].parse::<u32>().expect("an age") < 25;
        let sum = sums.entry(young).or_default();
        sum.0 += if fields[column("credit")] == "good" { *weight } else { 0.0 };
        sum.1 += *weight;
    }
    let rate = |young| sums[&young].0 / sums[&young].1;
    assert!(close(rate(true), rate(false), 1e-12), "{sums:?}");
    assert_eq!(weights.weights.len(), 1000);
}

/// Bickel, Hammel & O'Connell (1975); R's `mantelhaen.test(UCBAdmissions)`.
#[test]
fn berkeley_reverses_within_departments() {
    let release = published("berkeley-1973");
    let row = crate::support::row(release, "gender", "Male", "selection_rate.mantel_haenszel_odds_ratio");
    let found = [row.value, row.low, row.high].map(|end| (end.expect("bounded") * 1e4).round() / 1e4);
    assert_eq!(found, [0.9047, 0.7719, 1.0603]);
    let pooled = crate::support::row(release, "gender", "Male", "selection_rate.difference");
    assert!(pooled.value.expect("a difference") > 0.14);
    let sentence = &release.divisions[0].reversals[0];
    assert!(sentence.contains("opposite directions") && sentence.contains("same department"), "{sentence}");
}

/// A missing group is shown, and left out of comparisons.
#[test]
fn missing_groups_are_counted_and_not_compared() {
    let release = unsuppressed("boston-mortgage");
    let sex = release.divisions.iter().find(|division| division.attribute == "sex").expect("sex");
    let missing = sex.groups.iter().find(|group| group.missing).expect("a missing group");
    assert_eq!((missing.n.value(), missing.group.as_str()), (Some(15), "(missing)"));
    let compared = release.measurements.iter().any(|row| row.group == "(missing)" && !row.reference.is_empty());
    assert!(!compared);
}
