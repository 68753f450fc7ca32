//! Texts as small numbers.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use std::path::Path;

use super::engine::column::Column;
use super::error::TallyError;
use crate::cells::Level;
use crate::plan::number;

/// How many different values a column may have, and what to do about more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    levels: usize,
    advice: &'static str,
}

/// More than this are no groups to compare.
pub(super) const GROUPS: Limit = Limit { levels: 200, advice: "give it `bins` if they are numbers, or merge values" };

/// The values of a decision, a label or a stratum.
pub(super) const LEVELS: Limit = Limit { levels: 1_000, advice: "merge values" };

/// Names that are not compared.
pub(super) const ANY: Limit = Limit { levels: usize::MAX, advice: "" };

/// Longer texts, in bytes, are no names.
pub(super) const LONGEST_NAME: usize = 1_000;

/// The code of a missing value.
pub(super) const MISSING_CODE: u32 = 0;

/// The levels of one column, coded in the order of their appearance. Code 0 is
/// missing. Codes never reach an output: levels do, in their own order.
#[derive(Debug)]
pub(super) struct Interner {
    codes: HashMap<String, u32>,
    levels: Vec<Level>,
    missing: Vec<String>,
    /// Values that had blanks around them.
    pub(super) trimmed: u64,
}

impl Interner {
    pub(super) fn new(missing: &[String]) -> Interner {
        Interner { codes: HashMap::new(), levels: vec![Level::Missing], missing: missing.to_vec(), trimmed: 0 }
    }

    /// The code of a text as it stands in the file, in so many rows.
    pub(super) fn code(&mut self, text: Option<&str>, copies: u64) -> u32 {
        let Some(raw) = text else { return MISSING_CODE };
        let trimmed = raw.trim();
        if trimmed.len() != raw.len() {
            self.trimmed += copies;
        }
        if let Some(&code) = self.codes.get(trimmed) {
            return code;
        }
        let code = if is_missing(trimmed, &self.missing) {
            MISSING_CODE
        } else {
            self.levels.push(Level::value(trimmed));
            self.levels.len() as u32 - 1
        };
        self.codes.insert(trimmed.to_string(), code);
        code
    }

    /// The level of a code.
    pub(super) fn level(&self, code: u32) -> &Level {
        &self.levels[code as usize]
    }

    /// Levels seen, the missing one included.
    pub(super) fn len(&self) -> usize {
        self.levels.len()
    }

    /// Recorded values in the order of appearance.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.levels.iter().filter_map(|level| match level {
            Level::Value(text) => Some(text.as_str()),
            Level::Missing => None,
        })
    }
}

/// Whether a trimmed text stands for no value.
pub(super) fn is_missing(text: &str, words: &[String]) -> bool {
    text.is_empty() || words.iter().any(|word| word == text)
}

/// One column whose values are levels: of an attribute, a stratum, a label.
#[derive(Debug)]
pub(super) struct Coder {
    pub(super) column: String,
    bins: Option<Vec<f64>>,
    limit: Limit,
    interner: Interner,
}

impl Coder {
    pub(super) fn new(column: &str, bins: Option<&[f64]>, limit: Limit, missing: &[String]) -> Coder {
        let bins = bins.map(<[f64]>::to_vec);
        Coder { column: column.to_string(), bins, limit, interner: Interner::new(missing) }
    }

    /// The code of a level that the plan names.
    pub(super) fn known(&mut self, level: &str) -> u32 {
        self.interner.code(Some(level), 1)
    }

    /// The code of a text. With bins the text must be a number, and its level
    /// is the bin.
    pub(super) fn code(
        &mut self,
        text: Option<&str>,
        (row, copies): (u64, u64),
        file: &Path,
    ) -> Result<u32, TallyError> {
        let Limit { levels, advice } = self.limit;
        if let Some(text) = text.filter(|text| text.len() > LONGEST_NAME && levels < ANY.levels) {
            let what = format!("a value of {} bytes, of which no more than {LONGEST_NAME} are a name", text.len());
            return Err(TallyError::value(file, row, &self.column, what));
        }
        let code = match self.bins.is_some() {
            true => self.bin(text.map(str::trim).unwrap_or_default(), row, file)?,
            false => self.interner.code(text, copies),
        };
        if self.interner.len() - 1 > levels {
            let what = format!("more than {levels} different values: {advice}");
            return Err(TallyError::column(file, &self.column, what));
        }
        Ok(code)
    }

    /// The code of every row of a batch, before which the file has `before` rows; or the
    /// first row of which there is none, and why.
    pub(super) fn codes(
        &mut self,
        column: &Column<'_>,
        rows: usize,
        before: u64,
        file: &Path,
    ) -> Result<Vec<u32>, (usize, TallyError)> {
        let mut code = |text: Option<&str>, row: usize, copies: u64| {
            self.code(text, (before + row as u64 + 1, copies), file).map_err(|error| (row, error))
        };
        let Column::Coded(coded) = column else {
            return (0..rows).map(|row| code(column.text(row), row, 1)).collect();
        };
        let mut met = vec![(rows, 0); coded.texts.len()];
        for (row, code) in coded.codes.iter().enumerate() {
            let (first, copies) = &mut met[*code as usize];
            *first = row.min(*first);
            *copies += 1;
        }
        let mut order: Vec<usize> = (0..met.len()).filter(|at| met[*at].1 > 0).collect();
        order.sort_by_key(|at| met[*at].0);
        let mut levels = vec![MISSING_CODE; met.len()];
        for at in order {
            levels[at] = code(coded.texts[at].as_deref(), met[at].0, met[at].1)?;
        }
        Ok(coded.codes.iter().map(|code| levels[*code as usize]).collect())
    }

    fn bin(&mut self, text: &str, row: u64, file: &Path) -> Result<u32, TallyError> {
        let bins = self.bins.as_deref().unwrap_or_default();
        if is_missing(text, &self.interner.missing) {
            return Ok(MISSING_CODE);
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(self.interner.code(Some(&bin_name(number, bins)), 1)),
            _ => Err(TallyError::value(
                file,
                row,
                &self.column,
                format!(
                    "\"{text}\" is not a number, and the column has bins; if it means no value, list it under [data] missing"
                ),
            )),
        }
    }

    pub(super) fn level(&self, code: u32) -> &Level {
        self.interner.level(code)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.interner.values()
    }

    /// The first two values that are the same number, written otherwise.
    fn same_number(&self) -> Option<(&str, &str)> {
        let mut values: Vec<&str> = self.values().collect();
        values.sort_unstable();
        let mut met: HashMap<u64, &str> = HashMap::new();
        values.into_iter().find_map(|value| {
            let first = *met.entry(number(value)?.to_bits()).or_insert(value);
            (first != value).then_some((first, value))
        })
    }

    /// What is odd about the column's values.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.interner.trimmed > 0 {
            warnings.push(format!(
                "column `{}`: {} of its values had blanks around them, which were taken off",
                self.column, self.interner.trimmed
            ));
        }
        if let Some((one, other)) = self.same_number() {
            warnings.push(format!(
                "column `{}`: \"{one}\" and \"{other}\" are one number and two values: write numbers alike, as they are told apart by how they are written",
                self.column
            ));
        }
        const WORDS: [&str; 9] = ["na", "n/a", "null", "none", "nan", "?", "unknown", "missing", "-"];
        let odd: BTreeSet<&str> =
            self.values().filter(|value| WORDS.contains(&value.to_lowercase().as_str())).collect();
        for value in odd {
            warnings.push(format!(
                "column `{}`: \"{value}\" is a value of its own here; if it means no value, list it under [data] missing",
                self.column
            ));
        }
        warnings
    }
}

/// The bin of a number: `<25`, `[25, 40)`, `>=60`.
fn bin_name(number: f64, bins: &[f64]) -> String {
    match bins.iter().rposition(|border| number >= *border) {
        None => format!("<{}", bins[0]),
        Some(last) if last + 1 == bins.len() => format!(">={}", bins[last]),
        Some(at) => format!("[{}, {})", bins[at], bins[at + 1]),
    }
}

/// Tuples of codes as codes, for groups of several columns and for strata.
#[derive(Debug, Default)]
pub(super) struct TupleInterner {
    codes: HashMap<Vec<u32>, u32>,
    tuples: Vec<Vec<u32>>,
}

impl TupleInterner {
    pub(super) fn code(&mut self, tuple: &[u32]) -> u32 {
        if let Some(&code) = self.codes.get(tuple) {
            return code;
        }
        let code = self.tuples.len() as u32;
        self.tuples.push(tuple.to_vec());
        self.codes.insert(tuple.to_vec(), code);
        code
    }

    pub(super) fn len(&self) -> usize {
        self.tuples.len()
    }

    pub(super) fn tuple(&self, code: u32) -> &[u32] {
        &self.tuples[code as usize]
    }
}
