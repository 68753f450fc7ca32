//! Weights for rows, in a file that training code reads.

use std::fs::File;
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
    let parquet = written_as_parquet(path)?;
    let keyed = key.zip(rows.keys.as_deref());
    let written = whole_file(path, |file| match parquet {
        true => write_parquet(file, keyed, &rows.weights),
        false => write_csv(file, keyed, &rows.weights),
    });
    written.map_err(|error| TallyError::Unopenable { file: path.to_path_buf(), reason: error.to_string() })
}

/// Whether weights are written to a file as Parquet, or else as CSV.
///
/// # Errors
/// When its name says neither.
pub fn written_as_parquet(path: &Path) -> Result<bool, TallyError> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => Ok(false),
        Some("parquet") => Ok(true),
        _ => {
            let reason = "weights are written as .csv or .parquet".into();
            Err(TallyError::Unopenable { file: path.to_path_buf(), reason })
        }
    }
}

/// The column of keys, if there is one.
type Keyed<'k> = Option<(&'k str, &'k [Option<String>])>;

fn write_csv(file: &mut File, keyed: Keyed<'_>, weights: &[f64]) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record([keyed.map_or("row", |(name, _)| name), "sample_weight"])?;
    for (at, weight) in weights.iter().enumerate() {
        match keyed {
            Some((_, keys)) => writer.serialize((&keys[at], weight))?,
            None => writer.serialize((at + 1, weight))?,
        }
    }
    writer.flush()
}

fn write_parquet(file: &mut File, keyed: Keyed<'_>, weights: &[f64]) -> std::io::Result<()> {
    let id = match keyed {
        Some((name, keys)) => Column::new(name.into(), keys.iter().map(Option::as_deref).collect::<Vec<_>>()),
        None => Column::new("row".into(), (1..=weights.len() as i64).collect::<Vec<_>>()),
    };
    let frame = DataFrame::new(weights.len(), vec![id, Column::new("sample_weight".into(), weights)]);
    let written = frame.and_then(|mut frame| ParquetWriter::new(file).finish(&mut frame));
    // What the system said is told, and not what was made of it.
    written.map(|_| ()).map_err(|error| match error {
        PolarsError::IO { error, .. } => std::io::Error::new(error.kind(), error.to_string()),
        other => {
            let said = other.to_string();
            let of_system = said.rsplit_once("underlying IO error: ").map_or(said.as_str(), |(_, of_system)| of_system);
            std::io::Error::other(of_system.to_string())
        }
    })
}
