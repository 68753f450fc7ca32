//! What befell rows on their way in: in all, and by group of each attribute.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::intern::Coder;
use crate::cells::{Excluded, Exclusion, Group};

/// Rows that met one fate: in all, and by position of the attribute and code.
#[derive(Debug, Default)]
struct Note {
    rows: u64,
    by_group: HashMap<(usize, u32), u64>,
}

/// Rows by their fate.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeMap<Exclusion, Note>);

impl Notes {
    /// Notes so many rows; `groups` are the codes of its attributes, as far as known.
    pub(super) fn add(&mut self, exclusion: Exclusion, rows: u64, groups: impl IntoIterator<Item = Option<u32>>) {
        let note = self.0.entry(exclusion).or_default();
        note.rows += rows;
        for (attribute, code) in groups.into_iter().enumerate() {
            if let Some(code) = code {
                *note.by_group.entry((attribute, code)).or_default() += rows;
            }
        }
    }

    /// Notes so many rows of one group, which are noted in all as [`Notes::add`] does.
    pub(super) fn add_group(&mut self, exclusion: Exclusion, (attribute, code): (usize, u32), rows: u64) {
        *self.0.entry(exclusion).or_default().by_group.entry((attribute, code)).or_default() += rows;
    }

    /// The same by name.
    pub(super) fn named(&self, attributes: &[&Coder]) -> BTreeMap<Exclusion, Excluded> {
        let excluded = self.0.iter().map(|(exclusion, note)| {
            let by_group = note.by_group.iter().map(|((attribute, code), rows)| {
                let coder = attributes[*attribute];
                ((coder.column.clone(), Group::single(coder.level(*code).clone())), *rows)
            });
            (*exclusion, Excluded { rows: note.rows, by_group: by_group.collect() })
        });
        excluded.collect()
    }
}
