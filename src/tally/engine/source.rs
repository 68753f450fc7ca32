//! The rows of one or more files, as one table.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::error::TallyError;
use super::column::Column;
use super::expand::expand;
pub(in super::super) use super::file::Kind;
use super::file::{AS_WRITTEN, DataFile, NOTHING};
use super::text::Shape;
use crate::suggest::{printable, suggestion};

/// Columns that a message lists, at most, and the bytes of a name among them.
const MOST_SHOWN: usize = 8;
const LONGEST_SHOWN: usize = 40;

/// Where a batch comes from.
#[derive(Clone, Copy)]
pub(in super::super) struct Place<'p> {
    /// Its file.
    pub(in super::super) file: &'p Path,
    /// Rows of the file before it.
    pub(in super::super) before: u64,
    /// How many rows all files have, as far as that can be reckoned.
    pub(in super::super) of: Option<u64>,
}

/// Files whose headers are known.
#[derive(Clone, Debug)]
pub(in super::super) struct Source {
    /// How messages about all of them call them.
    pub(in super::super) path: PathBuf,
    pub(super) files: Vec<DataFile>,
    /// Of the first.
    pub(in super::super) columns: Vec<String>,
}

impl Source {
    /// Opens the files behind paths and reads their headers.
    pub(in super::super) fn open(paths: &[PathBuf], delimiter: Option<u8>) -> Result<Source, TallyError> {
        let found = expand(paths)?;
        let files = found.into_iter().map(|found| DataFile::open(&found.path, found.constants, delimiter));
        let files: Vec<DataFile> = files.collect::<Result<_, _>>()?;
        let Some(first) = files.first() else {
            return Err(TallyError::Empty { file: PathBuf::new(), what: "no data file is named" });
        };
        let path = match paths {
            [_] if files.len() == 1 => first.shown.clone(),
            [only] => only.clone(),
            _ => first.shown.clone(),
        };
        Ok(Source { path, columns: first.columns.clone(), files })
    }

    /// How many rows there are, where all files say so.
    pub(in super::super) fn rows(&self) -> Option<u64> {
        self.files.iter().try_fold(0u64, |sum, file| Some(sum.saturating_add(file.rows()?)))
    }

    /// Whether the files have a column.
    pub(in super::super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// Those of the first file that can be asked for: with a name of their own, and numbers
    /// or names in them.
    pub(in super::super) fn askable(&self) -> Vec<String> {
        let can = |name: &&String| {
            let wanted = [(name.to_string(), Kind::Text)];
            !name.is_empty() && self.files.first().is_some_and(|file| file.readable(&wanted).is_ok())
        };
        self.columns.iter().filter(can).cloned().collect()
    }

    /// An error for a column that is not there.
    pub(in super::super) fn no_column(&self, column: &str, role: &'static str) -> TallyError {
        TallyError::NoColumn { file: self.path.clone(), column: column.to_string(), role, hint: self.instead(column) }
    }

    /// What a column may have been meant to be: one with nearly its name, or any.
    fn instead(&self, column: &str) -> String {
        let near = suggestion(column, self.columns.iter().map(String::as_str));
        // What begins with a digit, or says nothing, is hardly a name: without a header the
        // first row is the data of a person, which no message shows.
        let named = |name: &String| name.chars().next().is_some_and(|first| !first.is_ascii_digit());
        if !near.is_empty() || !self.columns.iter().all(named) {
            return near;
        }
        let short = self.columns.iter().filter(|name| name.len() <= LONGEST_SHOWN);
        let shown: Vec<String> = short.take(MOST_SHOWN).map(|name| format!("`{}`", printable(name))).collect();
        let more = if shown.len() < self.columns.len() { ", …" } else { "" };
        if shown.is_empty() { near } else { format!("; the columns are {}{more}", shown.join(", ")) }
    }

    /// An error when another file lacks a wanted column, or holds another type in it.
    fn alike(&self, wanted: &[(String, Kind)]) -> Result<(), TallyError> {
        let Some((first, others)) = self.files.split_first() else { return Ok(()) };
        self.files.iter().try_for_each(|file| file.readable(wanted))?;
        for (column, kind) in wanted {
            if let Some(file) = others.iter().find(|file| !file.columns.contains(column)) {
                let name = first.shown.display();
                let what =
                    format!("there is no such column, but there is one in {name}: files read together need the same");
                return Err(TallyError::column(&file.shown, column, what));
            }
            let type_of = |file: &DataFile| file.word_type(column, *kind);
            // Against a file that says what type it holds, if there is one.
            let says = |file: &&DataFile| ![AS_WRITTEN, NOTHING].contains(&type_of(file));
            let Some(typed) = self.files.iter().find(says) else { continue };
            let there = type_of(typed);
            let fits = |here: &str| match here {
                NOTHING => true,
                AS_WRITTEN => ["text", "whole numbers"].contains(&there),
                _ => here == there,
            };
            if let Some(file) = self.files.iter().find(|file| !fits(type_of(file))) {
                let (here, name) = (type_of(file), typed.shown.display());
                let advice = match here {
                    AS_WRITTEN => "turn the text file into one with types, or the other into text",
                    _ => "write it alike in all files",
                };
                let what = format!("holds {here}, and {there} in {name}: {advice}");
                return Err(TallyError::column(&file.shown, column, what));
            }
        }
        Ok(())
    }

    /// Streams the wanted columns through `each`, batch by batch in the order of the
    /// files and their rows, with the number of rows in the batch. What should be known
    /// of the files.
    pub(in super::super) fn stream(
        &self,
        wanted: &[(String, Kind)],
        mut each: impl FnMut(&[Column<'_>], usize, Place<'_>) -> Result<(), TallyError>,
    ) -> Result<Option<String>, TallyError> {
        self.alike(wanted)?;
        let (known, read) = (self.rows(), Arc::new(AtomicU64::new(0)));
        let all: u64 = self.files.iter().map(|file| file.version.len()).sum();
        let (mut counted, mut bytes, mut walked) = (0, 0, Walked::default());
        for file in &self.files {
            let mut before = 0;
            let shape = file.stream(wanted, &read, &mut |columns, rows| {
                counted += rows as u64;
                let of = known.or_else(|| if_alike(counted, read.load(Ordering::Relaxed), all));
                each(columns, rows, Place { file: &file.shown, before, of })?;
                before += rows as u64;
                Ok(())
            })?;
            bytes += file.version.len();
            read.store(bytes, Ordering::Relaxed);
            walked.add(file, shape);
        }
        Ok(walked.note())
    }
}

/// How many rows there will be, if the bytes to come have as many to the byte.
fn if_alike(rows: u64, read: u64, all: u64) -> Option<u64> {
    (read > 0).then(|| (rows as f64 * all as f64 / read as f64).round().max(rows as f64) as u64)
}

/// What the text files are like so far.
#[derive(Default)]
struct Walked<'f> {
    short: u64,
    /// How many have short rows, and the first, with its line.
    files: usize,
    first: Option<(&'f Path, u64)>,
}

impl<'f> Walked<'f> {
    fn add(&mut self, file: &'f DataFile, shape: Shape) {
        if shape.short > 0 {
            self.short += shape.short;
            self.files += 1;
            self.first.get_or_insert((&file.shown, shape.first_short));
        }
    }

    fn note(&self) -> Option<String> {
        let (file, line) = self.first?;
        let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let rows = if self.short == 1 { "1 row has".to_string() } else { format!("{} rows have", self.short) };
        let files = if self.files == 1 { String::new() } else { format!(" of {} files", self.files) };
        Some(format!(
            "{rows} fewer fields than the header{files} (first: line {line} of {name}): what they lack counts as missing"
        ))
    }
}
