//! The tidy table as CSV.
//!
//! Names that a spreadsheet would run as a formula get a leading apostrophe.

use super::FormatError;
use crate::report::{Release, Row};

/// One line for each measurement, after the header.
pub fn write(release: &Release) -> Result<String, FormatError> {
    let failed = |error: &dyn std::fmt::Display| FormatError::new("CSV", error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in &release.measurements {
        let safe = Row {
            attribute: harmless(&row.attribute),
            group: harmless(&row.group),
            stratum: harmless(&row.stratum),
            reference: harmless(&row.reference),
            ..row.clone()
        };
        writer.serialize(safe).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

fn harmless(name: &str) -> String {
    match name.chars().next() {
        Some('=' | '+' | '@' | '\t' | '\r') => format!("'{name}"),
        Some('-') if name.parse::<f64>().is_err() => format!("'{name}"),
        _ => name.to_string(),
    }
}
