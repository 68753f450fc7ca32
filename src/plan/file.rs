//! `evenhand.toml` → draft.

use toml::de::{DeTable, DeValue};

use super::draft::Draft;
use super::problem::{At, Place, Problems};
use super::reader::{Table, Text};
use super::{
    Attribute, Cross, DecisionRole, Demographics, Features, LabelRole, OnInconclusive, Reading, Reference, Rule,
    ScoreRole, Severity, Side, Unknown, Values,
};
use crate::catalogue::{Metric, Needs, Role};

const SIDES: [(&str, Side); 2] = [("favourable", Side::Favourable), ("unfavourable", Side::Unfavourable)];
const ABOVE_BELOW: [(&str, Side); 2] = [("above", Side::Favourable), ("below", Side::Unfavourable)];

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
}

fn data(table: &mut Table<'_, '_>, draft: &mut Draft) {
    draft.path = table.required("path");
    draft.delimiter = table.string("delimiter");
    draft.key = table.string("key").map(|at| at.value);
    draft.missing = table.strings("missing").into_iter().map(|at| at.value).collect();
    draft.demographics = table
        .table("demographics", "`demographics`", |inner| {
            let place = inner.place();
            let path = inner.required("path");
            let on = inner.required("on");
            Some(At::new(Demographics { path: path?.value.into(), on: on?.value }, place))
        })
        .flatten();
}

fn roles(table: &mut Table<'_, '_>, draft: &mut Draft) {
    draft.written = Needs::when(&[
        (Role::Decision, table.get("decision").is_some()),
        (Role::Label, table.get("label").is_some()),
        (Role::Score, table.get("score").is_some()),
    ]);
    draft.decision = table.table("decision", "`decision`", decision).flatten();
    draft.label = table
        .table("label", "`label`", |inner| {
            let place = inner.place();
            let column = inner.required("column");
            let favourable = favourable(inner);
            Some(At::new(LabelRole { column: column?.value, favourable: favourable?, unfavourable: None }, place))
        })
        .flatten();
    draft.score = score(table);
    draft.weight = table.string("weight");
    draft.count = table.string("count");
    draft.strata = table.strings("strata");
    draft.features = table.table("features", "`features`", |inner| {
        let mut names = |key| inner.strings(key).into_iter().map(|at| at.value).collect::<Vec<_>>();
        Features {
            include: names("include"),
            exclude: names("exclude"),
            legitimate: names("legitimate"),
            categorical: names("categorical"),
        }
    });
}

fn favourable(table: &mut Table<'_, '_>) -> Option<Values> {
    if table.get("favourable").is_none() {
        let place = table.place();
        table.problems.add(&place, "say which value is good for the person: favourable = \"…\"");
        return None;
    }
    table.values("favourable").map(|at| Values(at.value))
}

fn decision(table: &mut Table<'_, '_>) -> Option<At<DecisionRole>> {
    let place = table.place();
    let role = match (table.get("column").is_some(), table.get("score").is_some()) {
        (true, false) => {
            let column = table.string("column");
            let favourable = favourable(table);
            DecisionRole::Column { column: column?.value, favourable: favourable? }
        }
        (false, true) => {
            let column = table.string("score");
            let threshold = table.number("threshold");
            if table.get("threshold").is_none() {
                table.problems.add(&place, "a decision by score needs a `threshold`");
            }
            let side = match table.get("favourable") {
                None => Some(Side::Favourable),
                Some(_) => table.word("favourable", &ABOVE_BELOW),
            };
            DecisionRole::Threshold { column: column?.value, threshold: threshold?.value, above: side? }
        }
        _ => {
            table.get("favourable");
            table.get("threshold");
            table.problems.add(&place, "`decision` needs either a `column` or a `score` with a `threshold`");
            return None;
        }
    };
    Some(At::new(role, place))
}

fn score(table: &mut Table<'_, '_>) -> Option<At<ScoreRole>> {
    let value = table.get("score")?;
    let place = table.place_of(value);
    if let DeValue::String(column) = value.get_ref() {
        return Some(At::new(ScoreRole { column: column.to_string(), higher: Side::Favourable }, place));
    }
    table
        .table("score", "`score`", |inner| {
            let column = inner.required("column");
            let higher = match inner.get("higher") {
                None => Some(Side::Favourable),
                Some(_) => inner.word("higher", &SIDES),
            };
            Some(At::new(ScoreRole { column: column?.value, higher: higher? }, place))
        })
        .flatten()
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
    if let Some(bins) = &bins
        && (bins.value.is_empty() || bins.value.windows(2).any(|pair| pair[0] >= pair[1]))
    {
        table.problems.add(&bins.place, "`bins` must rise: the borders between the groups, such as [25, 40, 60]");
    }
    Some(At::new(
        Attribute {
            column: column?.value,
            bins: bins.map(|at| at.value),
            reference,
            probabilities: None,
            population: Default::default(),
        },
        place,
    ))
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
    Some(At::new(
        Rule {
            id,
            metric,
            attributes,
            groups,
            at_least,
            at_most,
            severity,
            reading,
            unknown: Unknown::Ignore,
            class: None,
            basis,
        },
        place,
    ))
}
