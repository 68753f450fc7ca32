//! Rows of a batch that are alike in every column that is read: one is enough to
//! be understood, with how many there are.

use hashbrown::HashMap;

use super::engine::source::Column;

/// The first of each kind of row and how many there are, in the order of the first
/// ones. None where a column holds numbers, and where most rows differ.
pub(super) fn alike(columns: &[Column<'_>], rows: usize) -> Option<Vec<(usize, u64)>> {
    let mut kinds = vec![0; rows];
    let mut number = rows.min(1);
    for column in columns {
        let Column::Text(texts) = column else { return None };
        number = split(&mut kinds, texts.iter());
        if number > rows / 2 {
            return None;
        }
    }
    Some(firsts(&kinds, number))
}

/// Splits kinds of rows by the texts of one more column; how many there are then.
fn split<'t>(kinds: &mut [u32], texts: impl Iterator<Item = Option<&'t str>>) -> usize {
    let mut codes: HashMap<Option<&str>, u32> = HashMap::new();
    let mut pairs: HashMap<(u32, u32), u32> = HashMap::new();
    let mut last: Option<(Option<&str>, u32)> = None;
    for (kind, text) in kinds.iter_mut().zip(texts) {
        let code = match last {
            Some((same, code)) if same == text => code,
            _ => {
                let next = codes.len() as u32;
                *codes.entry(text).or_insert(next)
            }
        };
        last = Some((text, code));
        let next = pairs.len() as u32;
        *kind = *pairs.entry((*kind, code)).or_insert(next);
    }
    pairs.len()
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

    fn found(columns: &[&[Option<&str>]]) -> Vec<(usize, u64)> {
        let mut kinds = vec![0; columns[0].len()];
        let number = columns.iter().map(|texts| split(&mut kinds, texts.iter().copied())).last();
        firsts(&kinds, number.unwrap_or(1))
    }

    #[test]
    fn kinds_in_the_order_of_their_first() {
        let (a, b, none) = (Some("a"), Some("b"), None);
        let one = [a, b, a, a, none, a, b, a];
        let two = [b, b, b, a, none, b, b, b];
        assert_eq!(found(&[&one, &two]), [(0, 4), (1, 2), (3, 1), (4, 1)]);
        assert_eq!(found(&[&one]), [(0, 5), (1, 2), (4, 1)]);
        // Blanks are seen by whoever reads the text.
        assert_eq!(found(&[&[a, Some("a "), a, a]]), [(0, 3), (1, 1)]);
        assert_eq!(found(&[&[]]), []);
    }
}
