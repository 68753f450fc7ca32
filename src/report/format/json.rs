//! The whole release as JSON.

use super::FormatError;
use crate::report::Release;

/// The document, indented, with a final newline.
pub fn write(release: &Release) -> Result<String, FormatError> {
    let mut text = serde_json::to_string_pretty(release).map_err(|error| FormatError::new("JSON", error))?;
    text.push('\n');
    Ok(text)
}

/// The JSON schema of the document.
pub fn schema() -> Result<String, FormatError> {
    let schema = schemars::schema_for!(Release);
    let mut text = serde_json::to_string_pretty(&schema).map_err(|error| FormatError::new("JSON schema", error))?;
    text.push('\n');
    Ok(text)
}

/// A release from its document.
///
/// # Errors
/// When the text is no such document.
pub fn read(text: &str) -> Result<Release, serde_json::Error> {
    serde_json::from_str(text)
}
