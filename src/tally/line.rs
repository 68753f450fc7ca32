//! One row of a batch, and what a message about it needs.

use std::path::Path;

use super::engine::column::Column;
use super::error::TallyError;
use super::intern::is_missing;

/// Numbers whose squares, times a square of a weight, can be summed without
/// loss are at most this; and at least one over it.
pub(super) const LARGEST: f64 = 1e100;

/// The same for fourth powers.
pub(super) const LARGEST_OF_FOURTH: f64 = 1e50;

/// A column that is read, by its position, and its name.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) column: usize,
    pub(super) name: String,
}

/// One row of a batch.
#[derive(Clone, Copy)]
pub(super) struct Line<'r> {
    pub(super) columns: &'r [Column<'r>],
    /// The position in the batch.
    pub(super) at: usize,
    /// The row of the file, from 1: the first of those that are alike.
    pub(super) row: u64,
    /// How many rows of the batch are alike in all that is read.
    pub(super) copies: u64,
    pub(super) file: &'r Path,
    pub(super) missing: &'r [String],
    /// How large a number may be, and one over how small.
    pub(super) reach: f64,
}

impl<'r> Line<'r> {
    /// The text of a column, as it stands in the file.
    pub(super) fn text(self, column: usize) -> Option<&'r str> {
        self.columns[column].text(self.at)
    }

    /// A value of this row that is wrong.
    pub(super) fn wrong(self, name: &str, what: impl Into<String>) -> TallyError {
        TallyError::value(self.file, self.row, name, what)
    }

    /// The finite number in a column, or nothing when it is missing; `what` is
    /// how messages call it.
    pub(super) fn number(self, of: &Named, what: &str) -> Result<Option<f64>, TallyError> {
        let Some(number) = self.any_number(of, what)? else { return Ok(None) };
        let size = number.abs();
        if size == 0.0 || (1.0 / self.reach..=self.reach).contains(&size) {
            return Ok(Some(number));
        }
        let beyond = format!("{number:e} is beyond what can be squared and summed: bring the column to another scale");
        Err(self.wrong(&of.name, beyond))
    }

    /// The same for numbers that are not squared: of any size.
    pub(super) fn any_number(self, of: &Named, what: &str) -> Result<Option<f64>, TallyError> {
        let wrong =
            |shown: &str| self.wrong(&of.name, format!("\"{shown}\" is not {what}: it must be a finite number"));
        match &self.columns[of.column] {
            Column::Number(numbers) => match numbers.get(self.at) {
                Some(number) if !number.is_finite() => Err(wrong(&number.to_string())),
                number => Ok(number),
            },
            column => {
                let text = column.text(self.at).map(str::trim).unwrap_or_default();
                if is_missing(text, self.missing) {
                    return Ok(None);
                }
                match text.parse::<f64>() {
                    Ok(number) if number.is_finite() => Ok(Some(number)),
                    _ => Err(wrong(text)),
                }
            }
        }
    }
}
