//! Where the levels of a row come from: its own file, the demographics, or an
//! estimate.

use super::engine::source::{Kind, Source};
use super::error::TallyError;
use super::estimate::{ChanceSource, Chances, Estimate};
use super::intern::{Coder, Interner, MISSING_CODE, TupleInterner};
use super::line::{Line, Named};
use super::people::People;
use crate::cells::{Group, Level, Stratum};

/// Where the code of an attribute, stratum or cluster comes from.
#[derive(Debug)]
pub(super) enum Origin {
    /// A column of the outputs, with its coder.
    Outputs(usize, Coder),
    /// The n-th wanted column of the demographics.
    People(usize),
    /// The likeliest level.
    Estimated(Estimate),
}

/// A person of the demographics.
pub(super) type Joined<'p> = Option<(&'p People, u32)>;

impl Origin {
    /// The code of a row; `chances` are those of an estimated attribute.
    pub(super) fn code(&mut self, line: Line<'_>, joined: Joined<'_>, chances: &Chances) -> Result<u32, TallyError> {
        match self {
            Origin::Outputs(column, coder) => coder.code(line.text(*column), (line.row, line.copies), line.file),
            Origin::People(column) => Ok(joined.map_or(MISSING_CODE, |(people, person)| people.code(person, *column))),
            Origin::Estimated(estimate) => Ok(estimate.likeliest(chances)),
        }
    }

    /// The chances of a row; empty where the level is recorded.
    pub(super) fn chances(&self, line: Line<'_>, joined: Joined<'_>) -> Result<Chances, TallyError> {
        let Origin::Estimated(estimate) = self else { return Ok(Chances::new()) };
        Ok(match &estimate.source {
            ChanceSource::Outputs(columns) => estimate.possible(&columns.read(line)?),
            ChanceSource::People(at) => {
                joined.map_or(Chances::new(), |(people, person)| estimate.possible(people.chances(person, *at)))
            }
        })
    }

    /// What the demographics say of a person without a row of outputs.
    pub(super) fn of_person(&self, people: &People, person: u32) -> Option<u32> {
        match self {
            Origin::Outputs(..) => None,
            Origin::People(column) => Some(people.code(person, *column)),
            Origin::Estimated(estimate) => match &estimate.source {
                ChanceSource::Outputs(_) => None,
                ChanceSource::People(at) => Some(estimate.likeliest(&estimate.possible(people.chances(person, *at)))),
            },
        }
    }

    /// The column of the outputs that it is.
    pub(super) fn column(&self) -> Option<usize> {
        match self {
            Origin::Outputs(column, _) => Some(*column),
            _ => None,
        }
    }

    pub(super) fn coder<'c>(&'c self, people: &'c [Coder]) -> &'c Coder {
        match self {
            Origin::Outputs(_, coder) => coder,
            Origin::People(column) => &people[*column],
            Origin::Estimated(estimate) => &estimate.coder,
        }
    }
}

/// Chances of a row for each attribute, then its codes.
pub(super) fn levels(
    origins: &mut [Origin],
    line: Line<'_>,
    joined: Joined<'_>,
) -> Result<(Vec<u32>, Vec<Chances>), TallyError> {
    let chances = origins.iter().map(|origin| origin.chances(line, joined)).collect::<Result<Vec<_>, _>>()?;
    let codes = origins.iter_mut().zip(&chances).map(|(origin, chances)| origin.code(line, joined, chances));
    Ok((codes.collect::<Result<_, _>>()?, chances))
}

/// What codes stand for.
pub(super) struct Names<'c> {
    pub(super) attributes: &'c [Origin],
    pub(super) strata: &'c [Origin],
    pub(super) stratum_codes: &'c TupleInterner,
    pub(super) people: &'c [Coder],
    pub(super) classes: Option<&'c Interner>,
}

impl Names<'_> {
    /// The group of codes of some attributes.
    pub(super) fn group(&self, attributes: &[usize], codes: &[u32]) -> Group {
        let levels = attributes.iter().zip(codes);
        Group(levels.map(|(at, code)| self.attributes[*at].coder(self.people).level(*code).clone()).collect())
    }

    pub(super) fn stratum(&self, code: u32) -> Stratum {
        let levels = self.strata.iter().zip(self.stratum_codes.tuple(code));
        Stratum(levels.map(|(origin, code)| origin.coder(self.people).level(*code).clone()).collect())
    }

    pub(super) fn class(&self, code: u32) -> Level {
        self.classes.map_or(Level::Missing, |classes| classes.level(code).clone())
    }
}

/// The columns to read, each once.
pub(super) struct Wanted<'s> {
    pub(super) source: &'s Source,
    pub(super) columns: Vec<(String, Kind)>,
    /// Of each how many roles it has.
    pub(super) roles: Vec<usize>,
}

impl Wanted<'_> {
    /// The position of a column among those that are read.
    pub(super) fn add(&mut self, column: &str, kind: Kind, role: &'static str) -> Result<usize, TallyError> {
        if !self.source.has(column) {
            return Err(self.source.no_column(column, role));
        }
        match self.columns.iter().position(|(name, _)| name == column) {
            Some(at) => {
                self.roles[at] += 1;
                // Read as text, a number is still a number; not the other way round.
                if kind == Kind::Text {
                    self.columns[at].1 = Kind::Text;
                }
                Ok(at)
            }
            None => {
                self.columns.push((column.to_string(), kind));
                self.roles.push(1);
                Ok(self.columns.len() - 1)
            }
        }
    }

    /// A column of numbers.
    pub(super) fn number(&mut self, column: &str, role: &'static str) -> Result<Named, TallyError> {
        Ok(Named { column: self.add(column, Kind::Number, role)?, name: column.to_string() })
    }
}
