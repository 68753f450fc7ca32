//! A plan being put together, and the checks that need all of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::problem::{At, Place, Problems};
use super::{
    Attribute, Cross, Data, DecisionRole, Demographics, Features, LabelRole, OnInconclusive, Plan, Review, Roles, Rule,
    ScoreRole,
};
use crate::catalogue::{Needs, Role};
use crate::stats::{Intervals, Level};
use crate::suggest::suggestion;

#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) title: Option<String>,
    pub(super) confidence: Option<At<f64>>,
    pub(super) min_group_size: Option<At<u64>>,
    pub(super) seed: Option<At<u64>>,
    pub(super) path: Option<At<String>>,
    pub(super) path_from_flag: bool,
    pub(super) delimiter: Option<At<String>>,
    pub(super) key: Option<String>,
    pub(super) missing: Vec<String>,
    pub(super) demographics: Option<At<Demographics>>,
    pub(super) demographics_from_flag: bool,
    /// Roles that are written, even if wrongly: not to be called missing too.
    pub(super) written: Needs,
    pub(super) attributes_written: bool,
    pub(super) decision: Option<At<DecisionRole>>,
    pub(super) label: Option<At<LabelRole>>,
    pub(super) score: Option<At<ScoreRole>>,
    pub(super) weight: Option<At<String>>,
    pub(super) count: Option<At<String>>,
    pub(super) strata: Vec<At<String>>,
    pub(super) features: Option<Features>,
    pub(super) attributes: Vec<At<Attribute>>,
    pub(super) crosses: Vec<At<Cross>>,
    pub(super) rules: Vec<At<Rule>>,
    pub(super) on_inconclusive: Option<OnInconclusive>,
    pub(super) min_cell: Option<At<u64>>,
    pub(super) store: Option<At<String>>,
    pub(super) every: Option<At<String>>,
}

impl Draft {
    /// The valid plan, or nothing with the problems added. Paths written in
    /// the file are relative to `base`.
    pub(super) fn finish(self, base: &Path, problems: &mut Problems) -> Option<Plan> {
        let confidence = self.level(problems);
        let delimiter = self.delimiter(problems);
        self.check_roles(problems);
        self.check_attributes(problems);
        self.check_rules(problems);
        if let Some(every) = &self.every
            && every.value.parse::<jiff::Span>().is_err()
        {
            problems.add(
                &every.place,
                format!("`every` must be an ISO 8601 duration such as \"P1M\", not \"{}\"", every.value),
            );
        }
        let resolve = |path: PathBuf, from_flag: bool| if from_flag { path } else { base.join(path) };
        let path = self.path?;
        let demographics = self
            .demographics
            .map(|at| Demographics { path: resolve(at.value.path, self.demographics_from_flag), on: at.value.on });
        Some(Plan {
            title: self.title,
            confidence: confidence?,
            min_group_size: self.min_group_size.map_or(30, |at| at.value),
            seed: self.seed.map_or(1, |at| at.value),
            resamples: 10_000,
            intervals: Intervals::default(),
            bayes: false,
            data: Data {
                path: resolve(PathBuf::from(path.value), self.path_from_flag),
                delimiter: delimiter?,
                key: self.key.or_else(|| demographics.as_ref().map(|d| d.on.clone())),
                missing: self.missing,
                demographics,
            },
            roles: Roles {
                decision: self.decision.map(|at| at.value),
                label: self.label.map(|at| at.value),
                score: self.score.map(|at| at.value),
                weight: self.weight.map(|at| at.value),
                count: self.count.map(|at| at.value),
                strata: self.strata.into_iter().map(|at| at.value).collect(),
                features: self.features,
                cluster: None,
                counterfactual: None,
                forecast: None,
                classes: None,
                ranking: None,
            },
            attributes: self.attributes.into_iter().map(|at| at.value).collect(),
            crosses: self.crosses.into_iter().map(|at| at.value).collect(),
            rules: self.rules.into_iter().map(|at| at.value).collect(),
            on_inconclusive: self.on_inconclusive.unwrap_or_default(),
            min_cell: self.min_cell.map_or(10, |at| at.value),
            review: Review {
                store: self.store.map(|at| match at.place {
                    Place::Flag(_) => PathBuf::from(at.value),
                    _ => base.join(at.value),
                }),
                every: self.every.map(|at| at.value),
            },
        })
    }

    fn level(&self, problems: &mut Problems) -> Option<Level> {
        let Some(at) = &self.confidence else { return Some(Level::P95) };
        let level = Level::new(at.value).filter(|level| level.value() >= 0.5);
        if level.is_none() {
            problems.add(&at.place, format!("`confidence` must lie in [0.5, 1), such as 0.95, not {}", at.value));
        }
        level
    }

    fn delimiter(&self, problems: &mut Problems) -> Option<Option<u8>> {
        let Some(at) = &self.delimiter else { return Some(None) };
        match at.value.replace("\\t", "\t").as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(Some(*byte)),
            _ => {
                problems.add(&at.place, format!("`delimiter` must be one character, not \"{}\"", at.value));
                None
            }
        }
    }

    fn check_roles(&self, problems: &mut Problems) {
        if self.roles() == Needs::default() {
            problems.add(&Place::Whole, "nothing to audit: name a decision, a label or a score under [roles]");
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
    }

    /// Which of the roles that metrics need are there.
    fn roles(&self) -> Needs {
        let understood = Needs::when(&[
            (Role::Decision, self.decision.is_some()),
            (Role::Label, self.label.is_some()),
            (Role::Score, self.score.is_some()),
            (Role::Stratum, !self.strata.is_empty()),
            (Role::Features, self.features.is_some()),
        ]);
        understood.and(self.written)
    }

    fn names(&self) -> Vec<String> {
        let attributes = self.attributes.iter().map(|at| at.value.column.clone());
        attributes.chain(self.crosses.iter().map(|at| at.value.name())).collect()
    }

    fn check_attributes(&self, problems: &mut Problems) {
        if self.attributes.is_empty() && !self.attributes_written {
            problems.add(&Place::Whole, "no groups to compare: name at least one [[attribute]] with its column");
        }
        let mut seen = BTreeSet::new();
        for at in &self.attributes {
            if !seen.insert(&at.value.column) {
                problems.add(&at.place, format!("attribute `{}` is named twice", at.value.column));
            }
        }
        let mut crossed = BTreeSet::new();
        for at in &self.crosses {
            let columns = &at.value.attributes;
            let distinct: BTreeSet<&String> = columns.iter().collect();
            if distinct.len() < 2 || distinct.len() < columns.len() {
                problems.add(&at.place, "a [[cross]] needs two or more different attributes");
            }
            for column in columns {
                if !seen.contains(column) {
                    let hint = suggestion(column, seen.iter().map(|s| s.as_str()));
                    problems.add(&at.place, format!("`{column}` in [[cross]] is not an [[attribute]]{hint}"));
                }
            }
            if !crossed.insert(at.value.name()) {
                problems.add(&at.place, format!("the cross of {} is named twice", columns.join(" and ")));
            }
        }
    }

    fn check_rules(&self, problems: &mut Problems) {
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
            self.check_needs(&at.place, rule, problems);
        }
    }

    fn check_needs(&self, place: &Place, rule: &Rule, problems: &mut Problems) {
        for missing in rule.metric.needs().lacking(self.roles()) {
            let (id, missing) = (rule.metric.id(), missing.words());
            problems.add(place, format!("rule `{}`: {id} needs a {missing}, and [roles] names none", rule.id));
        }
    }
}
