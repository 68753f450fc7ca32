//! Numbers of people on the way into histograms: counted by row, named at the end.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};

use crate::cells::{Cell, Distribution, EXACT_VALUES, Exact, Grid, Histogram, Summing};

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
    /// How many, their weights and squared weights, and by bin their weight.
    Weighted(u64, Summing, Summing, HashMap<i64, Exact>),
}

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
            People::Weighted(n, weights, squares, bins) => {
                *n += times;
                weights.add(weight, times);
                squares.add(weight * weight, times);
                bins.entry(bin).or_default().add(weight, times);
            }
        }
        self.sum.add(weight * value, times);
        self.squares.add(weight * value * value, times);
    }

    fn bins(&self) -> Box<dyn Iterator<Item = i64> + '_> {
        match &self.people {
            People::Counted(bins) => Box::new(bins.keys().copied()),
            People::Weighted(.., bins) => Box::new(bins.keys().copied()),
        }
    }

    fn len(&self) -> usize {
        match &self.people {
            People::Counted(bins) => bins.len(),
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
            People::Weighted(.., bins) => {
                let mut all: HashMap<i64, Exact> = HashMap::new();
                bins.drain().for_each(|(bin, weight)| all.entry(moved(bin)).or_default().merge(&weight));
                *bins = all;
            }
        }
    }

    fn merge(&mut self, other: &Spread) {
        match (&mut self.people, &other.people) {
            (People::Counted(own), People::Counted(more)) => {
                more.iter().for_each(|(bin, n)| *own.entry(*bin).or_insert(0) += n);
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
        let (cell, bins) = match self.people {
            People::Counted(bins) => {
                let mut cell = Cell::default();
                cell.add(1.0, bins.values().sum());
                (cell, sorted(bins, ones))
            }
            People::Weighted(n, weights, squares, bins) => {
                (Cell { n, weight: weights.sum(), square: squares.sum() }, sorted(bins, |weight| weight))
            }
        };
        Distribution { cell, sum: self.sum.sum(), sum_of_squares: self.squares.sum(), bins }
    }
}

/// So many ones.
fn ones(n: u64) -> Exact {
    let mut sum = Exact::ZERO;
    sum.add(1.0, n);
    sum
}

/// A map in order is made faster of what is in order.
fn sorted<V>(bins: HashMap<i64, V>, exact: impl Fn(V) -> Exact) -> BTreeMap<i64, Exact> {
    let mut all: Vec<(i64, V)> = bins.into_iter().collect();
    all.sort_unstable_by_key(|(bin, _)| *bin);
    all.into_iter().map(|(bin, value)| (bin, exact(value))).collect()
}

/// Numbers of several parts of the people, by the places of these, on one grid.
#[derive(Debug)]
pub(super) struct Spreads {
    grid: Grid,
    weighted: bool,
    parts: Vec<Spread>,
    /// With so many bins it is seen whether there are too many.
    patience: usize,
}

impl Spreads {
    pub(super) fn new(weighted: bool) -> Spreads {
        Spreads { grid: Grid::Exact, weighted, parts: Vec::new(), patience: EXACT_VALUES }
    }

    /// Adds so many people with a finite number to a part.
    #[inline]
    pub(super) fn add(&mut self, place: usize, value: f64, weight: f64, times: u64) {
        if place >= self.parts.len() {
            self.parts.resize_with(place + 1, || Spread::new(self.weighted));
        }
        self.parts[place].add(self.grid.bin(value), value, weight, times);
    }

    /// Goes over to a coarser grid when there are too many distinct numbers; to be
    /// called from time to time.
    pub(super) fn settle(&mut self) {
        let all: usize = self.parts.iter().map(Spread::len).sum();
        if self.grid != Grid::Exact || all <= self.patience {
            return;
        }
        let distinct: HashSet<i64> = self.parts.iter().flat_map(Spread::bins).collect();
        if distinct.len() > EXACT_VALUES {
            let coarse = Grid::COARSE;
            self.parts.iter_mut().for_each(|part| part.regrid(self.grid, coarse));
            self.grid = coarse;
        }
        self.patience = 2 * all;
    }

    /// The histogram of parts that are put together by key.
    pub(super) fn histogram<K: Ord + Clone>(&self, key: impl Fn(usize) -> K) -> Histogram<K> {
        let mut found: BTreeMap<K, Spread> = BTreeMap::new();
        for (place, part) in self.parts.iter().enumerate().filter(|(_, part)| part.len() > 0) {
            found.entry(key(place)).or_insert_with(|| Spread::new(self.weighted)).merge(part);
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
            coarse in any::<bool>(),
        ) {
            let mut fast = Spreads::new(weighted);
            let mut slow: Histogram<usize> = Histogram::default();
            if coarse {
                fast.grid = Grid::COARSE;
                slow = Histogram::of(Grid::COARSE, BTreeMap::new());
            }
            for (place, value, weight, times) in rows {
                let weight = if weighted { weight } else { 1.0 };
                fast.add(place, value, weight, times);
                slow.add(&(place / 2), value, weight, times);
            }
            prop_assert_eq!(fast.histogram(|place| place / 2), slow);
        }
    }

    #[test]
    fn many_values_become_a_grid() {
        let mut fast = Spreads::new(false);
        let mut slow = Histogram::default();
        for at in 0..200_000 {
            let value = f64::from(at % 70_000) * 1.37e-4;
            fast.add((at % 3) as usize, value, 1.0, 1);
            slow.add(&(at % 3), value, 1.0, 1);
            if at % 10_000 == 0 {
                fast.settle();
            }
        }
        slow.settle();
        let mut found = fast.histogram(|place| place as i32);
        found.settle();
        assert_ne!(found.grid(), Grid::Exact);
        assert_eq!(found, slow);
    }
}
