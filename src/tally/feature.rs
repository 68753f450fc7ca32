//! One feature against every attribute.

use hashbrown::HashMap;

use super::engine::column::{Coded, Column, Texts};
use super::intern::{Coder, Interner, LONGEST_NAME, TupleInterner, is_missing};
use super::joint::{Joint, Known};
use super::line::LARGEST;
use super::spread::Spreads;
use crate::cells::{Cell, EXACT_VALUES, FeatureKind, FeatureTable, Group, Level, Value};

/// With more combinations of groups than so many each attribute is counted by itself.
const MOST_JOINTS: usize = 1_024;

/// (attribute, group code, level code, weight as bits) → how many.
type Counts = HashMap<(u16, u32, u32, u64), u64>;

/// What the column has been so far. What was counted for all attributes together is
/// told apart by code of their groups.
#[derive(Debug)]
enum Seen {
    /// Levels, which may all turn out to be numbers. `known` are codes of numbers as bits.
    Levels { interner: Interner, counts: Counts, joint: Joint, known: Box<Known> },
    /// Numbers, too many to keep one by one.
    /// `apart` has those that were counted for one attribute after the other.
    Numbers { apart: Vec<Spreads>, joint: Spreads },
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
    weighted: bool,
    /// People whose number is NaN or infinite: they count as without one.
    not_finite: u64,
    seen: Seen,
}

/// The rows of a batch.
pub(super) struct Rows<'r> {
    /// The code of the groups in all attributes; [`NOBODY`] for rows that are left out.
    pub(super) joints: &'r [u32],
    pub(super) weights: Option<&'r [f64]>,
    /// How many people each row is.
    pub(super) times: Option<&'r [u64]>,
}

/// In the place of a code of groups: the row is left out.
pub(super) const NOBODY: u32 = u32::MAX;

impl Rows<'_> {
    pub(super) fn weight(&self, at: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[at])
    }

    pub(super) fn times(&self, at: usize) -> u64 {
        self.times.map_or(1, |times| times[at])
    }

    /// Whether a row is anyone at all.
    pub(super) fn counts(&self, at: usize) -> bool {
        self.joints[at] != NOBODY && self.times(at) > 0
    }

    /// Everyone who counts: row, groups, weight, and how many.
    fn each(&self) -> impl Iterator<Item = (usize, u32, f64, u64)> + '_ {
        self.of(0..)
    }

    /// The values of those who count, of one for each row.
    fn of<T>(&self, values: impl Iterator<Item = T>) -> impl Iterator<Item = (T, u32, f64, u64)> {
        let all = self.joints.iter().enumerate().zip(values).filter(|((at, _), _)| self.counts(*at));
        all.map(|((at, joint), value)| (value, *joint, self.weight(at), self.times(at)))
    }

    /// Whether everyone weighs the same, and each row is one of them.
    fn plain(&self) -> bool {
        self.weights.is_none() && self.times.is_none()
    }

    /// The same as [`Rows::of`] where rows are plain.
    fn of_plain<T>(&self, values: impl Iterator<Item = T>) -> impl Iterator<Item = (T, u32, f64, u64)> {
        let all = self.joints.iter().zip(values).filter(|(joint, _)| **joint != NOBODY);
        all.map(|(joint, value)| (value, *joint, 1.0, 1))
    }
}

impl FeatureCounter {
    pub(super) fn new(
        column: &str,
        categorical: bool,
        attributes: usize,
        weighted: bool,
        missing: &[String],
    ) -> FeatureCounter {
        FeatureCounter {
            column: column.to_string(),
            categorical,
            missing: missing.to_vec(),
            attributes,
            weighted,
            not_finite: 0,
            seen: Seen::Levels {
                interner: Interner::new(missing),
                counts: HashMap::new(),
                joint: Joint::default(),
                known: Box::default(),
            },
        }
    }

    /// Counts a row whose groups are `groups`, one code for each attribute.
    pub(super) fn add(&mut self, column: &Column<'_>, at: usize, groups: &[u32], (weight, times): (f64, u64)) {
        let number = match column {
            Column::Number(numbers) => finite_or_count(numbers.get(at), times, &mut self.not_finite),
            texts => {
                if is_long(texts.text(at)) {
                    self.seen = Seen::TooMany;
                }
                None
            }
        };
        match &mut self.seen {
            Seen::TooMany => {}
            Seen::Levels { interner, counts, .. } => {
                let code = match column {
                    Column::Number(_) => interner.code(number.map(|number| number.to_string()).as_deref(), 1),
                    texts => interner.code(texts.text(at), 1),
                };
                for (attribute, group) in groups.iter().enumerate() {
                    *counts.entry((attribute as u16, *group, code, weight.to_bits())).or_default() += times;
                }
                if interner.len() > EXACT_VALUES {
                    self.outgrow();
                }
            }
            Seen::Numbers { apart, .. } => {
                let known = match column {
                    Column::Number(_) => number.map_or(Ok(None), within_reach),
                    texts => parsed(texts.text(at), &self.missing),
                };
                let number = match known {
                    Ok(Some(number)) => number,
                    Ok(None) => return,
                    // A name among that many numbers: the same as had it come first.
                    Err(NotANumber) => {
                        self.seen = Seen::TooMany;
                        return;
                    }
                };
                for (spreads, group) in apart.iter_mut().zip(groups) {
                    spreads.add(*group as usize, number + 0.0, weight, times);
                }
            }
        }
    }

    /// Counts the rows of a batch.
    pub(super) fn add_rows(&mut self, column: &Column<'_>, rows: &Rows<'_>, joints: &TupleInterner) {
        if joints.len() > MOST_JOINTS {
            // With very many groups in all, rows are counted for one attribute after the other.
            for (at, joint, weight, times) in rows.each() {
                self.add(column, at, joints.tuple(joint), (weight, times));
            }
        } else {
            match column {
                Column::Number(numbers) => {
                    // The chunks' own iterators are known when this is compiled.
                    let values = numbers.downcast_iter().flat_map(|chunk| chunk.iter());
                    let mut not_finite = 0;
                    let mut finite = |(value, joint, weight, times): (Option<&f64>, u32, f64, u64)| {
                        (finite_or_count(value.copied(), times, &mut not_finite), joint, weight, times)
                    };
                    match rows.plain() {
                        true => self.add_numbers(rows.of_plain(values).map(&mut finite)),
                        false => self.add_numbers(rows.of(values).map(&mut finite)),
                    }
                    self.not_finite += not_finite;
                }
                Column::Coded(coded) => {
                    let codes = coded.codes.iter().map(|code| *code as usize);
                    match rows.plain() {
                        true => self.add_coded(coded, rows.of_plain(codes)),
                        false => self.add_coded(coded, rows.of(codes)),
                    }
                }
                Column::Text(texts) => match rows.plain() {
                    true => self.add_texts(texts, rows.of_plain(0..)),
                    false => self.add_texts(texts, rows.each()),
                },
                whole @ Column::Whole(_) => {
                    for (at, joint, weight, times) in rows.each() {
                        self.add_text(whole.text(at), joint, (weight, times));
                    }
                }
            }
        }
        self.settle();
    }

    /// Counts rows with numbers: number, groups, weight, and how many.
    fn add_numbers(&mut self, mut rows: impl Iterator<Item = (Option<f64>, u32, f64, u64)>) {
        if let Seen::Levels { interner, joint: counts, known, .. } = &mut self.seen {
            for (value, joint, weight, times) in rows.by_ref() {
                let code = match value {
                    Some(number) => known.number(number, interner),
                    None => interner.code(None, 1),
                };
                counts.add(joint, code, weight, times);
                if interner.len() > EXACT_VALUES {
                    self.outgrow();
                    break;
                }
            }
        }
        self.add_settled(
            rows.map(|(value, joint, weight, times)| (value.map_or(Ok(None), within_reach), joint, weight, times)),
        );
    }

    /// Counts rows where there are too many numbers to keep one by one: whether there is a
    /// number, groups, weight, and how many.
    fn add_settled(&mut self, rows: impl Iterator<Item = (Result<Option<f64>, NotANumber>, u32, f64, u64)>) {
        let Seen::Numbers { joint, .. } = &mut self.seen else { return };
        let mut beyond = false;
        // A name among that many numbers: the same as had it come first.
        let numbers = rows.take_while(|(number, ..)| {
            beyond = number.is_err();
            !beyond
        });
        let people = numbers.filter_map(|(number, joint, weight, times)| Some((joint, number.ok()??, weight, times)));
        joint.add_all(people.map(|(joint, number, weight, times)| (joint as usize, number + 0.0, weight, times)));
        if beyond {
            self.seen = Seen::TooMany;
        }
    }

    /// Counts rows of texts, by their places.
    fn add_texts(&mut self, texts: &Texts<'_>, mut rows: impl Iterator<Item = (usize, u32, f64, u64)>) {
        if let Seen::Levels { interner, joint: counts, known, .. } = &mut self.seen {
            for (at, joint, weight, times) in rows.by_ref() {
                let Some(level) = known.text(texts, at, interner) else {
                    self.seen = Seen::TooMany;
                    return;
                };
                counts.add(joint, level, weight, times);
                if interner.len() > EXACT_VALUES {
                    self.outgrow();
                    break;
                }
            }
        }
        let missing = std::mem::take(&mut self.missing);
        self.add_settled(
            rows.map(|(at, joint, weight, times)| (parsed(texts.get(at), &missing), joint, weight, times)),
        );
        self.missing = missing;
    }

    /// Counts rows of few different texts, each of which is looked up once.
    fn add_coded(&mut self, coded: &Coded<'_>, mut rows: impl Iterator<Item = (usize, u32, f64, u64)>) {
        let mut known: Vec<Option<u32>> = vec![None; coded.texts.len()];
        if let Seen::Levels { interner, joint: counts, .. } = &mut self.seen {
            for (code, joint, weight, times) in rows.by_ref() {
                let level = match known[code] {
                    Some(level) => level,
                    None if is_long(coded.texts[code].as_deref()) => {
                        self.seen = Seen::TooMany;
                        return;
                    }
                    None => *known[code].insert(interner.code(coded.texts[code].as_deref(), 1)),
                };
                counts.add(joint, level, weight, times);
                if interner.len() > EXACT_VALUES {
                    self.outgrow();
                    break;
                }
            }
        }
        let missing = std::mem::take(&mut self.missing);
        let mut numbers: Vec<Option<Result<Option<f64>, NotANumber>>> = vec![None; coded.texts.len()];
        let mut number =
            |code: usize| *numbers[code].get_or_insert_with(|| parsed(coded.texts[code].as_deref(), &missing));
        self.add_settled(rows.map(|(code, joint, weight, times)| (number(code), joint, weight, times)));
        self.missing = missing;
    }

    #[inline]
    fn add_text(&mut self, text: Option<&str>, joint: u32, (weight, times): (f64, u64)) {
        match &mut self.seen {
            Seen::TooMany => {}
            _ if is_long(text) => self.seen = Seen::TooMany,
            Seen::Levels { interner, joint: counts, .. } => {
                counts.add(joint, interner.code(text, 1), weight, times);
                if interner.len() > EXACT_VALUES {
                    self.outgrow();
                }
            }
            Seen::Numbers { joint: spreads, .. } => match parsed(text, &self.missing) {
                Ok(Some(number)) => spreads.add(joint as usize, number + 0.0, weight, times),
                Ok(None) => {}
                Err(NotANumber) => self.seen = Seen::TooMany,
            },
        }
    }

    /// Too many levels: numbers go on as histograms, names cannot.
    fn outgrow(&mut self) {
        let Seen::Levels { interner, counts, joint, .. } = std::mem::replace(&mut self.seen, Seen::TooMany) else {
            return;
        };
        if self.categorical {
            return;
        }
        let Some(numbers) = numbers(&interner) else { return };
        let mut apart = vec![Spreads::new(self.weighted); self.attributes];
        for ((attribute, group, code, weight), times) in counts {
            if let Some(number) = numbers[code as usize] {
                apart[attribute as usize].add(group as usize, number + 0.0, f64::from_bits(weight), times);
            }
        }
        let mut spreads = Spreads::new(self.weighted);
        for (groups, code, weight, times) in joint.each() {
            if let Some(number) = numbers[code as usize] {
                spreads.add(groups as usize, number + 0.0, f64::from_bits(weight), times);
            }
        }
        self.seen = Seen::Numbers { apart, joint: spreads };
        self.settle();
    }

    /// To be called after every batch.
    pub(super) fn settle(&mut self) {
        if let Seen::Numbers { apart, joint } = &mut self.seen {
            apart.iter_mut().for_each(Spreads::settle);
            joint.settle();
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

    /// What should be known of its values.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.not_finite > 0 {
            let values = if self.not_finite == 1 { "value is" } else { "values are" };
            let (column, count) = (&self.column, self.not_finite);
            warnings.push(format!("feature `{column}`: {count} {values} NaN or infinite, and counted as missing"));
        }
        if let (Seen::Levels { interner, .. }, false) = (&self.seen, self.categorical)
            && let Some(word) = odd_word(interner)
        {
            warnings.push(format!(
                "feature `{}` is compared by names, since not all of its values are numbers, such as `{word}`: if that means no value, list it under `missing`",
                self.column
            ));
        }
        warnings
    }

    /// The tables, one for each attribute.
    pub(super) fn finish(mut self, attributes: &[&Coder], joints: &TupleInterner) -> Vec<FeatureTable> {
        if let Seen::Levels { counts, joint, .. } = &mut self.seen {
            spread_out(std::mem::take(joint), counts, joints);
        }
        let kind = self.kind();
        let group = |attribute: usize, code: u32| Group::single(attributes[attribute].level(code).clone());
        match (self.seen, kind) {
            (Seen::Levels { interner, counts, .. }, Some(FeatureKind::Numeric)) => {
                let numbers = numbers(&interner).unwrap_or_default();
                let mut spreads = vec![Spreads::new(self.weighted); self.attributes];
                for ((attribute, code, value, weight), times) in counts {
                    if let Some(number) = numbers[value as usize] {
                        spreads[attribute as usize].add(code as usize, number + 0.0, f64::from_bits(weight), times);
                    }
                }
                spreads.iter_mut().for_each(Spreads::settle);
                let named =
                    |(attribute, spreads): (usize, Spreads)| spreads.histogram(|code| group(attribute, code as u32));
                spreads.into_iter().enumerate().map(named).map(FeatureTable::Numeric).collect()
            }
            (Seen::Levels { interner, counts, .. }, _) => {
                let mut tables = vec![std::collections::BTreeMap::<(Group, Level), Cell>::new(); self.attributes];
                for ((attribute, code, value, weight), times) in counts {
                    let key = (group(attribute as usize, code), interner.level(value).clone());
                    tables[attribute as usize].entry(key).or_default().add(f64::from_bits(weight), times);
                }
                tables.into_iter().map(FeatureTable::Categorical).collect()
            }
            (Seen::Numbers { apart, joint }, _) => {
                let table = |(attribute, mut spreads): (usize, Spreads)| {
                    spreads.absorb(&joint, |place| joints.tuple(place as u32)[attribute] as usize);
                    FeatureTable::Numeric(spreads.histogram(|code| group(attribute, code as u32)))
                };
                apart.into_iter().enumerate().map(table).collect()
            }
            (Seen::TooMany, _) => Vec::new(),
        }
    }
}

/// The value of a row as the sample keeps it, before the kind of its feature is known.
pub(super) fn raw(column: &Column<'_>, at: usize, missing: &[String]) -> Value {
    match column {
        Column::Number(numbers) => match numbers.get(at) {
            Some(number) if number.is_finite() => Value::Number(number),
            _ => Value::Level(Level::Missing),
        },
        texts => match texts.text(at).map(str::trim) {
            // Of a feature with a long text nothing is shown to models.
            Some(text) if !is_missing(text, missing) && !is_long(Some(text)) => Value::Level(Level::value(text)),
            _ => Value::Level(Level::Missing),
        },
    }
}

/// Whether a text is longer than names and numbers are: its feature cannot be compared.
pub(super) fn is_long(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.len() > LONGEST_NAME)
}

/// What was counted for all attributes together, for each of them.
fn spread_out(joint: Joint, counts: &mut Counts, joints: &TupleInterner) {
    for (groups, code, weight, times) in joint.each() {
        for (attribute, group) in joints.tuple(groups).iter().enumerate() {
            *counts.entry((attribute as u16, *group, code, weight)).or_default() += times;
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
#[derive(Clone, Copy)]
struct NotANumber;

/// A number that is finite; others are no value, and so many more people.
#[inline]
fn finite_or_count(value: Option<f64>, times: u64, not_finite: &mut u64) -> Option<f64> {
    let finite = value.filter(|number| number.is_finite());
    if value.is_some() && finite.is_none() {
        *not_finite += times;
    }
    finite
}

/// With fewer different numbers a name among them may well be meant.
const MANY_NUMBERS: usize = 20;

/// More different names are hardly all words for no value.
const FEW_WORDS: usize = 5;

/// A name, where nearly all levels are numbers.
fn odd_word(interner: &Interner) -> Option<&str> {
    let is_number = |text: &&str| text.parse::<f64>().is_ok_and(|number| within_reach(number).is_ok());
    let (numbers, names): (Vec<&str>, Vec<&str>) = interner.values().partition(is_number);
    (numbers.len() > MANY_NUMBERS && names.len() <= FEW_WORDS).then(|| names.first().copied()).flatten()
}

/// The number that a text is; nothing when missing.
fn parsed(text: Option<&str>, missing: &[String]) -> Result<Option<f64>, NotANumber> {
    match text.map(str::trim) {
        Some(_) if is_long(text) => Err(NotANumber),
        Some(text) if !is_missing(text, missing) => text.parse::<f64>().map_err(|_| NotANumber).and_then(within_reach),
        _ => Ok(None),
    }
}

fn within_reach(number: f64) -> Result<Option<f64>, NotANumber> {
    if number.abs() <= LARGEST { Ok(Some(number)) } else { Err(NotANumber) }
}

#[cfg(test)]
mod tests;
