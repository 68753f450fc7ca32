//! The demographics file: people by key, with their attributes as codes.

use hashbrown::HashMap;
use std::path::Path;

use super::alike::split;
use super::engine::column::Column;
use super::engine::source::{Kind, Source};
use super::error::TallyError;
use super::estimate::ChanceColumns;
use super::intern::Coder;
use super::key::{Key, keys};
use super::line::{LARGEST, Line};
use super::origin::Wanted;

/// Everyone in the demographics file.
#[derive(Debug, Default)]
pub(super) struct People {
    whole_keys: HashMap<i64, u32>,
    text_keys: HashMap<String, u32>,
    /// By wanted column the code of every person.
    codes: Vec<Vec<u32>>,
    /// Chances of the estimated attributes, one row after the other.
    chances: Vec<f64>,
    /// Where those of each attribute are in a row, and at the end the row's length.
    parts: Vec<usize>,
    seen: Vec<bool>,
    /// Of every person the code of all their codes together, and how many there are.
    kinds: (Vec<u32>, usize),
    pub(super) rows: u64,
    /// What should be known of the file.
    pub(super) note: Option<String>,
}

impl People {
    /// Reads the key and the wanted columns; `coders` turn texts into codes,
    /// `estimated` are columns of chances.
    pub(super) fn read(
        source: &Source,
        key: &str,
        mut coders: Vec<Coder>,
        mut estimated: Vec<ChanceColumns>,
        missing: &[String],
    ) -> Result<(People, Vec<Coder>), TallyError> {
        let mut wanted = Wanted { source, columns: Vec::new(), roles: Vec::new() };
        wanted.add(key, Kind::Text, "key of the demographics")?;
        let levels = coders.iter().map(|coder| wanted.add(&coder.column, Kind::Text, "attribute"));
        let levels = levels.collect::<Result<Vec<usize>, _>>()?;
        let mut parts = vec![0];
        for attribute in &mut estimated {
            for column in &mut attribute.columns {
                *column = wanted.number(&column.name, "probability of a level")?;
            }
            parts.push(parts.last().copied().unwrap_or(0) + attribute.columns.len());
        }
        let wanted = wanted.columns;
        let mut people = People { codes: vec![Vec::new(); coders.len()], parts, ..People::default() };
        let note = source.stream(&wanted, |columns, rows, place| {
            let path = place.file;
            let before = people.rows;
            let mut wrong: Option<(usize, TallyError)> = None;
            let mut keep = |found: (usize, TallyError)| {
                if wrong.as_ref().is_none_or(|(first, _)| found.0 < *first) {
                    wrong = Some(found);
                }
            };
            if let Err(found) = people.add(columns, rows, (path, key), missing) {
                keep(found);
            }
            for ((coder, column), into) in coders.iter_mut().zip(&levels).zip(&mut people.codes) {
                match coder.codes(&columns[*column], rows, before, path) {
                    Ok(codes) => into.extend(codes),
                    Err(found) => keep(found),
                }
            }
            for at in (0..rows).filter(|_| !estimated.is_empty()) {
                let row = before + at as u64 + 1;
                let line = Line { columns, at, row, copies: 1, file: path, missing, reach: LARGEST };
                for attribute in &estimated {
                    match attribute.read(line) {
                        Ok(chances) => people.chances.extend(chances),
                        Err(error) => keep((at, error)),
                    }
                }
            }
            wrong.map_or(Ok(()), |(_, error)| Err(error))
        })?;
        if people.rows == 0 {
            let what = "there is a header and not a single row";
            return Err(TallyError::Empty { file: source.path.clone(), what });
        }
        people.find_kinds();
        people.note = note;
        Ok((people, coders))
    }

    fn find_kinds(&mut self) {
        let mut kinds = vec![0; self.seen.len()];
        let mut number = 1;
        for codes in &self.codes {
            let values = codes.iter().max().map_or(1, |most| *most as usize + 1);
            number = split(&mut kinds, number, codes, values);
        }
        self.kinds = (kinds, number);
    }

    /// Which people have the same codes in all wanted columns.
    pub(super) fn kind(&self, person: u32) -> u32 {
        self.kinds.0[person as usize]
    }

    /// How many kinds of people there are.
    pub(super) fn kinds(&self) -> usize {
        self.kinds.1
    }

    /// Adds the people of a batch by their keys; or the first row whose key was there before.
    fn add(
        &mut self,
        columns: &[Column<'_>],
        rows: usize,
        (path, column): (&Path, &str),
        missing: &[String],
    ) -> Result<(), (usize, TallyError)> {
        let before = self.rows;
        self.rows += rows as u64;
        self.seen.resize(self.seen.len() + rows, false);
        for (at, key) in keys(columns.first(), rows, missing).into_iter().enumerate() {
            let person = (before + at as u64) as u32;
            let known = match key {
                None => None,
                Some(Key::Whole(number)) => self.whole_keys.insert(number, person),
                Some(Key::Text(text)) => self.text_keys.insert(text.to_string(), person),
            };
            if let (Some(first), Some(key)) = (known, key) {
                let duplicate = TallyError::DuplicateKey {
                    file: path.to_path_buf(),
                    column: column.to_string(),
                    key: key.to_string(),
                    first: u64::from(first) + 1,
                    second: u64::from(person) + 1,
                };
                return Err((at, duplicate));
            }
        }
        Ok(())
    }

    /// The person of a key.
    pub(super) fn find(&self, key: &Key<'_>) -> Option<u32> {
        match key {
            Key::Whole(number) => self.whole_keys.get(number).copied(),
            Key::Text(text) => self.text_keys.get(*text).copied(),
        }
    }

    /// From now on the person was found; whether they were before.
    pub(super) fn see(&mut self, person: u32) -> bool {
        std::mem::replace(&mut self.seen[person as usize], true)
    }

    /// The code of a wanted column for a person.
    pub(super) fn code(&self, person: u32, column: usize) -> u32 {
        self.codes[column][person as usize]
    }

    /// The chances of the n-th estimated attribute for a person.
    pub(super) fn chances(&self, person: u32, attribute: usize) -> &[f64] {
        let row = self.parts.last().copied().unwrap_or(0) * person as usize;
        &self.chances[row + self.parts[attribute]..row + self.parts[attribute + 1]]
    }

    /// People that no row of outputs asked for.
    pub(super) fn unseen(&self) -> impl Iterator<Item = u32> {
        self.seen.iter().enumerate().filter(|(_, seen)| !**seen).map(|(person, _)| person as u32)
    }
}
