//! What kind of file a name, or the beginning of the bytes, stands for.

use std::path::Path;

/// Kinds of data files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text { delimiter: u8 },
    Lines,
    Parquet,
    Arrow,
}

impl Format {
    /// How messages call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Format::Text { .. } => "delimited text",
            Format::Lines => "JSON lines",
            Format::Parquet => "Parquet",
            Format::Arrow => "Arrow IPC",
        }
    }
}

/// Where no kind is known.
pub(super) const UNKNOWN: &str = "unknown kind of file: .csv, .tsv, .jsonl (also .gz, .zst), .parquet, .arrow and .feather are read; for another text file give its delimiter";

/// Whether the name is one of a data file.
pub(super) fn is_data(path: &Path) -> bool {
    format_of(path, None).is_some()
}

/// The kind of a file by its name; of another name it is text where there is a delimiter.
pub(super) fn format_of(path: &Path, delimiter: Option<u8>) -> Option<Format> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = [".gz", ".zst", ".zlib"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    match stem.rsplit_once('.').map(|(_, ending)| ending) {
        Some("csv" | "txt") => Some(Format::Text { delimiter: delimiter.unwrap_or(b',') }),
        Some("tsv" | "tab") => Some(Format::Text { delimiter: delimiter.unwrap_or(b'\t') }),
        Some("jsonl" | "ndjson") => Some(Format::Lines),
        Some("parquet" | "pq") => Some(Format::Parquet),
        Some("arrow" | "feather" | "ipc") => Some(Format::Arrow),
        _ => delimiter.map(|delimiter| Format::Text { delimiter }),
    }
}

/// The ending of a file that begins like this.
pub(super) fn kind_of(start: &[u8]) -> &'static str {
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    match start {
        [b'P', b'A', b'R', b'1', ..] => ".parquet",
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => ".arrow",
        [0x1f, 0x8b, ..] => ".csv.gz",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => ".csv.zst",
        _ if first == Some(&b'{') => ".jsonl",
        _ => ".csv",
    }
}
