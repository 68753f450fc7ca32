//! Levels of a feature by the groups of people, as long as they are few.

use hashbrown::HashMap;

use super::engine::column::Texts;
use super::feature::is_long;
use super::intern::Interner;
use super::recent::Recent;

/// Levels of people with the same group in every attribute.
#[derive(Debug, Default)]
pub(super) struct Joint {
    /// How many people who weigh 1 there are, as far as there are places: for each code of
    /// groups one for each of `levels`.
    plain: Vec<u64>,
    levels: usize,
    /// Of all others: by code of groups, of level, and weight as bits.
    weighted: HashMap<(u32, u32, u64), u64>,
}

/// So many places for codes of groups and of levels; more would be empty for most features.
const MOST_PLAIN: usize = if cfg!(test) { 1 << 12 } else { 1 << 20 };

impl Joint {
    #[inline]
    pub(super) fn add(&mut self, groups: u32, level: u32, weight: f64, times: u64) {
        let at = groups as usize * self.levels + level as usize;
        match self.plain.get_mut(at).filter(|_| weight == 1.0 && (level as usize) < self.levels) {
            Some(people) => *people += times,
            None => self.add_new(groups, level, weight, times),
        }
    }

    /// Where there is no place yet: one is made where that does not take too many.
    #[cold]
    fn add_new(&mut self, groups: u32, level: u32, weight: f64, times: u64) {
        let rows = (groups as usize + 1).max(self.plain.len() / self.levels.max(1));
        let levels = (level as usize + 1).next_power_of_two().max(self.levels);
        if weight != 1.0 || rows.saturating_mul(levels) > MOST_PLAIN {
            *self.weighted.entry((groups, level, weight.to_bits())).or_default() += times;
            return;
        }
        let (groups, level) = (groups as usize, level as usize);
        if level >= self.levels {
            let mut wider = vec![0; self.plain.len() / self.levels.max(1) * levels];
            let narrow = self.plain.chunks_exact(self.levels.max(1));
            narrow.zip(wider.chunks_exact_mut(levels)).for_each(|(row, wide)| wide[..row.len()].copy_from_slice(row));
            (self.plain, self.levels) = (wider, levels);
        }
        self.plain.resize(rows * self.levels, 0);
        self.plain[groups * self.levels + level] += times;
    }

    /// Everyone: code of groups, of level, weight as bits, and how many.
    pub(super) fn each(self) -> impl Iterator<Item = (u32, u32, u64, u64)> {
        let levels = self.levels.max(1);
        let peopled = self.plain.into_iter().enumerate().filter(|(_, times)| *times > 0);
        let plain = peopled.map(move |(at, times)| ((at / levels) as u32, (at % levels) as u32, 1f64.to_bits(), times));
        plain.chain(self.weighted.into_iter().map(|((groups, level, weight), times)| (groups, level, weight, times)))
    }
}

/// Codes of numbers, and of texts that are short; those seen last are found at once.
#[derive(Debug, Default)]
pub(super) struct Known {
    numbers: Recent<u64, 14>,
    all_numbers: HashMap<u64, u32>,
    texts: Recent<u128, 13>,
}

impl Known {
    #[inline]
    pub(super) fn number(&mut self, number: f64, interner: &mut Interner) -> u32 {
        let bits = number.to_bits();
        let new = || interner.code(Some(&number.to_string()), 1);
        match self.numbers.get(bits) {
            Some(code) => code,
            None => self.numbers.keep(bits, *self.all_numbers.entry(bits).or_insert_with(new)),
        }
    }

    /// Nothing where the text is long.
    #[inline]
    pub(super) fn text(&mut self, texts: &Texts<'_>, at: usize, interner: &mut Interner) -> Option<u32> {
        let key = texts.key(at);
        if let Some(code) = key.and_then(|key| self.texts.get(key)) {
            return Some(code);
        }
        let text = texts.get(at);
        let code = (!is_long(text)).then(|| interner.code(text, 1))?;
        Some(key.map_or(code, |key| self.texts.keep(key, code)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever comes first, and however much room it takes.
        #[test]
        fn everyone_is_counted_once(people in proptest::collection::vec((0u32..70, 0u32..300, 0u8..4, 1u64..3), 0..200)) {
            let (mut joint, mut wanted) = (Joint::default(), BTreeMap::new());
            for (groups, level, weight, times) in people {
                let weight = if weight == 0 { 0.5 } else { 1.0 };
                joint.add(groups, level, weight, times);
                *wanted.entry((groups, level, weight.to_bits())).or_insert(0) += times;
            }
            let mut found = BTreeMap::new();
            for (groups, level, weight, times) in joint.each() {
                prop_assert!(found.insert((groups, level, weight), times).is_none());
            }
            prop_assert_eq!(found, wanted);
        }
    }
}
