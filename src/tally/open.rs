//! The plan's columns against the files: where each is, or that it is not there.

use std::collections::HashSet;

use super::binary::{Binary, DecisionCounter};
use super::engine::source::{Kind, Source};
use super::error::TallyError;
use super::estimate::{ChanceColumns, ChanceSource, Estimate};
use super::feature::FeatureCounter;
use super::intern::{ANY, Coder, GROUPS, Interner, LEVELS, Limit};
use super::line::Named;
use super::origin::{Origin, Wanted};
use super::roles::{ClassColumns, ForecastColumns, ListColumns, Roles};
use crate::plan::{Attribute, DecisionRole, LabelRole, Plan, Probabilities, Side};

/// Looks columns up, and remembers which of them are to be read.
pub(super) struct Opening<'s> {
    pub(super) plan: &'s Plan,
    pub(super) wanted: Wanted<'s>,
    pub(super) people: Option<&'s Source>,
    /// Columns of the demographics that are wanted as levels.
    pub(super) coders: Vec<Coder>,
    /// Estimated attributes of the demographics.
    pub(super) chances: Vec<ChanceColumns>,
}

impl Opening<'_> {
    /// Where the levels of an attribute are.
    pub(super) fn attribute(&mut self, attribute: &Attribute) -> Result<Origin, TallyError> {
        match &attribute.probabilities {
            None => self.origin(&attribute.column, attribute.bins.as_deref(), GROUPS, "attribute"),
            Some(probabilities) => self.estimate(&attribute.column, probabilities).map(Origin::Estimated),
        }
    }

    /// Where the levels of a column are: in the demographics if they have it.
    pub(super) fn origin(
        &mut self,
        column: &str,
        bins: Option<&[f64]>,
        limit: Limit,
        role: &'static str,
    ) -> Result<Origin, TallyError> {
        let coder = Coder::new(column, bins, limit, &self.plan.data.missing);
        if self.of_people(column) {
            self.coders.push(coder);
            return Ok(Origin::People(self.coders.len() - 1));
        }
        let found = self.wanted.add(column, Kind::Text, role);
        found.map(|at| Origin::Outputs(at, coder)).map_err(|error| match self.people {
            Some(people) => people.no_column(column, role),
            None => error,
        })
    }

    fn of_people(&self, column: &str) -> bool {
        self.people.is_some_and(|people| people.has(column) && Some(column) != self.plan.data.key.as_deref())
    }

    /// Where the chances of an attribute are, all in one file.
    fn estimate(&mut self, name: &str, probabilities: &Probabilities) -> Result<Estimate, TallyError> {
        const ROLE: &str = "probability of a level";
        let Probabilities { levels, threshold } = probabilities;
        let mut coder = Coder::new(name, None, ANY, &[]);
        let codes = levels.iter().map(|(level, _)| coder.known(level)).collect();
        let mut columns = ChanceColumns { attribute: name.to_string(), columns: Vec::new() };
        let in_people = levels.iter().any(|(_, column)| self.of_people(column));
        for (_, column) in levels {
            let named = match self.people.filter(|_| in_people) {
                None => self.wanted.number(column, ROLE)?,
                Some(people) if people.has(column) => Named { column: 0, name: column.clone() },
                Some(people) => return Err(people.no_column(column, ROLE)),
            };
            columns.columns.push(named);
        }
        let source = if in_people {
            self.chances.push(columns);
            ChanceSource::People(self.chances.len() - 1)
        } else {
            ChanceSource::Outputs(columns)
        };
        Ok(Estimate { coder, codes, source, threshold: *threshold })
    }

    fn text(&mut self, column: &str, role: &'static str) -> Result<Named, TallyError> {
        Ok(Named { column: self.wanted.add(column, Kind::Text, role)?, name: column.to_string() })
    }

    fn outcome(&mut self, of: &LabelRole, role: &'static str) -> Result<Binary, TallyError> {
        let at = self.wanted.add(&of.column, Kind::Text, role)?;
        let coder = Coder::new(&of.column, None, LEVELS, &self.plan.data.missing);
        Ok(Binary::new(at, coder, &of.favourable, of.unfavourable.as_ref()))
    }

    fn decision(&mut self, role: &DecisionRole) -> Result<DecisionCounter, TallyError> {
        Ok(match role {
            DecisionRole::Column { column, favourable } => {
                let role = LabelRole { column: column.clone(), favourable: favourable.clone(), unfavourable: None };
                DecisionCounter::Column(Box::new(self.outcome(&role, "decision")?))
            }
            DecisionRole::Threshold { column, threshold, above } => DecisionCounter::Threshold {
                of: self.wanted.number(column, "score of the decision")?,
                threshold: *threshold,
                above: *above,
            },
        })
    }

    /// The columns of the outputs by their role.
    pub(super) fn roles(&mut self) -> Result<Roles, TallyError> {
        let (of, missing) = (&self.plan.roles, &self.plan.data.missing);
        let mut roles = Roles::default();
        if let Some(role) = &of.decision {
            roles.decision = Some(self.decision(role)?);
        }
        if let Some(role) = &of.label {
            roles.label = Some(self.outcome(role, "label")?);
        }
        let mut number = |column: Option<&String>, role| column.map(|column| self.wanted.number(column, role));
        roles.score = number(of.score.as_ref().map(|score| &score.column), "score").transpose()?;
        roles.weight = number(of.weight.as_ref(), "weight").transpose()?;
        roles.count = number(of.count.as_ref(), "count").transpose()?;
        if let Some(role) = &of.counterfactual {
            roles.counterfactual = Some(self.outcome(role, "counterfactual")?);
        }
        if let Some(role) = &of.forecast {
            let mut end = |column: &Option<String>| {
                column.as_ref().map(|column| self.wanted.number(column, "end of the predicted range")).transpose()
            };
            let range = (end(&role.range.0)?, end(&role.range.1)?);
            let predicted = self.wanted.number(&role.predicted, "predicted number")?;
            let actual = self.wanted.number(&role.actual, "true number")?;
            roles.forecast = Some(ForecastColumns { predicted, actual, range });
        }
        if let Some(role) = &of.classes {
            let predicted = self.text(&role.predicted, "predicted class")?;
            let actual = self.text(&role.actual, "true class")?;
            roles.classes = Some(ClassColumns { predicted, actual, classes: Interner::new(missing), seen: Vec::new() });
        }
        if let Some(role) = &of.ranking {
            roles.ranking = Some(ListColumns {
                query: self.text(&role.query, "list of the row")?,
                queries: Interner::new(missing),
                place: role.place.as_ref().map(|place| self.wanted.number(place, "place in the list")).transpose()?,
                lowest_first: of.score.as_ref().is_some_and(|score| score.higher == Side::Unfavourable),
            });
        }
        Ok(roles)
    }

    /// The columns that might stand in for an attribute; `*` is every column
    /// that was not looked up before and can be asked for.
    pub(super) fn features(&mut self) -> Result<Vec<(usize, FeatureCounter)>, TallyError> {
        let (plan, wanted) = (self.plan, &mut self.wanted);
        let Some(features) = &plan.roles.features else { return Ok(Vec::new()) };
        let mut names: Vec<String> = Vec::new();
        for name in features.include.iter().chain(&features.legitimate).chain(&features.categorical) {
            if name == "*" {
                let roles: Vec<String> = wanted.columns.iter().map(|(name, _)| name.clone()).collect();
                let attributes: Vec<&String> = plan.attributes.iter().map(|a| &a.column).collect();
                let is_other = |c: &String| !roles.contains(c) && !attributes.contains(&c);
                let others = wanted.source.askable().into_iter().filter(is_other);
                names.extend(others);
            } else {
                names.push(name.clone());
            }
        }
        let mut counters = Vec::new();
        let mut seen = HashSet::new();
        for name in names {
            if !features.exclude.contains(&name) && seen.insert(name.clone()) {
                let categorical = features.categorical.contains(&name);
                let kind = if categorical { Kind::Text } else { Kind::Number };
                let at = wanted.add(&name, kind, "feature")?;
                let counter = FeatureCounter::new(
                    &name,
                    categorical,
                    plan.attributes.len(),
                    plan.roles.weight.is_some(),
                    &plan.data.missing,
                );
                counters.push((at, counter));
            }
        }
        Ok(counters)
    }
}
