//! Rows that are read one by one, put into batches of columns.

use polars::prelude::*;

use super::column::Column;

/// Rows of one batch.
pub(super) const BATCH: usize = 65_536;

/// What a batch is given to; whether it has enough.
pub(super) type Take<'t> = &'t mut dyn FnMut(Vec<Column<'_>>, usize) -> bool;

/// The batch in the making.
pub(super) struct Batches<'t> {
    columns: Vec<Vec<Option<String>>>,
    rows: usize,
    take: Take<'t>,
    enough: bool,
}

impl<'t> Batches<'t> {
    /// Of so many columns.
    pub(super) fn new(columns: usize, take: Take<'t>) -> Batches<'t> {
        Batches { columns: vec![Vec::with_capacity(BATCH); columns], rows: 0, take, enough: false }
    }

    /// Adds a row by the values of its columns; whether more are wanted.
    pub(super) fn add(
        &mut self,
        mut value: impl FnMut(usize) -> Result<Option<String>, String>,
    ) -> Result<bool, String> {
        for (at, column) in self.columns.iter_mut().enumerate() {
            column.push(value(at)?);
        }
        self.rows += 1;
        if self.rows == BATCH {
            self.flush()?;
        }
        Ok(!self.enough)
    }

    /// Hands on what is left.
    pub(super) fn finish(mut self) -> Result<(), String> {
        if self.rows > 0 && !self.enough { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), String> {
        let texts: Vec<Series> = self.columns.iter().map(|texts| Series::new("".into(), texts)).collect();
        let batch = texts.iter().map(Column::of).collect::<PolarsResult<Vec<Column<'_>>>>();
        self.enough = (self.take)(batch.map_err(|error| error.to_string())?, self.rows);
        self.columns.iter_mut().for_each(Vec::clear);
        self.rows = 0;
        Ok(())
    }
}
