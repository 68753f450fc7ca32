//! Checks that need the whole draft: roles, attributes and rules beside each other.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::problem::{Place, Problems};
use super::{Attribute, DecisionRole, Reference, Rule};
use crate::catalogue::{Needs, Role};
use crate::suggest::suggestion;

/// What one class against all others has: it is a decision and a label.
const ONE_CLASS: Needs = Needs::of(&[Role::Decision, Role::Label, Role::Classes, Role::Population]);

impl Draft {
    pub(super) fn check_roles(&self, problems: &mut Problems) {
        const AUDITED: [Role; 6] =
            [Role::Decision, Role::Label, Role::Score, Role::Forecast, Role::Classes, Role::Query];
        if !AUDITED.into_iter().any(|role| self.has(role)) {
            let what =
                "nothing to audit: name a decision, a label, a score, a forecast, classes or a query under [roles]";
            problems.add(&Place::Whole, what);
        }
        if let (Some(decision), Some(score)) = (&self.decision, &self.score)
            && let DecisionRole::Threshold { column, above, .. } = &decision.value
            && *column == score.value.column
            && *above != score.value.higher
        {
            let what = format!(
                "`{column}` is good when high for the decision and bad when high as the score, or the reverse: make both agree"
            );
            problems.add(&score.place, what);
        }
        if let (Some(weight), Some(count)) = (&self.weight, &self.count)
            && weight.value == count.value
        {
            problems.add(&count.place, format!("`{}` is both weight and count; choose one", count.value));
        }
        if let Some(counterfactual) = &self.counterfactual
            && !self.has(Role::Decision)
        {
            let what = "a counterfactual is another decision, and [roles] names no `decision` to compare it with";
            problems.add(&counterfactual.place, what);
        }
        self.check_ranking(problems);
        self.check_columns(problems);
    }

    fn check_ranking(&self, problems: &mut Problems) {
        if !self.has(Role::Query) {
            let places = [self.rank.as_ref().map(|at| &at.place), self.top_k.as_ref().map(|at| &at.place)];
            for place in places.into_iter().flatten() {
                problems.add(place, "a ranking needs a `query`: the column that says which list a row is in");
            }
        }
        if let Some(query) = &self.query
            && self.rank.is_none()
            && !self.has(Role::Score)
        {
            let what = "the lists have no order: name the column with the place as `rank`, or a `score`";
            problems.add(&query.place, what);
        }
        if let Some(top) = self.top_k.as_ref().filter(|top| top.value == 0) {
            problems.add(&top.place, "`top_k` must be 1 or more, not 0");
        }
    }

    /// Two things that one column cannot both be.
    fn check_columns(&self, problems: &mut Problems) {
        let mut differ = |place: &Place, (one, column): (&str, &str), (two, other): (&str, &str)| {
            if column == other {
                problems.add(place, format!("`{one}` and `{two}` are both `{column}`: name two columns"));
            }
        };
        if let Some(at) = &self.forecast {
            differ(&at.place, ("predicted", &at.value.predicted), ("actual", &at.value.actual));
            if let (Some(low), Some(high)) = &at.value.range {
                differ(&at.place, ("low", low), ("high", high));
            }
        }
        if let Some(at) = &self.classes {
            differ(&at.place, ("predicted", &at.value.predicted), ("actual", &at.value.actual));
        }
        if let (Some(query), Some(rank)) = (&self.query, &self.rank) {
            differ(&rank.place, ("query", &query.value), ("rank", &rank.value));
        }
        if let (Some(other), Some(decision)) = (&self.counterfactual, &self.decision)
            && let DecisionRole::Column { column, .. } = &decision.value
        {
            differ(&other.place, ("decision", column), ("counterfactual", &other.value.column));
        }
        let mut seen = BTreeSet::new();
        for at in &self.strata {
            if !seen.insert(&at.value) {
                problems.add(&at.place, format!("stratum `{}` is named twice", at.value));
            }
        }
    }

    /// Which of the roles that metrics need are there.
    fn roles(&self) -> Needs {
        let understood = Needs::when(&[
            (Role::Decision, self.decision.is_some()),
            (Role::Label, self.label.is_some()),
            (Role::Score, self.score.is_some()),
            (Role::Stratum, !self.strata.is_empty()),
            (Role::Forecast, self.forecast.is_some()),
            (Role::Range, self.forecast.as_ref().is_some_and(|at| at.value.has_range())),
            (Role::Classes, self.classes.is_some()),
            (Role::Query, self.query.is_some()),
            (Role::Counterfactual, self.counterfactual.is_some()),
            (Role::Features, self.features.is_some()),
            (Role::Population, self.attributes.iter().any(|at| !at.value.population.is_empty())),
        ]);
        understood.and(self.written)
    }

    fn has(&self, role: Role) -> bool {
        Needs::of(&[role]).within(self.roles())
    }

    pub(super) fn check_attributes(&self, problems: &mut Problems) {
        if self.attributes.is_empty() && !self.attributes_written {
            problems.add(&Place::Whole, "no groups to compare: name at least one [[attribute]] with its column");
        }
        let mut seen = BTreeSet::new();
        for at in &self.attributes {
            if !seen.insert(&at.value.column) {
                problems.add(&at.place, format!("attribute `{}` is named twice", at.value.column));
            }
            check_estimated(&at.value, &at.place, problems);
        }
        let mut crossed = BTreeSet::new();
        for at in &self.crosses {
            let columns = &at.value.attributes;
            let distinct: BTreeSet<&String> = columns.iter().collect();
            if distinct.len() < 2 || distinct.len() < columns.len() {
                problems.add(&at.place, "a [[cross]] needs two or more different attributes");
            }
            for column in columns {
                match self.attributes.iter().find(|attribute| attribute.value.column == *column) {
                    None => {
                        let hint = suggestion(column, seen.iter().map(|s| s.as_str()));
                        problems.add(&at.place, format!("`{column}` in [[cross]] is not an [[attribute]]{hint}"));
                    }
                    Some(attribute) if attribute.value.probabilities.is_some() => {
                        let what = format!("`{column}` is estimated, not recorded, so it cannot be crossed");
                        problems.add(&at.place, what);
                    }
                    Some(_) => {}
                }
            }
            if !crossed.insert(at.value.name()) {
                problems.add(&at.place, format!("the cross of {} is named twice", columns.join(" and ")));
            }
        }
    }

    pub(super) fn check_rules(&self, problems: &mut Problems) {
        let names = self.names();
        let mut ids = BTreeSet::new();
        for at in &self.rules {
            let rule = &at.value;
            if rule.id.trim().is_empty() {
                problems.add(&at.place, "a rule needs an `id`, such as \"four-fifths\"");
            }
            if !ids.insert(&rule.id) {
                problems.add(&at.place, format!("two rules have the id `{}`", rule.id));
            }
            for name in &rule.attributes {
                if !names.contains(name) {
                    let hint = suggestion(name, names.iter().map(String::as_str));
                    problems
                        .add(&at.place, format!("rule `{}` names `{name}`, which is no attribute here{hint}", rule.id));
                }
            }
            match (rule.at_least, rule.at_most) {
                (None, None) => problems.add(&at.place, format!("rule `{}` needs `at_least` or `at_most`", rule.id)),
                (Some(low), Some(high)) if low > high => {
                    problems.add(&at.place, format!("rule `{}`: at_least {low} is above at_most {high}", rule.id));
                }
                _ => {}
            }
            match &rule.class {
                Some(_) => self.check_class(&at.place, rule, problems),
                None => self.check_needs(&at.place, rule, problems),
            }
        }
    }

    /// What a rule can name: attributes, estimated ones twice, and crosses.
    fn names(&self) -> Vec<String> {
        let attributes = self.attributes.iter().map(|at| at.value.column.clone());
        let estimated = self.attributes.iter().filter(|at| at.value.probabilities.is_some());
        let thresholded = estimated.map(|at| at.value.thresholded());
        attributes.chain(self.crosses.iter().map(|at| at.value.name())).chain(thresholded).collect()
    }

    fn check_needs(&self, place: &Place, rule: &Rule, problems: &mut Problems) {
        let id = rule.metric.id();
        let lacking: Vec<Role> = rule.metric.needs().lacking(self.roles()).collect();
        let of_two = lacking.iter().all(|role| matches!(role, Role::Decision | Role::Label));
        if of_two && !lacking.is_empty() && self.has(Role::Classes) {
            let roles = lacking.into_iter().map(named).collect::<Vec<_>>().join(" and ");
            let what = format!(
                "rule `{}`: {id} is about two classes: name one with `class`, or {roles} under [roles]",
                rule.id
            );
            problems.add(place, what);
            return;
        }
        for role in lacking {
            let whereabouts = if role == Role::Population { "no [[attribute]] has one" } else { "[roles] names none" };
            problems.add(place, format!("rule `{}`: {id} needs {}, and {whereabouts}", rule.id, named(role)));
        }
    }

    fn check_class(&self, place: &Place, rule: &Rule, problems: &mut Problems) {
        if !self.has(Role::Classes) {
            let what = format!("rule `{}` is about a class, and [roles] names no `classes`", rule.id);
            problems.add(place, what);
            return;
        }
        for role in rule.metric.needs().lacking(ONE_CLASS) {
            let what = format!(
                "rule `{}`: {} needs {}, which one class against the others has not: leave `class` out",
                rule.id,
                rule.metric.id(),
                named(role)
            );
            problems.add(place, what);
        }
    }
}

/// A role with its article.
fn named(role: Role) -> String {
    match role {
        Role::Classes | Role::Features => role.words().to_string(),
        _ => format!("a {}", role.words()),
    }
}

/// An attribute whose levels are known from the plan.
fn check_estimated(attribute: &Attribute, place: &Place, problems: &mut Problems) {
    let Some(probabilities) = &attribute.probabilities else { return };
    let name = &attribute.column;
    if attribute.bins.is_some() {
        let what = format!("attribute `{name}` has both `bins` and `probabilities`: bins are for recorded numbers");
        problems.add(place, what);
    }
    let mut levels = probabilities.levels.iter().map(|(level, _)| level.as_str());
    if let Reference::Level(level) = &attribute.reference
        && !levels.clone().any(|known| known == level)
    {
        let hint = suggestion(level, levels.by_ref());
        problems.add(place, format!("the reference `{level}` is none of the levels of `{name}`{hint}"));
    }
}
