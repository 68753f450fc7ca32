//! Why rows could not be counted: what, where, what to do.

use std::path::{Path, PathBuf};

/// A failure to read or to understand the data.
#[derive(Debug, thiserror::Error)]
pub enum TallyError {
    /// The file is not there, or may not be read.
    #[error("{}: {reason}", .file.display())]
    Unopenable {
        /// The file.
        file: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The file is there and is not what its name says, or is damaged.
    #[error("{}: cannot be read as {format}: {detail}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The format expected.
        format: &'static str,
        /// What the reader said.
        detail: String,
    },
    /// No rows at all.
    #[error("{}: {what}", .file.display())]
    Empty {
        /// The file.
        file: PathBuf,
        /// What there is instead.
        what: &'static str,
    },
    /// A header that cannot be right.
    #[error("{}: {what}", .file.display())]
    Header {
        /// The file.
        file: PathBuf,
        /// What is wrong, and what to do.
        what: String,
    },
    /// A column that the plan names and the file does not have.
    #[error("{}: no column `{column}` ({role}){hint}", .file.display())]
    NoColumn {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// What the plan wants it for.
        role: &'static str,
        /// A suggestion.
        hint: String,
    },
    /// A value that cannot be what its role says.
    #[error("{}: row {row}, column `{column}`: {what}", .file.display())]
    Value {
        /// The file.
        file: PathBuf,
        /// The row of data, from 1.
        row: u64,
        /// The column.
        column: String,
        /// What is wrong, and what to do.
        what: String,
    },
    /// A whole column that cannot be what its role says.
    #[error("{}: column `{column}`: {what}", .file.display())]
    Column {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// What is wrong, and what to do.
        what: String,
    },
    /// A key that occurs twice among the demographics.
    #[error(
        "{}: the key `{key}` occurs twice in `{column}`, in rows {first} and {second}: each person may be there once",
        .file.display()
    )]
    DuplicateKey {
        /// The file.
        file: PathBuf,
        /// The key column.
        column: String,
        /// The key.
        key: String,
        /// Its first row.
        first: u64,
        /// Its second row.
        second: u64,
    },
}

impl TallyError {
    pub(super) fn column(file: &Path, column: &str, what: impl Into<String>) -> TallyError {
        TallyError::Column { file: file.to_path_buf(), column: column.to_string(), what: what.into() }
    }

    pub(super) fn value(file: &Path, row: u64, column: &str, what: impl Into<String>) -> TallyError {
        TallyError::Value { file: file.to_path_buf(), row, column: column.to_string(), what: what.into() }
    }
}
