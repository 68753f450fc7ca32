//! Rows of a Parquet file. Its row groups are decoded in pieces that fit into memory, each
//! while the one before it is counted.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use polars::prelude::*;

use super::batches::{BATCH, Take};
use super::file::{DataFile, Kind};
use super::frames::hand_on;
use super::guard::guarded;
use super::side::side_by_side;
use super::walk::{Cost, walk};

/// Bytes of a piece once it is decoded, about. Smaller ones take less memory; larger ones
/// have their dictionaries read less often.
const PIECE: usize = if cfg!(test) { 1 << 12 } else { 64 << 20 };

/// The same where little is read again: memory that is used again is there already.
const SMALL_PIECE: usize = PIECE / 4;

/// No piece has more rows, whatever the file says of itself.
const LARGEST: usize = 1 << 22;

/// Bytes of a decoded value beside those in the file: a text has a view of so many.
const VALUE: usize = 16;

impl DataFile {
    /// What a Parquet file says of itself.
    pub(super) fn footer(&self) -> Result<FileMetadataRef, String> {
        guarded(|| ParquetReader::new(File::open(&self.path)?).get_metadata().cloned())
    }

    /// Streams the wanted columns of a Parquet file through `take`, batch by batch, until it
    /// has enough.
    pub(super) fn stream_parquet(&self, wanted: &[(String, Kind)], take: Take<'_>) -> Result<(), String> {
        let metadata = self.footer()?;
        let names: Vec<&str> = wanted.iter().map(|(name, _)| name.as_str()).collect();
        let costs = walk(&self.path, &metadata, &names)?;
        side_by_side(|give| self.decode(wanted, &metadata, &costs, give), |piece| hand_on(&piece, take))
    }

    /// Gives all pieces up to the first that cannot be decoded, or until nobody takes them.
    fn decode(
        &self,
        wanted: &[(String, Kind)],
        metadata: &FileMetadataRef,
        costs: &[Cost],
        give: &mut dyn FnMut(Result<DataFrame, String>) -> bool,
    ) {
        let (mut alone, mut before) = (Arc::clone(metadata), 0);
        for (group, cost) in metadata.row_groups.iter().zip(costs) {
            // As if it were the only one: the reader would go through those before it.
            let (rows, one) = (group.num_rows(), Arc::make_mut(&mut alone));
            (one.num_rows, one.row_groups) = (rows, vec![group.clone()]);
            let bytes = decoded_bytes(&alone, wanted);
            let size = if cost.is_little(bytes.div_ceil(SMALL_PIECE), bytes) { SMALL_PIECE } else { PIECE };
            for piece in pieces(rows, bytes.div_ceil(size).min(cost.most_pieces())) {
                let placed = |fault| self.placed(fault, wanted, (&alone, piece.clone()), before);
                if !give(self.piece(wanted, &alone, piece.clone()).map_err(placed)) {
                    return;
                }
            }
            before += rows;
        }
    }

    /// The wanted columns of some rows of the only row group.
    fn piece(
        &self,
        wanted: &[(String, Kind)],
        alone: &FileMetadataRef,
        rows: Range<usize>,
    ) -> Result<DataFrame, String> {
        guarded(|| {
            let mut reader = ParquetReader::new(File::open(&self.path)?);
            reader.set_metadata(Arc::clone(alone));
            let places = wanted.iter().map(|(name, _)| self.place(name).unwrap_or(0)).collect();
            let reader = reader.with_projection(Some(places)).with_slice(Some((rows.start, rows.len())));
            let frame = reader.read_parallel(ParallelStrategy::Columns).finish()?;
            self.as_wanted(frame.columns().to_vec(), wanted)
        })
    }

    /// A fault of a piece with the column that has it, and the rows of its row group.
    fn placed(
        &self,
        fault: String,
        wanted: &[(String, Kind)],
        (alone, piece): (&FileMetadataRef, Range<usize>),
        before: usize,
    ) -> String {
        let fails = |column: &&(String, Kind)| self.piece(std::slice::from_ref(*column), alone, piece.clone()).is_err();
        match wanted.iter().find(fails) {
            Some((name, _)) => {
                format!("column `{name}`, in rows {} to {}: {fault}", before + 1, before + alone.num_rows)
            }
            None => fault,
        }
    }
}

/// Bytes of the wanted columns once they are decoded, about.
fn decoded_bytes(metadata: &FileMetadataRef, wanted: &[(String, Kind)]) -> usize {
    let groups = metadata.row_groups.iter();
    let columns = groups.flat_map(|group| {
        wanted.iter().flat_map(|(name, _)| group.columns_under_root_iter(name).into_iter().flatten())
    });
    let encoded = columns.map(|column| usize::try_from(column.uncompressed_size()).unwrap_or(0));
    let views = metadata.num_rows.saturating_mul(VALUE * wanted.len());
    encoded.fold(views, usize::saturating_add)
}

/// Rows in at most so many pieces, of whole batches and about the same size.
fn pieces(rows: usize, most_pieces: usize) -> impl Iterator<Item = Range<usize>> {
    let most = rows.div_ceil(most_pieces.max(1)).clamp(1, LARGEST);
    // Rows of long texts are less than a batch.
    let most = if most < BATCH && most_pieces > 1 { most } else { most.next_multiple_of(BATCH) };
    (0..rows).step_by(most).map(move |first| first..rows.min(first.saturating_add(most)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_batches_of_a_size() {
        let found = |rows, most| pieces(rows, most).map(|piece| (piece.start, piece.end)).collect::<Vec<_>>();
        assert_eq!(found(0, 0), []);
        assert_eq!(found(5, 1), [(0, 5)]);
        assert_eq!(found(2 * BATCH + 1, 2), [(0, 2 * BATCH), (2 * BATCH, 2 * BATCH + 1)]);
        assert_eq!(found(3 * BATCH, 2), [(0, 2 * BATCH), (2 * BATCH, 3 * BATCH)]);
        assert_eq!(found(10, 5), [(0, 2), (2, 4), (4, 6), (6, 8), (8, 10)], "long texts");
        // What a broken file may say.
        assert_eq!(pieces(usize::MAX, 0).next(), Some(0..LARGEST));
        assert!(pieces(usize::MAX, usize::MAX).next().is_some_and(|piece| piece.len() <= LARGEST));
    }

    #[test]
    fn rows_come_in_their_order_whatever_the_groups() {
        let folder = tempfile::tempdir().expect("a folder");
        let numbers: Vec<i64> = (0..200_000).collect();
        let texts: Vec<Option<&str>> = (0..200_000).map(|n| ["a", "b"].get(n % 3).copied()).collect();
        for group in [30_000, 150_000, 200_000] {
            let path = folder.path().join("a.parquet");
            let mut frame = df!("t" => &texts, "n" => &numbers).expect("a frame");
            let writer = ParquetWriter::new(File::create(&path).expect("made")).with_row_group_size(Some(group));
            writer.finish(&mut frame).expect("written");
            let file = DataFile::open(&path, Vec::new(), None).expect("opened");
            assert_eq!(file.rows(), Some(200_000));
            let wanted = [("n".to_string(), Kind::Number), ("t".to_string(), Kind::Text)];
            let (mut before, mut batches) = (0, 0);
            let mut take = |columns: Vec<super::super::column::Column<'_>>, rows: usize| {
                let super::super::column::Column::Number(found) = &columns[0] else { panic!("numbers") };
                for at in 0..rows {
                    assert_eq!(found.get(at), Some(numbers[before + at] as f64));
                    assert_eq!(columns[1].text(at), texts[before + at]);
                }
                (before, batches) = (before + rows, batches + 1);
                false
            };
            file.stream_parquet(&wanted, &mut take).expect("read");
            assert!(before == 200_000 && batches >= 4);
            let mut batches = 0;
            file.stream_parquet(&wanted, &mut |_, _| {
                batches += 1;
                batches == 2
            })
            .expect("read");
            assert_eq!(batches, 2, "there was enough");
        }
    }
}
