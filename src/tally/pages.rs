//! Counts on the grid of many distinct numbers, found without hashing.

use hashbrown::HashMap;

use crate::cells::GRID_BITS;

/// Bins with the same sign and exponent.
const PAGE: usize = 1 << GRID_BITS;

/// Signs and exponents.
const PAGES: usize = 1 << 12;

/// No page yet.
const NONE: u16 = u16::MAX;

/// By bin how many: a page for each sign and exponent, a place in it for each bin.
#[derive(Clone, Debug)]
pub(super) struct Pages {
    places: Vec<u16>,
    pages: Vec<Box<[u32; PAGE]>>,
    /// What a place cannot hold.
    more: HashMap<i64, u64>,
}

impl Default for Pages {
    fn default() -> Pages {
        Pages { places: vec![NONE; PAGES], pages: Vec::new(), more: HashMap::new() }
    }
}

/// The page of a bin of the grid, and its place there.
#[inline]
fn page(bin: i64) -> (usize, usize) {
    (((bin >> GRID_BITS) + PAGES as i64 / 2) as usize, bin as usize % PAGE)
}

fn bin(page: usize, place: usize) -> i64 {
    ((page as i64 - PAGES as i64 / 2) << GRID_BITS) + place as i64
}

impl Pages {
    /// Counts so many in a bin of the grid.
    #[inline]
    pub(super) fn add(&mut self, bin: i64, times: u64) {
        let (page, place) = page(bin);
        let counts = match self.places[page] {
            NONE => self.new_page(page),
            at => &mut self.pages[at as usize],
        };
        let sum = u64::from(counts[place]) + times;
        match u32::try_from(sum) {
            Ok(sum) => counts[place] = sum,
            Err(_) => {
                counts[place] = 0;
                *self.more.entry(bin).or_insert(0) += sum;
            }
        }
    }

    #[cold]
    fn new_page(&mut self, page: usize) -> &mut [u32; PAGE] {
        self.places[page] = self.pages.len() as u16;
        self.pages.push(Box::new([0; PAGE]));
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    /// Adds the counts of others.
    pub(super) fn merge(&mut self, other: &Pages) {
        other.counts().for_each(|(bin, n)| self.add(bin, n));
    }

    /// Every bin with anyone in it, in rising order, and how many they are.
    pub(super) fn counts(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        let peopled = self.places.iter().enumerate().filter(|(_, at)| **at != NONE);
        peopled.flat_map(move |(page, at)| {
            let counts = self.pages[*at as usize].iter().enumerate();
            counts.filter_map(move |(place, count)| {
                let bin = bin(page, place);
                let more = if self.more.is_empty() { 0 } else { self.more.get(&bin).copied().unwrap_or(0) };
                Some((bin, u64::from(*count) + more)).filter(|(_, n)| *n > 0)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::Grid;

    #[test]
    fn every_number_has_its_place_and_no_count_is_too_large() {
        let values = [f64::MIN, -1.5, -1e-300, 0.0, f64::from_bits(1), 1e-300, 0.5, 2.0, f64::MAX];
        let mut pages = Pages::default();
        for (at, value) in values.iter().enumerate() {
            pages.add(Grid::COARSE.bin(*value), at as u64 + 1);
        }
        let expected: Vec<(i64, u64)> = vec![
            (Grid::COARSE.bin(f64::MIN), 1),
            (Grid::COARSE.bin(-1.5), 2),
            (Grid::COARSE.bin(-1e-300), 3),
            (0, 4 + 5),
            (Grid::COARSE.bin(1e-300), 6),
            (Grid::COARSE.bin(0.5), 7),
            (Grid::COARSE.bin(2.0), 8),
            (Grid::COARSE.bin(f64::MAX), 9),
        ];
        assert_eq!(pages.counts().collect::<Vec<_>>(), expected);
        let many = u64::from(u32::MAX);
        pages.add(0, many);
        pages.merge(&pages.clone());
        assert_eq!(pages.counts().find(|(bin, _)| *bin == 0), Some((0, 2 * (many + 9))));
    }
}
