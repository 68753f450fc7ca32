//! The columns of a batch. Where few values repeat, as in most columns with names,
//! rows hold small codes and each value is looked at once.

use std::borrow::Cow;
use std::sync::OnceLock;

use hashbrown::HashMap;
use polars::prelude::*;

use super::super::recent::Recent;
use super::fields::{Spans, short_key};

/// More different values in one batch are not worth a code.
const MOST_CODES: usize = 4_096;

/// One column of a batch.
pub(in super::super) enum Column<'b> {
    /// Texts, few of them different.
    Coded(Coded<'b>),
    /// Texts.
    Text(Texts<'b>),
    /// Whole numbers, many of them different.
    Whole(Whole),
    /// Numbers.
    Number(&'b Float64Chunked),
}

/// Texts of rows, wherever they are.
#[derive(Clone, Copy)]
pub(in super::super) struct Texts<'b>(Kept<'b>);

#[derive(Clone, Copy)]
enum Kept<'b> {
    Strings(&'b StringChunked),
    Fields(Spans<'b>),
}

impl Texts<'_> {
    pub(in super::super) fn get(&self, row: usize) -> Option<&str> {
        match self.0 {
            Kept::Strings(texts) => texts.get(row),
            Kept::Fields(fields) => fields.get(row),
        }
    }

    /// What tells a text from all others, if it is short.
    #[inline]
    pub(in super::super) fn key(&self, row: usize) -> Option<u128> {
        match self.0 {
            Kept::Strings(texts) => short_key(texts.get(row)?),
            Kept::Fields(fields) => Some(fields.key(row)).filter(|(_, decides)| *decides).map(|(key, _)| key),
        }
    }
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
    pub(in super::super) fn of(series: &'b Series) -> PolarsResult<Column<'b>> {
        match series.dtype() {
            DataType::Float64 => return Ok(Column::Number(series.f64()?)),
            DataType::String => {
                let texts = series.str()?;
                return Ok(of_strings(texts).map_or(Column::Text(Texts(Kept::Strings(texts))), Column::Coded));
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

    /// Texts of delimited files and JSON lines.
    pub(super) fn of_fields(fields: Spans<'b>) -> Column<'b> {
        of_fields(fields).map_or(Column::Text(Texts(Kept::Fields(fields))), Column::Coded)
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

/// As many as fit beside the rest of a loop.
type LastCodes<K> = Recent<K, 8>;

/// Codes of texts in the order of their appearance, as long as few of them differ.
struct Appeared<'b> {
    texts: Vec<Option<Cow<'b, str>>>,
    codes: HashMap<&'b str, u32>,
}

impl<'b> Appeared<'b> {
    fn new() -> Appeared<'b> {
        Appeared { texts: vec![None], codes: HashMap::new() }
    }

    #[cold]
    fn find(&mut self, text: &'b str) -> Option<u32> {
        let next = self.texts.len() as u32;
        let code = *self.codes.entry(text).or_insert(next);
        if code == next {
            self.texts.push(Some(Cow::Borrowed(text)));
        }
        (self.texts.len() <= MOST_CODES).then_some(code)
    }
}

/// None where too many differ.
fn of_strings(texts: &StringChunked) -> Option<Coded<'_>> {
    let (mut rows, mut before) = (vec![0; texts.len()], 0);
    let mut known = Appeared::new();
    for chunk in texts.downcast_iter() {
        // A view says what a text is where it is short, else where it lies in its chunk.
        let mut recent: LastCodes<u128> = Recent::default();
        let mut write = |row: &mut u32, at: usize| {
            let key = chunk.views()[at].as_u128();
            *row = match recent.get(key) {
                Some(code) => code,
                None => recent.keep(key, known.find(chunk.value(at))?),
            };
            Some(())
        };
        let mut here = rows[before..before + chunk.len()].iter_mut().enumerate();
        match texts.null_count() {
            0 => here.try_for_each(|(at, row)| write(row, at))?,
            _ => {
                let present: Vec<bool> = chunk.iter().map(|text| text.is_some()).collect();
                here.filter(|(at, _)| present[*at]).try_for_each(|(at, row)| write(row, at))?;
            }
        }
        before += chunk.len();
    }
    Some(Coded { codes: rows, texts: known.texts })
}

/// None where too many differ.
fn of_fields(fields: Spans<'_>) -> Option<Coded<'_>> {
    let (mut known, mut recent): (Appeared<'_>, LastCodes<u128>) = (Appeared::new(), Recent::default());
    let code = |row: usize| {
        let (key, decides) = fields.key(row);
        let is_own = |code: &u32| decides || known.texts[*code as usize].as_deref() == fields.get(row);
        match recent.get(key).filter(is_own) {
            Some(code) => Some(code),
            None => Some(recent.keep(key, fields.get(row).map_or(Some(0), |text| known.find(text))?)),
        }
    };
    let codes = (0..fields.len()).map(code).collect::<Option<Vec<u32>>>()?;
    Some(Coded { codes, texts: known.texts })
}

/// None where too many differ.
fn of_whole_numbers(numbers: &Int64Chunked) -> Option<Coded<'static>> {
    let (mut rows, mut before) = (vec![0; numbers.len()], 0);
    let mut known: Vec<Option<Cow<'static, str>>> = vec![None];
    let mut codes: HashMap<i64, u32> = HashMap::new();
    let mut recent: LastCodes<i64> = Recent::default();
    let mut find = |number: i64| {
        let code = *codes.entry(number).or_insert(known.len() as u32);
        if code as usize == known.len() {
            known.push(Some(Cow::Owned(number.to_string())));
        }
        (known.len() <= MOST_CODES).then_some(code)
    };
    for chunk in numbers.downcast_iter() {
        let mut write = |row: &mut u32, number: i64| {
            *row = match recent.get(number) {
                Some(code) => code,
                None => recent.keep(number, find(number)?),
            };
            Some(())
        };
        let mut here = rows[before..before + chunk.len()].iter_mut().zip(chunk.values().iter().copied()).enumerate();
        match chunk.validity().filter(|bits| bits.unset_bits() > 0) {
            None => here.try_for_each(|(_, (row, number))| write(row, number))?,
            Some(bits) => {
                here.filter(|(at, _)| bits.get_bit(*at)).try_for_each(|(_, (row, number))| write(row, number))?;
            }
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
