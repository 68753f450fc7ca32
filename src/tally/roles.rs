//! What the columns mean, row by row: decision, label, numbers, groups.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::engine::source::{Column, Kind, Source};
use super::error::TallyError;
use super::feature::FeatureCounter;
use super::intern::{Coder, MISSING_CODE, is_missing};
use super::people::People;
use crate::cells::{Decision, Level};
use crate::plan::{Plan, Side, Values};

/// Where the code of an attribute or stratum comes from.
#[derive(Debug)]
pub(super) enum Origin {
    /// A column of the outputs, with its coder.
    Outputs(usize, Coder),
    /// The n-th wanted column of the demographics.
    People(usize),
}

/// Values of a decision or label that a note lists, at most.
const MOST_LISTED: usize = 6;

/// A column whose values are one thing or the other.
#[derive(Debug)]
pub(super) struct Binary {
    pub(super) column: usize,
    pub(super) coder: Coder,
    pub(super) favourable: Values,
    /// By code: whether it is favourable; unknown until first seen.
    pub(super) known: HashMap<u32, bool>,
}

impl Binary {
    pub(super) fn read(
        &mut self,
        column: &Column<'_>,
        at: usize,
        row: u64,
        file: &Path,
    ) -> Result<Option<bool>, TallyError> {
        let code = self.coder.code(column.text(at), row, file)?;
        let (coder, favourable) = (&self.coder, &self.favourable);
        Ok(match coder.level(code) {
            Level::Missing => None,
            Level::Value(text) => Some(*self.known.entry(code).or_insert_with(|| favourable.contains(text))),
        })
    }

    /// What is odd about the column's values.
    pub(super) fn warnings(&self, role: &str) -> Vec<String> {
        let mut warnings = self.coder.warnings();
        let names: BTreeSet<&str> = self.coder.values().collect();
        let others: Vec<String> =
            names.iter().filter(|value| !self.favourable.contains(value)).map(|value| format!("\"{value}\"")).collect();
        // Many values may be free text, which no output holds.
        let listed = if others.len() > MOST_LISTED { "all but the favourable".into() } else { others.join(", ") };
        if others.len() > 1 {
            warnings.push(format!(
                "column `{}` ({role}) has {} values; {listed} count as not favourable",
                self.coder.column,
                names.len(),
            ));
        }
        warnings
    }

    /// An error when values were seen and none was favourable.
    pub(super) fn check(&self, file: &Path, role: &str) -> Result<(), TallyError> {
        if self.known.is_empty() || self.known.values().any(|favourable| *favourable) {
            return Ok(());
        }
        let values: BTreeSet<&str> = self.coder.values().collect();
        let mut seen: Vec<String> = values.iter().take(6).map(|value| format!("\"{value}\"")).collect();
        if values.len() > seen.len() {
            seen.push("…".into());
        }
        let wanted: Vec<String> = self.favourable.0.iter().map(|value| format!("\"{value}\"")).collect();
        let hint = self
            .favourable
            .0
            .iter()
            .find_map(|value| crate::suggest::nearest(value, self.coder.values()))
            .map(|near| format!("; did you mean \"{near}\"?"))
            .unwrap_or_default();
        Err(TallyError::Column {
            file: file.to_path_buf(),
            column: self.coder.column.clone(),
            what: format!(
                "the favourable {role} {} never occurs; the values are {}{hint}",
                wanted.join(", "),
                seen.join(", ")
            ),
        })
    }
}

#[derive(Debug)]
pub(super) enum DecisionCounter {
    Column(Binary),
    Threshold { column: usize, name: String, threshold: f64, above: Side },
}

/// The columns to read, each once.
pub(super) struct Wanted<'s> {
    pub(super) source: &'s Source,
    pub(super) columns: Vec<(String, Kind)>,
}

impl Wanted<'_> {
    /// The position of a column among those that are read.
    pub(super) fn add(&mut self, column: &str, kind: Kind, role: &'static str) -> Result<usize, TallyError> {
        if !self.source.has(column) {
            return Err(self.source.no_column(column, role));
        }
        match self.columns.iter().position(|(name, _)| name == column) {
            Some(at) => {
                // Read as text, a number is still a number; not the other way round.
                if kind == Kind::Text {
                    self.columns[at].1 = Kind::Text;
                }
                Ok(at)
            }
            None => {
                self.columns.push((column.to_string(), kind));
                Ok(self.columns.len() - 1)
            }
        }
    }
}

pub(super) fn features(plan: &Plan, wanted: &mut Wanted<'_>) -> Result<Vec<(usize, FeatureCounter)>, TallyError> {
    let Some(features) = &plan.roles.features else { return Ok(Vec::new()) };
    let mut names: Vec<String> = Vec::new();
    for name in features.include.iter().chain(&features.legitimate).chain(&features.categorical) {
        if name == "*" {
            let roles: Vec<String> = wanted.columns.iter().map(|(name, _)| name.clone()).collect();
            let attributes: Vec<&String> = plan.attributes.iter().map(|a| &a.column).collect();
            let others = wanted.source.columns.iter().filter(|c| !roles.contains(c) && !attributes.contains(c));
            names.extend(others.cloned());
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
            let counter = FeatureCounter::new(&name, categorical, plan.attributes.len(), &plan.data.missing);
            counters.push((at, counter));
        }
    }
    Ok(counters)
}

pub(super) fn coder<'c>(origins: &'c [Origin], people: &'c [Coder], at: usize) -> &'c Coder {
    match &origins[at] {
        Origin::Outputs(_, coder) => coder,
        Origin::People(column) => &people[*column],
    }
}

/// The codes of a row's attributes or strata.
pub(super) fn codes(
    origins: &mut [Origin],
    people: Option<&People>,
    person: Option<u32>,
    columns: &[Column<'_>],
    at: usize,
    (row, file): (u64, &Path),
) -> Result<Vec<u32>, TallyError> {
    origins
        .iter_mut()
        .map(|origin| match origin {
            Origin::Outputs(column, coder) => coder.code(columns[*column].text(at), row, file),
            Origin::People(column) => Ok(match (people, person) {
                (Some(people), Some(person)) => people.code(person, *column),
                _ => MISSING_CODE,
            }),
        })
        .collect()
}

pub(super) fn decided(favourable: bool) -> Decision {
    if favourable { Decision::Favourable } else { Decision::Unfavourable }
}

/// Numbers whose squares can be summed without loss lie between these.
pub(super) const SMALLEST: f64 = 1e-100;
/// See [`SMALLEST`].
pub(super) const LARGEST: f64 = 1e100;

/// The finite number in a row, or nothing when it is missing.
pub(super) fn number(
    column: &Column<'_>,
    at: usize,
    missing: &[String],
    (file, row, name, what): (&Path, u64, &str, &str),
) -> Result<Option<f64>, TallyError> {
    let wrong = |shown: &str| {
        TallyError::value(file, row, name, format!("\"{shown}\" is not {what}: it must be a finite number"))
    };
    let within = |number: f64| match number.abs() {
        size if size == 0.0 || (SMALLEST..=LARGEST).contains(&size) => Ok(Some(number)),
        _ => {
            let what =
                format!("{number:e} is beyond what can be squared and summed: bring the column to another scale");
            Err(TallyError::value(file, row, name, what))
        }
    };
    match column {
        Column::Number(numbers) => match numbers.get(at) {
            None => Ok(None),
            Some(number) if number.is_finite() => within(number),
            Some(number) => Err(wrong(&number.to_string())),
        },
        Column::Text(texts) => {
            let text = texts.get(at).map(str::trim).unwrap_or_default();
            if is_missing(text, missing) {
                return Ok(None);
            }
            match text.parse::<f64>() {
                Ok(number) if number.is_finite() => within(number),
                _ => Err(wrong(text)),
            }
        }
    }
}
