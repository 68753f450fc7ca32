//! One data file: its columns, and its rows in batches.
//!
//! Text files are read as text throughout, so that codes such as `01` survive;
//! what a number is, is decided by the role. Typed files keep their numbers
//! where the role wants numbers.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use polars::prelude::*;
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};

use super::super::error::TallyError;
use super::bytes;
use super::cloud::{fetch, is_remote};
use super::column::Column;
use super::format::{Format, format_of, is_data, kind_of, misnamed, unknown};
use super::lines;
use super::text::{self, Shape};
use crate::plan::Hash;
use crate::unfinished::Unfinished;
use crate::watch::reads;

/// What a delimited or JSON file holds in every column.
pub(super) const AS_WRITTEN: &str = "plain text";

/// What a typed file holds in a column without a type: every value is missing.
pub(super) const NOTHING: &str = "no values";

/// Names of columns are hardly longer, in bytes.
const LONGEST_NAME: usize = 1_000;

#[cfg(unix)]
fn is_device(file: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    file.file_type().is_char_device() || file.file_type().is_block_device()
}

#[cfg(not(unix))]
fn is_device(_: &std::fs::Metadata) -> bool {
    false
}

/// How a column is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// As text.
    Text,
    /// As numbers where the file has numbers, else as text.
    Number,
}

/// What is given the columns of a batch, and how many rows it has.
pub(super) type Each<'e> = &'e mut dyn FnMut(&[Column<'_>], usize) -> Result<(), TallyError>;

/// A file that was opened and whose header is known.
#[derive(Clone, Debug)]
pub(super) struct DataFile {
    pub(super) path: PathBuf,
    /// How messages call it.
    pub(super) shown: PathBuf,
    pub(super) format: Format,
    /// Those of the file, then those of its folders.
    pub(super) columns: Vec<String>,
    /// What typed files hold, by column; empty for text.
    types: Vec<DataType>,
    /// How many objects there are, where all were read for their names.
    pub(super) objects: Option<u64>,
    /// What the folders say of all rows.
    constants: Vec<(String, String)>,
    /// Of standard input and of storage, while it is needed.
    _spooled: Option<Arc<(TempPath, Unfinished)>>,
    /// What the file was like when it was opened.
    pub(super) version: Metadata,
}

/// Whether a path names standard input: our way, or a system's.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == Path::new(name))
}

/// A temporary file whose name ends so.
fn spool(ending: &str) -> std::io::Result<(NamedTempFile, Unfinished)> {
    Unfinished::made(|| tempfile::Builder::new().suffix(ending).tempfile(), NamedTempFile::path)
}

impl DataFile {
    /// Opens a file and reads its header.
    pub(super) fn open(
        path: &Path,
        constants: Vec<(String, String)>,
        delimiter: Option<u8>,
    ) -> Result<DataFile, TallyError> {
        if is_standard_input(path) {
            return DataFile::of_standard_input(constants, delimiter);
        }
        if is_remote(path) {
            return DataFile::of_storage(path, constants, delimiter);
        }
        let known = std::fs::metadata(path).ok();
        if known.as_ref().is_some_and(is_device) {
            let reason = "is a device, and may have no end: give a file or a pipe, or - for standard input".into();
            return Err(TallyError::Unopenable { file: path.into(), reason });
        }
        // A named pipe, or what a shell makes of `<(command)`.
        if known.is_some_and(|file| !file.is_file() && !file.is_dir()) {
            let pipe = File::open(path).map_err(|error| unopenable(path, &error))?;
            return DataFile::of_stream(path, pipe, constants, delimiter);
        }
        DataFile::open_as(path, path, constants, delimiter, None)
    }

    fn of_standard_input(constants: Vec<(String, String)>, delimiter: Option<u8>) -> Result<DataFile, TallyError> {
        static READ: AtomicBool = AtomicBool::new(false);
        let shown = Path::new("standard input");
        if READ.swap(true, Ordering::Relaxed) {
            let reason = "can be read once, and is asked for again: give one of the two as a file".into();
            return Err(TallyError::Unopenable { file: shown.into(), reason });
        }
        DataFile::of_stream(shown, std::io::stdin().lock(), constants, delimiter)
    }

    /// Standard input and pipes can be read once, and a file is read twice: they are put
    /// into one.
    fn of_stream(
        shown: &Path,
        from: impl Read,
        constants: Vec<(String, String)>,
        delimiter: Option<u8>,
    ) -> Result<DataFile, TallyError> {
        let mut input = std::io::BufReader::new(from);
        let start = std::io::BufRead::fill_buf(&mut input).map_err(|error| unopenable(shown, &error))?;
        let name = shown.file_name().map(|name| name.to_string_lossy().into_owned()).filter(|_| is_data(shown));
        let ending = name.unwrap_or_else(|| kind_of(start).to_string());
        let (mut spooled, unfinished) = spool(&ending).map_err(|error| unkept(shown, &error))?;
        std::io::copy(&mut input, spooled.as_file_mut()).map_err(|error| unkept(shown, &error))?;
        let spooled = Arc::new((spooled.into_temp_path(), unfinished));
        DataFile::open_as(&spooled.0, shown, constants, delimiter, Some(Arc::clone(&spooled)))
    }

    /// Of an object in storage every byte is needed for its hash: it is fetched once.
    fn of_storage(
        address: &Path,
        constants: Vec<(String, String)>,
        delimiter: Option<u8>,
    ) -> Result<DataFile, TallyError> {
        let name = address.file_name().map(|name| format!("-{}", name.to_string_lossy())).unwrap_or_default();
        let (mut spooled, unfinished) = spool(&name).map_err(|error| unkept(address, &error))?;
        fetch(address, &mut spooled)?;
        let spooled = Arc::new((spooled.into_temp_path(), unfinished));
        DataFile::open_as(&spooled.0, address, constants, delimiter, Some(Arc::clone(&spooled)))
    }

    fn open_as(
        path: &Path,
        shown: &Path,
        constants: Vec<(String, String)>,
        delimiter: Option<u8>,
        spooled: Option<Arc<(TempPath, Unfinished)>>,
    ) -> Result<DataFile, TallyError> {
        let metadata = std::fs::metadata(path).map_err(|error| unopenable(shown, &error))?;
        let opened = File::open(path).map_err(|error| unopenable(shown, &error))?;
        if metadata.len() == 0 {
            return Err(TallyError::Empty { file: shown.into(), what: "the file is empty" });
        }
        let wrong = |reason: &str| TallyError::Unopenable { file: shown.into(), reason: reason.into() };
        let format = format_of(path, delimiter).ok_or_else(|| wrong(unknown(path)))?;
        let mut start = Vec::new();
        opened.take(8).read_to_end(&mut start).map_err(|error| unopenable(shown, &error))?;
        if let Some(reason) = misnamed(path, format, &start) {
            return Err(wrong(reason));
        }
        let mut source = DataFile {
            path: path.into(),
            shown: shown.into(),
            format,
            columns: Vec::new(),
            types: Vec::new(),
            objects: None,
            constants,
            _spooled: spooled,
            version: metadata,
        };
        match format {
            Format::Text { delimiter } => {
                source.columns = source.header(delimiter)?;
            }
            Format::Lines => {
                let (names, objects) = lines::header(path).map_err(|detail| source.faulty(detail))?;
                (source.columns, source.objects) = (names, Some(objects));
            }
            _ => {
                let schema = source.schema().map_err(|detail| source.faulty(detail))?;
                source.columns = schema.iter_names().map(|name| name.to_string()).collect();
                source.types = schema.iter_values().cloned().collect();
            }
        }
        for (column, _) in &source.constants {
            if source.columns.contains(column) {
                let what =
                    format!("the folder and the file both say what `{column}` is: take the column out of the file");
                return Err(TallyError::Header { file: shown.into(), what });
            }
            source.columns.push(column.clone());
        }
        Ok(source)
    }

    /// The names in the header of a text file, as they stand there; those that nobody
    /// asks for may be empty or the same.
    fn header(&self, delimiter: u8) -> Result<Vec<String>, TallyError> {
        let fields = text::header(&self.path, delimiter).map_err(|fault| self.faulty(fault))?;
        // A quote that never closes takes rows into the header.
        if fields.iter().any(|field| field.len() > LONGEST_NAME) {
            text::walk(&self.path, delimiter).map_err(|fault| self.faulty(fault))?;
        }
        let wrong = |what: String| TallyError::Header { file: self.shown.clone(), what };
        let name = |field: &String| field.trim_start_matches('\u{feff}').trim().to_string();
        let names: Vec<String> = fields.iter().map(name).collect();
        if names.iter().all(String::is_empty) {
            return Err(wrong("the first line names no column: it must be the header".into()));
        }
        if names[0].starts_with("sep=") {
            return Err(wrong(
                "the first line tells spreadsheets the delimiter: take it out, the header must be first".into(),
            ));
        }
        if let [only] = names.as_slice()
            && let Some(other) = [',', ';', '\t', '|'].into_iter().find(|other| only.contains(*other))
        {
            let shown = if other == '\t' { "\\t".to_string() } else { other.to_string() };
            let only: String = only.chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
            return Err(wrong(format!("there is one column, `{only}`: is the delimiter \"{shown}\"?")));
        }
        Ok(names)
    }

    /// What a column holds where it is wanted as words, as far as it decides how they are
    /// written: 1, 1.0 or true.
    pub(super) fn word_type(&self, column: &str, kind: Kind) -> &'static str {
        match self.type_of(column) {
            Some(DataType::Null) => NOTHING,
            _ if kind == Kind::Number => "numbers",
            Some(dtype) if dtype.is_integer() => "whole numbers",
            Some(dtype) if dtype.is_primitive_numeric() || dtype.is_decimal() => "numbers with a point",
            Some(DataType::Boolean) => "truth values",
            Some(DataType::Date) => "dates",
            Some(DataType::Time) => "times of day",
            Some(dtype) if dtype.is_temporal() => "dates with times",
            Some(_) => "text",
            None => AS_WRITTEN,
        }
    }

    /// What the values of a column are turned into; nothing where they are taken as they come.
    pub(super) fn held_as(&self, column: &str, kind: Kind) -> Option<DataType> {
        let dtype = self.type_of(column).unwrap_or(&DataType::String);
        match kind {
            Kind::Number if dtype.is_primitive_numeric() || dtype.is_decimal() => Some(DataType::Float64),
            Kind::Text if Column::is_coded(dtype) => None,
            _ => Some(DataType::String),
        }
    }

    /// Where a column is.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }

    fn type_of(&self, column: &str) -> Option<&DataType> {
        self.types.get(self.place(column)?)
    }

    /// An error when a wanted column holds what is neither number nor name, or is there twice.
    pub(super) fn readable(&self, wanted: &[(String, Kind)]) -> Result<(), TallyError> {
        for (column, _) in wanted {
            if self.columns.iter().filter(|name| *name == column).count() > 1 {
                let what = format!("two columns are called `{column}`: rename one");
                return Err(TallyError::Header { file: self.shown.clone(), what });
            }
            if let Some(dtype) = self.type_of(column)
                && (dtype.is_nested()
                    || dtype.is_binary()
                    || dtype.is_object()
                    || matches!(dtype, DataType::Duration(_) | DataType::Datetime(_, Some(_))))
            {
                let what = format!(
                    "holds {dtype}, which is neither a number nor a name: leave the column out, or turn it into one"
                );
                return Err(TallyError::column(&self.shown, column, what));
            }
        }
        Ok(())
    }

    /// How many rows there are, where the file says so.
    pub(super) fn rows(&self) -> Option<u64> {
        match self.format {
            Format::Parquet => self.footer().ok().map(|footer| footer.num_rows as u64),
            _ => self.objects,
        }
    }

    /// Streams the wanted columns through `each`, batch by batch in the order
    /// of the file, with the number of rows in the batch, while `read` grows with the bytes of
    /// a text file that were read. What the text was like.
    pub(super) fn stream(
        &self,
        wanted: &[(String, Kind)],
        read: &Arc<AtomicU64>,
        each: Each<'_>,
    ) -> Result<Shape, TallyError> {
        self.readable(wanted)?;
        reads(&self.shown);
        // Where each wanted column comes from: the file, or its folders.
        let own: Vec<(String, Kind)> =
            wanted.iter().filter(|(name, _)| self.constant(name).is_none()).cloned().collect();
        let constants: Vec<Option<String>> = wanted.iter().map(|(name, _)| self.constant(name).cloned()).collect();
        if own.is_empty() {
            return Err(TallyError::Header {
                file: self.shown.clone(),
                what: "no column of the file itself is needed: name one, such as the decision".into(),
            });
        }
        let mut failure = None;
        let mut checked = |columns: Vec<Column<'_>>, rows: usize| {
            failure = each(&with_constants(columns, &constants, rows), rows).err();
            failure.is_some()
        };
        let outcome = match self.format {
            Format::Lines => {
                let names: Vec<&str> = own.iter().map(|(name, _)| name.as_str()).collect();
                lines::stream(&self.path, &names, &mut checked).map(|()| Shape::default())
            }
            Format::Text { delimiter } => {
                let places: Vec<usize> = own.iter().filter_map(|(name, _)| self.place(name)).collect();
                text::stream(&self.path, delimiter, &places, read, &mut checked)
            }
            Format::Parquet => self.stream_parquet(&own, &mut checked).map(|()| Shape::default()),
            Format::Arrow => self.stream_arrow(&own, &mut checked).map(|()| Shape::default()),
        };
        match failure {
            Some(error) => Err(error),
            None => outcome.map_err(|detail| self.faulty(detail)),
        }
    }

    fn constant(&self, column: &str) -> Option<&String> {
        self.constants.iter().find(|(name, _)| name == column).map(|(_, value)| value)
    }

    /// An error for what is wrong with the file, unless it is no longer what it was.
    pub(super) fn faulty(&self, fault: String) -> TallyError {
        if let Err(changed) = self.unchanged() {
            return changed;
        }
        let told = fault.starts_with("line ")
            || ["it is UTF-16", "its lines end"].iter().any(|start| fault.starts_with(start))
            || [": write the file", ": rename one"].iter().any(|advice| fault.contains(advice));
        let typed = matches!(self.format, Format::Parquet | Format::Arrow);
        let damaged = "it is damaged or cut short; copy it again";
        let detail = match bytes::is_compressed(&self.path) || typed {
            true if !told => format!("{fault}: {damaged}"),
            // A changed byte spoils the text before it spoils the checksum at the end.
            true if !typed && !bytes::is_whole(&self.path) => format!("it does not decompress to its end: {damaged}"),
            _ => fault,
        };
        TallyError::Unreadable { file: self.shown.clone(), format: self.format.name(), detail }
    }

    /// An error when the file is not what it was when it was opened.
    pub(super) fn unchanged(&self) -> Result<(), TallyError> {
        let now = std::fs::metadata(&self.path).map_err(|error| unopenable(&self.shown, &error))?;
        let same_time = now.modified().ok() == self.version.modified().ok();
        if now.len() == self.version.len() && same_time {
            return Ok(());
        }
        let reason = match now.len() < self.version.len() {
            true => "got shorter while it was read: run again when nothing writes to it".to_string(),
            false => "changed while it was read: run again when nothing writes to it".to_string(),
        };
        Err(TallyError::Unopenable { file: self.shown.clone(), reason })
    }

    /// The hash of the file as it lies on the disk, in hexadecimal.
    pub(super) fn hash(&self, by: Hash) -> Result<String, TallyError> {
        match by {
            Hash::Blake3 => {
                let mut hasher = blake3::Hasher::new();
                self.bytes(|bytes| {
                    hasher.update(bytes);
                })?;
                Ok(hasher.finalize().to_hex().to_string())
            }
            Hash::Sha256 => {
                let mut hasher = Sha256::new();
                self.bytes(|bytes| hasher.update(bytes))?;
                Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
            }
        }
    }

    /// All bytes, some after the other.
    fn bytes(&self, mut take: impl FnMut(&[u8])) -> Result<(), TallyError> {
        let mut file = File::open(&self.path).map_err(|error| unopenable(&self.shown, &error))?;
        let mut buffer = vec![0; 1 << 20];
        loop {
            let read = file.read(&mut buffer).map_err(|error| unopenable(&self.shown, &error))?;
            if read == 0 {
                return Ok(());
            }
            take(&buffer[..read]);
        }
    }
}

/// What can be read once is kept in a temporary file.
pub(super) fn unkept(path: &Path, error: &std::io::Error) -> TallyError {
    let folder = std::env::temp_dir();
    let reason = format!("cannot be kept in {} while it is read ({error}): make room, or set TMPDIR", folder.display());
    TallyError::Unopenable { file: path.into(), reason }
}

pub(super) fn unopenable(path: &Path, error: &std::io::Error) -> TallyError {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_string(),
        std::io::ErrorKind::PermissionDenied => "may not be read (permission denied)".to_string(),
        _ => error.to_string(),
    };
    TallyError::Unopenable { file: path.into(), reason }
}

/// Columns of a file and of its folders in the order in which they are wanted.
fn with_constants<'c>(own: Vec<Column<'c>>, constants: &'c [Option<String>], rows: usize) -> Vec<Column<'c>> {
    let mut own = own.into_iter();
    let of = |constant: &'c Option<String>| match constant {
        Some(value) => Some(lines::constant(value, rows)),
        None => own.next(),
    };
    constants.iter().filter_map(of).collect()
}
