//! The rules of delimited text, byte by byte: where a field ends and where a line does.
//! A quote opens a field only where the field begins; anywhere else it stands for itself.

/// Where in a field a byte lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Within {
    Start,
    Plain,
    Quoted,
    /// After a quote within a quoted field: its end, or the first of two.
    Closing,
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
    /// The end of a row.
    Row,
}

impl Within {
    /// What the next byte is, and the place after it.
    #[inline]
    pub(super) fn next(self, byte: u8, delimiter: u8) -> (Step, Within) {
        use Within::*;
        match (self, byte) {
            (Quoted, b'"') => (Step::Dropped, Closing),
            (Quoted, _) => (Step::Kept, Quoted),
            (Start, b'"') => (Step::Dropped, Quoted),
            (Closing, b'"') => (Step::Kept, Quoted),
            (_, b'\n') => (Step::Row, Start),
            (_, byte) if byte == delimiter => (Step::Field, Start),
            _ => (Step::Kept, Plain),
        }
    }
}
