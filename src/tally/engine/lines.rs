//! Files of one JSON object a line.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use polars::prelude::*;
use serde_json::Value;

use super::column::Column;

/// Rows of one batch.
const BATCH: usize = 65_536;

/// The names in a file are those of so many first objects.
const HEADER: usize = 1_000;

/// Longer lines are no rows.
const LONGEST: u64 = 1 << 26;

type Object = BTreeMap<String, Value>;

/// The lines of a file, compressed or not.
pub(super) fn open(path: &Path) -> std::io::Result<Box<dyn BufRead + Send>> {
    let file = File::open(path)?;
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    Ok(match ending.as_deref() {
        Some("gz") => Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(file))),
        Some("zlib") => Box::new(BufReader::new(flate2::read::ZlibDecoder::new(file))),
        Some("zst") => Box::new(BufReader::new(zstd::Decoder::new(file)?)),
        _ => Box::new(BufReader::with_capacity(1 << 20, file)),
    })
}

/// Reads object after object until `each` has enough; what is wrong, and where, in words.
fn objects(path: &Path, mut each: impl FnMut(Object) -> Result<bool, String>) -> Result<(), String> {
    let mut lines = open(path).map_err(|error| error.to_string())?;
    let (mut text, mut line) = (Vec::new(), 0u64);
    loop {
        line += 1;
        text.clear();
        let read = std::io::Read::take(&mut lines, LONGEST).read_until(b'\n', &mut text);
        match read.map_err(|error| format!("line {line}: {error}"))? {
            0 => return Ok(()),
            length if length as u64 == LONGEST => return Err(format!("line {line} has more than {LONGEST} bytes")),
            _ => {}
        }
        let body = text.strip_prefix(b"\xef\xbb\xbf").filter(|_| line == 1).unwrap_or(&text);
        if body.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let object: Object = serde_json::from_slice(body).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => format!("line {line} is no JSON object"),
            _ => format!("line {line}, column {}: not JSON, or not whole", error.column()),
        })?;
        if !each(object).map_err(|what| format!("line {line}: {what}"))? {
            return Ok(());
        }
    }
}

/// The names that the first objects have, in the order of their appearance.
pub(super) fn header(path: &Path) -> Result<Vec<String>, String> {
    let (mut names, mut seen) = (Vec::new(), 0);
    objects(path, |object| {
        for name in object.into_keys() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        seen += 1;
        Ok(seen < HEADER)
    })?;
    Ok(names)
}

/// What a batch is given to; whether it has enough.
type Take<'t> = &'t mut dyn FnMut(Vec<Column<'_>>, usize) -> bool;

/// The wanted columns, batch by batch. A name that an object lacks is no value.
pub(super) fn stream(path: &Path, wanted: &[&str], take: Take<'_>) -> Result<(), String> {
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::with_capacity(BATCH); wanted.len()];
    let (mut rows, mut enough) = (0, false);
    let mut flush = |columns: &mut Vec<Vec<Option<String>>>, rows: &mut usize| -> Result<bool, String> {
        let texts: Vec<Series> = columns.iter().map(|texts| Series::new("".into(), texts)).collect();
        let of = |series| Column::of(series).map_err(|error: PolarsError| error.to_string());
        let batch: Vec<Column<'_>> = texts.iter().map(of).collect::<Result<_, _>>()?;
        let done = take(batch, *rows);
        columns.iter_mut().for_each(Vec::clear);
        *rows = 0;
        Ok(done)
    };
    objects(path, |mut object| {
        for (column, name) in columns.iter_mut().zip(wanted) {
            column.push(match object.remove(*name) {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(text),
                Some(Value::Number(number)) => Some(number.to_string()),
                Some(Value::Bool(truth)) => Some(truth.to_string()),
                Some(Value::Array(_) | Value::Object(_)) => {
                    return Err(format!("`{name}` holds a list or an object, which is neither a number nor a name"));
                }
            });
        }
        rows += 1;
        if rows == BATCH {
            enough = flush(&mut columns, &mut rows)?;
        }
        Ok(!enough)
    })?;
    if rows > 0 && !enough {
        flush(&mut columns, &mut rows)?;
    }
    Ok(())
}

/// One value for all rows of a batch.
pub(super) fn constant(value: &str, rows: usize) -> Column<'_> {
    let texts = vec![None, Some(Cow::Borrowed(value))];
    Column::Coded(super::column::Coded { codes: vec![1; rows], texts })
}
