//! What is wrong with a plan, and where: all of it in one report.

use std::fmt;

/// Where a setting was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Line and column of the plan file, both from 1.
    File {
        /// The line.
        line: usize,
        /// The column, in characters.
        column: usize,
    },
    /// A flag of the command line.
    Flag(&'static str),
    /// Nowhere: it is missing altogether.
    Whole,
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub place: Place,
}

impl<T> At<T> {
    /// A value written at a place.
    pub fn new(value: T, place: Place) -> At<T> {
        At { value, place }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, and what to do.
    pub message: String,
}

/// Everything that is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanError {
    /// The plan file, as the user named it.
    pub file: Option<String>,
    /// The problems, in the order of the file.
    pub problems: Vec<Problem>,
}

impl std::error::Error for PlanError {}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_deref().unwrap_or("command line");
        match self.problems.len() {
            1 => write!(f, "the plan has 1 problem:")?,
            count => write!(f, "the plan has {count} problems:")?,
        }
        for problem in &self.problems {
            writeln!(f)?;
            match &problem.place {
                Place::File { line, column } => write!(f, "{file}:{line}:{column}: {}", problem.message)?,
                Place::Flag(flag) => write!(f, "{flag}: {}", problem.message)?,
                Place::Whole => write!(f, "{file}: {}", problem.message)?,
            }
        }
        Ok(())
    }
}

/// Collects problems on the way.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, place: &Place, message: impl Into<String>) {
        self.0.push(Problem { place: place.clone(), message: message.into() });
    }

    /// The value if nothing was wrong, else everything that was.
    pub(crate) fn or<T>(mut self, file: Option<String>, value: Option<T>) -> Result<T, PlanError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => {
                self.0.sort_by(|a, b| a.place.cmp(&b.place));
                Err(PlanError { file, problems: self.0 })
            }
        }
    }
}
