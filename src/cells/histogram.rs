//! Distributions of numbers: exact moments, and bins that merge.
//!
//! While there are few distinct values each has its own bin and everything
//! computed from the bins is exact. Above [`EXACT_VALUES`] distinct values the
//! bins become a grid: numbers that agree in their first binary digits share a bin,
//! whatever their size. How many digits: as many as leave no more bins than that, so
//! that numbers which lie close together stay apart, and never fewer than
//! [`GRID_BITS`]. More people never make a grid finer, so that that of a union does
//! not depend on the order of merging; and one outlier does not make it coarse.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Bins, Cell, Exact, pairs};

/// How many distinct values are kept one by one.
pub const EXACT_VALUES: usize = 65_536;

/// Significant binary digits of a bin of the coarsest grid, after the first.
pub const GRID_BITS: u32 = 14;

/// So many digits less has the next coarser grid.
const STEP: u32 = 3;

/// How numbers are put into bins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grid {
    /// One bin for each distinct value.
    #[default]
    Exact,
    /// One bin for all numbers with the same sign, exponent and first digits.
    Significant {
        /// How many binary digits after the first.
        bits: u32,
    },
}

impl Grid {
    /// The coarsest grid, which holds any number of distinct values.
    pub const COARSE: Grid = Grid::Significant { bits: GRID_BITS };

    /// How many binary digits after the first keep numbers apart.
    fn bits(self) -> u32 {
        match self {
            Grid::Exact => 52,
            Grid::Significant { bits } => bits.min(52),
        }
    }

    /// The coarser of two.
    pub fn coarser(self, other: Grid) -> Grid {
        if self.bits() <= other.bits() { self } else { other }
    }

    /// The finest grid, no finer than this, in which so many bins of this are no more than
    /// [`EXACT_VALUES`]; the coarsest where there is none.
    pub fn holding(self, bins: impl Iterator<Item = i64>) -> Grid {
        let mut bins: Vec<i64> = bins.collect();
        bins.sort_unstable();
        bins.dedup();
        if bins.len() <= EXACT_VALUES {
            return self;
        }
        let grids = (GRID_BITS..self.bits()).rev().filter(|bits| (bits - GRID_BITS).is_multiple_of(STEP));
        let holds = |bits: &u32| {
            let shift = self.bits() - bits;
            bins.chunk_by(|one, other| one >> shift == other >> shift).count() <= EXACT_VALUES
        };
        grids
            .map(|bits| (bits, holds(&bits)))
            .find(|(_, holds)| *holds)
            .map_or(Grid::COARSE, |(bits, _)| Grid::Significant { bits })
    }

    /// The width of a bin relative to its numbers, at most; 0 for exact values.
    pub fn width(self) -> f64 {
        match self {
            Grid::Exact => 0.0,
            Grid::Significant { bits } => 2f64.powi(-(bits as i32)),
        }
    }

    /// The bin of a finite number; bins are in the order of the numbers.
    pub fn bin(self, value: f64) -> i64 {
        match self {
            Grid::Exact => ordered(value),
            Grid::Significant { .. } => ordered(value) >> (52 - self.bits()),
        }
    }

    /// The number that stands for a bin: the value itself, or the middle.
    pub fn centre(self, bin: i64) -> f64 {
        match self {
            Grid::Exact => from_ordered(bin),
            Grid::Significant { .. } => {
                let shift = 52 - self.bits();
                let (first, last) = (bin << shift, (bin << shift) | ((1 << shift) - 1));
                0.5 * from_ordered(first) + 0.5 * from_ordered(last)
            }
        }
    }
}

/// Floats as integers in the same order; −0 and 0 are the same.
fn ordered(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits() as i64;
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

fn from_ordered(key: i64) -> f64 {
    let bits = if key < 0 { i64::MIN.wrapping_sub(key) } else { key };
    f64::from_bits(bits as u64)
}

/// The distribution of one number among the people of one part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// How many people, and their weights.
    pub cell: Cell,
    /// Σ w·x, exact.
    pub sum: Exact,
    /// Σ w·x², exact up to the rounding of each square.
    pub sum_of_squares: Exact,
    /// Weight by bin.
    pub bins: Bins,
}

impl Distribution {
    /// Σ w·(x − mean)², where the bins hold the values themselves: the sum of
    /// squares loses it when numbers are large and close together.
    pub fn spread(&self, grid: Grid) -> Option<f64> {
        if grid != Grid::Exact {
            return None;
        }
        let mean = self.sum.value() / self.cell.weight.value();
        Some(self.bins.iter().map(|(bin, weight)| weight * (grid.centre(bin) - mean).powi(2)).sum())
    }

    /// Adds another distribution on the same grid.
    pub fn merge(&mut self, other: &Distribution) {
        self.cell.merge(&other.cell);
        self.sum.merge(&other.sum);
        self.sum_of_squares.merge(&other.sum_of_squares);
        self.bins.merge(&other.bins);
    }

    /// The same without people who are part of it, on the same grid.
    pub fn without(&self, part: &Distribution) -> Distribution {
        let mut rest = self.clone();
        rest.cell.n -= part.cell.n.min(rest.cell.n);
        rest.cell.weight.take(&part.cell.weight);
        rest.cell.square.take(&part.cell.square);
        rest.sum.take(&part.sum);
        rest.sum_of_squares.take(&part.sum_of_squares);
        rest.bins.take(&part.bins);
        rest
    }

    fn regrid(&mut self, from: Grid, to: Grid) {
        self.bins = self.bins.moved(|bin| to.bin(from.centre(bin)));
    }
}

/// Distributions of one number over the parts `K` of a population, on one grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(serialize = "K: Serialize", deserialize = "K: DeserializeOwned + Ord"))]
pub struct Histogram<K: Ord> {
    grid: Grid,
    #[serde(with = "pairs")]
    parts: BTreeMap<K, Distribution>,
}

impl<K: Ord> Default for Histogram<K> {
    fn default() -> Self {
        Histogram { grid: Grid::Exact, parts: BTreeMap::new() }
    }
}

impl<K: Ord + Clone> Histogram<K> {
    /// Distributions that are on a grid already.
    pub fn of(grid: Grid, parts: BTreeMap<K, Distribution>) -> Histogram<K> {
        Histogram { grid, parts }
    }

    /// How values are binned.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// All parts, in order.
    pub fn parts(&self) -> impl Iterator<Item = (&K, &Distribution)> {
        self.parts.iter()
    }

    /// One part, if anyone is in it.
    pub fn part(&self, key: &K) -> Option<&Distribution> {
        self.parts.get(key)
    }

    /// The distributions of finite numbers: for each person, or each so many of them,
    /// the part, the number, the weight, and how many they are.
    pub fn gathered(people: impl IntoIterator<Item = (K, f64, f64, u64)>) -> Histogram<K> {
        let mut parts: BTreeMap<K, (Distribution, Vec<(i64, Exact)>)> = BTreeMap::new();
        for (key, value, weight, times) in people {
            let (part, bins) = parts.entry(key).or_default();
            part.cell.add(weight, times);
            part.sum.add(weight * value, times);
            part.sum_of_squares.add(weight * value * value, times);
            let mut here = Exact::ZERO;
            here.add(weight, times);
            bins.push((Grid::Exact.bin(value), here));
        }
        let binned = |(part, bins): (Distribution, Vec<(i64, Exact)>)| Distribution { bins: Bins::from(bins), ..part };
        let parts = parts.into_iter().map(|(key, of)| (key, binned(of))).collect();
        let mut all = Histogram { grid: Grid::Exact, parts };
        all.settle();
        all
    }

    /// The same distributions under other keys.
    pub fn rekey<L: Ord + Clone>(self, key: impl Fn(&K) -> L) -> Histogram<L> {
        let mut parts: BTreeMap<L, Distribution> = BTreeMap::new();
        for (old, part) in &self.parts {
            parts.entry(key(old)).or_default().merge(part);
        }
        Histogram { grid: self.grid, parts }
    }

    /// Goes over to a coarser grid when there are too many distinct values.
    fn settle(&mut self) {
        let all: usize = self.parts.values().map(|part| part.bins.len()).sum();
        if self.grid != Grid::COARSE && all > EXACT_VALUES {
            self.regrid(self.grid.holding(self.parts.values().flat_map(|part| part.bins.keys())));
        }
    }

    /// Adds another histogram.
    pub fn merge(&mut self, other: &Histogram<K>) {
        self.absorb(other.clone());
    }

    /// Takes another histogram in.
    pub fn absorb(&mut self, mut other: Histogram<K>) {
        let grid = self.grid.coarser(other.grid);
        self.regrid(grid);
        other.regrid(grid);
        for (key, part) in other.parts {
            match self.parts.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(part);
                }
                Entry::Occupied(mut own) => own.get_mut().merge(&part),
            }
        }
        self.settle();
    }

    fn regrid(&mut self, to: Grid) {
        if to != self.grid {
            for part in self.parts.values_mut() {
                part.regrid(self.grid, to);
            }
            self.grid = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn order_of_bins_is_order_of_values() {
        let values = [f64::MIN, -1.5, -1e-300, 0.0, 1e-300, 0.5, 2.0, f64::MAX];
        for pair in values.windows(2) {
            assert!(ordered(pair[0]) < ordered(pair[1]), "{pair:?}");
        }
        for value in values {
            assert_eq!(from_ordered(ordered(value)), value);
        }
        assert_eq!(ordered(-0.0), ordered(0.0));
    }

    #[test]
    fn many_values_become_a_grid_in_any_order() {
        in_any_order((0..70_000).map(|i| f64::from(i) * 1.37e-4).collect(), |grid| grid.width() > 1e-6);
        // Close together they stay apart, and not if they are all over.
        let close = (0..70_000).map(|i| 1.0 - f64::from(i) * 1.37e-10).collect();
        in_any_order(close, |grid| grid.width() < 1e-8 && grid != Grid::Exact);
        in_any_order((0..400_000).map(|i| f64::from(i) * 2.5e-6).collect(), |grid| grid == Grid::COARSE);
    }

    fn in_any_order(values: Vec<f64>, expected: impl Fn(Grid) -> bool) {
        let tally = |values: &[f64]| Histogram::gathered(values.iter().map(|&value| ((), value, 1.0, 1)));
        let whole = tally(&values);
        assert!(expected(whole.grid()), "{:?}", whole.grid());
        let (left, right) = values.split_at(1_000);
        let (left, right) = (tally(left), tally(right));
        let mut one = left.clone();
        one.merge(&right);
        let mut other = right.clone();
        other.merge(&left);
        assert_eq!(one, whole);
        assert_eq!(other, whole);
    }

    proptest! {
        #[test]
        fn the_centre_of_a_bin_lies_in_it(value in -1e6..1e6f64, other in -1e6..1e6f64) {
            let grid = Grid::COARSE;
            let bin = grid.bin(value);
            prop_assert_eq!(grid.bin(grid.centre(bin)), bin);
            prop_assert!((grid.centre(bin) - value).abs() <= grid.width() * value.abs());
            prop_assert!((value < other) <= (bin <= grid.bin(other)));
        }
    }
}
