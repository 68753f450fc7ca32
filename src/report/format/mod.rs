//! Ways to write a release. Each is one file and one line of [`FORMATS`].

pub mod csv;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod terminal;

use super::Release;

/// A way to write a release as one text.
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Writes it.
    pub write: fn(&Release) -> Result<String, FormatError>,
}

/// A release that could not be turned into text.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report as {format}: {detail}")]
pub struct FormatError {
    format: &'static str,
    detail: String,
}

impl FormatError {
    pub(super) fn new(format: &'static str, detail: impl ToString) -> FormatError {
        FormatError { format, detail: detail.to_string() }
    }
}

/// Every text format.
pub const FORMATS: &[Format] = &[
    Format { name: "terminal", about: "a readable summary", write: |release| Ok(terminal::write(release)) },
    Format { name: "json", about: "the whole release, by the schema of `evenhand schema`", write: json::write },
    Format { name: "csv", about: "the tidy table, one row for each measurement", write: csv::write },
    Format {
        name: "markdown",
        about: "verdicts as tables, for a pull request",
        write: |release| Ok(markdown::write(release)),
    },
    Format {
        name: "github",
        about: "workflow commands that annotate a run",
        write: |release| Ok(github::write(release)),
    },
    Format { name: "junit", about: "a test report in JUnit's XML", write: junit::write },
];

/// A format by its name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
