//! Fields of many rows where they lie in one text.

use rayon::prelude::*;

use super::batches::{BATCH, Take};
use super::column::Column;

/// Where a field lies: its first byte, and the one behind its last. One without bytes is no value.
pub(super) type Span = (u32, u32);

/// No value.
pub(super) const NONE: Span = (0, 0);

/// Bytes behind every text, so that a few behind each field can be looked at with it.
pub(super) const PAD: usize = 16;

/// Rows by their columns.
pub(super) struct Fields {
    text: String,
    columns: Vec<Vec<Span>>,
    rows: usize,
}

impl Fields {
    /// Spans by column, within a text.
    pub(super) fn new(mut text: String, columns: Vec<Vec<Span>>, rows: usize) -> Fields {
        text.extend(std::iter::repeat_n('\0', PAD));
        Fields { text, columns, rows }
    }

    /// Hands the rows on in batches; whether it was enough.
    pub(super) fn hand_on(&self, take: Take<'_>) -> bool {
        (0..self.rows).step_by(BATCH).any(|first| {
            let last = self.rows.min(first + BATCH);
            let columns = self.columns.par_iter();
            let columns =
                columns.map(|spans| Column::of_fields(Spans { text: &self.text, spans: &spans[first..last] }));
            take(columns.collect(), last - first)
        })
    }
}

/// What tells a text from all others, if it is shorter than `PAD` bytes.
pub(super) fn short_key(text: &str) -> Option<u128> {
    let mut bytes = [0; PAD];
    bytes.get_mut(..text.len()).filter(|_| text.len() < PAD)?.copy_from_slice(text.as_bytes());
    Some(u128::from_le_bytes(bytes) | (text.len() as u128) << 120)
}

/// One column of them.
#[derive(Clone, Copy)]
pub(super) struct Spans<'f> {
    text: &'f str,
    spans: &'f [Span],
}

impl<'f> Spans<'f> {
    pub(super) fn len(self) -> usize {
        self.spans.len()
    }

    pub(super) fn get(self, row: usize) -> Option<&'f str> {
        let (from, to) = self.spans[row];
        self.text.get(from as usize..to as usize).filter(|text| !text.is_empty())
    }

    /// What tells a field from most others, and whether it tells it from all: longer ones
    /// by their ends and their length.
    #[inline]
    pub(super) fn key(self, row: usize) -> (u128, bool) {
        let (from, to) = (self.spans[row].0 as usize, self.spans[row].1 as usize);
        let length = to - from;
        let sixteen = |at: usize| {
            let bytes = self.text.as_bytes().get(at..).and_then(|rest| rest.first_chunk());
            bytes.map_or(0, |bytes| u128::from_le_bytes(*bytes))
        };
        match length < PAD {
            true => (sixteen(from) & !(u128::MAX << (8 * length)) | (length as u128) << 120, true),
            false => (sixteen(from) ^ sixteen(to - PAD).rotate_left(64) ^ length as u128 | 0xff << 120, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of fields of any length, of which many differ in one byte.
    #[test]
    fn keys_tell_short_fields_apart_and_no_long_ones() {
        let mut texts: Vec<String> = (0..40).map(|length| "x".repeat(length)).collect();
        texts.extend((1..40).flat_map(|length| {
            (0..length).map(move |at| format!("{}y{}", "x".repeat(at), "x".repeat(length - at - 1)))
        }));
        let mut spans = Vec::new();
        let mut all = String::new();
        for text in &texts {
            spans.push((all.len() as u32, (all.len() + text.len()) as u32));
            all.push_str(text);
        }
        let fields = Fields::new(all, vec![spans], texts.len());
        let column = Spans { text: &fields.text, spans: &fields.columns[0] };
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(column.get(at), Some(text.as_str()).filter(|text| !text.is_empty()));
            let (key, decides) = column.key(at);
            assert_eq!(Some(key).filter(|_| decides), short_key(text), "{text}");
            assert_eq!(decides, text.len() < PAD);
            for (other, unlike) in texts.iter().enumerate().filter(|(_, unlike)| *unlike != text) {
                assert!(column.key(other).0 != key || !decides && unlike.len() >= PAD, "{text} {unlike}");
            }
        }
        let coded = match Column::of_fields(column) {
            Column::Coded(coded) => coded,
            _ => panic!("few differ"),
        };
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(coded.texts[coded.codes[at] as usize].as_deref().unwrap_or_default(), text);
        }
    }
}
