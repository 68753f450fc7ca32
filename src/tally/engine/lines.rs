//! Files of one JSON object a line.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::{self, Write};
use std::io::{BufRead, Read};
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;

use super::batches::{Batches, Take};
use super::bytes::{LONGEST, UTF16, is_utf16, not_utf8, open};
use super::column::Column;

#[derive(Deserialize)]
struct Name<'n>(#[serde(borrow)] Cow<'n, str>);

/// The members of an object, of which those that have a place are kept.
struct Members<'m> {
    place: &'m mut dyn FnMut(&str) -> Option<usize>,
    values: &'m mut [Value],
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = members.next_key()? {
            match (self.place)(&name) {
                Some(at) => self.values[at] = members.next_value()?,
                None => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

/// Reads object after object until `each` has enough, which is given the values of those
/// members that have a place; what is wrong, and where, in words.
fn objects(
    path: &Path,
    places: usize,
    mut place: impl FnMut(&str) -> Option<usize>,
    mut each: impl FnMut(&mut [Value]) -> Result<bool, String>,
) -> Result<(), String> {
    let mut lines = open(path).map_err(|error| error.to_string())?;
    let mut values = vec![Value::Null; places];
    let (mut bytes, mut line, mut before) = (Vec::new(), 0u64, 0u64);
    loop {
        line += 1;
        before += bytes.len() as u64;
        bytes.clear();
        let read = Read::take(&mut lines, LONGEST as u64).read_until(b'\n', &mut bytes);
        match read.map_err(|error| format!("line {line}: {error}"))? {
            0 => return Ok(()),
            LONGEST => return Err(format!("line {line} has more than {LONGEST} bytes")),
            _ => {}
        }
        if line == 1 && is_utf16(&bytes) {
            return Err(UTF16.into());
        }
        let text = std::str::from_utf8(&bytes);
        let text = text.map_err(|error| not_utf8(line, before + error.valid_up_to() as u64 + 1))?;
        let text = text.strip_prefix('\u{feff}').filter(|_| line == 1).unwrap_or(text);
        if text.trim_ascii().is_empty() {
            continue;
        }
        values.fill(Value::Null);
        let mut reader = serde_json::Deserializer::from_str(text);
        let read = reader.deserialize_map(Members { place: &mut place, values: &mut values });
        read.and_then(|()| reader.end()).map_err(|error| match error.classify() {
            Category::Data => format!("line {line} is no JSON object"),
            Category::Eof => format!("line {line} ends before its object does: each line holds one, whole"),
            _ => format!("line {line}, column {}: not JSON", error.column()),
        })?;
        if !each(&mut values).map_err(|what| format!("line {line}: {what}"))? {
            return Ok(());
        }
    }
}

/// The names that any object has, in the order of their appearance, and how many objects
/// there are.
pub(super) fn header(path: &Path) -> Result<(Vec<String>, u64), String> {
    let (mut names, mut seen, mut rows) = (Vec::new(), HashSet::new(), 0);
    let note = |name: &str| {
        if !seen.contains(name) {
            seen.insert(name.to_string());
            names.push(name.to_string());
        }
        None
    };
    objects(path, 0, note, |_| {
        rows += 1;
        Ok(true)
    })?;
    Ok((names, rows))
}

/// The wanted columns, batch by batch. A name that an object lacks is no value.
pub(super) fn stream(path: &Path, wanted: &[&str], take: Take<'_>) -> Result<(), String> {
    let mut batches = Batches::new(wanted.len(), take);
    let place = |name: &str| wanted.iter().position(|wanted| *wanted == name);
    objects(path, wanted.len(), place, |values| {
        batches.add(|at, text| match &values[at] {
            Value::Null => Ok(()),
            Value::String(value) => {
                text.push_str(value);
                Ok(())
            }
            Value::Number(number) => write!(text, "{number}").map_err(|error| error.to_string()),
            Value::Bool(truth) => write!(text, "{truth}").map_err(|error| error.to_string()),
            Value::Array(_) | Value::Object(_) => {
                Err(format!("`{}` holds a list or an object, which is neither a number nor a name", wanted[at]))
            }
        })
    })?;
    batches.finish();
    Ok(())
}

/// One value for all rows of a batch.
pub(super) fn constant(value: &str, rows: usize) -> Column<'_> {
    let texts = vec![None, Some(Cow::Borrowed(value))];
    Column::Coded(super::column::Coded { codes: vec![1; rows], texts })
}
