//! Charts as SVG, each with the table that says the same.
//!
//! One file for each kind. The drawing library sets plain attributes; here
//! they become accessible images whose colours a style sheet can change.

mod calibration;
mod canvas;
mod forest;
mod proxies;
mod trend;

use super::Release;

/// What the names of charts begin with.
pub const KINDS: [&str; 4] = ["forest", "calibration", "proxies", "trend"];

/// A chart with everything that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Its name: file name and anchor.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How to read it.
    pub how_to_read: String,
    /// The section of the report that it belongs to.
    pub section: Section,
    /// The attribute or metric within the section.
    pub about: String,
    /// The image as a file of its own.
    pub svg: String,
    /// The image for a page that brings the style sheet.
    pub inline: String,
    /// The header of its table.
    pub columns: Vec<String>,
    /// The rows of its table.
    pub rows: Vec<Vec<String>>,
}

/// Where a chart belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Judged metrics.
    Forest,
    /// Calibration curves.
    Calibration,
    /// Proxies.
    Proxies,
    /// Over time.
    Trend,
}

/// Every chart of a release, in the order of the report.
pub fn all(release: &Release) -> Vec<Chart> {
    let mut charts = forest::all(release);
    charts.extend(calibration::all(release));
    charts.extend(proxies::all(release));
    charts.extend(trend::all(release));
    charts
}

/// A name for files and anchors: letters, digits, dashes; a number keeps two apart.
fn slug(kind: &str, number: usize, about: &str) -> String {
    let mut name = String::new();
    for c in about.chars().take(40) {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => name.push(c),
            _ if !name.ends_with('-') && !name.is_empty() => name.push('-'),
            _ => {}
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { format!("{kind}-{number}") } else { format!("{kind}-{number}-{name}") }
}
