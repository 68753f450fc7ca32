//! Delimited text with quotes where none should be: within a field that does not begin
//! with one (`5" disk`), or followed by more text. The reader takes such a quote to
//! open a field and loses the rows up to the next one; so these files, which are few, are
//! read here byte by byte, by the rules by which they are walked, the quotes as they stand.

use std::io::BufRead;
use std::path::Path;

use super::batches::{Batches, Take};
use super::diagnose::{MARK, Place, Step};
use super::lines;

/// The fields of the line at hand.
#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    /// Where each field that is over ends.
    ends: Vec<usize>,
    place: Place,
}

impl Line {
    /// Takes a byte; whether the line is over.
    fn add(&mut self, byte: u8, delimiter: u8) -> bool {
        let (step, place, _) = self.place.next(byte, delimiter);
        match step {
            Step::Kept => self.bytes.push(byte),
            Step::Dropped => {}
            Step::Field => self.ends.push(self.bytes.len()),
            Step::Row => {
                // A return at the end of a line is none of its last field.
                let starts = self.ends.last().copied().unwrap_or(0);
                if self.place != Place::Closing && self.bytes[starts..].last() == Some(&b'\r') {
                    self.bytes.pop();
                }
                self.ends.push(self.bytes.len());
            }
        }
        self.place = place;
        step == Step::Row
    }

    fn field(&self, at: usize) -> Option<&[u8]> {
        let start = if at == 0 { 0 } else { *self.ends.get(at - 1)? };
        Some(&self.bytes[start..*self.ends.get(at)?])
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.place = Place::Start;
    }
}

/// The columns at these places, batch by batch. A field that a line lacks is no value.
pub(super) fn stream(path: &Path, delimiter: u8, places: &[usize], take: Take<'_>) -> Result<(), String> {
    let mut text = lines::open(path).map_err(|error| error.to_string())?;
    let (mut batches, mut line) = (Batches::new(places.len(), take), Line::default());
    let (mut header, mut first) = (true, true);
    // Whether more lines are wanted.
    let mut over = |line: &mut Line| -> Result<bool, String> {
        // Lines before the header may be blank.
        let blank = line.ends == [0];
        let more = if header {
            header = blank;
            true
        } else {
            let field = |at: usize| line.field(at).filter(|field| !field.is_empty());
            batches.add(|at| {
                let text = |field: &[u8]| String::from_utf8(field.to_vec()).map_err(|error| error.to_string());
                field(places[at]).map(text).transpose()
            })?
        };
        line.clear();
        Ok(more)
    };
    loop {
        let block = text.fill_buf().map_err(|error| error.to_string())?;
        let length = block.len();
        let skipped = if first && block.starts_with(MARK) { MARK.len() } else { 0 };
        first = false;
        for byte in &block[skipped..] {
            if line.add(*byte, delimiter) && !over(&mut line)? {
                return Ok(());
            }
        }
        text.consume(length);
        if length == 0 {
            break;
        }
    }
    // The last line need not end.
    if line.place != Place::Start || !line.bytes.is_empty() || !line.ends.is_empty() {
        line.add(b'\n', delimiter);
        over(&mut line)?;
    }
    batches.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, places: &[usize]) -> Vec<Vec<Option<String>>> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("written");
        let mut found = Vec::new();
        let mut take = |columns: Vec<super::super::column::Column<'_>>, rows: usize| {
            let text = |row: usize| columns.iter().map(|column| column.text(row).map(str::to_string)).collect();
            found.extend((0..rows).map(text));
            false
        };
        stream(file.path(), b',', places, &mut take).expect("read");
        found
    }

    #[test]
    fn quotes_stand_for_themselves_where_they_do_not_begin_a_field() {
        let some = |text: &str| Some(text.to_string());
        let text = "a,b\r\n5\" disk,x\n\"7\"\" \n disk\",\"y\"z\r\n\"\",p\rq\nshort\n\r\n\nlast,\"one\"";
        assert_eq!(
            rows(text, &[1, 0]),
            [
                vec![some("x"), some("5\" disk")],
                vec![some("yz"), some("7\" \n disk")],
                vec![some("p\rq"), None],
                vec![None, some("short")],
                vec![None, None],
                vec![None, None],
                vec![some("one"), some("last")],
            ]
        );
    }

    /// As the walk counts them: a quote behind a return opens no field.
    #[test]
    fn rows_are_those_that_are_walked() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        for line in ["\"a\"\r\"b,1", "\r\"p,2", "x,\"y\"\r", "x,\"y\"\r\r", "\"x\"\"\"y,\r\r\"", "5\",\"\r\""] {
            let text = format!("a,b\n{line}\nx,y\nx,5\" y\n");
            std::fs::write(file.path(), &text).expect("written");
            let shape = super::super::diagnose::diagnose(file.path(), b',').expect("no fault");
            assert_eq!((rows(&text, &[0, 1]).len() as u64, shape.short), (shape.rows, 0), "{line:?}");
        }
    }

    #[test]
    fn the_header_is_no_row() {
        for text in ["\u{feff}\"a\nb\",c\n1\"2,3\n", "\r\n\n\u{61},c\r\n1\"2,3", "\u{feff}\r\na,c\n1\"2,3\r\n"] {
            assert_eq!(rows(text, &[0, 1]), [vec![Some("1\"2".to_string()), Some("3".to_string())]], "{text:?}");
        }
    }
}
