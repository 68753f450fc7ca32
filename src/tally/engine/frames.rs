//! What Parquet and Arrow files have in common: the reader's frames.

use std::fs::File;

use polars::prelude::*;
use polars_arrow::io::ipc::read::read_file_metadata;
use rayon::prelude::*;

use super::batches::{BATCH, Take};
use super::column::Column as Held;
use super::file::{DataFile, Kind};
use super::format::Format;
use super::guard::guarded;

impl DataFile {
    /// Names and types of the columns of a Parquet or Arrow file.
    pub(super) fn schema(&self) -> Result<Schema, String> {
        guarded(|| {
            let mut file = File::open(&self.path)?;
            let schema = match self.format {
                Format::Parquet => ParquetReader::new(file).schema()?,
                _ => {
                    let metadata = read_file_metadata(&mut file)?;
                    let alike = metadata.schema.len() < metadata.ipc_schema.fields.len();
                    polars_ensure!(!alike, ComputeError: "two columns have the same name: rename one");
                    metadata.schema
                }
            };
            Ok(Schema::from_arrow_schema(&schema))
        })
    }

    /// The wanted columns with the types that they are held as.
    pub(super) fn as_wanted(&self, columns: Vec<Column>, wanted: &[(String, Kind)]) -> PolarsResult<DataFrame> {
        let height = columns.first().map_or(0, |column| column.len());
        let cast = |(column, (name, kind)): (Column, &(String, Kind))| match self.held_as(name, *kind) {
            None => Ok(column),
            Some(DataType::String) => text(&column),
            Some(dtype) => column.cast(&dtype),
        };
        // Where pages end too early the reader's columns are of unlike lengths; here it is seen.
        DataFrame::new(height, columns.into_iter().zip(wanted).map(cast).collect::<PolarsResult<_>>()?)
    }
}

/// A column as text. What is no number is no value either: many writers put it where one is
/// missing.
fn text(column: &Column) -> PolarsResult<Column> {
    let texts = column.cast(&DataType::String)?;
    if !column.dtype().is_float() {
        return Ok(texts);
    }
    let nan = column.is_nan()?;
    Ok(if nan.any() { texts.str()?.set(&nan, None)?.into_column() } else { texts })
}

/// Hands rows on in batches; whether it was enough.
pub(super) fn hand_on(frame: &DataFrame, take: Take<'_>) -> Result<bool, String> {
    for first in (0..frame.height()).step_by(BATCH) {
        let batch = frame.slice(first as i64, BATCH);
        let held = batch.columns().par_iter().map(|column| Held::of(column.as_materialized_series()));
        if take(guarded(|| held.collect())?, batch.height()) {
            return Ok(true);
        }
    }
    Ok(false)
}
