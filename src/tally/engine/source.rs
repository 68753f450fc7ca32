//! One data file: its columns, and its rows in batches.
//!
//! Text files are read as text throughout, so that codes such as `01` survive;
//! what a number is, is decided by the role. Typed files keep their numbers
//! where the role wants numbers.

use std::fs::File;
use std::io::Read;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use polars::prelude::*;
use sha2::{Digest, Sha256};

use super::super::error::TallyError;
use super::column::Column;
use super::diagnose::diagnose;
use crate::suggest::suggestion;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Text { delimiter: u8 },
    Parquet,
    Arrow,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Format::Text { .. } => "delimited text",
            Format::Parquet => "Parquet",
            Format::Arrow => "Arrow IPC",
        }
    }
}

/// How a column is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// As text.
    Text,
    /// As numbers where the file has numbers, else as text.
    Number,
}

/// A file that was opened and whose header is known.
#[derive(Clone, Debug)]
pub(in super::super) struct Source {
    pub(in super::super) path: PathBuf,
    format: Format,
    pub(in super::super) columns: Vec<String>,
    /// What typed files hold, by column; empty for text.
    types: Vec<DataType>,
}

impl Source {
    /// Opens a file and reads its header.
    pub(in super::super) fn open(path: &Path, delimiter: Option<u8>) -> Result<Source, TallyError> {
        let metadata = std::fs::metadata(path).map_err(|error| unopenable(path, &error))?;
        if metadata.is_dir() {
            let reason = "is a directory: name a file".to_string();
            return Err(TallyError::Unopenable { file: path.into(), reason });
        }
        File::open(path).map_err(|error| unopenable(path, &error))?;
        if metadata.len() == 0 {
            return Err(TallyError::Empty { file: path.into(), what: "the file is empty" });
        }
        let format = format_of(path, delimiter)?;
        let mut source = Source { path: path.into(), format, columns: Vec::new(), types: Vec::new() };
        match format {
            Format::Text { .. } => {
                source.columns = source.header()?;
            }
            _ => {
                let schema =
                    guarded(|| source.scan(&[])?.collect_schema()).map_err(|detail| source.unreadable(detail))?;
                source.columns = schema.iter_names().map(|name| name.to_string()).collect();
                source.types = schema.iter_values().cloned().collect();
            }
        }
        Ok(source)
    }

    /// The first line of a text file, read as data so that nothing is renamed.
    fn header(&self) -> Result<Vec<String>, TallyError> {
        let frame = guarded(|| self.text_reader()?.with_has_header(false).with_n_rows(Some(1)).finish()?.collect())
            .map_err(|detail| self.unreadable(detail))?;
        let wrong = |what: String| TallyError::Header { file: self.path.clone(), what };
        let mut names: Vec<String> = Vec::new();
        for column in frame.columns() {
            let texts = column.str().map_err(|error| self.unreadable(error.to_string()))?;
            let name = texts.get(0).unwrap_or_default().trim_start_matches('\u{feff}').trim().to_string();
            if name.is_empty() {
                return Err(wrong(format!("column {} has no name in the header", names.len() + 1)));
            }
            if names.contains(&name) {
                return Err(wrong(format!("two columns are called `{name}`: rename one")));
            }
            names.push(name);
        }
        if let [only] = names.as_slice()
            && let Some(other) = [',', ';', '\t', '|'].into_iter().find(|other| only.contains(*other))
        {
            let shown = if other == '\t' { "\\t".to_string() } else { other.to_string() };
            return Err(wrong(format!("there is one column, `{only}`: is the delimiter \"{shown}\"?")));
        }
        Ok(names)
    }

    /// How many rows there are, where the file says so.
    pub(in super::super) fn rows(&self) -> Option<u64> {
        if self.format != Format::Parquet {
            return None;
        }
        let rows = || ParquetReader::new(File::open(&self.path)?).num_rows();
        guarded(rows).ok().map(|rows| rows as u64)
    }

    /// Whether a file has a column.
    pub(in super::super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// An error for a column that is not there.
    pub(in super::super) fn no_column(&self, column: &str, role: &'static str) -> TallyError {
        TallyError::NoColumn {
            file: self.path.clone(),
            column: column.to_string(),
            role,
            hint: suggestion(column, self.columns.iter().map(String::as_str)),
        }
    }

    fn text_reader(&self) -> PolarsResult<LazyCsvReader> {
        let delimiter = match self.format {
            Format::Text { delimiter } => delimiter,
            _ => b',',
        };
        Ok(LazyCsvReader::new(PlRefPath::try_from_path(&self.path)?)
            .with_separator(delimiter)
            .with_infer_schema_length(Some(0))
            .with_glob(false)
            .with_cache(false)
            .with_missing_is_null(true))
    }

    fn scan(&self, wanted: &[(String, Kind)]) -> PolarsResult<LazyFrame> {
        let path = PlRefPath::try_from_path(&self.path)?;
        let frame = match self.format {
            Format::Text { .. } => {
                let schema: Schema =
                    self.columns.iter().map(|name| Field::new(name.as_str().into(), DataType::String)).collect();
                self.text_reader()?.with_has_header(true).with_schema(Some(Arc::new(schema))).finish()?
            }
            Format::Parquet => {
                LazyFrame::scan_parquet(path, ScanArgsParquet { glob: false, ..ScanArgsParquet::default() })?
            }
            Format::Arrow => LazyFrame::scan_ipc(
                path,
                IpcScanOptions::default(),
                UnifiedScanArgs { glob: false, ..UnifiedScanArgs::default() },
            )?,
        };
        if wanted.is_empty() {
            return Ok(frame);
        }
        let columns: Vec<Expr> = wanted
            .iter()
            .map(|(name, kind)| {
                let dtype = self.type_of(name).unwrap_or(&DataType::String);
                let numeric = dtype.is_primitive_numeric() || dtype.is_decimal();
                // `col` would read a name such as `^a$` as a pattern.
                let column = nth(self.columns.iter().position(|c| c == name).unwrap_or(0) as i64).as_expr();
                match kind {
                    Kind::Number if numeric => column.cast(DataType::Float64),
                    Kind::Text if Column::is_coded(dtype) => column,
                    _ => column.cast(DataType::String),
                }
            })
            .collect();
        Ok(frame.select(columns))
    }

    fn type_of(&self, column: &str) -> Option<&DataType> {
        self.types.get(self.columns.iter().position(|name| name == column)?)
    }

    /// An error when a wanted column holds what is neither number nor name.
    fn readable(&self, wanted: &[(String, Kind)]) -> Result<(), TallyError> {
        for (column, _) in wanted {
            if let Some(dtype) = self.type_of(column)
                && (dtype.is_nested()
                    || dtype.is_binary()
                    || dtype.is_object()
                    || matches!(dtype, DataType::Duration(_) | DataType::Datetime(_, Some(_))))
            {
                let what = format!(
                    "holds {dtype}, which is neither a number nor a name: leave the column out, or turn it into one"
                );
                return Err(TallyError::Column { file: self.path.clone(), column: column.clone(), what });
            }
        }
        Ok(())
    }

    /// Streams the wanted columns through `each`, batch by batch in the order
    /// of the file, with the number of rows in the batch.
    pub(in super::super) fn stream(
        &self,
        wanted: &[(String, Kind)],
        each: impl FnMut(&[Column<'_>], usize) -> Result<(), TallyError> + Send + 'static,
    ) -> Result<(), TallyError> {
        self.readable(wanted)?;
        let failure: Arc<Mutex<Option<TallyError>>> = Arc::default();
        let seen = Arc::clone(&failure);
        let each = Mutex::new(each);
        let names: Vec<String> = wanted.iter().map(|(name, _)| name.clone()).collect();
        let callback = PlanCallback::new(move |batch: DataFrame| -> PolarsResult<bool> {
            let mut columns = Vec::with_capacity(names.len());
            for name in &names {
                columns.push(Column::of(batch.column(name)?.as_materialized_series())?);
            }
            let mut each = each.lock().map_err(|_| polars_err!(ComputeError: "an earlier batch failed"))?;
            match each(&columns, batch.height()) {
                Ok(()) => Ok(false),
                Err(error) => {
                    if let Ok(mut slot) = seen.lock() {
                        slot.get_or_insert(error);
                    }
                    Ok(true)
                }
            }
        });
        let outcome = guarded(|| {
            self.scan(wanted)?
                .sink_batches(callback, true, NonZeroUsize::new(65_536))?
                .collect_with_engine(Engine::Streaming)
                .map(|_| ())
        });
        if let Some(error) = failure.lock().ok().and_then(|mut slot| slot.take()) {
            return Err(error);
        }
        outcome.map_err(|detail| self.unreadable(detail))
    }

    fn unreadable(&self, detail: String) -> TallyError {
        let found = match self.format {
            Format::Text { delimiter } => diagnose(&self.path, delimiter),
            _ => None,
        };
        let detail = found.unwrap_or(detail);
        TallyError::Unreadable { file: self.path.clone(), format: self.format.name(), detail }
    }

    /// SHA-256 of the file as it lies on the disk.
    pub(in super::super) fn hash(&self) -> Result<String, TallyError> {
        let mut file = File::open(&self.path).map_err(|error| unopenable(&self.path, &error))?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            let read = file.read(&mut buffer).map_err(|error| unopenable(&self.path, &error))?;
            if read == 0 {
                break;
            }
            hasher.update(&buffer[..read]);
        }
        Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn unopenable(path: &Path, error: &std::io::Error) -> TallyError {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_string(),
        std::io::ErrorKind::PermissionDenied => "may not be read (permission denied)".to_string(),
        _ => error.to_string(),
    };
    TallyError::Unopenable { file: path.into(), reason }
}

fn format_of(path: &Path, delimiter: Option<u8>) -> Result<Format, TallyError> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = [".gz", ".zst", ".zlib"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    match stem.rsplit_once('.').map(|(_, ending)| ending) {
        Some("csv" | "txt") => Ok(Format::Text { delimiter: delimiter.unwrap_or(b',') }),
        Some("tsv" | "tab") => Ok(Format::Text { delimiter: delimiter.unwrap_or(b'\t') }),
        Some("parquet" | "pq") => Ok(Format::Parquet),
        Some("arrow" | "feather" | "ipc") => Ok(Format::Arrow),
        _ if delimiter.is_some() => Ok(Format::Text { delimiter: delimiter.unwrap_or(b',') }),
        _ => Err(TallyError::Unopenable {
            file: path.into(),
            reason: "unknown kind of file: .csv, .tsv (also .gz, .zst), .parquet, .arrow and .feather are read; for another text file give its delimiter"
                .into(),
        }),
    }
}

/// How many readers run at this moment.
static READING: AtomicUsize = AtomicUsize::new(0);

/// The reader gives up on some files by a panic, in whichever of its threads; what
/// that would print is no message. A panic of anything else prints as it did.
fn silence_reader() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let of_reader = panic.location().is_some_and(|place| place.file().contains("polars"));
            if !(of_reader && READING.load(Ordering::SeqCst) > 0) {
                before(panic);
            }
        }));
    });
}

/// Runs a reader; its errors and panics become one line of text.
fn guarded<T>(read: impl FnOnce() -> PolarsResult<T>) -> Result<T, String> {
    silence_reader();
    READING.fetch_add(1, Ordering::SeqCst);
    let outcome = catch_unwind(AssertUnwindSafe(read));
    READING.fetch_sub(1, Ordering::SeqCst);
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(first_line(&error.to_string())),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()))
                .unwrap_or_default();
            Err(first_line(&format!("the reader gave up: {text}")))
        }
    }
}

fn first_line(text: &str) -> String {
    if text.contains("not supported by Polars") || text.contains("does not support primitive") {
        let kind = text.split("datatype ").nth(1).and_then(|rest| rest.split(['(', ' ']).next()).unwrap_or("special");
        return format!("a column holds a type that cannot be read ({kind}): write the file without that column");
    }
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("damaged").to_string()
}
