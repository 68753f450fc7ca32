//! The demographics file: people by key, with their attributes as codes.

use hashbrown::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::engine::source::{Kind, Source};
use super::error::TallyError;
use super::estimate::ChanceColumns;
use super::intern::{Coder, TupleInterner, is_missing};
use super::line::{LARGEST, Line};
use super::origin::Wanted;

/// Everyone in the demographics file.
#[derive(Debug, Default)]
pub(super) struct People {
    keys: HashMap<String, u32>,
    /// Codes of the wanted columns, one row after the other.
    codes: Vec<u32>,
    width: usize,
    /// Chances of the estimated attributes, one row after the other.
    chances: Vec<f64>,
    /// Where those of each attribute are in a row, and at the end the row's length.
    parts: Vec<usize>,
    seen: Vec<bool>,
    /// Of every person the code of all their codes together, and how many there are.
    kinds: (Vec<u32>, usize),
    pub(super) rows: u64,
}

impl People {
    /// Reads the key and the wanted columns; `coders` turn texts into codes,
    /// `estimated` are columns of chances.
    pub(super) fn read(
        source: &Source,
        key: &str,
        coders: Vec<Coder>,
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
        let people = People { width: coders.len(), parts, ..People::default() };
        let state = Arc::new(Mutex::new((people, coders)));
        let shared = Arc::clone(&state);
        let (key, missing) = (key.to_string(), missing.to_vec());
        source.stream(&wanted, move |columns, rows, place| {
            let path = place.file;
            let Ok(mut guard) = shared.lock() else { return Ok(()) };
            let (people, coders) = &mut *guard;
            for row in 0..rows {
                people.rows += 1;
                let number = people.rows;
                let text = columns[0].text(row).map(str::trim).filter(|text| !is_missing(text, &missing));
                if let Some(text) = text {
                    people.add_key(text, number, path, &key)?;
                }
                let line =
                    Line { columns, at: row, row: number, copies: 1, file: path, missing: &missing, reach: LARGEST };
                for (coder, column) in coders.iter_mut().zip(&levels) {
                    people.codes.push(coder.code(line.text(*column), (number, 1), path)?);
                }
                for attribute in &estimated {
                    people.chances.extend(attribute.read(line)?);
                }
                people.seen.push(false);
            }
            Ok(())
        })?;
        let mut guard = state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (people, coders) = &mut *guard;
        if people.rows == 0 {
            let what = "there is a header and not a single row";
            return Err(TallyError::Empty { file: source.path.clone(), what });
        }
        people.find_kinds();
        Ok((std::mem::take(people), std::mem::take(coders)))
    }

    fn find_kinds(&mut self) {
        let mut tuples = TupleInterner::default();
        let codes = (0..self.seen.len()).map(|at| tuples.code(&self.codes[at * self.width..(at + 1) * self.width]));
        let codes = codes.collect();
        self.kinds = (codes, tuples.len());
    }

    /// Which people have the same codes in all wanted columns.
    pub(super) fn kind(&self, person: u32) -> u32 {
        self.kinds.0[person as usize]
    }

    /// How many kinds of people there are.
    pub(super) fn kinds(&self) -> usize {
        self.kinds.1
    }

    fn add_key(&mut self, text: &str, number: u64, path: &Path, column: &str) -> Result<(), TallyError> {
        match self.keys.insert(text.to_string(), (number - 1) as u32) {
            None => Ok(()),
            Some(first) => Err(TallyError::DuplicateKey {
                file: path.to_path_buf(),
                column: column.to_string(),
                key: text.to_string(),
                first: u64::from(first) + 1,
                second: number,
            }),
        }
    }

    /// The person of a key, and whether they were found before.
    pub(super) fn find(&mut self, key: &str) -> Option<(u32, bool)> {
        let person = *self.keys.get(key)?;
        let seen = &mut self.seen[person as usize];
        let before = *seen;
        *seen = true;
        Some((person, before))
    }

    /// The code of a wanted column for a person.
    pub(super) fn code(&self, person: u32, column: usize) -> u32 {
        self.codes[person as usize * self.width + column]
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
