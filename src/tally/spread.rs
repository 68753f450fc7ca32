//! Numbers of people on the way into histograms: counted by row, named at the end.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use hashbrown::HashMap;

use super::pages::Pages;
use crate::cells::{Bins, Cell, Distribution, EXACT_VALUES, Exact, Grid, Histogram, Summing};

/// Numbers of some people, who weigh 1 each or what is given.
#[derive(Clone, Debug)]
struct Spread {
    people: People,
    sum: Summing,
    squares: Summing,
}

#[derive(Clone, Debug)]
enum People {
    /// By bin how many.
    Counted(HashMap<i64, u64>),
    /// The same on the grid, where there are many bins.
    Paged(Pages),
    /// How many, their weights and squared weights, and by bin their weight.
    Weighted(u64, Summing, Summing, HashMap<i64, Exact>),
}

/// So many people wait to be counted together.
const TOGETHER: usize = 1_024;

/// With more bins on the grid than so many they have pages.
const FEW_BINS: usize = 2_048;

impl Spread {
    fn new(weighted: bool) -> Spread {
        let people = match weighted {
            false => People::Counted(HashMap::new()),
            true => People::Weighted(0, Summing::default(), Summing::default(), HashMap::new()),
        };
        Spread { people, sum: Summing::default(), squares: Summing::default() }
    }

    #[inline]
    fn add(&mut self, bin: i64, value: f64, weight: f64, times: u64) {
        match &mut self.people {
            People::Counted(bins) => *bins.entry(bin).or_insert(0) += times,
            People::Paged(pages) => pages.add(bin, times),
            People::Weighted(n, weights, squares, bins) => {
                *n += times;
                weights.add(weight, times);
                squares.add(weight * weight, times);
                bins.entry(bin).or_default().add(weight, times);
            }
        }
        self.add_sums(value, weight, times);
    }

    #[inline]
    fn add_sums(&mut self, value: f64, weight: f64, times: u64) {
        self.sum.add(weight * value, times);
        self.squares.add(weight * value * value, times);
    }

    /// The bins, where each value has its own.
    fn bins(&self) -> Box<dyn Iterator<Item = i64> + '_> {
        match &self.people {
            People::Counted(bins) => Box::new(bins.keys().copied()),
            People::Paged(pages) => Box::new(pages.counts().map(|(bin, _)| bin)),
            People::Weighted(.., bins) => Box::new(bins.keys().copied()),
        }
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bins there are, but for those in pages.
    fn len(&self) -> usize {
        match &self.people {
            People::Counted(bins) => bins.len(),
            People::Paged(_) => FEW_BINS,
            People::Weighted(.., bins) => bins.len(),
        }
    }

    fn regrid(&mut self, from: Grid, to: Grid) {
        let moved = |bin: i64| to.bin(from.centre(bin));
        match &mut self.people {
            People::Counted(bins) => {
                let mut all = HashMap::new();
                bins.drain().for_each(|(bin, n)| *all.entry(moved(bin)).or_insert(0) += n);
                *bins = all;
            }
            // Pages are on the coarsest grid already.
            People::Paged(_) => {}
            People::Weighted(.., bins) => {
                let mut all: HashMap<i64, Exact> = HashMap::new();
                bins.drain().for_each(|(bin, weight)| all.entry(moved(bin)).or_default().merge(&weight));
                *bins = all;
            }
        }
    }

    /// Many bins on the grid go into pages.
    fn page(&mut self) {
        if let People::Counted(bins) = &mut self.people
            && bins.len() > FEW_BINS
        {
            let mut pages = Pages::default();
            bins.drain().for_each(|(bin, n)| pages.add(bin, n));
            self.people = People::Paged(pages);
        }
    }

    fn merge(&mut self, other: &Spread) {
        match (&mut self.people, &other.people) {
            (People::Counted(own), People::Counted(more)) => {
                more.iter().for_each(|(bin, n)| *own.entry(*bin).or_insert(0) += n);
            }
            (People::Paged(own), People::Paged(more)) => own.merge(more),
            (People::Paged(own), People::Counted(more)) => more.iter().for_each(|(bin, n)| own.add(*bin, *n)),
            (People::Counted(own), People::Paged(more)) => {
                let mut all = more.clone();
                own.iter().for_each(|(bin, n)| all.add(*bin, *n));
                self.people = People::Paged(all);
            }
            (People::Weighted(n, weights, squares, own), People::Weighted(m, more_weights, more_squares, more)) => {
                *n += m;
                weights.merge(more_weights);
                squares.merge(more_squares);
                more.iter().for_each(|(bin, weight)| own.entry(*bin).or_default().merge(weight));
            }
            // One run weighs all of its rows or none.
            _ => {}
        }
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
    }

    fn distribution(self) -> Distribution {
        let counted = |bins: Vec<(i64, u64)>| {
            let mut cell = Cell::default();
            cell.add(1.0, bins.iter().map(|(_, n)| n).sum());
            (cell, Bins::of_counts(bins))
        };
        let (cell, bins) = match self.people {
            People::Counted(bins) => {
                let mut all: Vec<(i64, u64)> = bins.into_iter().collect();
                all.sort_unstable_by_key(|(bin, _)| *bin);
                counted(all)
            }
            People::Paged(pages) => counted(pages.counts().collect()),
            People::Weighted(n, weights, squares, bins) => {
                let bins = Bins::from(bins.into_iter().collect::<Vec<(i64, Exact)>>());
                (Cell { n, weight: weights.sum(), square: squares.sum() }, bins)
            }
        };
        Distribution { cell, sum: self.sum.sum(), sum_of_squares: self.squares.sum(), bins }
    }
}

/// Numbers of several parts of the people, by the places of these, on one grid.
#[derive(Clone, Debug)]
pub(super) struct Spreads {
    grid: Grid,
    weighted: bool,
    parts: Vec<Spread>,
    /// With so many bins it is seen whether there are too many.
    patience: usize,
}

impl Default for Spreads {
    fn default() -> Spreads {
        Spreads::new(false)
    }
}

impl Spreads {
    pub(super) fn new(weighted: bool) -> Spreads {
        Spreads { grid: Grid::Exact, weighted, parts: Vec::new(), patience: EXACT_VALUES }
    }

    /// Adds so many people with a finite number to a part.
    #[inline]
    pub(super) fn add(&mut self, place: usize, value: f64, weight: f64, times: u64) {
        let bin = self.grid.bin(value);
        self.part(place).add(bin, value, weight, times);
    }

    /// Adds people: their part, a finite number, their weight and how many they are.
    pub(super) fn add_all(&mut self, people: impl Iterator<Item = (usize, f64, f64, u64)>) {
        let mut waiting = Vec::new();
        for (place, value, weight, times) in people {
            let bin = self.grid.bin(value);
            let part = self.part(place);
            if let People::Paged(_) = part.people {
                part.add_sums(value, weight, times);
                waiting.push((place, bin, times));
                if waiting.len() == TOGETHER {
                    self.count(&mut waiting);
                }
            } else {
                part.add(bin, value, weight, times);
            }
        }
        self.count(&mut waiting);
    }

    /// Counts those who wait: part, bin, and how many. Pages lie all over memory; with nothing
    /// else to do the processor fetches many of them at once.
    fn count(&mut self, waiting: &mut Vec<(usize, i64, u64)>) {
        for (place, bin, times) in waiting.drain(..) {
            if let People::Paged(pages) = &mut self.parts[place].people {
                pages.add(bin, times);
            }
        }
    }

    #[inline]
    fn part(&mut self, place: usize) -> &mut Spread {
        if place >= self.parts.len() {
            self.parts.resize_with(place + 1, || Spread::new(self.weighted));
        }
        &mut self.parts[place]
    }

    /// Goes over to a coarser grid when there are too many distinct numbers; to be
    /// called from time to time.
    pub(super) fn settle(&mut self) {
        if self.grid == Grid::COARSE {
            self.parts.iter_mut().for_each(Spread::page);
            return;
        }
        let all: usize = self.parts.iter().map(Spread::len).sum();
        if all <= self.patience {
            return;
        }
        self.coarsen(self.grid.holding(self.parts.iter().flat_map(Spread::bins)));
        self.patience = EXACT_VALUES.max(2 * self.parts.iter().map(Spread::len).sum::<usize>());
    }

    fn coarsen(&mut self, to: Grid) {
        if to != self.grid {
            self.parts.iter_mut().for_each(|part| part.regrid(self.grid, to));
            self.grid = to;
        }
        if to == Grid::COARSE {
            self.parts.iter_mut().for_each(Spread::page);
        }
    }

    /// Takes others in; `place` says where each of their places is.
    pub(super) fn absorb(&mut self, other: &Spreads, mut place: impl FnMut(usize) -> usize) {
        let grid = self.grid.coarser(other.grid);
        if other.grid != grid {
            let mut other = other.clone();
            other.coarsen(grid);
            return self.absorb(&other, place);
        }
        self.coarsen(grid);
        for (at, part) in other.parts.iter().enumerate().filter(|(_, part)| !part.is_empty()) {
            self.part(place(at)).merge(part);
        }
        self.settle();
    }

    /// The histogram of parts that are put together by key.
    pub(super) fn histogram<K: Ord + Clone>(mut self, mut key: impl FnMut(usize) -> K) -> Histogram<K> {
        self.patience = EXACT_VALUES;
        self.settle();
        let mut found: BTreeMap<K, Spread> = BTreeMap::new();
        for (place, part) in self.parts.into_iter().enumerate().filter(|(_, part)| !part.is_empty()) {
            match found.entry(key(place)) {
                Entry::Vacant(empty) => {
                    empty.insert(part);
                }
                Entry::Occupied(mut own) => own.get_mut().merge(&part),
            }
        }
        let parts = found.into_iter().map(|(key, part)| (key, part.distribution())).collect();
        Histogram::of(self.grid, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_same_as_row_by_row(
            rows in prop::collection::vec((0..5usize, -3.0..3.0f64, 0.1..9.0f64, 1..4u64), 0..80),
            weighted in any::<bool>(),
        ) {
            let mut fast = Spreads::new(weighted);
            let mut slow = Vec::new();
            let mut together = Spreads::new(weighted);
            let weight = |weight: f64| if weighted { weight } else { 1.0 };
            together.add_all(rows.iter().map(|row| (row.0, row.1, weight(row.2), row.3)));
            for (place, value, own, times) in rows {
                fast.add(place, value, weight(own), times);
                slow.push((place / 2, value, weight(own), times));
            }
            let slow = Histogram::gathered(slow);
            prop_assert_eq!(fast.histogram(|place| place / 2), slow.clone());
            prop_assert_eq!(together.histogram(|place| place / 2), slow);
        }
    }

    #[test]
    fn many_values_become_a_grid() {
        in_any_order(|at| f64::from(at % 70_000 - 10_000) * 1.37e-4);
        in_any_order(|at| 1.0 + f64::from(at % 70_000 - 10_000) * 1.37e-9);
    }

    fn in_any_order(value: impl Fn(i32) -> f64) {
        let people = |at: i32| ((at % 3) as usize, value(at));
        let mut fast = Spreads::new(false);
        let (mut early, mut late) = (Spreads::new(false), Spreads::new(false));
        for at in 0..200_000 {
            let (place, value) = people(at);
            fast.add(place, value, 1.0, 1);
            // Some stay exact until they are taken in.
            let part = if at < 20_000 { &mut early } else { &mut late };
            part.add(place, value, 1.0, 1);
            if at % 10_000 == 0 {
                fast.settle();
                late.settle();
            }
        }
        // Batches, the last of which ends with people who wait.
        let mut together = Spreads::new(false);
        for first in (0..200_000).step_by(33_333) {
            let batch = (first..200_000.min(first + 33_333)).map(people);
            together.add_all(batch.map(|(place, value)| (place, value, 1.0, 1)));
            together.settle();
        }
        let slow = Histogram::gathered((0..200_000).map(people).map(|(place, value)| (place, value, 1.0, 1)));
        assert_ne!(slow.grid(), Grid::Exact);
        assert_eq!(fast.histogram(|place| place), slow);
        assert_eq!(together.histogram(|place| place), slow);
        let mut both = late.clone();
        both.absorb(&early, |place| place);
        assert_eq!(both.histogram(|place| place), slow);
        early.absorb(&late, |place| place);
        assert_eq!(early.histogram(|place| place), slow);
    }
}
