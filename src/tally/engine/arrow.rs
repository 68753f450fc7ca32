//! Rows of an Arrow file, record batch by record batch, each read while the one before it is
//! counted.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use polars::prelude::*;
use polars_arrow::io::ipc::read::{FileReader, read_file_metadata};

use super::batches::Take;
use super::file::{DataFile, Kind};
use super::frames::hand_on;
use super::guard::guarded;
use super::side::side_by_side;

/// A record batch may hold so many bytes however few it takes in the file.
const LARGE: u64 = if cfg!(test) { 1 << 20 } else { 1 << 30 };

/// And beyond that no more than so many times as many.
const MOST_TIMES: u64 = 64;

impl DataFile {
    /// Streams the wanted columns of an Arrow file through `take`, batch by batch, until it
    /// has enough.
    pub(super) fn stream_arrow(&self, wanted: &[(String, Kind)], take: Take<'_>) -> Result<(), String> {
        let read = |give: &mut dyn FnMut(Result<DataFrame, String>) -> bool| {
            if let Err(fault) = self.record_batches(wanted, |frame| give(Ok(frame))) {
                give(Err(self.in_column(fault, wanted)));
            }
        };
        side_by_side(read, |frame| hand_on(&frame, take))
    }

    /// Gives the record batches of an Arrow file to `each`, as long as it wants more.
    fn record_batches(&self, wanted: &[(String, Kind)], mut each: impl FnMut(DataFrame) -> bool) -> Result<(), String> {
        let places: Vec<usize> = wanted.iter().map(|(name, _)| self.place(name).unwrap_or(0)).collect();
        // The reader gives columns in the order of the file.
        let mut order = places.clone();
        order.sort_unstable();
        let place_in_order = |place: &usize| order.binary_search(place).unwrap_or(0);
        guarded(|| {
            let (mut file, mut beside) = (File::open(&self.path)?, File::open(&self.path)?);
            let metadata = read_file_metadata(&mut file)?;
            let mut batches = FileReader::new(file, metadata, Some(order.clone()), None);
            loop {
                refuse_bomb(&mut batches, &mut beside)?;
                let Some(batch) = batches.next() else { return Ok(()) };
                let frame = DataFrame::from(batch?);
                let columns = places.iter().map(|place| frame.columns()[place_in_order(place)].clone()).collect();
                if !each(self.as_wanted(columns, wanted)?) {
                    return Ok(());
                }
            }
        })
    }

    /// A fault with the column that has it.
    fn in_column(&self, fault: String, wanted: &[(String, Kind)]) -> String {
        let fails = |column: &&(String, Kind)| self.record_batches(std::slice::from_ref(*column), |_| true).is_err();
        match wanted.iter().find(fails) {
            Some((name, _)) if !fault.contains(REMEDY) => format!("column `{name}`: {fault}"),
            _ => fault,
        }
    }
}

/// What to do about a record batch that is too large.
const REMEDY: &str = "write the file with smaller record batches";

/// An error when the next record batch would take far more memory than bytes in the file.
fn refuse_bomb(batches: &mut FileReader<File>, file: &mut File) -> PolarsResult<()> {
    let at = batches.get_current_block();
    let Some(block) = batches.metadata().blocks.get(at).copied() else { return Ok(()) };
    let Some(batch) = batches.next_record_batch().transpose()? else { return Ok(()) };
    let mut held = 0u64;
    if batch.compression()?.is_some() {
        let body = block.offset.saturating_add(i64::from(block.meta_data_length));
        for buffer in batch.buffers()?.into_iter().flatten().filter(|buffer| buffer.length() >= 8) {
            // A compressed buffer begins with its length as it was before.
            let mut length = [0; 8];
            file.seek(SeekFrom::Start(u64::try_from(body.saturating_add(buffer.offset())).unwrap_or(u64::MAX)))?;
            file.read_exact(&mut length)?;
            held = held.saturating_add(u64::try_from(i64::from_le_bytes(length)).unwrap_or(0));
        }
    }
    batches.set_current_block(at);
    let bytes = u64::try_from(block.body_length).unwrap_or(0);
    polars_ensure!(
        held <= LARGE.max(bytes.saturating_mul(MOST_TIMES)),
        ComputeError: "a record batch of {bytes} bytes says that it holds {held}: {REMEDY}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_batch_that_holds_far_more_than_it_takes_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.arrow");
        let read = |letters: usize, batch: usize| {
            let texts: Vec<String> = (0..40).map(|n| format!("{n}{}", "x".repeat(letters))).collect();
            let writer = IpcWriter::new(File::create(&path).expect("made"));
            let writer = writer.with_compression(Some(IpcCompression::ZSTD(Default::default())));
            let schema = Schema::from_iter([("t".into(), DataType::String)]);
            let field = polars_arrow::io::ipc::IpcField { fields: Vec::new(), dictionary_id: None };
            let mut writer = writer.batched(&schema, vec![field]).expect("begun");
            for texts in texts.chunks(batch) {
                writer.write_batch(&df!("t" => texts).expect("a frame")).expect("written");
            }
            writer.finish().expect("written");
            let file = DataFile::open(&path, Vec::new(), None).expect("opened");
            let mut found = Vec::new();
            let mut take = |columns: Vec<super::super::column::Column<'_>>, rows: usize| {
                found.extend((0..rows).map(|row| columns[0].text(row).map(str::to_string)));
                false
            };
            let wanted = [("t".to_string(), Kind::Text)];
            let read = file.stream_arrow(&wanted, &mut take);
            read.map(|()| assert!(found.into_iter().eq(texts.into_iter().map(Some))))
        };
        assert_eq!(read(100, 40), Ok(()));
        let refused = read(100_000, 40).expect_err("a bomb");
        assert!(refused.starts_with("a record batch of ") && refused.ends_with(REMEDY), "{refused}");
        assert_eq!(read(100_000, 5), Ok(()), "smaller ones");
    }

    #[test]
    fn columns_come_as_they_are_wanted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.arrow");
        let mut frame = df!("a" => [1i64, 2, 3], "b" => ["x", "y", "z"], "c" => [0.5, 1.5, 2.5]).expect("a frame");
        let writer = IpcWriter::new(File::create(&path).expect("made"));
        writer.with_record_batch_size(Some(2)).finish(&mut frame).expect("written");
        let file = DataFile::open(&path, Vec::new(), None).expect("opened");
        let mut found = Vec::new();
        let mut take = |columns: Vec<super::super::column::Column<'_>>, rows: usize| {
            let text = |row: usize| columns.iter().map(|column| column.text(row).map(str::to_string)).collect();
            found.extend((0..rows).map(text).collect::<Vec<Vec<_>>>());
            false
        };
        let wanted = ["c", "a", "b"].map(|name| (name.to_string(), Kind::Text));
        file.stream_arrow(&wanted, &mut take).expect("read");
        let row = |texts: [&str; 3]| texts.map(|text| Some(text.to_string())).to_vec();
        assert_eq!(found, [row(["0.5", "1", "x"]), row(["1.5", "2", "y"]), row(["2.5", "3", "z"])]);
    }
}
