//! Rows of a file by way of the reader, in pieces that fit into memory.

use std::fs::File;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use polars::prelude::*;

use super::column::Column;
use super::file::{DataFile, Kind};
use super::format::Format;
use super::guard::guarded;

/// Rows of one batch.
const BATCH: Option<NonZeroUsize> = NonZeroUsize::new(65_536);

/// A row group is decoded whole; one with more rows than this is read in pieces of so many.
const LARGEST_GROUP: usize = if cfg!(test) { 1_000 } else { 1 << 22 };

/// First row and number of rows.
type Piece = (usize, usize);

impl DataFile {
    /// How many rows there are, where the file says so.
    pub(super) fn rows(&self) -> Option<u64> {
        self.objects.or_else(|| self.groups().map(|groups| groups.iter().map(|rows| *rows as u64).sum()))
    }

    /// How many rows each row group has, where there are such.
    fn groups(&self) -> Option<Vec<usize>> {
        Some(self.metadata()?.row_groups.iter().map(|group| group.num_rows()).collect())
    }

    /// What a Parquet file says of itself; nothing of another file, or of a broken one.
    pub(super) fn metadata(&self) -> Option<FileMetadataRef> {
        if self.format != Format::Parquet {
            return None;
        }
        guarded(|| ParquetReader::new(File::open(&self.path)?).get_metadata().cloned()).ok()
    }

    /// Streams the wanted columns through `take`, batch by batch, until it has enough.
    pub(super) fn stream_frame(
        &self,
        wanted: &[(String, Kind)],
        mut take: impl FnMut(Vec<Column<'_>>, usize) -> bool + Send + 'static,
    ) -> Result<(), String> {
        let enough = Arc::new(AtomicBool::new(false));
        let (names, done) = (wanted.iter().map(|(name, _)| name.clone()).collect::<Vec<String>>(), Arc::clone(&enough));
        let take = move |batch: &DataFrame| -> PolarsResult<bool> {
            let of = |name: &String| Column::of(batch.column(name)?.as_materialized_series());
            let columns: Vec<Column<'_>> = names.iter().map(of).collect::<PolarsResult<_>>()?;
            let last = take(columns, batch.height());
            done.store(last, Ordering::Relaxed);
            Ok(last)
        };
        let take: Take = Arc::new(Mutex::new(Box::new(take)));
        for piece in pieces(&self.groups().unwrap_or_default()) {
            self.stream_piece(wanted, piece, &take).map_err(|fault| self.placed(fault, wanted))?;
            if enough.load(Ordering::Relaxed) {
                break;
            }
        }
        Ok(())
    }

    fn stream_piece(&self, wanted: &[(String, Kind)], piece: Option<Piece>, take: &Take) -> Result<(), String> {
        let take = Arc::clone(take);
        let callback = PlanCallback::new(move |batch: DataFrame| -> PolarsResult<bool> {
            let mut take = take.lock().map_err(|_| polars_err!(ComputeError: "an earlier batch failed"))?;
            take(&batch)
        });
        guarded(|| {
            let all = self.scan(wanted)?;
            let rows = match piece {
                None => all,
                Some((first, rows)) => all.slice(first as i64, rows as IdxSize),
            };
            rows.sink_batches(callback, true, BATCH)?.collect_with_engine(Engine::Streaming).map(|_| ())
        })
    }

    /// A fault with the column that has it, and the rows where the file has row groups.
    fn placed(&self, fault: String, wanted: &[(String, Kind)]) -> String {
        let ignore: Take = Arc::new(Mutex::new(Box::new(|_| Ok(false))));
        let fails =
            |column: &(String, Kind), piece| self.stream_piece(std::slice::from_ref(column), piece, &ignore).is_err();
        let Some(column) = wanted.iter().find(|column| fails(column, None)) else { return fault };
        let mut first = 0;
        for rows in self.groups().unwrap_or_default() {
            if fails(column, Some((first, rows))) {
                return format!("column `{}`, in rows {} to {}: {fault}", column.0, first + 1, first + rows);
            }
            first += rows;
        }
        format!("column `{}`: {fault}", column.0)
    }
}

/// What a batch is given to; whether it was enough.
type Take = Arc<Mutex<Box<dyn FnMut(&DataFrame) -> PolarsResult<bool> + Send>>>;

/// The rows of these groups in pieces; all at once where no group is large.
fn pieces(groups: &[usize]) -> Vec<Option<Piece>> {
    if groups.iter().all(|rows| *rows <= LARGEST_GROUP) {
        return vec![None];
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut first = 0;
    for rows in groups {
        let last = first + rows;
        while first < last {
            let piece = LARGEST_GROUP.min(last - first);
            pieces.push((first, piece));
            first += piece;
        }
    }
    pieces.into_iter().map(Some).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_group_is_read_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.parquet");
        let numbers: Vec<i64> = (0..4_321).collect();
        let mut frame = df!("n" => &numbers).expect("a frame");
        let writer = ParquetWriter::new(File::create(&path).expect("made")).with_row_group_size(Some(3_000));
        writer.finish(&mut frame).expect("written");
        let file = DataFile::open(&path, Vec::new(), None).expect("opened");
        assert!(file.rows() == Some(4_321) && file.groups().is_some_and(|groups| groups[0] > 2 * LARGEST_GROUP));
        let read = |most: usize| {
            let found: Arc<Mutex<Vec<f64>>> = Arc::default();
            let into = Arc::clone(&found);
            let take = move |columns: Vec<Column<'_>>, rows: usize| {
                let mut into = into.lock().expect("alone");
                into.extend((0..rows).filter_map(|at| columns[0].text(at).and_then(|text| text.parse::<f64>().ok())));
                into.len() >= most
            };
            file.stream_frame(&[("n".to_string(), Kind::Text)], take).expect("read");
            found.lock().expect("alone").clone()
        };
        assert_eq!(read(usize::MAX), numbers.iter().map(|n| *n as f64).collect::<Vec<f64>>());
        assert_eq!(read(1).len(), 1_000, "there was enough after the first piece");
    }

    #[test]
    fn large_groups_are_read_in_pieces_and_small_ones_at_once() {
        assert_eq!(pieces(&[]), [None]);
        assert_eq!(pieces(&[5, LARGEST_GROUP]), [None]);
        let rows = LARGEST_GROUP;
        assert_eq!(
            pieces(&[5, 2 * rows + 1, 0, 7]),
            [(0, 5), (5, rows), (5 + rows, rows), (5 + 2 * rows, 1), (6 + 2 * rows, 7)].map(Some)
        );
    }
}
