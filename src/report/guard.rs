//! Whether published counts give a small count away.
//!
//! Everything published about counts is a sum of cells: of unknowns. A small
//! count is given away exactly when the sum that it is lies in the span of the
//! published sums, together with what everyone knows (each division counts the
//! same people; an intersection refines its attributes). So candidates are
//! taken in one by one, and one is refused when it would put a small count
//! into the span. Arithmetic is modulo a prime, where no rounding can hide a
//! dependency.
//!
//! Counts are also whole and not negative, so that a published zero settles all
//! that is in it: [`Bounds`] sees what follows from that, and a candidate is
//! refused too when only one value is left for a small count.
//!
//! This guards against recovery by adding and subtracting, and by bounds equation by
//! equation. A search over all whole numbers at once may still find a count to have but
//! one value, mostly one of 1 or 2; nor is it bounded how narrowly a withheld count may be
//! guessed from the rest.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};

use super::bounds::Bounds;

/// The prime 2^61 − 1.
const P: u64 = (1 << 61) - 1;

/// A sum of unknowns, by index and coefficient, and what it comes to; no value
/// for sums of other things than people.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    pub(super) terms: Vec<(usize, i64)>,
    pub(super) value: Option<i64>,
}

impl Sum {
    fn equation(&self) -> Option<(Vec<(usize, i64)>, i64)> {
        self.value.map(|value| (self.terms.clone(), value))
    }
}

/// a·b modulo 2^61 − 1: what stands above 61 bits counts once more.
fn multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    let sum = (product as u64 & P) + (product >> 61) as u64;
    if sum >= P { sum - P } else { sum }
}

fn difference(a: u64, b: u64) -> u64 {
    if a >= b { a - b } else { a + P - b }
}

fn inverse(a: u64) -> u64 {
    let (mut result, mut base, mut exponent) = (1, a, P - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, base);
        }
        base = multiply(base, base);
        exponent >>= 1;
    }
    result
}

/// A sum modulo the prime: unknown and coefficient, without zeros, in the order of unknowns.
type Row = Vec<(usize, u64)>;

fn coefficient(row: &Row, unknown: usize) -> Option<u64> {
    let at = row.binary_search_by_key(&unknown, |(at, _)| *at).ok()?;
    Some(row[at].1)
}

/// A sum being worked on: a coefficient for every unknown.
#[derive(Clone, Debug, Default)]
struct Bench {
    values: Vec<u64>,
    /// The unknowns that have had a coefficient since the bench was clean.
    touched: Vec<usize>,
    is_touched: Vec<bool>,
}

impl Bench {
    fn of(unknowns: usize) -> Bench {
        Bench { values: vec![0; unknowns], touched: Vec::new(), is_touched: vec![false; unknowns] }
    }

    /// Takes `factor` times a row away; tells of each unknown that was not there before.
    fn subtract(&mut self, factor: u64, row: &[(usize, u64)], mut new: impl FnMut(usize)) {
        for &(at, value) in row {
            self.values[at] = difference(self.values[at], multiply(factor, value));
            if !std::mem::replace(&mut self.is_touched[at], true) {
                self.touched.push(at);
                new(at);
            }
        }
    }

    /// What is there, and a clean bench.
    fn take(&mut self) -> Row {
        let mut row = Row::new();
        for at in self.touched.drain(..) {
            self.is_touched[at] = false;
            let value = std::mem::take(&mut self.values[at]);
            if value != 0 {
                row.push((at, value));
            }
        }
        row.sort_unstable();
        row
    }
}

/// What is known so far, and what must stay unknown.
#[derive(Clone, Debug, Default)]
pub(super) struct Guard {
    /// Known sums in the order of learning: pivot and row, the pivot's
    /// coefficient being 1. A row has no coefficient at an earlier pivot.
    known: Vec<(usize, Row)>,
    /// Position in `known` by pivot.
    pivots: HashMap<usize, usize>,
    /// Small counts, reduced by everything known.
    secrets: Vec<Row>,
    bench: Bench,
    bounds: Bounds,
    /// Small counts as they are, as far as they are sums of people.
    small: Vec<Vec<(usize, i64)>>,
    /// Positions in `small` by unknown.
    touched: HashMap<usize, Vec<usize>>,
    /// The terms of what was published: to say it again tells nothing. (The bounds might come
    /// closer by it where they stopped at their most visits, which no audit tried has met.)
    published: HashSet<Vec<(usize, i64)>>,
}

impl Guard {
    /// A guard of `secrets` among `people` people and so many unknowns, when
    /// `facts` are known to everyone.
    pub(super) fn new((unknowns, people): (usize, i64), facts: &[Sum], secrets: &[Sum]) -> Guard {
        let (bench, bounds) = (Bench::of(unknowns), Bounds::new(unknowns, people));
        let mut guard = Guard { bench, bounds, ..Guard::default() };
        for fact in facts {
            let reduced = guard.reduce(&fact.terms);
            guard.learn(reduced);
        }
        guard.bounds.learn(&facts.iter().filter_map(Sum::equation).collect::<Vec<_>>());
        // What facts alone give away no refusal can protect.
        let reduced = secrets.iter().map(|secret| guard.reduce(&secret.terms));
        let mut reduced: Vec<Row> = reduced.filter(|secret| !secret.is_empty()).collect();
        reduced.sort();
        reduced.dedup();
        guard.secrets = reduced;
        let people = secrets.iter().filter(|secret| secret.value.is_some());
        guard.small = people.map(|s| s.terms.clone()).filter(|terms| !guard.settled(terms)).collect();
        for (at, terms) in guard.small.iter().enumerate() {
            terms.iter().for_each(|(unknown, _)| guard.touched.entry(*unknown).or_default().push(at));
        }
        guard
    }

    /// Whether only one value is left for a sum.
    fn settled(&self, terms: &[(usize, i64)]) -> bool {
        let (low, high) = self.bounds.of(terms);
        low == high
    }

    /// The sum without its known part.
    fn reduce(&mut self, terms: &[(usize, i64)]) -> Row {
        let Guard { known, pivots, bench, .. } = self;
        let mut due = BinaryHeap::new();
        let mut look_for = |unknown: usize| due.extend(pivots.get(&unknown).map(|at| Reverse(*at)));
        for &(unknown, coefficient) in terms {
            // Taken away so many times less than none: added.
            let times = (-coefficient).rem_euclid(P as i64) as u64;
            bench.subtract(times, &[(unknown, 1)], &mut look_for);
        }
        // Earlier rows may bring in later pivots, never the other way round.
        while let Some(Reverse(next)) = due.pop() {
            let (pivot, row) = &known[next];
            let factor = bench.values[*pivot];
            if factor != 0 {
                bench.subtract(factor, row, |unknown| due.extend(pivots.get(&unknown).map(|at| Reverse(*at))));
            }
        }
        bench.take()
    }

    /// Takes a reduced row in, and gives the secrets that it changed as they
    /// were, unless it says nothing new.
    fn learn(&mut self, mut row: Row) -> Vec<(usize, Row)> {
        let Some(&(pivot, first)) = row.first() else { return Vec::new() };
        let scale = inverse(first);
        row.iter_mut().for_each(|(_, value)| *value = multiply(*value, scale));
        let mut changed = Vec::new();
        for (at, secret) in self.secrets.iter_mut().enumerate() {
            let Some(factor) = coefficient(secret, pivot) else { continue };
            self.bench.subtract(P - 1, secret, |_| ());
            self.bench.subtract(factor, &row, |_| ());
            changed.push((at, std::mem::replace(secret, self.bench.take())));
        }
        self.pivots.insert(pivot, self.known.len());
        self.known.push((pivot, row));
        changed
    }

    /// Publishes sums together, or refuses all of them.
    pub(super) fn publish(&mut self, sums: &[Sum]) -> bool {
        if self.secrets.is_empty() {
            return true;
        }
        let sums: Vec<&Sum> = sums.iter().filter(|sum| !self.published.contains(&sum.terms)).collect();
        let equations: Vec<_> = sums.iter().filter_map(|sum| sum.equation()).collect();
        let moved = self.bounds.learn(&equations);
        let touched: BTreeSet<usize> =
            moved.keys().filter_map(|unknown| self.touched.get(unknown)).flatten().copied().collect();
        if touched.into_iter().any(|at| self.settled(&self.small[at])) {
            self.bounds.forget(equations.len(), moved);
            return false;
        }
        let before = self.known.len();
        let mut changed = Vec::new();
        for sum in &sums {
            let reduced = self.reduce(&sum.terms);
            changed.extend(self.learn(reduced));
        }
        if changed.iter().all(|(at, _)| !self.secrets[*at].is_empty()) {
            self.published.extend(sums.iter().map(|sum| sum.terms.clone()));
            return true;
        }
        self.bounds.forget(equations.len(), moved);
        for (pivot, _) in self.known.drain(before..) {
            self.pivots.remove(&pivot);
        }
        for (at, secret) in changed.into_iter().rev() {
            self.secrets[at] = secret;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(terms: &[(usize, i64)], value: i64) -> Sum {
        Sum { terms: terms.to_vec(), value: Some(value) }
    }

    fn one(at: usize, value: i64) -> Sum {
        sum(&[(at, 1)], value)
    }

    /// Four groups of 3, 20, 30 and 40; once two of the large ones and the total
    /// are out, the last must stay in.
    #[test]
    fn a_total_does_not_give_the_cell_back() {
        let mut guard = Guard::new((4, 93), &[], &[one(0, 3)]);
        assert!(guard.publish(&[sum(&[(0, 1), (1, 1), (2, 1), (3, 1)], 93)]));
        assert!(guard.publish(&[one(1, 20)]));
        assert!(guard.publish(&[one(2, 30)]));
        assert!(!guard.publish(&[one(3, 40)]));
        assert!(!guard.publish(&[one(3, 40)]), "asked again");
        assert!(!guard.publish(&[one(1, 20), one(3, 40)]), "with what is known");
        assert!(!guard.publish(&[one(0, 3)]));
        assert!(guard.publish(&[sum(&[(1, 1), (2, 1)], 50)]), "what is known may be said again");
    }

    #[test]
    fn what_everyone_knows_counts_too() {
        // Two divisions of the same people: 0 + 1 = 2 + 3.
        let facts = [sum(&[(0, 1), (1, 1), (2, -1), (3, -1)], 0)];
        let mut guard = Guard::new((4, 50), &facts, &[one(0, 3)]);
        assert!(guard.publish(&[one(2, 20), one(3, 30)]));
        assert!(!guard.publish(&[one(1, 47)]));
    }

    /// 0 + 1 = 2 + 3 + 4 and nobody is in 3: then 2 and 4 are all there is.
    #[test]
    fn a_published_zero_settles_what_is_in_it() {
        let facts = [sum(&[(0, 1), (2, -1), (3, -1)], 0), sum(&[(1, 1), (3, -1), (4, -1)], 0)];
        let mut guard = Guard::new((5, 60), &facts, &[one(2, 4)]);
        assert!(guard.publish(&[sum(&[(0, 1), (1, 1)], 30), one(4, 26)]));
        assert!(!guard.publish(&[one(1, 26)]), "3 would be 0, and 2 the rest");
    }
}
