//! `evenhand.toml` → draft.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use toml::de::{DeTable, DeValue};

use super::draft::Draft;
use super::file_roles::roles;
use super::problem::{At, Place, Problems};
use super::reader::{Table, Text, number};
use super::{
    Attribute, Cross, Demographics, Hash, OnInconclusive, Probabilities, Reading, Reference, Rule, Severity, Unknown,
};
use crate::catalogue::Metric;
use crate::stats::{DifferenceMethod, ProportionMethod, RatioMethod};

/// From this chance on the likeliest level is taken, unless the plan says another.
const THRESHOLD: f64 = 0.5;

/// How far from 1 the shares of a population may sum.
const ROUNDING: f64 = 0.001;

/// Reads the text into the draft. False when it is not TOML at all: then
/// nothing else can be said of it.
pub(super) fn read(text: &str, draft: &mut Draft, problems: &mut Problems) -> bool {
    let place = Text(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(Place::Whole, |span| place.place(&span));
        problems.add(&at, format!("this is not TOML: {}", error.message()));
    }
    if !errors.is_empty() {
        return false;
    }
    let mut root = Table::new(place, document.get_ref(), "the plan", Place::Whole, problems);
    root.table("audit", "[audit]", |table| audit(table, draft));
    root.table("data", "[data]", |table| data(table, draft));
    root.table("roles", "[roles]", |table| roles(table, draft));
    draft.attributes_written = root.get("attribute").is_some();
    draft.attributes.extend(root.tables("attribute", "[[attribute]]", attribute));
    draft.crosses.extend(root.tables("cross", "[[cross]]", cross));
    draft.rules.extend(root.tables("rule", "[[rule]]", rule));
    root.table("gate", "[gate]", |table| {
        draft.on_inconclusive = table.word("on_inconclusive", &OnInconclusive::WORDS).or(draft.on_inconclusive);
    });
    root.table("intervals", "[intervals]", |table| {
        let chosen = &mut draft.intervals;
        chosen.proportion = table.word("proportion", &ProportionMethod::WORDS).unwrap_or_default();
        chosen.difference = table.word("difference", &DifferenceMethod::WORDS).unwrap_or_default();
        chosen.ratio = table.word("ratio", &RatioMethod::WORDS).unwrap_or_default();
    });
    root.table("privacy", "[privacy]", |table| {
        draft.min_cell = table.whole("min_cell").or(draft.min_cell.take());
    });
    root.table("review", "[review]", |table| {
        draft.store = table.string("store").or(draft.store.take());
        draft.every = table.string("every").or(draft.every.take());
    });
    root.finish();
    true
}

fn audit(table: &mut Table<'_, '_>, draft: &mut Draft) {
    draft.title = table.string("title").map(|at| at.value);
    draft.confidence = table.number("confidence");
    draft.min_group_size = table.whole("min_group_size");
    draft.seed = table.whole("seed");
    draft.resamples = table.whole("resamples");
    draft.bayes = table.truth("bayes").unwrap_or(draft.bayes);
}

fn data(table: &mut Table<'_, '_>, draft: &mut Draft) {
    draft.paths = table.required_list("path");
    draft.delimiter = table.string("delimiter");
    draft.hash = table.word("hash", &Hash::WORDS);
    draft.key = table.string("key").map(|at| at.value);
    draft.missing = table.strings("missing").into_iter().map(|at| at.value).collect();
    draft.demographics = table
        .table("demographics", "`demographics`", |inner| {
            let place = inner.place();
            let paths: Vec<PathBuf> = inner.required_list("path").into_iter().map(|at| at.value.into()).collect();
            let on = inner.required("on");
            (!paths.is_empty()).then_some(())?;
            Some(At::new(Demographics { paths, on: on?.value }, place))
        })
        .flatten();
}

/// A reference: a word, a level's name, or `{ level = "largest" }` for a level named like a word.
fn reference(table: &mut Table<'_, '_>) -> Reference {
    let Some(value) = table.get("reference") else { return Reference::Largest };
    if let DeValue::Table(_) = value.get_ref() {
        let level = table.table("reference", "`reference`", |inner| inner.required("level")).flatten();
        return level.map_or(Reference::Largest, |at| Reference::Level(at.value));
    }
    table.string("reference").map_or(Reference::Largest, |at| Reference::parse(&at.value))
}

fn attribute(table: &mut Table<'_, '_>) -> Option<At<Attribute>> {
    let place = table.place();
    let column = table.required("column");
    let bins = table.numbers("bins");
    let reference = reference(table);
    let probabilities = probabilities(table);
    let population = population(table);
    if let Some(bins) = &bins
        && (bins.value.is_empty() || bins.value.windows(2).any(|pair| pair[0] >= pair[1]))
    {
        table.problems.add(&bins.place, "`bins` must rise: the borders between the groups, such as [25, 40, 60]");
    }
    let bins = bins.map(|at| at.value);
    Some(At::new(Attribute { column: column?.value, bins, reference, probabilities, population }, place))
}

fn probabilities(table: &mut Table<'_, '_>) -> Option<Probabilities> {
    let levels = table.pairs("probabilities", "a column's name", |value| Some(value.as_str()?.to_string()));
    let threshold = table.number("threshold");
    if let Some(at) = &threshold {
        if table.get("probabilities").is_none() {
            let what = "`threshold` is the chance from which on a level is taken for recorded, and the attribute has no `probabilities`";
            table.problems.add(&at.place, what);
        }
        if !(at.value > 0.0 && at.value <= 1.0) {
            table.problems.add(&at.place, format!("`threshold` must lie above 0 and at most at 1, not {}", at.value));
        }
    }
    let levels = levels?;
    let columns: BTreeSet<&String> = levels.value.iter().map(|(_, column)| column).collect();
    if levels.value.len() < 2 {
        let what = "`probabilities` needs two or more levels, each with the column of its chance";
        table.problems.add(&levels.place, what);
    } else if columns.len() < levels.value.len() {
        table.problems.add(&levels.place, "two levels of `probabilities` name the same column: each has its own");
    }
    Some(Probabilities { levels: levels.value, threshold: threshold.map_or(THRESHOLD, |at| at.value) })
}

/// Shares of a population by level.
fn population(table: &mut Table<'_, '_>) -> BTreeMap<String, f64> {
    let Some(shares) = table.pairs("population", "a finite number", number) else { return BTreeMap::new() };
    if let Some((level, share)) = shares.value.iter().find(|(_, share)| *share <= 0.0) {
        let what = format!("the share of `{level}` in `population` must be above 0, not {share}: leave the level out");
        table.problems.add(&shares.place, what);
        return BTreeMap::new();
    }
    let sum: f64 = shares.value.iter().map(|(_, share)| share).sum();
    if (sum - 1.0).abs() > ROUNDING {
        let what = format!("the shares of `population` sum to {sum:.4}, not to 1: give every level its share");
        table.problems.add(&shares.place, what);
    }
    shares.value.into_iter().collect()
}

fn cross(table: &mut Table<'_, '_>) -> Option<At<Cross>> {
    let place = table.place();
    let attributes: Vec<String> = table.strings("attributes").into_iter().map(|at| at.value).collect();
    let reference = reference(table);
    Some(At::new(Cross { attributes, reference }, place))
}

fn rule(table: &mut Table<'_, '_>) -> Option<At<Rule>> {
    let place = table.place();
    let id = table.string("id");
    let metric_id = table.required("metric");
    let attributes = table.strings("attributes").into_iter().map(|at| at.value).collect();
    let groups = table.strings("groups").into_iter().map(|at| at.value).collect();
    let at_least = table.number("at_least").map(|at| at.value);
    let at_most = table.number("at_most").map(|at| at.value);
    let severity = table.word("level", &Severity::WORDS).unwrap_or(Severity::Error);
    let reading = table.word("on", &Reading::WORDS).unwrap_or(Reading::Interval);
    let unknown = table.word("unknown", &Unknown::WORDS).unwrap_or_default();
    let class = table.value("class").map(|at| at.value);
    let basis = table.string("basis").map(|at| at.value);
    let metric_id = metric_id?;
    let metric = match Metric::parse(&metric_id.value) {
        Ok(metric) => metric,
        Err(unknown) => {
            table.problems.add(&metric_id.place, format!("{unknown} (`evenhand metrics` lists all)"));
            return None;
        }
    };
    let id = id.map_or_else(|| metric_id.value.clone(), |at| at.value);
    let rule = Rule { id, metric, attributes, groups, at_least, at_most, severity, reading, unknown, class, basis };
    Some(At::new(rule, place))
}
