//! The rows of one or more files, as one table.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::super::error::TallyError;
use super::column::Column;
use super::expand::expand;
use super::file::DataFile;
pub(in super::super) use super::file::Kind;
use crate::suggest::suggestion;

/// Where a batch comes from.
#[derive(Clone, Copy)]
pub(in super::super) struct Place<'p> {
    /// Its file.
    pub(in super::super) file: &'p Path,
    /// Rows of the file before it.
    pub(in super::super) before: u64,
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
        self.files.iter().map(DataFile::rows).sum()
    }

    /// Whether the files have a column.
    pub(in super::super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// An error for a column that is not there.
    pub(in super::super) fn no_column(&self, column: &str, role: &'static str) -> TallyError {
        TallyError::NoColumn {
            file: self.path.clone(),
            column: column.to_string(),
            role,
            hint: suggestion(column, self.columns.iter().map(String::as_str)),
        }
    }

    /// An error when another file lacks a wanted column, or holds another type in it.
    fn alike(&self, wanted: &[(String, Kind)]) -> Result<(), TallyError> {
        let Some((first, others)) = self.files.split_first() else { return Ok(()) };
        for (file, (column, kind)) in others.iter().flat_map(|file| wanted.iter().map(move |column| (file, column))) {
            let name = first.shown.display();
            if !file.columns.contains(column) {
                let what =
                    format!("there is no such column, but there is one in {name}: files read together need the same");
                return Err(TallyError::column(&file.shown, column, what));
            }
            let (here, there) = (file.word_type(column, *kind), first.word_type(column, *kind));
            if here != there {
                let what = format!("holds {here}, and {there} in {name}: write it alike in all files");
                return Err(TallyError::column(&file.shown, column, what));
            }
        }
        Ok(())
    }

    /// Streams the wanted columns through `each`, batch by batch in the order of the
    /// files and their rows, with the number of rows in the batch.
    pub(in super::super) fn stream(
        &self,
        wanted: &[(String, Kind)],
        each: impl FnMut(&[Column<'_>], usize, Place<'_>) -> Result<(), TallyError> + Send + 'static,
    ) -> Result<(), TallyError> {
        self.alike(wanted)?;
        let each = Arc::new(Mutex::new(each));
        for file in &self.files {
            let (each, shown, mut before) = (Arc::clone(&each), file.shown.clone(), 0);
            file.stream(wanted, move |columns, rows| {
                let Ok(mut each) = each.lock() else { return Ok(()) };
                each(columns, rows, Place { file: &shown, before })?;
                before += rows as u64;
                Ok(())
            })?;
        }
        Ok(())
    }
}
