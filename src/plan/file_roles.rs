//! `[roles]` of `evenhand.toml` → draft.

use toml::de::DeValue;

use super::draft::Draft;
use super::problem::At;
use super::reader::Table;
use super::{ClassesRole, DecisionRole, Features, ForecastRole, LabelRole, ScoreRole, Side, Values};
use crate::catalogue::{Needs, Role};

const SIDES: [(&str, Side); 2] = [("favourable", Side::Favourable), ("unfavourable", Side::Unfavourable)];
const ABOVE_BELOW: [(&str, Side); 2] = [("above", Side::Favourable), ("below", Side::Unfavourable)];

/// Reads the table, and which roles are written in it.
pub(super) fn roles(table: &mut Table<'_, '_>, draft: &mut Draft) {
    let keys = [
        (Role::Decision, "decision"),
        (Role::Label, "label"),
        (Role::Score, "score"),
        (Role::Counterfactual, "counterfactual"),
        (Role::Forecast, "forecast"),
        (Role::Classes, "classes"),
        (Role::Query, "query"),
    ];
    draft.written = Needs::when(&keys.map(|(role, key)| (role, table.get(key).is_some())));
    draft.decision = table.table("decision", "`decision`", decision).flatten();
    draft.label = table.table("label", "`label`", outcome).flatten();
    draft.score = score(table);
    draft.weight = table.string("weight");
    draft.count = table.string("count");
    draft.strata = table.strings("strata");
    draft.features = table.table("features", "`features`", features);
    draft.cluster = table.string("cluster");
    draft.counterfactual = table.table("counterfactual", "`counterfactual`", outcome).flatten();
    draft.forecast = table.table("forecast", "`forecast`", forecast).flatten();
    draft.classes = table.table("classes", "`classes`", classes).flatten();
    draft.query = table.string("query");
    draft.rank = table.string("rank");
    draft.top_k = table.whole("top_k");
}

fn favourable(table: &mut Table<'_, '_>) -> Option<Values> {
    if table.get("favourable").is_none() {
        let place = table.place();
        table.problems.add(&place, "say which value is good for the person: favourable = \"…\"");
        return None;
    }
    table.values("favourable").map(|at| Values(at.value))
}

/// A label, or a decision in another world.
fn outcome(table: &mut Table<'_, '_>) -> Option<At<LabelRole>> {
    let place = table.place();
    let column = table.required("column");
    let favourable = favourable(table);
    let unfavourable = table.values("unfavourable");
    if let (Some(good), Some(bad)) = (&favourable, &unfavourable)
        && let Some(both) = bad.value.iter().find(|value| good.contains(value))
    {
        let what = format!("\"{both}\" is both favourable and unfavourable; choose one");
        table.problems.add(&bad.place, what);
    }
    let unfavourable = unfavourable.map(|at| Values(at.value));
    Some(At::new(LabelRole { column: column?.value, favourable: favourable?, unfavourable }, place))
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

fn features(table: &mut Table<'_, '_>) -> Features {
    let mut names = |key| table.strings(key).into_iter().map(|at| at.value).collect::<Vec<_>>();
    Features {
        include: names("include"),
        exclude: names("exclude"),
        legitimate: names("legitimate"),
        categorical: names("categorical"),
    }
}

fn forecast(table: &mut Table<'_, '_>) -> Option<At<ForecastRole>> {
    let place = table.place();
    let predicted = table.required("predicted");
    let actual = table.required("actual");
    let mut end = |key| table.string(key).map(|at| at.value);
    let range = (end("low"), end("high"));
    Some(At::new(ForecastRole { predicted: predicted?.value, actual: actual?.value, range }, place))
}

fn classes(table: &mut Table<'_, '_>) -> Option<At<ClassesRole>> {
    let place = table.place();
    let predicted = table.required("predicted");
    let actual = table.required("actual");
    Some(At::new(ClassesRole { predicted: predicted?.value, actual: actual?.value }, place))
}
