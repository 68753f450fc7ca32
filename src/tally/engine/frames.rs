//! Rows of an Arrow file, and what the reader's frames have in common.

use std::fs::File;

use polars::prelude::*;
use polars_arrow::io::ipc::read::{FileReader, read_file_metadata};
use rayon::prelude::*;

use super::batches::{BATCH, Take};
use super::column::Column as Held;
use super::file::{DataFile, Kind};
use super::format::Format;
use super::guard::guarded;
use super::side::side_by_side;

impl DataFile {
    /// Names and types of the columns of a Parquet or Arrow file.
    pub(super) fn schema(&self) -> Result<Schema, String> {
        guarded(|| {
            let file = File::open(&self.path)?;
            let schema = match self.format {
                Format::Parquet => ParquetReader::new(file).schema()?,
                _ => IpcReader::new(file).schema()?,
            };
            Ok(Schema::from_arrow_schema(&schema))
        })
    }

    /// Streams the wanted columns of an Arrow file through `take`, batch by batch, until it
    /// has enough.
    pub(super) fn stream_arrow(&self, wanted: &[(String, Kind)], take: Take<'_>) -> Result<(), String> {
        let read = |give: &mut dyn FnMut(Result<DataFrame, String>) -> bool| {
            if let Err(fault) = self.record_batches(wanted, |frame| give(Ok(frame))) {
                give(Err(self.in_column(fault, wanted)));
            }
        };
        side_by_side(read, |frame| hand_on(&frame, take))
    }

    /// Gives the record batches of an Arrow file to `each`, as long as it wants more.
    fn record_batches(&self, wanted: &[(String, Kind)], mut each: impl FnMut(DataFrame) -> bool) -> Result<(), String> {
        let places: Vec<usize> = wanted.iter().map(|(name, _)| self.place(name).unwrap_or(0)).collect();
        // The reader gives columns in the order of the file.
        let mut order = places.clone();
        order.sort_unstable();
        let place_in_order = |place: &usize| order.binary_search(place).unwrap_or(0);
        guarded(|| {
            let mut file = File::open(&self.path)?;
            let metadata = read_file_metadata(&mut file)?;
            for batch in FileReader::new(file, metadata, Some(order.clone()), None) {
                let frame = DataFrame::from(batch?);
                let columns = places.iter().map(|place| frame.columns()[place_in_order(place)].clone()).collect();
                if !each(self.as_wanted(columns, wanted)?) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// A fault with the column that has it.
    fn in_column(&self, fault: String, wanted: &[(String, Kind)]) -> String {
        let fails = |column: &&(String, Kind)| self.record_batches(std::slice::from_ref(*column), |_| true).is_err();
        match wanted.iter().find(fails) {
            Some((name, _)) => format!("column `{name}`: {fault}"),
            None => fault,
        }
    }

    /// The wanted columns with the types that they are held as.
    pub(super) fn as_wanted(&self, columns: Vec<Column>, wanted: &[(String, Kind)]) -> PolarsResult<DataFrame> {
        let height = columns.first().map_or(0, |column| column.len());
        let cast = |(column, (name, kind)): (Column, &(String, Kind))| match self.held_as(name, *kind) {
            None => Ok(column),
            Some(dtype) => column.cast(&dtype),
        };
        // Where pages end too early the reader's columns are of unlike lengths; here it is seen.
        DataFrame::new(height, columns.into_iter().zip(wanted).map(cast).collect::<PolarsResult<_>>()?)
    }
}

/// Hands rows on in batches; whether it was enough.
pub(super) fn hand_on(frame: &DataFrame, take: Take<'_>) -> Result<bool, String> {
    guarded(|| {
        for first in (0..frame.height()).step_by(BATCH) {
            let batch = frame.slice(first as i64, BATCH);
            let columns = batch.columns().par_iter();
            let columns = columns.map(|column| Held::of(column.as_materialized_series()));
            if take(columns.collect::<PolarsResult<_>>()?, batch.height()) {
                return Ok(true);
            }
        }
        Ok(false)
    })
}
