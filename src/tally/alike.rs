//! Rows of a batch that are alike in every column of names: one is enough to be
//! understood, with how many there are.

use hashbrown::HashMap;

use super::engine::column::Column;

/// Tables of at most so many cells say which kind a pair of codes is.
const LARGEST_TABLE: usize = 1 << 16;

/// More kinds of rows than so many, and than a part of the rows, are not worth it.
const MOST_KINDS: usize = 1_024;

/// Kinds of rows, in the order of their first ones.
pub(super) struct Kinds {
    /// Of every row its kind.
    pub(super) of: Vec<u32>,
    /// Of every kind its first row, and how many there are.
    pub(super) first: Vec<(usize, u64)>,
}

/// The kinds of rows by the columns with codes among `columns`. None where one holds
/// texts of which few repeat, and where many rows differ.
pub(super) fn alike<'c>(columns: impl Iterator<Item = &'c Column<'c>>, rows: usize) -> Option<Kinds> {
    let mut kinds = vec![0; rows];
    let mut number = rows.min(1);
    for column in columns {
        match column {
            Column::Coded(coded) => {
                number = split(&mut kinds, number, &coded.codes, coded.texts.len());
                if number > MOST_KINDS.max(rows / 16) {
                    return None;
                }
            }
            Column::Text(_) | Column::Whole(_) => return None,
            Column::Number(_) => {}
        }
    }
    let first = firsts(&kinds, number);
    Some(Kinds { of: kinds, first })
}

impl Kinds {
    /// These kinds, told apart by one more code, which is below `values`.
    pub(super) fn split(&self, codes: &[u32], values: usize) -> Kinds {
        let mut of = self.of.clone();
        let number = split(&mut of, self.first.len(), codes, values);
        let first = firsts(&of, number);
        Kinds { of, first }
    }
}

/// Splits kinds of rows by the codes of one more column; how many there are then.
pub(super) fn split(kinds: &mut [u32], number: usize, codes: &[u32], values: usize) -> usize {
    let mut next = 0;
    let mut take = |slot: &mut u32| {
        if *slot == u32::MAX {
            *slot = next;
            next += 1;
        }
        *slot
    };
    if number * values <= LARGEST_TABLE {
        let mut table = vec![u32::MAX; number * values];
        for (kind, code) in kinds.iter_mut().zip(codes) {
            *kind = take(&mut table[*kind as usize * values + *code as usize]);
        }
    } else {
        let mut pairs: HashMap<(u32, u32), u32> = HashMap::new();
        for (kind, code) in kinds.iter_mut().zip(codes) {
            *kind = take(pairs.entry((*kind, *code)).or_insert(u32::MAX));
        }
    }
    next as usize
}

/// Where each kind is first, and how often it is there.
fn firsts(kinds: &[u32], number: usize) -> Vec<(usize, u64)> {
    let mut found = vec![(kinds.len(), 0); number];
    for (at, kind) in kinds.iter().enumerate() {
        let (first, copies) = &mut found[*kind as usize];
        *first = at.min(*first);
        *copies += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(columns: &[(&[u32], usize)]) -> Vec<(usize, u64)> {
        let mut kinds = vec![0; columns[0].0.len()];
        let number = columns
            .iter()
            .fold(kinds.len().min(1), |number, (codes, values)| split(&mut kinds, number, codes, *values));
        firsts(&kinds, number)
    }

    #[test]
    fn kinds_in_the_order_of_their_first() {
        let one: &[u32] = &[1, 2, 1, 1, 0, 1, 2, 1];
        let two: &[u32] = &[2, 2, 2, 1, 0, 2, 2, 2];
        let kinds = [(0, 4), (1, 2), (3, 1), (4, 1)];
        assert_eq!(found(&[(one, 3), (two, 3)]), kinds);
        // Too many values for a table are looked up, and give the same.
        assert_eq!(found(&[(one, 3), (two, LARGEST_TABLE)]), kinds);
        assert_eq!(found(&[(one, 3)]), [(0, 5), (1, 2), (4, 1)]);
        assert_eq!(found(&[(&[], 1)]), []);
    }
}
