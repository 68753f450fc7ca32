//! The bytes of a text file, compressed or not, and what they must not be.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Longer lines are no rows.
pub(super) const LONGEST: usize = 1 << 26;

/// A file of which the bytes that were read are counted.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = self.file.read(into)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

/// The lines of a file, compressed or not.
pub(super) fn open(path: &Path) -> std::io::Result<Box<dyn BufRead + Send>> {
    open_counted(path, &Arc::default())
}

/// The same; `read` grows with the bytes of the file that were read.
pub(super) fn open_counted(path: &Path, read: &Arc<AtomicU64>) -> std::io::Result<Box<dyn BufRead + Send>> {
    let file = Counted { file: File::open(path)?, read: Arc::clone(read) };
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    Ok(match ending.as_deref() {
        Some("gz") => Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(file))),
        Some("zlib") => Box::new(BufReader::new(flate2::read::ZlibDecoder::new(file))),
        Some("zst") => Box::new(BufReader::new(zstd::Decoder::new(file)?)),
        _ => Box::new(BufReader::new(file)),
    })
}

/// Whether the name of a file says that it is compressed.
pub(super) fn is_compressed(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ["gz", "zst", "zlib"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// More bytes are not looked at for damage.
const LOOKED_AT: u64 = 1 << 30;

/// Whether a file can be decompressed, as far as is looked at.
pub(super) fn is_whole(path: &Path) -> bool {
    let sink = &mut std::io::sink();
    open(path).and_then(|bytes| std::io::copy(&mut bytes.take(LOOKED_AT), sink)).is_ok()
}

/// Two bytes a letter.
pub(super) const UTF16: &str = "it is UTF-16 text: save the file as UTF-8, or convert it with `iconv -f utf16 -t utf8`";

/// Whether a text begins as such of two bytes a letter does, with a mark or without.
pub(super) fn is_utf16(start: &[u8]) -> bool {
    let marked = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    let none: Vec<bool> = start.iter().take(4).map(|byte| *byte == 0).collect();
    marked || none == [true, false, true, false] || none == [false, true, false, true]
}

/// The fault of a byte that is in no UTF-8 text; bytes of the file from 1.
pub(super) fn not_utf8(line: u64, byte: u64) -> String {
    format!(
        "line {line} is not UTF-8 text (byte {byte}): save the file as UTF-8, or convert it with `iconv -f latin1 -t utf8`"
    )
}
