//! One feature against every attribute.

use hashbrown::HashMap;

use super::engine::column::Column;
use super::intern::{Coder, Interner, is_missing};
use super::line::LARGEST;
use crate::cells::{Cell, EXACT_VALUES, FeatureKind, FeatureTable, Group, Histogram, Level, Value};

/// How many distinct combinations are buffered before they go into histograms.
const BUFFER: usize = 200_000;

/// (attribute, group code, value, weight as bits) → how many.
type Buffer<V> = HashMap<(u16, u32, V, u64), u64>;

/// What the column has been so far.
#[derive(Debug)]
enum Seen {
    /// Levels, which may all turn out to be numbers.
    Levels { interner: Interner, counts: Buffer<u32> },
    /// Numbers, too many to keep one by one.
    Numbers { histograms: Vec<Histogram<u32>>, buffer: Buffer<u64> },
    /// Names, too many to compare.
    TooMany,
}

/// Counts one feature.
#[derive(Debug)]
pub(super) struct FeatureCounter {
    pub(super) column: String,
    categorical: bool,
    missing: Vec<String>,
    attributes: usize,
    seen: Seen,
}

impl FeatureCounter {
    pub(super) fn new(column: &str, categorical: bool, attributes: usize, missing: &[String]) -> FeatureCounter {
        FeatureCounter {
            column: column.to_string(),
            categorical,
            missing: missing.to_vec(),
            attributes,
            seen: Seen::Levels { interner: Interner::new(missing), counts: HashMap::new() },
        }
    }

    /// Counts a row whose groups are `groups`, one code for each attribute.
    pub(super) fn add(&mut self, column: &Column<'_>, at: usize, groups: &[u32], (weight, times): (f64, u64)) {
        match &mut self.seen {
            Seen::TooMany => {}
            Seen::Levels { interner, counts } => {
                let code = match column {
                    Column::Number(numbers) => interner.code(numbers.get(at).map(|n| n.to_string()).as_deref(), 1),
                    texts => interner.code(texts.text(at), 1),
                };
                for (attribute, group) in groups.iter().enumerate() {
                    *counts.entry((attribute as u16, *group, code, weight.to_bits())).or_default() += times;
                }
                if interner.len() > EXACT_VALUES {
                    self.outgrow();
                }
            }
            Seen::Numbers { buffer, .. } => {
                let number = match number(column, at, &self.missing) {
                    Ok(Some(number)) => number,
                    Ok(None) => return,
                    // A name among that many numbers: the same as had it come first.
                    Err(NotANumber) => {
                        self.seen = Seen::TooMany;
                        return;
                    }
                };
                for (attribute, group) in groups.iter().enumerate() {
                    *buffer.entry((attribute as u16, *group, number.to_bits(), weight.to_bits())).or_default() += times;
                }
                if buffer.len() > BUFFER {
                    self.flush();
                }
            }
        }
    }

    /// Too many levels: numbers go on as histograms, names cannot.
    fn outgrow(&mut self) {
        let Seen::Levels { interner, counts } = std::mem::replace(&mut self.seen, Seen::TooMany) else { return };
        if self.categorical {
            return;
        }
        let Some(numbers) = numbers(&interner) else { return };
        let mut buffer: Buffer<u64> = HashMap::new();
        for ((attribute, group, code, weight), times) in counts {
            if let Some(number) = numbers[code as usize] {
                *buffer.entry((attribute, group, number.to_bits(), weight)).or_default() += times;
            }
        }
        self.seen = Seen::Numbers { histograms: vec![Histogram::default(); self.attributes], buffer };
        self.flush();
    }

    fn flush(&mut self) {
        let Seen::Numbers { histograms, buffer } = &mut self.seen else { return };
        for ((attribute, group, value, weight), times) in buffer.drain() {
            histograms[attribute as usize].add(&group, f64::from_bits(value), f64::from_bits(weight), times);
        }
        for histogram in histograms {
            histogram.settle();
        }
    }

    /// The value of a row as the sample keeps it, before the kind is known.
    pub(super) fn raw(&self, column: &Column<'_>, at: usize) -> Value {
        match column {
            Column::Number(numbers) => match numbers.get(at) {
                Some(number) if number.is_finite() => Value::Number(number),
                _ => Value::Level(Level::Missing),
            },
            texts => match texts.text(at).map(str::trim) {
                Some(text) if !is_missing(text, &self.missing) => Value::Level(Level::value(text)),
                _ => Value::Level(Level::Missing),
            },
        }
    }

    /// What the column is; `None` when it has too many names.
    pub(super) fn kind(&self) -> Option<FeatureKind> {
        match &self.seen {
            Seen::TooMany => None,
            Seen::Numbers { .. } => Some(FeatureKind::Numeric),
            Seen::Levels { interner, .. } if !self.categorical && numbers(interner).is_some() => {
                Some(FeatureKind::Numeric)
            }
            Seen::Levels { .. } => Some(FeatureKind::Categorical),
        }
    }

    /// The tables, one for each attribute.
    pub(super) fn finish(mut self, attributes: &[&Coder]) -> Vec<FeatureTable> {
        self.flush();
        let kind = self.kind();
        let group = |attribute: usize, code: u32| Group::single(attributes[attribute].level(code).clone());
        match (self.seen, kind) {
            (Seen::Levels { interner, counts }, Some(FeatureKind::Numeric)) => {
                let numbers = numbers(&interner).unwrap_or_default();
                let mut histograms = vec![Histogram::default(); self.attributes];
                for ((attribute, code, value, weight), times) in counts {
                    if let Some(number) = numbers[value as usize] {
                        let key = group(attribute as usize, code);
                        histograms[attribute as usize].add(&key, number, f64::from_bits(weight), times);
                    }
                }
                histograms.into_iter().map(FeatureTable::Numeric).collect()
            }
            (Seen::Levels { interner, counts }, _) => {
                let mut tables = vec![std::collections::BTreeMap::<(Group, Level), Cell>::new(); self.attributes];
                for ((attribute, code, value, weight), times) in counts {
                    let key = (group(attribute as usize, code), interner.level(value).clone());
                    tables[attribute as usize].entry(key).or_default().add(f64::from_bits(weight), times);
                }
                tables.into_iter().map(FeatureTable::Categorical).collect()
            }
            (Seen::Numbers { histograms, .. }, _) => histograms
                .into_iter()
                .enumerate()
                .map(|(attribute, histogram)| FeatureTable::Numeric(histogram.rekey(|code| group(attribute, *code))))
                .collect(),
            (Seen::TooMany, _) => Vec::new(),
        }
    }
}

/// Every level as a number, by code; `None` if one is not, or none is recorded.
fn numbers(interner: &Interner) -> Option<Vec<Option<f64>>> {
    if interner.len() < 2 {
        return None;
    }
    (0..interner.len() as u32)
        .map(|code| match interner.level(code) {
            Level::Missing => Some(None),
            Level::Value(text) => text.parse::<f64>().ok().filter(|n| n.abs() <= LARGEST).map(Some),
        })
        .collect()
}

/// The value of a row that is no finite number.
struct NotANumber;

/// The number of a row; nothing when missing.
fn number(column: &Column<'_>, at: usize, missing: &[String]) -> Result<Option<f64>, NotANumber> {
    let finite = |number: f64| if number.abs() <= LARGEST { Ok(Some(number)) } else { Err(NotANumber) };
    match column {
        Column::Number(numbers) => numbers.get(at).map_or(Ok(None), finite),
        texts => match texts.text(at).map(str::trim) {
            Some(text) if !is_missing(text, missing) => text.parse::<f64>().map_err(|_| NotANumber).and_then(finite),
            _ => Ok(None),
        },
    }
}
