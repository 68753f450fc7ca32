//! One row of delimited text as fields: eight bytes at a time where quotes stand as they
//! should, byte by byte where they do not (`5" disk`), or where a field holds quotes.

use super::fields::{PAD, Span};
use super::within::{Step, Within};

/// Tells the rows of a text, one after the other.
pub(super) struct Split {
    pub(super) delimiter: u8,
    /// Of the row at hand; beyond the block they lie in `apart`.
    pub(super) fields: Vec<Span>,
    /// Bytes of fields that do not stand in the block as they are.
    pub(super) apart: Vec<u8>,
}

/// A whole row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// Where the next one begins.
    pub(super) end: usize,
    /// Lines that it takes.
    pub(super) lines: u64,
}

/// What a quick look finds.
enum Quick {
    Row(Row),
    /// A quote that needs a closer look.
    Quotes,
    /// The block is over before the row is.
    Cut,
}

/// A byte in all eight places.
const fn in_all(byte: u8) -> u64 {
    0x0101_0101_0101_0101 * byte as u64
}

/// The highest bit of each byte in which `word` is like `bytes`.
fn like(word: u64, bytes: u64) -> u64 {
    const LOW: u64 = in_all(0x7f);
    let unlike = word ^ bytes;
    !(((unlike & LOW) + LOW) | unlike | LOW)
}

impl Split {
    pub(super) fn new(delimiter: u8) -> Split {
        Split { delimiter, fields: Vec::new(), apart: Vec::new() }
    }

    /// The row that begins at `start` of a block, behind whose bytes stand `PAD` more; none
    /// where the block is over before it is. Its fields are then `fields`.
    pub(super) fn row(&mut self, block: &[u8], start: usize) -> Option<Row> {
        match self.quick(block, start) {
            Quick::Row(row) => Some(row),
            Quick::Quotes => self.exact(block, start),
            Quick::Cut => None,
        }
    }

    fn quick(&mut self, block: &[u8], start: usize) -> Quick {
        let (delimiters, newlines, quotes) = (in_all(self.delimiter), in_all(b'\n'), in_all(b'"'));
        let end = block.len() - PAD;
        let (mut at, mut field, mut lines) = (start, start, 1);
        let (mut open, mut closed) = (false, None);
        self.fields.clear();
        while let Some(bytes) = block.get(at..).filter(|_| at < end).and_then(|rest| rest.first_chunk::<8>()) {
            let word = u64::from_le_bytes(*bytes);
            let mut found = like(word, delimiters) | like(word, newlines) | like(word, quotes);
            while found != 0 {
                let here = at + found.trailing_zeros() as usize / 8;
                found &= found - 1;
                if here >= end {
                    return Quick::Cut;
                }
                match block[here] {
                    b'"' if open => {
                        if !self.ends_field(&block[here + 1..]) {
                            return Quick::Quotes;
                        }
                        (open, closed) = (false, Some(here));
                    }
                    byte if open => lines += u64::from(byte == b'\n'),
                    b'"' if here == field => open = true,
                    b'"' => return Quick::Quotes,
                    byte => {
                        let span = match closed.take() {
                            Some(closed) => (field + 1, closed),
                            // A return at the end of a line is none of its last field.
                            None if byte == b'\n' && here > field && block[here - 1] == b'\r' => (field, here - 1),
                            None => (field, here),
                        };
                        self.fields.push((span.0 as u32, span.1 as u32));
                        if byte == b'\n' {
                            return Quick::Row(Row { end: here + 1, lines });
                        }
                        field = here + 1;
                    }
                }
            }
            at += 8;
        }
        Quick::Cut
    }

    /// Whether what follows a quote makes it the end of its field.
    fn ends_field(&self, rest: &[u8]) -> bool {
        match rest {
            [b'\r', b'\n', ..] => true,
            [byte, ..] => *byte == b'\n' || *byte == self.delimiter,
            [] => false,
        }
    }

    /// The same by the rules of each byte; the fields lie apart.
    fn exact(&mut self, block: &[u8], start: usize) -> Option<Row> {
        let (before, base) = (self.apart.len(), block.len());
        let (mut within, mut lines, mut field) = (Within::Start, 1, before);
        self.fields.clear();
        for (at, byte) in block[..block.len() - PAD].iter().enumerate().skip(start) {
            let (step, next) = within.next(*byte, self.delimiter);
            match step {
                Step::Kept => {
                    lines += u64::from(*byte == b'\n');
                    self.apart.push(*byte);
                }
                Step::Dropped => {}
                Step::Field | Step::Row => {
                    let returned = within != Within::Closing && self.apart[field..].last() == Some(&b'\r');
                    let end = self.apart.len() - usize::from(step == Step::Row && returned);
                    self.fields.push(((base + field) as u32, (base + end) as u32));
                    field = self.apart.len();
                }
            }
            if step == Step::Row {
                return Some(Row { end: at + 1, lines });
            }
            within = next;
        }
        self.apart.truncate(before);
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Found = Option<(Row, Vec<String>)>;

    fn block(text: &str) -> Vec<u8> {
        [text.as_bytes(), &[0; PAD]].concat()
    }

    fn found(split: &Split, block: &[u8], row: Option<Row>) -> Found {
        let all = [block, &split.apart].concat();
        let field = |span: &Span| String::from_utf8_lossy(&all[span.0 as usize..span.1 as usize]).into_owned();
        row.map(|row| (row, split.fields.iter().map(field).collect()))
    }

    fn fields(text: &str) -> Vec<String> {
        let (block, mut split) = (block(text), Split::new(b','));
        let row = split.row(&block, 0);
        found(&split, &block, row).map(|(_, fields)| fields).unwrap_or_default()
    }

    #[test]
    fn quotes_stand_for_themselves_where_they_do_not_begin_a_field() {
        assert_eq!(fields("5\" disk,x\r\n"), ["5\" disk", "x"]);
        assert_eq!(fields("\"7\"\" \n disk\",\"y\"z\r\n"), ["7\" \n disk", "yz"]);
        assert_eq!(fields("\"\",p\rq\n"), ["", "p\rq"]);
        assert_eq!(fields("\"x\ny\",\"z\"\n"), ["x\ny", "z"]);
        assert_eq!(fields("\"a\r\"\n"), ["a\r"]);
        assert_eq!(fields("\r\r\n"), ["\r"]);
        assert_eq!(fields("a long field, with a delimiter\r\n"), ["a long field", " with a delimiter"]);
        assert_eq!(fields("\n"), [""]);
        assert_eq!(fields("a,b"), [""; 0]);
        assert_eq!(fields("a,\"b\n"), [""; 0]);
    }

    proptest! {
        /// A quick look sees what the rules of each byte say.
        #[test]
        fn rows_are_those_of_the_bytes(text in "[ab;\"\r\né]{0,40}", start in 0usize..3) {
            let (block, start) = (block(&text), start.min(text.len()));
            let (mut one, mut two) = (Split::new(b';'), Split::new(b';'));
            let (quick, exact) = (one.row(&block, start), two.exact(&block, start));
            prop_assert_eq!(found(&one, &block, quick), found(&two, &block, exact));
        }
    }
}
