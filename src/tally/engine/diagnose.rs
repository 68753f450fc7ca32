//! What is wrong with a text file that the reader gave up on, and where.
//!
//! The reader's errors carry no line. Once it has failed the file is walked
//! again, plainly, for the first thing that breaks a delimited text.

use std::path::Path;

/// The first fault of an uncompressed text file, in words.
pub(super) fn diagnose(path: &Path, delimiter: u8) -> Option<String> {
    let compressed = path.extension().is_some_and(|ending| ["gz", "zst", "zlib"].iter().any(|e| ending == *e));
    let bytes = if compressed { return None } else { std::fs::read(path).ok()? };
    if let Err(error) = std::str::from_utf8(&bytes) {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        return Some(format!(
            "line {line} is not UTF-8 text (byte {}): save the file as UTF-8, or convert it with `iconv -f latin1 -t utf8`",
            error.valid_up_to() + 1
        ));
    }
    let (mut line, mut start, mut fields, mut quoted, mut header) = (1, 1, 1, false, None);
    for byte in bytes {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => line += usize::from(byte == b'\n'),
            b'\n' => {
                let columns = *header.get_or_insert(fields);
                if fields > columns {
                    return Some(format!(
                        "line {start} has {fields} fields, and the header {columns}: quote what holds a delimiter"
                    ));
                }
                line += 1;
                (start, fields) = (line, 1);
            }
            _ => fields += usize::from(byte == delimiter),
        }
    }
    quoted.then(|| format!("line {start} opens a quote that never closes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> Option<String> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("written");
        diagnose(file.path(), b',')
    }

    #[test]
    fn the_first_fault_has_its_line() {
        assert_eq!(fault(b"a,b\n\"x\ny\",1\n"), None);
        assert!(fault(b"a,b\n\"x\ny\",1\n1,2,3\n").is_some_and(|fault| fault.starts_with("line 4 has 3 fields")));
        assert!(fault(b"a,b\n1,2\n\"x,1\n").is_some_and(|fault| fault.starts_with("line 3 opens a quote")));
        assert!(fault(b"a,b\n1,\xff\n").is_some_and(|fault| fault.starts_with("line 2 is not UTF-8 text (byte 7)")));
    }
}
