//! Delimited text, in one pass: every row is split into fields, of which those that are
//! wanted are counted while the rows after it are split. Rows with too many fields, lines
//! without end, quotes that never close and bytes that are no UTF-8 are faults with a line.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::batches::Take;
use super::bytes::{LONGEST, UTF16, is_utf16, not_utf8, open_counted};
use super::fields::{Fields, NONE, PAD, Span};
use super::side::side_by_side;
use super::split::Split;
use super::within::{Step, Within};

/// Bytes that are read at once, about.
const BLOCK: usize = if cfg!(test) { 1 << 8 } else { 4 << 20 };

/// The same for the header alone.
const FIRST: usize = 1 << 14;

/// A block of no more than so many fields is handed on, however many rows it holds.
const MOST_FIELDS: usize = if cfg!(test) { 64 } else { 1 << 22 };

/// What some programs put before UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A longer header names more columns than memory should hold.
const LONGEST_HEADER: usize = 1 << 24;

/// A table has hardly more columns.
const MOST_COLUMNS: usize = if cfg!(test) { 100_000 } else { 1_000_000 };

/// What a text is like that has no fault.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Shape {
    /// How many rows have fewer fields than the header, and the line of the first; a blank line
    /// is none of them.
    pub(super) short: u64,
    pub(super) first_short: u64,
}

/// The fields of the header, or what keeps it from being one.
pub(super) fn header(path: &Path, delimiter: u8) -> Result<Vec<String>, String> {
    let file = open_counted(path, &Arc::default()).map_err(|error| error.to_string())?;
    Reader::new(file, delimiter, &[]).header()
}

/// Goes through a text without wanting any of it.
///
/// # Errors
/// Its first fault: what it is and in which line.
pub(super) fn walk(path: &Path, delimiter: u8) -> Result<Shape, String> {
    stream(path, delimiter, &[], &Arc::default(), &mut |_, _| false)
}

/// Streams the columns at some places through `take`, batch by batch, until it has enough,
/// while `read` grows with the bytes that were read. A field that a row lacks is no value.
///
/// # Errors
/// The first fault: what it is and in which line.
pub(super) fn stream(
    path: &Path,
    delimiter: u8,
    places: &[usize],
    read: &Arc<AtomicU64>,
    take: Take<'_>,
) -> Result<Shape, String> {
    let file = open_counted(path, read).map_err(|error| error.to_string())?;
    let mut reader = Reader::new(file, delimiter, places);
    side_by_side(
        |give| {
            reader.split_all(give);
            reader.shape
        },
        |block: Fields| Ok(block.hand_on(take)),
    )
}

/// Reads block by block.
struct Reader<'p, R> {
    file: R,
    /// Whether the first block is still to come, whether all of the file was read, and whether
    /// the block may hold more whole rows.
    fresh: bool,
    over: bool,
    more: bool,
    /// Where the wanted fields are in a row.
    places: &'p [usize],
    split: Split,
    /// Begins with a row; behind its bytes stand `PAD` more.
    block: Vec<u8>,
    /// Bytes of the file before the block, and the line in which it begins.
    before: u64,
    line: u64,
    /// Fields of the header.
    columns: Option<usize>,
    shape: Shape,
}

impl<'p, R: Read> Reader<'p, R> {
    fn new(file: R, delimiter: u8, places: &'p [usize]) -> Reader<'p, R> {
        Reader {
            file,
            fresh: true,
            over: false,
            more: false,
            places,
            split: Split::new(delimiter),
            block: vec![0; PAD],
            before: 0,
            line: 1,
            columns: None,
            shape: Shape::default(),
        }
    }

    /// Gives block after block up to the first fault, or until nobody takes them.
    fn split_all(&mut self, give: &mut dyn FnMut(Result<Fields, String>) -> bool) {
        while self.next().transpose().is_some_and(&mut *give) {}
    }

    /// The fields of the header; none where every line is blank.
    fn header(&mut self) -> Result<Vec<String>, String> {
        loop {
            self.fill(FIRST)?;
            let (mut at, first) = (0, self.line);
            let found = loop {
                let Some(row) = self.split.row(&self.block, at) else { break None };
                let blank = is_blank(&self.block[at..row.end]);
                at = row.end;
                if !blank {
                    if self.split.fields.len() > MOST_COLUMNS {
                        return Err(format!(
                            "line {} names more than {MOST_COLUMNS} columns, which is no header",
                            self.line
                        ));
                    }
                    break Some(self.split.fields.clone());
                }
                self.line += row.lines;
            };
            if let Some(fields) = found {
                let text = self.take(at, first)?;
                let name = |span: &Span| &text[span.0 as usize..span.1 as usize];
                // A return that ends no line makes a row and the header one.
                if fields.iter().any(|span| name(span).replace("\r\n", "").contains('\r')) {
                    let line = self.line;
                    return Err(format!(
                        "line {line} holds a return (CR) that ends no line: convert it with `tr '\\r' '\\n'`"
                    ));
                }
                return Ok(fields.iter().map(|span| name(span).to_string()).collect());
            }
            // Blank lines before it may be many.
            self.block.drain(..at);
            self.before += at as u64;
            match self.block.len() - PAD {
                0 if self.over => return Ok(Vec::new()),
                _ if self.over => return Err(format!("line {} opens a quote that never closes", self.line)),
                left if left > LONGEST_HEADER => {
                    return Err(format!("line {} has more than {LONGEST_HEADER} bytes, which is no header", self.line));
                }
                _ => {}
            }
        }
    }

    /// The rows of the next block that has any.
    fn next(&mut self) -> Result<Option<Fields>, String> {
        loop {
            if !std::mem::take(&mut self.more) {
                self.fill(BLOCK)?;
            }
            if self.block.len() == PAD {
                return Ok(None);
            }
            let first = self.line;
            let mut columns = vec![Vec::new(); self.places.len()];
            let (used, rows, fault) = self.rows(&mut columns);
            let left = self.block.len() - PAD - used;
            let fault = fault.or_else(|| match left > 0 && self.over && !self.more {
                true => Some(format!("line {} opens a quote that never closes", self.line)),
                false => (left > LONGEST && !self.more).then(|| self.too_long()),
            });
            let text = self.take(used, first)?;
            if let Some(fault) = fault {
                return Err(fault);
            }
            if rows > 0 {
                return Ok(Some(Fields::new(text, columns, rows)));
            }
        }
    }

    fn too_long(&self) -> String {
        format!("line {} has more than {LONGEST} bytes", self.line)
    }

    /// Adds to the block what is read next, at least so many bytes if there are any.
    fn fill(&mut self, bytes: usize) -> Result<(), String> {
        let mut length = self.block.len() - PAD;
        // More each time, so that long rows are not split again and again.
        let room = length + bytes.max(length);
        self.block.resize(room, 0);
        while !self.over && length < room {
            match self.file.read(&mut self.block[length..]) {
                Ok(0) => self.over = true,
                Ok(read) => length += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        self.block.truncate(length);
        if std::mem::take(&mut self.fresh) {
            if is_utf16(&self.block) {
                return Err(UTF16.into());
            }
            if self.block.starts_with(MARK) {
                self.block.drain(..MARK.len());
                self.before += MARK.len() as u64;
            }
        }
        if self.over && self.block.last().is_some_and(|last| *last != b'\n') {
            if self.columns.is_none() && self.line == 1 && ends_in_returns(&self.block, self.split.delimiter) {
                return Err("its lines end in CR and not in LF: convert it with `tr '\\r' '\\n'`".into());
            }
            // The last line need not end.
            self.block.push(b'\n');
        }
        self.block.resize(self.block.len() + PAD, 0);
        Ok(())
    }

    /// Splits the whole rows of the block: how many bytes and rows they are, and the fault of
    /// the one after them.
    fn rows(&mut self, columns: &mut [Vec<Span>]) -> (usize, usize, Option<String>) {
        let (mut at, mut rows, mut apart) = (0, 0, 0);
        while let Some(row) = self.split.row(&self.block, at) {
            let (fields, blank) = (&self.split.fields, is_blank(&self.block[at..row.end]));
            let fault = match self.columns {
                Some(wanted) if fields.len() > wanted => Some(format!(
                    "line {} has {} fields, and the header {wanted}: quote what holds a delimiter",
                    self.line,
                    fields.len()
                )),
                _ => (row.end - at > LONGEST).then(|| self.too_long()),
            };
            if fault.is_some() {
                self.split.apart.truncate(apart);
                return (at, rows, fault);
            }
            match self.columns {
                // Lines before the header may be blank.
                None if blank => {}
                None => self.columns = Some(fields.len()),
                Some(wanted) => {
                    if fields.len() < wanted && !blank {
                        if self.shape.short == 0 {
                            self.shape.first_short = self.line;
                        }
                        self.shape.short += 1;
                    }
                    for (column, place) in columns.iter_mut().zip(self.places) {
                        column.push(fields.get(*place).copied().unwrap_or(NONE));
                    }
                    rows += 1;
                }
            }
            self.line += row.lines;
            (at, apart) = (row.end, self.split.apart.len());
            if rows * columns.len() >= MOST_FIELDS {
                self.more = at < self.block.len() - PAD;
                break;
            }
        }
        (at, rows, None)
    }

    /// The text of the fields of so many bytes of the block, which begin in line `first`;
    /// the next block begins with what is behind them.
    fn take(&mut self, used: usize, first: u64) -> Result<String, String> {
        let next = self.block[used..].to_vec();
        let mut text = std::mem::replace(&mut self.block, next);
        text[used..].fill(0);
        let mut text = String::from_utf8(text).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let lines = error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count();
            not_utf8(first + lines as u64, self.before + valid as u64 + 1)
        })?;
        // Of the same bytes, between delimiters and quotes.
        text.push_str(&String::from_utf8_lossy(&self.split.apart));
        self.split.apart.clear();
        self.before += used as u64;
        Ok(text)
    }
}

/// Whether a line with its end holds nothing.
fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

/// Whether a return stands outside of quotes, in a text without the end of a line.
fn ends_in_returns(text: &[u8], delimiter: u8) -> bool {
    let mut within = Within::Start;
    !text.contains(&b'\n')
        && text.iter().any(|byte| {
            let step;
            (step, within) = within.next(*byte, delimiter);
            step == Step::Kept && *byte == b'\r' && within != Within::Quoted
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Rows = Vec<Vec<Option<String>>>;

    fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("written");
        file
    }

    fn rows(bytes: &[u8], places: &[usize]) -> Result<(Rows, Shape), String> {
        let mut found = Rows::new();
        let mut take = |columns: Vec<super::super::column::Column<'_>>, rows: usize| {
            let text = |row: usize| columns.iter().map(|column| column.text(row).map(str::to_string)).collect();
            found.extend((0..rows).map(text));
            false
        };
        let shape = stream(written(bytes).path(), b',', places, &Arc::default(), &mut take)?;
        Ok((found, shape))
    }

    fn fault(bytes: &[u8]) -> Option<String> {
        rows(bytes, &[0]).err()
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
        assert!(fault(b"\xef\xbb\xbfa,b\n1,\xff\n1,2,3\n").is_some_and(|fault| fault.contains("(byte 10)")));
        assert!(fault(b"a,b\n1,2,3\n1,\xff\n").is_some_and(|fault| fault.starts_with("line 2 has 3 fields")));
        assert!(fault(b"\xff\xfea\0").is_some_and(|fault| fault.starts_with("it is UTF-16")));
        assert!(fault(b"a,b\r1,2\r").is_some_and(|fault| fault.starts_with("its lines end in CR")));
        assert!(fault(b"a\0,\0b\0").is_some_and(|fault| fault.starts_with("it is UTF-16")));
        assert_eq!(fault(b"a,b\r\n"), None);
        assert_eq!(fault(b"a,\"b\rc\""), None);
        // Of rows that were gone through byte by byte.
        let walked = |header: &[u8]| fault(&[header, b"\na,\"x\n\n\n\"\"y\"\nb,no\na,5\"\xff,yes\n"].concat());
        assert!(walked(b"g,d,e").is_some_and(|fault| fault.starts_with("line 7 is not UTF-8 text (byte 28)")));
        assert!(walked(b"g,d").is_some_and(|fault| fault.starts_with("line 7 has 3 fields")));
    }

    #[test]
    fn faults_have_their_line_in_whichever_block() {
        let text = format!("a\n{}", "xé€\n".repeat(4_000));
        assert_eq!(fault(text.as_bytes()), None);
        assert!(fault((text.clone() + "1,2\n").as_bytes()).is_some_and(|fault| fault.starts_with("line 4002 has 2")));
        assert!(fault((text.clone() + "\"1\n").as_bytes()).is_some_and(|fault| fault.starts_with("line 4002 opens")));
        let byte = format!("line 4002 is not UTF-8 text (byte {})", text.len() + 2);
        assert!(fault(&[text.as_bytes(), b"1\xe9\n"].concat()).is_some_and(|fault| fault.starts_with(&byte)));
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut bytes = b"a,b\n".to_vec();
        bytes.resize(LONGEST + 10, b'x');
        bytes.extend(b"\n1,2\n");
        assert!(fault(&bytes).is_some_and(|fault| fault.starts_with("line 2 has more than")));
        bytes.resize(LONGEST * 2, 0);
        assert!(fault(&bytes).is_some_and(|fault| fault.starts_with("line 2 has more than")));
    }

    #[test]
    fn short_rows_are_no_faults() {
        let shape =
            |text: &str| rows(text.as_bytes(), &[0]).map(|(rows, shape)| (rows.len(), shape)).expect("no fault");
        let whole = (2, Shape::default());
        assert_eq!(shape("a,b\n1,2\n3,4"), whole);
        assert_eq!(shape("\na,b\n1,\"x \"\"y\"\"\"\r\n\"\",4\r\n"), whole);
        assert_eq!(shape("a,b\n1,2\n\n"), whole);
        assert_eq!(shape("a,b\n1,2\n\r\n"), whole);
        assert_eq!(shape("a,b,c\n1,2,3\n\"x\ny\",2\n3\n"), (3, Shape { short: 2, first_short: 3 }));
        assert_eq!(shape("a,b\n\"\"\n3,4"), (2, Shape { short: 1, first_short: 2 }));
        assert_eq!(shape("a,b\n5\" disk,2\n3,4\n"), whole);
        assert_eq!(shape("a,b\r\r\n1,\"x\"\r\r\n3,4\r\r\n"), whole);
        assert_eq!(shape("\u{feff}\"a,\nb\",c\n1,2\r\n3,4\r\n"), whole);
        assert_eq!(shape("\u{feff}\r\na,b\n1,\r\n3,4\n"), whole);
    }

    #[test]
    fn fields_are_where_they_are_wanted() {
        let some = |text: &str| Some(text.to_string());
        let text = "a,b\r\n5\" disk,x\n\"7\"\" \n disk\",\"y\"z\r\n\"\",p\rq\nshort\n\r\n\n\"a text of more than sixteen\",\"one\"";
        let wanted = [
            vec![some("x"), some("5\" disk")],
            vec![some("yz"), some("7\" \n disk")],
            vec![some("p\rq"), None],
            vec![None, some("short")],
            vec![None, None],
            vec![None, None],
            vec![some("one"), some("a text of more than sixteen")],
        ];
        assert_eq!(rows(text.as_bytes(), &[1, 0]).expect("no fault").0, wanted);
    }

    #[test]
    fn the_header_is_no_row() {
        for text in ["\u{feff}\"a\nb\",c\n1\"2,3\n", "\r\n\n\u{61},c\r\n1\"2,3", "\u{feff}\r\na,c\n1\"2,3\r\n"] {
            let found = rows(text.as_bytes(), &[0, 1]).expect("no fault").0;
            assert_eq!(found, [vec![Some("1\"2".to_string()), Some("3".to_string())]], "{text:?}");
        }
    }

    #[test]
    fn the_header_is_what_rows_are_measured_by() {
        let header = |text: &str| header(written(text.as_bytes()).path(), b',');
        let names = |text: &str| header(text).map(|names| names.join("|"));
        assert_eq!(names("a,\"b \"\"c\"\"\",5\"d\r\n1,2,3"), Ok("a|b \"c\"|5\"d".into()));
        assert_eq!(names("\n\r\n\u{feff}a,b"), Ok("\u{feff}a|b".into()));
        assert_eq!(names("\u{feff}\n\"a\r\nb\",é"), Ok("a\r\nb|é".into()));
        assert_eq!(names("\n\r\n"), Ok(String::new()));
        let long = "x,".repeat(FIRST);
        assert_eq!(names(&long), Ok(long.replace(',', "|")));
        let refused = |text: &str, start: &str| header(text).is_err_and(|fault| fault.starts_with(start));
        assert!(refused("g,d\ra,yes\nb,no\n", "line 1 holds a return (CR)"));
        assert!(refused("g,d\ra,yes\rb,no", "its lines end in CR"));
        assert!(refused("\n\"g,d\na,yes\n", "line 2 opens a quote"));
        assert!(
            header(&format!("\"{}", "x".repeat(2 * LONGEST_HEADER))).is_err_and(|fault| fault.contains("no header"))
        );
        assert!(refused(&format!("\n{}", ",".repeat(MOST_COLUMNS)), "line 2 names more than"));
        assert_eq!(names(&",".repeat(MOST_COLUMNS - 1)).map(|names| names.len()), Ok(MOST_COLUMNS - 1));
    }

    #[test]
    fn many_short_rows_are_handed_on_in_parts() {
        let text = format!("a,b\n{}x,y", "\n".repeat(10_000));
        let (found, shape) = rows(text.as_bytes(), &[1, 0, 1, 0]).expect("no fault");
        assert_eq!((found.len(), shape), (10_001, Shape::default()));
        assert!(found[..10_000].iter().flatten().all(Option::is_none) && found[10_000][1].as_deref() == Some("x"));
        let mut most = 0;
        let mut take = |_: Vec<super::super::column::Column<'_>>, rows: usize| {
            most = rows.max(most);
            false
        };
        stream(written(text.as_bytes()).path(), b',', &[1, 0, 1, 0], &Arc::default(), &mut take).expect("no fault");
        assert_eq!(most, MOST_FIELDS / 4);
    }

    #[test]
    fn reading_ends_where_it_is_enough() {
        let (file, mut seen) = (written(&[b"a\n".as_slice(), &b"1\n".repeat(10_000)].concat()), 0);
        let mut take = |_: Vec<super::super::column::Column<'_>>, rows: usize| {
            seen += rows;
            seen > 300
        };
        stream(file.path(), b',', &[0], &Arc::default(), &mut take).expect("no fault");
        assert!((300..1_000).contains(&seen), "{seen}");
    }

    proptest! {
        /// Blocks, and how fields lie in them, change nothing: the same as rows of plain fields
        /// written by a library, whose every field, or none that need not be, stands in quotes.
        #[test]
        fn fields_are_those_that_were_written(
            table in proptest::collection::vec(proptest::array::uniform3("[a-c,\"\n\r]{0,3}|[a-cé]{0,20}|[a-c\"]{40}"), 1..60),
            always in any::<bool>(),
        ) {
            let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
            let mut writer = csv::WriterBuilder::new().quote_style(style).from_writer(Vec::new());
            writer.write_record(["a", "b", "c"]).expect("written");
            table.iter().for_each(|row| writer.write_record(row).expect("written"));
            let bytes = writer.into_inner().expect("written");
            let wanted: Rows = table
                .iter()
                .map(|row| [2, 0].map(|at| Some(row[at].clone()).filter(|text: &String| !text.is_empty())).to_vec())
                .collect();
            prop_assert_eq!(rows(&bytes, &[2, 0]).expect("no fault"), (wanted, Shape::default()));
        }
    }
}
