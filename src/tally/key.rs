//! Keys of people: texts, of which most are whole numbers.

use std::fmt;

use super::engine::column::Column;
use super::intern::is_missing;

/// A key. A whole number in its plain form is the same key as its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key<'k> {
    Whole(i64),
    Text(&'k str),
}

impl<'k> Key<'k> {
    /// The key of a text without blanks around it: `12` is a number, `012`, `+12` and
    /// `12.0` are texts.
    pub(super) fn of(text: &'k str) -> Key<'k> {
        let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
        let plain = match digits {
            [] => false,
            [b'0'] => text.len() == 1,
            [b'0', ..] => false,
            digits => digits.iter().all(u8::is_ascii_digit),
        };
        let number = if plain { text.parse().ok() } else { None };
        number.map_or(Key::Text(text), Key::Whole)
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Whole(number) => number.fmt(to),
            Key::Text(text) => text.fmt(to),
        }
    }
}

/// The text of the key of a row, if it has one: the place of the column of keys and the words
/// that mean no value come first.
pub(super) fn key_of<'c>(
    (key, missing): (Option<usize>, &[String]),
    columns: &'c [Column<'_>],
    at: usize,
) -> Option<&'c str> {
    let key = key.and_then(|column| columns[column].text(at)).map(str::trim);
    key.filter(|text| !is_missing(text, missing))
}

/// The key of every row, where it has one.
pub(super) fn keys<'c>(column: Option<&'c Column<'_>>, rows: usize, missing: &[String]) -> Vec<Option<Key<'c>>> {
    match column {
        None => vec![None; rows],
        Some(Column::Whole(whole)) => {
            let words: Vec<Key<'_>> = missing.iter().map(|word| Key::of(word)).collect();
            let key = |number: Option<i64>| number.map(Key::Whole).filter(|key| !words.contains(key));
            whole.numbers().map(key).collect()
        }
        Some(column) => {
            let known = |text: &&str| !is_missing(text, missing);
            (0..rows).map(|at| column.text(at).map(str::trim).filter(known).map(Key::of)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_its_plain_text_and_no_other() {
        for number in [0, 7, -7, 1_000, i64::MAX, i64::MIN] {
            assert_eq!(Key::of(&number.to_string()), Key::Whole(number));
        }
        for text in ["", "-", "-0", "00", "01", "+1", "1.0", "1e3", "9223372036854775808", "a1", "1 2"] {
            assert_eq!(Key::of(text), Key::Text(text));
            assert_eq!(Key::of(text).to_string(), text);
        }
    }
}
