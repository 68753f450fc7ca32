//! Weights for rows, in a file that training code reads.

use std::path::Path;

use polars::prelude::*;

use super::TallyError;
use crate::cells::RowWeights;
use crate::unfinished::whole_file;

/// Writes one line for each row of the outputs, in their order: the key (or
/// the row's number, from 1) and the weight. The ending of the path chooses
/// CSV or Parquet. Written beside the file first, and moved when complete.
///
/// # Errors
/// When the path has another ending, or the file cannot be written.
pub fn write_weights(path: &Path, key: Option<&str>, rows: &RowWeights) -> Result<(), TallyError> {
    let failed = |reason: String| TallyError::Unopenable { file: path.to_path_buf(), reason };
    let parquet = match path.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => false,
        Some("parquet") => true,
        _ => return Err(failed("weights are written as .csv or .parquet".into())),
    };
    let count = rows.weights.len();
    let id = match (key, &rows.keys) {
        (Some(key), Some(keys)) => Column::new(key.into(), keys.iter().map(Option::as_deref).collect::<Vec<_>>()),
        _ => Column::new("row".into(), (1..=count as i64).collect::<Vec<_>>()),
    };
    let columns = vec![id, Column::new("sample_weight".into(), &rows.weights)];
    let mut frame = DataFrame::new(count, columns).map_err(|error| failed(error.to_string()))?;
    let written = whole_file(path, |file| {
        let written = match parquet {
            true => ParquetWriter::new(file).finish(&mut frame).map(|_| ()),
            false => CsvWriter::new(file).finish(&mut frame),
        };
        // What the system said is told, and not what was made of it.
        written.map_err(|error| match error {
            PolarsError::IO { error, .. } => std::io::Error::new(error.kind(), error.to_string()),
            other => std::io::Error::other(other.to_string()),
        })
    });
    written.map_err(|error| failed(error.to_string()))
}
