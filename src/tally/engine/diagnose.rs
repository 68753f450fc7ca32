//! Whether a text file is one: the reader shifts the fields of a line with too many of
//! them without a word where it has read for a while, holds a line of any length in
//! memory, loses rows between quotes that stand within fields, and its errors carry no
//! line. So the text is walked plainly first.

use std::io::{BufRead, Read};
use std::path::Path;

use memchr::memchr;

use super::lines;

/// Longer lines are no rows.
const LONGEST: u64 = 1 << 26;

/// What some programs put before UTF-8.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// A longer header names more columns than memory should hold.
const LONGEST_HEADER: u64 = 1 << 24;

/// What a walk finds that is no fault.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Shape {
    /// Lines of data, blank ones too.
    pub(super) rows: u64,
    /// How many have fewer fields than the header, and the line of the first; a blank line
    /// is none of them.
    pub(super) short: u64,
    pub(super) first_short: u64,
    /// Whether a quote stands within a field, or text behind the quote that ends one.
    pub(super) stray: bool,
}

/// The fields of the header, or what keeps it from being one.
pub(super) fn header(path: &Path, delimiter: u8) -> Result<Vec<String>, String> {
    let mut file = lines::open(path).map_err(|error| error.to_string())?;
    if is_utf16(file.fill_buf().map_err(|error| error.to_string())?) {
        return Err(UTF16.into());
    }
    // The reader stops at the end of the header, if there is one in reach.
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder.delimiter(delimiter).has_headers(false).from_reader(file.take(LONGEST_HEADER + 1));
    let mut fields = csv::ByteRecord::new();
    reader.read_byte_record(&mut fields).map_err(|error| error.to_string())?;
    if reader.position().byte() > LONGEST_HEADER {
        return Err(format!("line 1 has more than {LONGEST_HEADER} bytes, which is no header"));
    }
    let name = |field: &[u8]| String::from_utf8(field.to_vec()).ok();
    match fields.iter().map(name).collect::<Option<Vec<String>>>() {
        Some(names) => Ok(names),
        // It says where.
        None => diagnose(path, delimiter).map(|_| Vec::new()),
    }
}

/// What a text file, compressed or not, is like.
///
/// # Errors
/// Its first fault: what it is and in which line.
pub(super) fn diagnose(path: &Path, delimiter: u8) -> Result<Shape, String> {
    let mut file = lines::open(path).map_err(|error| error.to_string())?;
    let mut walk = Walk::new(delimiter);
    let (mut block, mut kept) = (vec![0; 1 << 20], 0);
    loop {
        let read = file.read(&mut block[kept..]).map_err(|error| error.to_string())?;
        if read == 0 && kept == 0 {
            walk.end()?;
            return Ok(walk.shape);
        }
        let whole = kept + read;
        if walk.at == 0 && is_utf16(&block) {
            return Err(UTF16.into());
        }
        // A character may lie over the border of two blocks.
        let valid = match std::str::from_utf8(&block[..whole]) {
            Ok(_) => whole,
            Err(error) if error.error_len().is_none() && read > 0 => error.valid_up_to(),
            Err(error) => {
                walk.over(&block[..error.valid_up_to()])?;
                return Err(not_utf8(walk.line, walk.at + 1));
            }
        };
        let mark = if walk.at == 0 && block.starts_with(MARK) { MARK.len() } else { 0 };
        (walk.at, walk.begun) = (walk.at + mark as u64, walk.begun + mark as u64);
        walk.over(&block[mark..valid])?;
        block.copy_within(valid..whole, 0);
        kept = whole - valid;
    }
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

/// Where in a field a byte lies.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Place {
    #[default]
    Start,
    Plain,
    Quoted,
    /// After a quote within a quoted field: its end, or the first of two.
    Closing,
    /// After a return at the start of a field: the end of the line, if that follows.
    Return,
    /// After a return behind a quoted field, likewise.
    Behind,
}

/// What a byte is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// Part of a field.
    Kept,
    /// A quote around one.
    Dropped,
    /// The end of a field.
    Field,
    /// The end of a line.
    Row,
}

impl Place {
    /// What the next byte is, the place after it, and whether a quote stands where none
    /// should: the rules by which lines are walked, and read where quotes are astray.
    #[inline]
    pub(super) fn next(self, byte: u8, delimiter: u8) -> (Step, Place, bool) {
        use Place::*;
        match (self, byte) {
            (Quoted, b'"') => (Step::Dropped, Closing, false),
            (Quoted, _) => (Step::Kept, Quoted, false),
            (Start, b'"') => (Step::Dropped, Quoted, false),
            (Closing, b'"') => (Step::Kept, Quoted, false),
            (_, b'\n') => (Step::Row, Start, false),
            (_, byte) if byte == delimiter => (Step::Field, Start, self == Behind),
            (Start, b'\r') => (Step::Kept, Return, false),
            (Closing, b'\r') => (Step::Kept, Behind, false),
            (Behind, b'\r') => (Step::Kept, Behind, true),
            _ => (Step::Kept, Plain, byte == b'"' || matches!(self, Closing | Behind)),
        }
    }
}

struct Walk {
    delimiter: u8,
    /// Bytes so far.
    at: u64,
    line: u64,
    /// The line in which the row begins, and its first byte.
    start: u64,
    begun: u64,
    fields: usize,
    /// Fields of the header.
    columns: Option<usize>,
    place: Place,
    /// Whether a line seems to end in the way of the first Macintoshes.
    returned: bool,
    shape: Shape,
}

impl Walk {
    fn new(delimiter: u8) -> Walk {
        Walk {
            delimiter,
            at: 0,
            line: 1,
            start: 1,
            begun: 0,
            fields: 1,
            columns: None,
            place: Place::Start,
            returned: false,
            shape: Shape::default(),
        }
    }

    fn over(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut left = bytes;
        while !left.is_empty() {
            let begins = self.at == self.begun;
            let end = memchr(b'\n', left).filter(|end| begins && memchr(b'"', &left[..*end]).is_none());
            left = match end {
                Some(end) => {
                    self.plain_row(&left[..end])?;
                    &left[end + 1..]
                }
                None => self.up_to_row(left)?,
            };
        }
        Ok(())
    }

    /// A whole line without a quote: whatever it holds, delimiters alone make its fields.
    fn plain_row(&mut self, line: &[u8]) -> Result<(), String> {
        self.fields += line.iter().filter(|byte| **byte == self.delimiter).count();
        self.place = match line {
            [] => Place::Start,
            [b'\r'] => Place::Return,
            _ => Place::Plain,
        };
        self.at += line.len() as u64 + 1;
        self.row()
    }

    /// Goes byte by byte until a line is over; what is left then.
    fn up_to_row<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], String> {
        for (at, byte) in bytes.iter().enumerate() {
            self.at += 1;
            let (step, place, stray) = self.place.next(*byte, self.delimiter);
            self.shape.stray |= stray;
            match step {
                Step::Row => {
                    self.row()?;
                    return Ok(&bytes[at + 1..]);
                }
                Step::Field => self.fields += 1,
                Step::Kept if *byte == b'\n' => self.line += 1,
                Step::Kept => self.returned |= *byte == b'\r' && place != Place::Quoted,
                Step::Dropped => {}
            }
            self.place = place;
            if self.at - self.begun > LONGEST {
                return Err(format!("line {} has more than {LONGEST} bytes", self.start));
            }
        }
        Ok(&[])
    }

    fn row(&mut self) -> Result<(), String> {
        let blank = self.fields == 1 && matches!(self.place, Place::Start | Place::Return);
        // Lines before the header may be blank.
        if self.columns.is_none() && blank {
            self.line += 1;
            (self.start, self.begun, self.place) = (self.line, self.at, Place::Start);
            return Ok(());
        }
        self.shape.rows += u64::from(self.columns.is_some());
        let columns = *self.columns.get_or_insert(self.fields);
        if self.fields < columns && !blank {
            if self.shape.short == 0 {
                self.shape.first_short = self.start;
            }
            self.shape.short += 1;
        }
        if self.fields > columns {
            return Err(format!(
                "line {} has {} fields, and the header {columns}: quote what holds a delimiter",
                self.start, self.fields
            ));
        }
        self.line += 1;
        (self.start, self.begun, self.fields, self.place) = (self.line, self.at, 1, Place::Start);
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        match self.place {
            Place::Quoted => Err(format!("line {} opens a quote that never closes", self.start)),
            _ if self.line == 1 && self.returned => {
                Err("its lines end in CR and not in LF: convert it with `tr '\\r' '\\n'`".into())
            }
            // The last line need not end.
            _ if self.at > self.begun => self.row(),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(bytes: &[u8]) -> Option<String> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("written");
        diagnose(file.path(), b',').err()
    }

    #[test]
    fn the_first_fault_has_its_line() {
        assert_eq!(fault(b"a,b\n\"x\ny\",1\n"), None);
        assert_eq!(fault("a,b\n\"x \"\"1,2\"\" y\",5\"\né,\"\"".as_bytes()), None);
        assert_eq!(fault(b"\n\r\na,b\r\n1,2\r\n"), None);
        assert!(fault(b"a,b\n\"x\ny\",1\n1,2,3\n").is_some_and(|fault| fault.starts_with("line 4 has 3 fields")));
        assert!(fault(b"a,b\n1,2\n1,2,3").is_some_and(|fault| fault.starts_with("line 3 has 3 fields")));
        assert!(fault(b"a,b\n1,2\n\"x,1\n").is_some_and(|fault| fault.starts_with("line 3 opens a quote")));
        assert!(fault(b"a,b\n1,\xff\n").is_some_and(|fault| fault.starts_with("line 2 is not UTF-8 text (byte 7)")));
        assert!(fault(b"a,b\n1,\xc3").is_some_and(|fault| fault.starts_with("line 2 is not UTF-8 text (byte 7)")));
        assert!(fault(b"\xff\xfea\0").is_some_and(|fault| fault.starts_with("it is UTF-16")));
        assert!(fault(b"a,b\r1,2\r").is_some_and(|fault| fault.starts_with("its lines end in CR")));
        assert!(fault(b"a\0,\0b\0").is_some_and(|fault| fault.starts_with("it is UTF-16")));
        assert_eq!(fault(b"a,b\r\n"), None);
    }

    #[test]
    fn short_lines_and_stray_quotes_are_no_faults() {
        let shape = |text: &str| {
            let file = tempfile::NamedTempFile::new().expect("a temporary file");
            std::fs::write(file.path(), text).expect("written");
            diagnose(file.path(), b',').expect("no fault")
        };
        let plain = Shape { rows: 2, ..Shape::default() };
        assert_eq!(shape("a,b\n1,2\n3,4"), plain);
        assert_eq!(shape("\na,b\n1,\"x \"\"y\"\"\"\r\n\"\",4\r\n"), plain);
        assert_eq!(shape("a,b\n1,2\n\n"), plain);
        assert_eq!(shape("a,b,c\n1,2,3\n\"x\ny\",2\n3\n"), Shape { rows: 3, short: 2, first_short: 3, stray: false });
        assert_eq!(shape("a,b\n5\" disk,2\n3,4\n"), Shape { stray: true, ..plain });
        assert_eq!(shape("a,b\n\"x\"y,2\n3,4\n"), Shape { stray: true, ..plain });
        assert_eq!(shape("a,b\n\"x\" ,2\n3,4\n"), Shape { stray: true, ..plain });
        assert_eq!(shape("a,b\r\r\n1,\"x\"\r\r\n3,4\r\r\n"), Shape { stray: true, ..plain });
        assert_eq!(shape("a,b\n\r\"x\",2\n3,4\n"), Shape { stray: true, ..plain });
        assert_eq!(shape("\u{feff}\"a,\nb\",c\n1,2\r\n3,4\r\n"), plain);
        assert_eq!(shape("\u{feff}\r\na,b\n1,\r\n3,4\n"), plain);
    }

    #[test]
    fn characters_over_the_border_of_blocks_are_whole() {
        let text = format!("a\n{}", "xé€\n".repeat(400_000));
        assert_eq!(fault(text.as_bytes()), None);
        assert!(fault((text + "1,2\n").as_bytes()).is_some_and(|fault| fault.starts_with("line 400002 has 2")));
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut bytes = b"a,b\n".to_vec();
        bytes.resize(LONGEST as usize + 10, 0);
        assert!(fault(&bytes).is_some_and(|fault| fault.starts_with("line 2 has more than")));
    }

    proptest! {
        /// A line at once is the same as byte by byte.
        #[test]
        fn lines_are_walked_as_bytes_are(text in "[ab,\"\r\n]{0,60}", rows in "(a,b\r?\n){0,3}") {
            let text = rows + &text;
            let (mut lines, mut bytes) = (Walk::new(b','), Walk::new(b','));
            let fault = lines.over(text.as_bytes());
            prop_assert_eq!(&fault, &text.bytes().try_for_each(|byte| bytes.over(&[byte])));
            if fault.is_ok() {
                prop_assert_eq!(lines.end(), bytes.end());
                prop_assert_eq!((lines.shape, lines.line, lines.at), (bytes.shape, bytes.line, bytes.at));
            }
        }
    }
}
