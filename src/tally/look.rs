//! A first look at a file: what its columns hold, for a plan to start from.

use std::collections::BTreeMap;
use std::path::Path;

use super::TallyError;
use super::engine::source::{Kind, Source};

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
    /// Its values with their numbers of rows; empty when there are too many.
    pub values: BTreeMap<String, u64>,
    /// Smallest and largest, when all values are numbers.
    pub range: Option<(f64, f64)>,
    many: bool,
    not_numeric: bool,
}

impl ColumnLook {
    fn see(&mut self, text: Option<&str>) {
        self.rows += 1;
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
            self.missing += 1;
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
        *self.values.entry(text.to_string()).or_default() += 1;
        if self.values.len() > MOST_VALUES {
            self.many = true;
            self.values.clear();
        }
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
        for (look, column) in looks.iter_mut().zip(columns) {
            (0..rows).for_each(|row| look.see(column.text(row)));
        }
        Ok(())
    })?;
    match looks.first() {
        Some(first) if first.rows > 0 => Ok(looks),
        _ => Err(TallyError::Empty { file: path.into(), what: "there is a header and not a single row" }),
    }
}
