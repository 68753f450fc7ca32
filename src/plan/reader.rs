//! Reading TOML tables key by key, collecting every problem with its place.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{At, Place, Problems};
use crate::suggest::suggestion;

/// The text of a plan file, for turning offsets into lines and columns.
#[derive(Clone, Copy)]
pub(super) struct Text<'t>(pub(super) &'t str);

impl Text<'_> {
    pub(super) fn place(self, span: &Range<usize>) -> Place {
        let before = self.0.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Place::File { line, column }
    }
}

/// A table being read: it knows which keys were asked for, and so which are unknown.
pub(super) struct Table<'t, 'p> {
    text: Text<'t>,
    table: &'t DeTable<'t>,
    /// How messages call the table: `[data]`.
    name: &'static str,
    place: Place,
    asked: BTreeSet<&'static str>,
    pub(super) problems: &'p mut Problems,
}

impl<'t, 'p> Table<'t, 'p> {
    pub(super) fn new(
        text: Text<'t>,
        table: &'t DeTable<'t>,
        name: &'static str,
        place: Place,
        problems: &'p mut Problems,
    ) -> Self {
        Table { text, table, name, place, asked: BTreeSet::new(), problems }
    }

    pub(super) fn place(&self) -> Place {
        self.place.clone()
    }

    /// The raw value of a key.
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.insert(key);
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    pub(super) fn place_of(&self, value: &Spanned<DeValue<'_>>) -> Place {
        self.text.place(&value.span())
    }

    fn wrong(&mut self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let place = self.place_of(value);
        let found = value.get_ref().type_str();
        self.problems.add(&place, format!("`{key}` must be {wanted}, not {}", article(found)));
    }

    pub(super) fn string(&mut self, key: &'static str) -> Option<At<String>> {
        let value = self.get(key)?;
        match value.get_ref().as_str() {
            Some(text) => Some(At::new(text.to_string(), self.place_of(value))),
            None => {
                self.wrong(key, value, "a string");
                None
            }
        }
    }

    /// A string that must be there.
    pub(super) fn required(&mut self, key: &'static str) -> Option<At<String>> {
        if self.get(key).is_none() {
            let place = self.place();
            self.problems.add(&place, format!("{} has no `{key}`", self.name));
            return None;
        }
        self.string(key)
    }

    /// One string or several; a problem where there is none.
    pub(super) fn required_list(&mut self, key: &'static str) -> Vec<At<String>> {
        let empty = match self.get(key).map(|value| value.get_ref()) {
            None => true,
            Some(DeValue::Array(items)) => items.is_empty(),
            Some(_) => false,
        };
        let strings = self.strings(key);
        if empty {
            let place = self.place();
            self.problems.add(&place, format!("{} has no `{key}`", self.name));
        }
        strings
    }

    pub(super) fn number(&mut self, key: &'static str) -> Option<At<f64>> {
        let value = self.get(key)?;
        match number(value.get_ref()) {
            Some(number) => Some(At::new(number, self.place_of(value))),
            None => {
                match value.get_ref() {
                    DeValue::Float(float) => {
                        let place = self.place_of(value);
                        self.problems.add(&place, format!("`{key}` must be a finite number, not {}", float.as_str()));
                    }
                    _ => self.wrong(key, value, "a finite number"),
                }
                None
            }
        }
    }

    pub(super) fn whole(&mut self, key: &'static str) -> Option<At<u64>> {
        let value = self.get(key)?;
        let parsed = value.get_ref().as_integer().and_then(|i| u64::from_str_radix(i.as_str(), i.radix()).ok());
        match parsed {
            Some(number) => Some(At::new(number, self.place_of(value))),
            None => {
                match value.get_ref() {
                    DeValue::Integer(integer) => {
                        let place = self.place_of(value);
                        let what = format!("`{key}` must be a whole number, 0 or more, not {}", integer.as_str());
                        self.problems.add(&place, what);
                    }
                    _ => self.wrong(key, value, "a whole number, 0 or more"),
                }
                None
            }
        }
    }

    /// A list of strings; a single string stands for a list of one.
    pub(super) fn strings(&mut self, key: &'static str) -> Vec<At<String>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let items: Vec<&Spanned<DeValue<'t>>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let mut strings = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => strings.push(At::new(text.to_string(), self.place_of(item))),
                None => self.wrong(key, item, "a string or a list of strings"),
            }
        }
        strings
    }

    /// A list of finite numbers.
    pub(super) fn numbers(&mut self, key: &'static str) -> Option<At<Vec<f64>>> {
        let value = self.get(key)?;
        let place = self.place_of(value);
        let numbers: Option<Vec<f64>> =
            value.get_ref().as_array().and_then(|items| items.iter().map(|item| number(item.get_ref())).collect());
        match numbers {
            Some(numbers) => Some(At::new(numbers, place)),
            None => {
                self.wrong(key, value, "a list of numbers");
                None
            }
        }
    }

    /// Values as they would stand in a data file: one or a list of strings, numbers, booleans.
    pub(super) fn values(&mut self, key: &'static str) -> Option<At<Vec<String>>> {
        let value = self.get(key)?;
        let items: Vec<&Spanned<DeValue<'t>>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let texts: Option<Vec<String>> = items.into_iter().map(|item| as_text(item.get_ref())).collect();
        match texts {
            Some(texts) if !texts.is_empty() => Some(At::new(texts, self.place_of(value))),
            _ => {
                self.wrong(key, value, "a value or a list of values");
                None
            }
        }
    }

    /// One value as it would stand in a data file.
    pub(super) fn value(&mut self, key: &'static str) -> Option<At<String>> {
        let value = self.get(key)?;
        match as_text(value.get_ref()) {
            Some(text) => Some(At::new(text, self.place_of(value))),
            None => {
                self.wrong(key, value, "one value");
                None
            }
        }
    }

    pub(super) fn truth(&mut self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        if value.get_ref().as_bool().is_none() {
            self.wrong(key, value, "true or false");
        }
        value.get_ref().as_bool()
    }

    /// A table whose keys are names of the user's own, in the order of the file.
    pub(super) fn pairs<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        read: impl Fn(&DeValue<'_>) -> Option<T>,
    ) -> Option<At<Vec<(String, T)>>> {
        let value = self.get(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, value, "a table");
            return None;
        };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        let mut pairs = Vec::new();
        for (name, entry) in &entries {
            match read(entry.get_ref()) {
                Some(read) => pairs.push((name.get_ref().to_string(), read)),
                None => self.wrong(name.get_ref(), entry, wanted),
            }
        }
        (pairs.len() == entries.len()).then(|| At::new(pairs, self.place_of(value)))
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.string(key)?;
        match words.iter().find(|(word, _)| *word == text.value) {
            Some((_, value)) => Some(*value),
            None => {
                let all: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
                self.problems
                    .add(&text.place, format!("`{key}` must be one of {}, not \"{}\"", all.join(", "), text.value));
                None
            }
        }
    }

    /// A table within this one.
    pub(super) fn table<T>(
        &mut self,
        key: &'static str,
        name: &'static str,
        read: impl FnOnce(&mut Table<'t, '_>) -> T,
    ) -> Option<T> {
        let value = self.get(key)?;
        let place = self.place_of(value);
        match value.get_ref() {
            DeValue::Table(table) => {
                let mut inner = Table::new(self.text, table, name, place, self.problems);
                let result = read(&mut inner);
                inner.finish();
                Some(result)
            }
            _ => {
                self.wrong(key, value, "a table");
                None
            }
        }
    }

    /// An array of tables: `[[rule]]`.
    pub(super) fn tables<T>(
        &mut self,
        key: &'static str,
        name: &'static str,
        mut read: impl FnMut(&mut Table<'t, '_>) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(key, value, &format!("written as {name}"));
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in items.iter() {
            let place = self.place_of(item);
            match item.get_ref() {
                DeValue::Table(table) => {
                    let mut inner = Table::new(self.text, table, name, place, self.problems);
                    found.extend(read(&mut inner));
                    inner.finish();
                }
                _ => self.wrong(key, item, "a table"),
            }
        }
        found
    }

    /// Refuses keys that were never asked for.
    pub(super) fn finish(self) {
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if !self.asked.contains(name) {
                let hint = suggestion(name, self.asked.iter().copied());
                let place = self.text.place(&key.span());
                self.problems.add(&place, format!("unknown key `{name}` in {}{hint}", self.name));
            }
        }
    }
}

/// A finite number.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Float(float) => float.as_str().parse().ok().filter(|number: &f64| number.is_finite()),
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|whole| whole as f64)
        }
        _ => None,
    }
}

/// A scalar as it would stand in a data file.
fn as_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|whole| whole.to_string())
        }
        DeValue::Float(float) => Some(float.as_str().to_string()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn article(found: &str) -> String {
    match found.chars().next() {
        Some('a' | 'e' | 'i' | 'o' | 'u') => format!("an {found}"),
        _ => format!("a {found}"),
    }
}
