//! A first look at a file: what its columns hold, for a plan to start from.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::TallyError;
use super::engine::column::Column;
use super::engine::source::{Kind, Source};
use super::intern::LONGEST_NAME;

/// Different values of a column that are kept.
const MOST_VALUES: usize = 60;

/// What one column holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnLook {
    /// Its name.
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// Rows without a value.
    pub missing: u64,
    /// Its values with their numbers of rows; empty when there are too many, or one is too long for a name.
    pub values: BTreeMap<String, u64>,
    /// Smallest and largest, when all values are numbers.
    pub range: Option<(f64, f64)>,
    many: bool,
    not_numeric: bool,
}

impl ColumnLook {
    /// A text, in so many rows.
    fn see(&mut self, text: Option<&str>, copies: u64) {
        self.rows += copies;
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
            self.missing += copies;
            return;
        };
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() && !self.not_numeric => {
                let (low, high) = self.range.unwrap_or((number, number));
                self.range = Some((low.min(number), high.max(number)));
            }
            _ => {
                self.not_numeric = true;
                self.range = None;
            }
        }
        if self.many {
            return;
        }
        if text.len() <= LONGEST_NAME {
            *self.values.entry(text.to_string()).or_default() += copies;
        }
        if text.len() > LONGEST_NAME || self.values.len() > MOST_VALUES {
            self.many = true;
            self.values.clear();
        }
    }

    /// The rows of a batch.
    fn see_all(&mut self, column: &Column<'_>, rows: usize) {
        let Column::Coded(coded) = column else {
            return (0..rows).for_each(|row| self.see(column.text(row), 1));
        };
        let mut copies = vec![0; coded.texts.len()];
        coded.codes.iter().for_each(|code| copies[*code as usize] += 1);
        let met = coded.texts.iter().zip(copies).filter(|(_, copies)| *copies > 0);
        met.for_each(|(text, copies)| self.see(text.as_deref(), copies));
    }
}

/// Looks at every column of a file.
///
/// # Errors
/// When the file cannot be read.
pub fn look(path: &Path, delimiter: Option<u8>) -> Result<Vec<ColumnLook>, TallyError> {
    let source = Source::open(&[path.to_path_buf()], delimiter)?;
    let named = source.askable();
    let wanted: Vec<(String, Kind)> = named.iter().map(|name| (name.to_string(), Kind::Text)).collect();
    let looks = named.iter().map(|name| ColumnLook { name: name.to_string(), ..ColumnLook::default() });
    let mut looks: Vec<ColumnLook> = looks.collect();
    source.stream(&wanted, |columns, rows, _| {
        looks.par_iter_mut().zip(columns).for_each(|(look, column)| look.see_all(column, rows));
        Ok(())
    })?;
    match looks.first() {
        Some(first) if first.rows > 0 => Ok(looks),
        _ => Err(TallyError::Empty { file: path.into(), what: "there is a header and not a single row" }),
    }
}
