//! Rows of an Arrow file, record batch by record batch, each read while the one before it is
//! counted.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use polars::prelude::*;
use polars_arrow::array::{Array, DictionaryArray, DictionaryKey};
use polars_arrow::io::ipc::format::ipc;
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
            refuse_bomb("the dictionaries", metadata.dictionaries.as_deref().unwrap_or_default(), &mut beside)?;
            let mut batches = FileReader::new(file, metadata.clone(), Some(order.clone()), None);
            for block in &metadata.blocks {
                refuse_bomb("a record batch", std::slice::from_ref(block), &mut beside)?;
                let Some(batch) = batches.next().transpose()? else { return Ok(()) };
                let column = |(place, (name, _)): (&usize, &(String, Kind))| {
                    series(name, batch.arrays()[place_in_order(place)].as_ref()).map(Column::from)
                };
                let columns = places.iter().zip(wanted).map(column).collect::<PolarsResult<_>>()?;
                if !each(self.as_wanted(columns, wanted)?) {
                    return Ok(());
                }
            }
            Ok(())
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

/// A column of a record batch. One with a dictionary points into it: long texts are there once,
/// however many rows have them.
fn series(name: &str, array: &dyn Array) -> PolarsResult<Series> {
    let of = |array: Box<dyn Array>| Series::from_arrow(name.into(), array);
    let signed = parts::<i8>(array).or_else(|| parts::<i16>(array)).or_else(|| parts::<i32>(array));
    let unsigned = || parts::<u8>(array).or_else(|| parts::<u16>(array)).or_else(|| parts::<u32>(array));
    let long = || parts::<i64>(array).or_else(|| parts::<u64>(array));
    match signed.or_else(unsigned).or_else(long) {
        Some([keys, values]) => of(values)?.take(of(keys)?.strict_cast(&IDX_DTYPE)?.idx()?),
        None => of(array.to_boxed()),
    }
}

/// Where the rows of a column point to in its dictionary, and the dictionary.
fn parts<K: DictionaryKey>(array: &dyn Array) -> Option<[Box<dyn Array>; 2]> {
    let coded = array.as_any().downcast_ref::<DictionaryArray<K>>()?;
    Some([coded.keys().to_boxed(), coded.values().clone()])
}

/// What to do about a record batch that is too large.
const REMEDY: &str =
    "write the file with smaller record batches, or long texts without compression, if it is not damaged";

/// An error when blocks would take far more memory than bytes in the file.
fn refuse_bomb(what: &str, blocks: &[ipc::Block], file: &mut File) -> PolarsResult<()> {
    let (mut held, mut bytes) = (0u64, 0u64);
    for block in blocks {
        held = held.saturating_add(decompressed(block, file)?);
        bytes = bytes.saturating_add(u64::try_from(block.body_length).unwrap_or(0));
    }
    polars_ensure!(
        held <= LARGE.max(bytes.saturating_mul(MOST_TIMES)),
        ComputeError: "{what} of {bytes} bytes would take {held} in memory: {REMEDY}"
    );
    Ok(())
}

/// How many bytes a block says that it holds once it is decompressed.
fn decompressed(block: &ipc::Block, file: &mut File) -> PolarsResult<u64> {
    use ipc::planus::ReadAsRoot;
    let broken = |what: ipc::planus::Error| polars_err!(ComputeError: "a message that is broken: {what}");
    let mut message = Vec::new();
    file.seek(SeekFrom::Start(u64::try_from(block.offset).unwrap_or(u64::MAX)))?;
    file.take(u64::try_from(block.meta_data_length).unwrap_or(0)).read_to_end(&mut message)?;
    // Before the message stands its length, and in newer files a mark before that.
    let start = if message.starts_with(&[0xff; 4]) { 8 } else { 4 };
    let message = ipc::MessageRef::read_as_root(message.get(start..).unwrap_or_default()).map_err(broken)?;
    let batch = match message.header().map_err(broken)? {
        Some(ipc::MessageHeaderRef::RecordBatch(batch)) => Some(batch),
        Some(ipc::MessageHeaderRef::DictionaryBatch(dictionary)) => dictionary.data().map_err(broken)?,
        _ => None,
    };
    // What else stands there the reader tells.
    let Some(batch) = batch else { return Ok(0) };
    let body = block.offset.saturating_add(i64::from(block.meta_data_length));
    let mut held = 0u64;
    if batch.compression().map_err(broken)?.is_some() {
        for buffer in batch.buffers().map_err(broken)?.into_iter().flatten().filter(|buffer| buffer.length() >= 8) {
            // A compressed buffer begins with its length as it was before.
            let mut length = [0; 8];
            file.seek(SeekFrom::Start(u64::try_from(body.saturating_add(buffer.offset())).unwrap_or(u64::MAX)))?;
            file.read_exact(&mut length)?;
            held = held.saturating_add(u64::try_from(i64::from_le_bytes(length)).unwrap_or(0));
        }
    }
    Ok(held)
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

    fn with_dictionary(path: &std::path::Path, letters: usize, rows: usize) -> Vec<String> {
        let texts: Vec<String> = (0..20).map(|n| format!("{n}{}", "x".repeat(letters))).collect();
        let column = Series::new("t".into(), (0..rows).map(|row| texts[row % 20].as_str()).collect::<Vec<_>>());
        let coded = column.cast(&DataType::from_categories(Categories::global())).expect("coded");
        let writer = IpcWriter::new(File::create(path).expect("made"));
        let writer = writer.with_compression(Some(IpcCompression::ZSTD(Default::default())));
        let mut frame = DataFrame::new(rows, vec![coded.into()]).expect("a frame");
        writer.with_record_batch_size(Some(7)).finish(&mut frame).expect("written");
        texts
    }

    #[test]
    fn a_dictionary_that_holds_far_more_than_it_takes_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.arrow");
        with_dictionary(&path, 100_000, 100);
        let file = DataFile::open(&path, Vec::new(), None).expect("opened");
        let refused = file.stream_arrow(&[("t".to_string(), Kind::Text)], &mut |_, _| false).expect_err("a bomb");
        assert!(refused.starts_with("the dictionaries of ") && refused.ends_with(REMEDY), "{refused}");
        let told = file.faulty(refused).to_string();
        assert!(told.ends_with(REMEDY), "one advice: {told}");
    }

    #[test]
    fn texts_of_a_dictionary_are_there_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.arrow");
        let texts = with_dictionary(&path, 1_000, 100);
        let file = DataFile::open(&path, Vec::new(), None).expect("opened");
        let mut before = 0;
        let each = |frame: DataFrame| {
            let column = frame.columns()[0].as_materialized_series().str().expect("texts").clone();
            let held: usize = column.downcast_iter().map(|texts| texts.total_buffer_len()).sum();
            assert!(held < 30_000, "{held} bytes");
            for text in column.iter() {
                assert_eq!(text, Some(texts[before % 20].as_str()));
                before += 1;
            }
            true
        };
        file.record_batches(&[("t".to_string(), Kind::Text)], each).expect("read");
        assert_eq!(before, 100);
    }

    /// Three rows by another writer, as files were before messages had a mark.
    const LEGACY: &[u8] = include_bytes!("../../../tests/it/legacy.arrow");

    #[test]
    fn older_files_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.arrow");
        std::fs::write(&path, LEGACY).expect("written");
        let file = DataFile::open(&path, Vec::new(), None).expect("opened");
        let mut found: Vec<Option<String>> = Vec::new();
        let mut take = |columns: Vec<super::super::column::Column<'_>>, rows: usize| {
            found.extend((0..rows).map(|row| columns[0].text(row).map(str::to_string)));
            false
        };
        file.stream_arrow(&[("t".to_string(), Kind::Text)], &mut take).expect("read");
        assert_eq!(found, [Some("a".to_string()), Some("b".to_string()), None]);
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
