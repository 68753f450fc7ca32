//! Which column is what, and which of its values is good for the person.

use super::ReleasedRole;
use crate::plan::{DecisionRole, LabelRole, Plan, Roles, Side, Values};

/// The roles of a plan, in words.
pub(super) fn released(plan: &Plan) -> Vec<ReleasedRole> {
    let Roles { decision, label, score, weight, count, .. } = &plan.roles;
    let mut roles = Vec::new();
    let mut add = |role: &str, column: &str, meaning: String| {
        roles.push(ReleasedRole { role: role.into(), column: column.into(), meaning });
    };
    match decision {
        None => {}
        Some(DecisionRole::Column { column, favourable }) => add("decision", column, good(favourable)),
        Some(DecisionRole::Threshold { column, threshold, above }) => {
            let side = if *above == Side::Favourable { "at or above" } else { "below" };
            add("decision", column, format!("favourable: {side} {threshold}"));
        }
    }
    for (role, found) in [("label", label), ("counterfactual", &plan.roles.counterfactual)] {
        if let Some(LabelRole { column, favourable, .. }) = found {
            add(role, column, good(favourable));
        }
    }
    if let Some(score) = score {
        let higher = if score.higher == Side::Favourable { "higher is better" } else { "higher is worse" };
        add("score", &score.column, format!("{higher} for the person"));
    }
    if let Some(weight) = weight {
        add("weight", weight, String::new());
    }
    if let Some(count) = count {
        add("count", count, "people that a row stands for".into());
    }
    if let Some(cluster) = &plan.roles.cluster {
        add("cluster", cluster, "rows with the same value are not independent".into());
    }
    if let Some(forecast) = &plan.roles.forecast {
        let end = |end: &Option<String>| end.clone().unwrap_or("no end".into());
        let range = format!("range from {} to {}", end(&forecast.range.0), end(&forecast.range.1));
        let range = if forecast.has_range() { format!(", {range}") } else { String::new() };
        add("forecast", &forecast.predicted, format!("of {}{range}", forecast.actual));
    }
    if let Some(classes) = &plan.roles.classes {
        add("classes", &classes.predicted, format!("predicted; true in {}", classes.actual));
    }
    if let Some(ranking) = &plan.roles.ranking {
        let order =
            ranking.place.as_ref().map_or("ordered by the score".to_string(), |place| format!("places in {place}"));
        add("query", &ranking.query, format!("{order}; the first {} are the top", ranking.top));
    }
    roles
}

fn good(values: &Values) -> String {
    format!("favourable: {}", values.0.join(", "))
}
