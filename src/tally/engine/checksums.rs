//! Checksums of the pages of Parquet: many writers set them, and the reader does not
//! look at them. Where there are none, damage that still decodes stays unseen.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use polars::prelude::FileMetadataRef;
use polars_parquet_format::PageHeader;
use polars_parquet_format::thrift::protocol::TCompactInputProtocol;

/// No header of a page is longer, statistics included.
const LONGEST_HEADER: usize = 1 << 20;

/// Compares the pages of some columns with their checksums, where they have such.
///
/// # Errors
/// The first page that does not match, by column and rows.
pub(super) fn verify(path: &Path, metadata: &FileMetadataRef, wanted: &[&str]) -> Result<(), String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let mut first = 0;
    for group in &metadata.row_groups {
        let rows = group.num_rows();
        for column in group.parquet_columns() {
            let name = column.descriptor().path_in_schema.first().map(|name| name.as_str()).unwrap_or_default();
            if wanted.contains(&name) && !sound(&mut file, column.byte_range()) {
                return Err(format!(
                    "column `{name}`, in rows {} to {}: a page does not match its checksum",
                    first + 1,
                    first + rows
                ));
            }
        }
        first += rows;
    }
    Ok(())
}

/// Whether no page between these bytes contradicts its checksum. What is no page is left
/// to the reader, which tells what is wrong with it.
fn sound(file: &mut File, range: Range<u64>) -> bool {
    if file.seek(SeekFrom::Start(range.start)).is_err() {
        return true;
    }
    let mut bytes = BufReader::new(file);
    let (mut at, mut page) = (range.start, Vec::new());
    while at < range.end {
        let header = PageHeader::read_from_in_protocol(&mut TCompactInputProtocol::new(&mut bytes, LONGEST_HEADER));
        let Ok(header) = header else { return true };
        let Ok(length) = u64::try_from(header.compressed_page_size) else { return true };
        let Some(checksum) = header.crc else {
            if bytes.seek_relative(length as i64).is_err() {
                return true;
            }
            at = bytes.stream_position().unwrap_or(range.end);
            continue;
        };
        page.clear();
        if (&mut bytes).take(length).read_to_end(&mut page).is_err() || page.len() as u64 != length {
            return true;
        }
        if crc32fast::hash(&page) != checksum as u32 {
            return false;
        }
        at = bytes.stream_position().unwrap_or(range.end);
    }
    true
}

#[cfg(test)]
mod tests {
    use polars::prelude::{ParquetReader, SerReader};

    use super::*;

    /// Three rows of one column, by another writer, with checksums.
    const WITNESS: &[u8] = include_bytes!("../../../tests/it/checksums.parquet");

    fn verified(bytes: &[u8]) -> Result<(), String> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("written");
        let mut reader = ParquetReader::new(File::open(file.path()).expect("opened"));
        let metadata = reader.get_metadata().expect("read").clone();
        verify(file.path(), &metadata, &["race"])
    }

    #[test]
    fn a_page_that_was_changed_is_told() {
        assert_eq!(verified(WITNESS), Ok(()));
        let at = WITNESS.windows(5).position(|bytes| bytes == b"Asian").expect("a value");
        let mut changed = WITNESS.to_vec();
        changed[at] = b'Z';
        let told = "column `race`, in rows 1 to 3: a page does not match its checksum";
        assert_eq!(verified(&changed), Err(told.to_string()));
    }
}
