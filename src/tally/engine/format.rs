//! What kind of file a name, or the beginning of the bytes, stands for.

use std::io::{BufReader, Read};
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
const UNKNOWN: &str = "unknown kind of file: .csv, .tsv, .jsonl (also .gz, .zst), .parquet, .arrow and .feather are read; for another text file give its delimiter";

/// What to do where no kind is known.
pub(super) fn unknown(path: &Path) -> &'static str {
    match path.extension().is_some_and(|ending| ending == "json") {
        true => "JSON is read with one object a line, in a file called .jsonl or .ndjson",
        false => UNKNOWN,
    }
}

/// What a file is that begins like this, where its name says something else.
pub(super) fn misnamed(path: &Path, format: Format, start: &[u8]) -> Option<&'static str> {
    let name = path.to_string_lossy().to_lowercase();
    let text = matches!(format, Format::Text { .. } | Format::Lines);
    let (gzip, zstd) = (start.starts_with(&[0x1f, 0x8b]), start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
    let parquet = start.starts_with(b"PAR1");
    let arrow = start.starts_with(b"ARROW1");
    Some(match format {
        _ if text && name.ends_with(".gz") && !gzip => "is not compressed by gzip, as its name says: take .gz off it",
        _ if text && name.ends_with(".zst") && !zstd => "is not compressed by zstd, as its name says: take .zst off it",
        _ if text && gzip && !name.ends_with(".gz") => "is compressed by gzip: add .gz to its name",
        _ if text && zstd && !name.ends_with(".zst") => "is compressed by zstd: add .zst to its name",
        _ if text && parquet => "is Parquet: call it .parquet",
        _ if text && arrow => "is Arrow IPC: call it .arrow",
        Format::Parquet if start.starts_with(b"PARE") => "is encrypted Parquet, which cannot be read",
        Format::Parquet if !parquet => "is not Parquet, as its name says, or it is damaged",
        Format::Arrow if start.starts_with(&STREAM) => {
            "is a stream of Arrow IPC: write the file format (`pyarrow.ipc.new_file`)"
        }
        Format::Arrow if start.starts_with(b"FEA1") => "is Feather of version 1: write version 2",
        Format::Arrow if !arrow => "is not Arrow IPC, as its name says, or it is damaged",
        _ => return None,
    })
}

/// How a stream of Arrow IPC begins.
const STREAM: [u8; 4] = [0xff; 4];

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

/// Whether an object of JSON comes first, as far as a few bytes tell.
fn begins_json(text: impl Read) -> bool {
    let bytes = BufReader::with_capacity(64, text.take(64)).bytes();
    let first = bytes.map_while(Result::ok).find(|byte| !byte.is_ascii_whitespace());
    first == Some(b'{')
}

/// The ending of a file that begins like this.
pub(super) fn kind_of(start: &[u8]) -> &'static str {
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    match start {
        [b'P', b'A', b'R', b'1', ..] => ".parquet",
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] | [0xff, 0xff, 0xff, 0xff, ..] | [b'F', b'E', b'A', b'1', ..] => {
            ".arrow"
        }
        [0x1f, 0x8b, ..] if begins_json(flate2::read::GzDecoder::new(start)) => ".jsonl.gz",
        [0x1f, 0x8b, ..] => ".csv.gz",
        [0x28, 0xb5, 0x2f, 0xfd, ..] if zstd::Decoder::new(start).is_ok_and(begins_json) => ".jsonl.zst",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => ".csv.zst",
        _ if first == Some(&b'{') => ".jsonl",
        _ => ".csv",
    }
}
