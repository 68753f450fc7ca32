//! The pages of Parquet, of which the headers are walked before they are decoded. Many
//! writers set checksums, and the reader does not look at them; where there are none,
//! damage that still decodes stays unseen.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use polars::prelude::FileMetadataRef;
use polars_parquet_format::PageHeader;
use polars_parquet_format::thrift::protocol::TCompactInputProtocol;

/// No header of a page is longer, statistics included.
const LONGEST_HEADER: usize = 1 << 20;

/// A page may hold so many bytes however few it takes in the file.
const LARGE: u64 = if cfg!(test) { 1 << 20 } else { 256 << 20 };

/// And beyond that no more than so many times as many.
const MOST_TIMES: u64 = 64;

/// What is read again, because a row group is read in pieces, may be so many times as much
/// as is read in any case.
const AGAIN: u64 = 3;

/// What is read again is little where it is such a part of what is decoded.
const LITTLE: u64 = 8;

/// What reading the wanted columns of a row group costs, in bytes once decompressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// All pages.
    all: u64,
    /// What one more piece reads again: dictionaries, and a page that lies on the border.
    again: u64,
}

impl Cost {
    /// In how many pieces the row group is read at most.
    pub(super) fn most_pieces(self) -> usize {
        let more = AGAIN.saturating_mul(self.all).checked_div(self.again).unwrap_or(0);
        usize::try_from(more).unwrap_or(usize::MAX).saturating_add(1)
    }

    /// Whether so many pieces read little again beside what is decoded in any case.
    pub(super) fn is_little(self, pieces: usize, decoded: usize) -> bool {
        self.again.saturating_mul(pieces as u64) <= decoded as u64 / LITTLE
    }
}

/// Walks the pages of some columns: by row group what it costs to read them.
///
/// # Errors
/// When the row groups are not what the file says, or pages not what the row group says;
/// the first page that does not match its checksum. By column and rows.
pub(super) fn walk(path: &Path, metadata: &FileMetadataRef, wanted: &[&str]) -> Result<Vec<Cost>, String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let rows = metadata.row_groups.iter().try_fold(0usize, |rows, group| rows.checked_add(group.num_rows()));
    if rows != Some(metadata.num_rows) {
        return Err(format!("its row groups do not have the {} rows that it says", metadata.num_rows));
    }
    let mut first = 0;
    let mut costs = Vec::with_capacity(metadata.row_groups.len());
    for group in &metadata.row_groups {
        let (rows, mut cost) = (group.num_rows(), Cost::default());
        for column in group.parquet_columns() {
            let name = column.descriptor().path_in_schema.first().map(|name| name.as_str()).unwrap_or_default();
            if !wanted.contains(&name) {
                continue;
            }
            let wrong = |what: &str| format!("column `{name}`, in rows {} to {}: {what}", first + 1, first + rows);
            // Where there is no page the reader tells what is wrong with it.
            let Some(pages) = pages(&mut file, column.byte_range()).map_err(|what| wrong(&what))? else { continue };
            if column.descriptor().descriptor.max_rep_level == 0 && pages.values != rows as u64 {
                return Err(wrong(&format!("its pages have {} values", pages.values)));
            }
            cost.all = cost.all.saturating_add(pages.all);
            cost.again = cost.again.saturating_add(pages.again);
        }
        costs.push(cost);
        first += rows;
    }
    Ok(costs)
}

/// The pages of a column in a row group.
#[derive(Default)]
struct Pages {
    values: u64,
    /// Bytes once decompressed.
    all: u64,
    /// Those of the dictionary and of the largest page.
    again: u64,
}

/// The pages between two places of a file; none where something else is there too.
///
/// # Errors
/// What is wrong with a page.
fn pages(file: &mut File, range: Range<u64>) -> Result<Option<Pages>, String> {
    if file.seek(SeekFrom::Start(range.start)).is_err() {
        return Ok(None);
    }
    let mut bytes = BufReader::new(file);
    let (mut at, mut page) = (range.start, Vec::new());
    let (mut found, mut largest) = (Pages::default(), 0);
    while at < range.end {
        let header = PageHeader::read_from_in_protocol(&mut TCompactInputProtocol::new(&mut bytes, LONGEST_HEADER));
        let Ok(header) = header else { return Ok(None) };
        let sizes = (u64::try_from(header.compressed_page_size), u64::try_from(header.uncompressed_page_size));
        let (Ok(length), Ok(size)) = sizes else { return Ok(None) };
        if size > LARGE.max(length.saturating_mul(MOST_TIMES)) {
            return Err(format!(
                "a page of {length} bytes says that it holds {size}: write the file with smaller pages"
            ));
        }
        let data = header.data_page_header.map(|page| page.num_values);
        match data.or(header.data_page_header_v2.map(|page| page.num_values)) {
            // The reader would make room for them before it finds out.
            Some(values) => {
                let more = u64::try_from(values).map_err(|_| format!("a page says that it has {values} values"))?;
                (found.values, largest) = (found.values.saturating_add(more), size.max(largest));
            }
            None => found.again = found.again.saturating_add(size),
        }
        found.all = found.all.saturating_add(size);
        if let Some(checksum) = header.crc {
            page.clear();
            if (&mut bytes).take(length).read_to_end(&mut page).is_err() || page.len() as u64 != length {
                return Ok(None);
            }
            if crc32fast::hash(&page) != checksum as u32 {
                return Err("a page does not match its checksum".into());
            }
        } else if bytes.seek_relative(length as i64).is_err() {
            return Ok(None);
        }
        at = bytes.stream_position().unwrap_or(range.end);
    }
    found.again = found.again.saturating_add(largest);
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use polars::prelude::*;

    use super::super::guard::guarded;

    use super::*;

    /// Three rows of one column, by another writer, with checksums.
    const WITNESS: &[u8] = include_bytes!("../../../tests/it/checksums.parquet");

    fn metadata(path: &Path) -> FileMetadataRef {
        ParquetReader::new(File::open(path).expect("opened")).get_metadata().expect("read").clone()
    }

    fn walked(bytes: &[u8]) -> Result<Vec<Cost>, String> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("written");
        walk(file.path(), &metadata(file.path()), &["race"])
    }

    #[test]
    fn a_page_that_was_changed_is_told() {
        assert_eq!(walked(WITNESS).map(|costs| costs.len()), Ok(1));
        let at = WITNESS.windows(5).position(|bytes| bytes == b"Asian").expect("a value");
        let mut changed = WITNESS.to_vec();
        changed[at] = b'Z';
        let told = "column `race`, in rows 1 to 3: a page does not match its checksum";
        assert_eq!(walked(&changed), Err(told.to_string()));
    }

    /// 8 bytes a number, whether in one page or in many.
    #[test]
    fn a_column_in_one_page_is_read_in_few_pieces() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.parquet");
        let numbers: Vec<f64> = (0..100_000).map(|n| f64::from(n).sqrt()).collect();
        let cost = |page: usize| {
            let mut frame = df!("n" => &numbers).expect("a frame");
            let writer = ParquetWriter::new(File::create(&path).expect("made")).with_data_page_size(Some(page));
            writer.finish(&mut frame).expect("written");
            walk(&path, &metadata(&path), &["n"]).expect("sound")[0]
        };
        let (one, many) = (cost(1 << 30), cost(1 << 13));
        assert!(one.all >= 800_000 && one.all == one.again && one.most_pieces() == 4, "{one:?}");
        assert!(many.again < many.all / 20 && many.most_pieces() > 60, "{many:?}");
        assert_eq!(Cost::default().most_pieces(), 1);
        let decoded = 8 * one.again as usize;
        assert!(one.is_little(1, decoded) && !one.is_little(1, decoded - 8) && !one.is_little(2, decoded));
    }

    #[test]
    fn a_page_that_holds_far_more_than_it_takes_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.parquet");
        let told = |letters: usize| {
            let texts: Vec<String> = (0..40).map(|n| format!("{n}{}", "x".repeat(letters))).collect();
            let mut frame = df!("t" => texts).expect("a frame");
            let writer = ParquetWriter::new(File::create(&path).expect("made"));
            let writer = writer.with_compression(ParquetCompression::Zstd(None));
            writer.finish(&mut frame).expect("written");
            walk(&path, &metadata(&path), &["t"]).map(|costs| costs.len())
        };
        let refused = told(100_000).expect_err("a bomb");
        assert!(
            refused.starts_with("column `t`, in rows 1 to 40: a page of ") && refused.contains("smaller pages"),
            "{refused}"
        );
        assert_eq!(told(10_000), Ok(1));
    }

    #[test]
    fn rows_that_do_not_add_up_are_told() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), WITNESS).expect("written");
        let mut lying = metadata(file.path());
        Arc::make_mut(&mut lying).num_rows = 4;
        let told = "its row groups do not have the 4 rows that it says".to_string();
        assert_eq!(walk(file.path(), &lying, &["race"]), Err(told));
    }

    /// One bit makes of three values minus four, another seven.
    #[test]
    fn a_page_with_less_than_nothing_or_too_much_is_refused() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let mut frame = df!("race" => [1.5, 2.5, 3.5]).expect("a frame");
        let writer =
            ParquetWriter::new(file.reopen().expect("opened")).with_compression(ParquetCompression::Uncompressed);
        writer.finish(&mut frame).expect("written");
        let sound = std::fs::read(file.path()).expect("read");
        let told = (0..sound.len()).flat_map(|at| [(at, 1), (at, 8)]).filter_map(|(at, bit)| {
            let mut bytes = sound.clone();
            bytes[at] ^= bit;
            std::fs::write(file.path(), &bytes).expect("written");
            let metadata = guarded(|| ParquetReader::new(File::open(file.path())?).get_metadata().cloned()).ok()?;
            walk(file.path(), &metadata, &["race"]).err()
        });
        let told: Vec<String> = told.collect();
        for what in ["a page says that it has -4 values", "its pages have 7 values"] {
            assert!(told.contains(&format!("column `race`, in rows 1 to 3: {what}")), "{told:?}");
        }
    }
}
