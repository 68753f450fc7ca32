//! The columns of a batch. Where few values repeat, as in most columns with names,
//! rows hold small codes and each value is looked at once.

use std::borrow::Cow;
use std::sync::OnceLock;

use hashbrown::HashMap;
use polars::prelude::*;

/// More different values in one batch are not worth a code.
const MOST_CODES: usize = 4_096;

/// One column of a batch.
pub(in super::super) enum Column<'b> {
    /// Texts, few of them different.
    Coded(Coded<'b>),
    /// Texts.
    Text(Cow<'b, StringChunked>),
    /// Whole numbers, many of them different.
    Whole(Whole),
    /// Numbers.
    Number(&'b Float64Chunked),
}

/// Whole numbers, and their texts once these are asked for.
pub(in super::super) struct Whole {
    numbers: Int64Chunked,
    texts: OnceLock<StringChunked>,
}

impl Whole {
    fn new(numbers: &Int64Chunked) -> Whole {
        Whole { numbers: numbers.clone(), texts: OnceLock::new() }
    }

    /// The numbers of all rows.
    pub(in super::super) fn numbers(&self) -> impl Iterator<Item = Option<i64>> + '_ {
        self.numbers.iter()
    }

    fn text(&self, row: usize) -> Option<&str> {
        let texts = || self.numbers.iter().map(|number| number.map(|number| number.to_string())).collect();
        self.texts.get_or_init(texts).get(row)
    }
}

/// The code of every row, and the text of every code; that of 0 is none.
pub(in super::super) struct Coded<'b> {
    pub(in super::super) codes: Vec<u32>,
    pub(in super::super) texts: Vec<Option<Cow<'b, str>>>,
}

impl<'b> Column<'b> {
    /// Texts or numbers, as they come.
    pub(super) fn of(series: &'b Series) -> PolarsResult<Column<'b>> {
        match series.dtype() {
            DataType::Float64 => return Ok(Column::Number(series.f64()?)),
            DataType::String => {
                let texts = series.str()?;
                return Ok(of_texts(texts).map_or(Column::Text(Cow::Borrowed(texts)), Column::Coded));
            }
            DataType::Boolean => return Ok(Column::Coded(of_truths(series.bool()?))),
            _ => {}
        }
        let whole = series.cast(&DataType::Int64)?;
        match of_whole_numbers(whole.i64()?) {
            Some(coded) => Ok(Column::Coded(coded)),
            None => Ok(Column::Whole(Whole::new(whole.i64()?))),
        }
    }

    /// Whether a column of this type is taken as it comes where texts are wanted.
    pub(super) fn is_coded(dtype: &DataType) -> bool {
        use DataType::*;
        // All fit into 64 bits with a sign.
        matches!(dtype, String | Boolean | Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32)
    }

    /// The text of a row, if the column holds texts.
    pub(in super::super) fn text(&self, row: usize) -> Option<&str> {
        match self {
            Column::Coded(coded) => coded.texts[coded.codes[row] as usize].as_deref(),
            Column::Text(texts) => texts.get(row),
            Column::Whole(whole) => whole.text(row),
            Column::Number(_) => None,
        }
    }
}

/// Codes of values as they come; the last ones seen are found without hashing.
struct Codes<K> {
    recent: Vec<(K, u32)>,
    all: HashMap<K, u32>,
}

/// How many values are kept where they are found at once.
const RECENT: usize = 256;

/// The code of a place where no value is kept.
const UNKNOWN: u32 = u32::MAX;

impl<K: Copy + Default + Eq + std::hash::Hash> Codes<K> {
    fn new() -> Codes<K> {
        Codes { recent: vec![(K::default(), UNKNOWN); RECENT], all: HashMap::new() }
    }

    /// Writes the codes of some values into `rows`, 0 where none is `present`; `mixed` spreads
    /// over all bits what tells values apart, `new` gives the code of a value at a row that was
    /// not seen before. None where that gives none.
    fn write(
        &mut self,
        rows: &mut [u32],
        values: impl Iterator<Item = K>,
        present: impl Fn(usize) -> bool,
        mixed: impl Fn(K) -> u64,
        mut new: impl FnMut(usize, K) -> Option<u32>,
    ) -> Option<()> {
        for (at, (row, value)) in rows.iter_mut().zip(values).enumerate() {
            if !present(at) {
                continue;
            }
            let place = (mixed(value).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize % RECENT;
            let (known, code) = self.recent[place];
            *row = match known == value && code != UNKNOWN {
                true => code,
                false => self.learn(place, value, || new(at, value))?,
            };
        }
        Some(())
    }

    #[cold]
    fn learn(&mut self, place: usize, value: K, new: impl FnOnce() -> Option<u32>) -> Option<u32> {
        let code = match self.all.get(&value) {
            Some(code) => *code,
            None => {
                let code = new()?;
                self.all.insert(value, code);
                code
            }
        };
        self.recent[place] = (value, code);
        Some(code)
    }
}

/// None where too many differ.
fn of_texts(texts: &StringChunked) -> Option<Coded<'_>> {
    let (mut rows, mut before) = (vec![0; texts.len()], 0);
    let mut known: Vec<Option<Cow<'_, str>>> = vec![None];
    let mut by_text: HashMap<&str, u32> = HashMap::new();
    for chunk in texts.downcast_iter() {
        // A view says what a text is where it is short, else where it lies in its chunk.
        let mut codes: Codes<u128> = Codes::new();
        let new = |at: usize, _| {
            let text = chunk.value(at);
            let next = known.len() as u32;
            let code = *by_text.entry(text).or_insert(next);
            if code == next {
                known.push(Some(Cow::Borrowed(text)));
            }
            (known.len() <= MOST_CODES).then_some(code)
        };
        let (here, views) = (&mut rows[before..before + chunk.len()], chunk.views().iter().map(|view| view.as_u128()));
        let mixed = |view: u128| (view as u64) ^ (view >> 64) as u64;
        if texts.null_count() == 0 {
            codes.write(here, views, |_| true, mixed, new)?;
        } else {
            let present: Vec<bool> = chunk.iter().map(|text| text.is_some()).collect();
            codes.write(here, views, |at| present[at], mixed, new)?;
        }
        before += chunk.len();
    }
    Some(Coded { codes: rows, texts: known })
}

/// None where too many differ.
fn of_whole_numbers(numbers: &Int64Chunked) -> Option<Coded<'static>> {
    let (mut rows, mut before) = (vec![0; numbers.len()], 0);
    let mut known: Vec<Option<Cow<'static, str>>> = vec![None];
    let mut codes: Codes<i64> = Codes::new();
    for chunk in numbers.downcast_iter() {
        let new = |_, number: i64| {
            known.push(Some(Cow::Owned(number.to_string())));
            (known.len() <= MOST_CODES).then_some(known.len() as u32 - 1)
        };
        let (here, values) = (&mut rows[before..before + chunk.len()], chunk.values().iter().copied());
        let mixed = |number: i64| number as u64;
        match chunk.validity().filter(|bits| bits.unset_bits() > 0) {
            None => codes.write(here, values, |_| true, mixed, new)?,
            Some(bits) => codes.write(here, values, |at| bits.get_bit(at), mixed, new)?,
        }
        before += chunk.len();
    }
    Some(Coded { codes: rows, texts: known })
}

fn of_truths(truths: &BooleanChunked) -> Coded<'static> {
    let code = |truth: Option<bool>| truth.map_or(0, |truth| 1 + u32::from(truth));
    Coded {
        codes: truths.iter().map(code).collect(),
        texts: vec![None, Some(Cow::Borrowed("false")), Some(Cow::Borrowed("true"))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(series: &Series) -> Vec<Option<String>> {
        let column = Column::of(series).expect("readable");
        (0..series.len()).map(|row| column.text(row).map(str::to_string)).collect()
    }

    fn assert_as_cast(series: &Series) {
        let cast = series.cast(&DataType::String).expect("castable");
        let expected: Vec<Option<String>> =
            cast.str().expect("texts").iter().map(|text| text.map(str::to_string)).collect();
        assert_eq!(texts(series), expected);
    }

    #[test]
    fn codes_stand_for_the_texts_that_a_cast_gives() {
        let long = "a text that does not fit into a view";
        let mut names = Series::new("c".into(), [Some("a"), None, Some(long), Some("a"), Some(""), Some("a ")]);
        names.append(&Series::new("c".into(), [Some(long), Some("b"), None])).expect("appended");
        assert!(matches!(Column::of(&names).expect("readable"), Column::Coded(coded) if coded.texts.len() == 6));
        assert_as_cast(&names);
        assert_as_cast(&Series::new("c".into(), [Some(1i64), None, Some(-7), Some(i64::MIN), Some(1)]));
        assert_as_cast(&Series::new("c".into(), [Some(1u8), None, Some(255)]));
        assert_as_cast(&Series::new("c".into(), [Some(true), None, Some(false)]));
    }

    #[test]
    fn many_values_have_no_codes() {
        let numbers = Series::new("c".into(), (0..10_000i32).collect::<Vec<_>>());
        assert!(matches!(Column::of(&numbers).expect("readable"), Column::Whole(_)));
        assert_as_cast(&numbers);
        let names = Series::new("c".into(), (0..10_000i32).map(|n| n.to_string()).collect::<Vec<_>>());
        assert!(matches!(Column::of(&names).expect("readable"), Column::Text(_)));
        assert_as_cast(&names);
    }
}
