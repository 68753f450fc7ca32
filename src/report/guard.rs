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
//! This guards against exact recovery. It does not bound how narrowly a
//! withheld count may be guessed from the rest.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The prime 2^61 − 1.
const P: u64 = (1 << 61) - 1;

/// A sum of unknowns, by index and coefficient.
pub(super) type Sum = Vec<(usize, i64)>;

fn multiply(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(P)) as u64
}

fn subtract(a: u64, b: u64) -> u64 {
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

/// A sum modulo the prime: unknown and coefficient, without zeros.
type Row = BTreeMap<usize, u64>;

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
}

impl Guard {
    /// A guard of `secrets`, when `facts` are known to everyone.
    pub(super) fn new(facts: &[Sum], secrets: &[Sum]) -> Guard {
        let mut guard = Guard::default();
        for fact in facts {
            let reduced = guard.reduce(row(fact));
            guard.learn(reduced);
        }
        // What facts alone give away no refusal can protect.
        let secrets = secrets.iter().map(|secret| guard.reduce(row(secret)));
        let mut secrets: Vec<Row> = secrets.filter(|secret| !secret.is_empty()).collect();
        secrets.sort();
        secrets.dedup();
        guard.secrets = secrets;
        guard
    }

    /// The row without its known part.
    fn reduce(&self, mut row: Row) -> Row {
        // Earlier rows may bring in later pivots, never the other way round.
        let mut due: BTreeSet<usize> = row.keys().filter_map(|at| self.pivots.get(at).copied()).collect();
        while let Some(next) = due.pop_first() {
            let (pivot, known) = &self.known[next];
            if eliminate(&mut row, *pivot, known) {
                due.extend(known.keys().filter_map(|at| self.pivots.get(at).copied()).filter(|at| *at > next));
            }
        }
        row
    }

    /// Takes a reduced row in, and gives the secrets that it changed as they
    /// were, unless it says nothing new.
    fn learn(&mut self, mut row: Row) -> Vec<(usize, Row)> {
        let Some((&pivot, &first)) = row.first_key_value() else { return Vec::new() };
        let scale = inverse(first);
        row.values_mut().for_each(|value| *value = multiply(*value, scale));
        let mut changed = Vec::new();
        for (at, secret) in self.secrets.iter_mut().enumerate().filter(|(_, secret)| secret.contains_key(&pivot)) {
            changed.push((at, secret.clone()));
            eliminate(secret, pivot, &row);
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
        let before = self.known.len();
        let mut changed = Vec::new();
        for sum in sums {
            let reduced = self.reduce(row(sum));
            changed.extend(self.learn(reduced));
        }
        if changed.iter().all(|(at, _)| !self.secrets[*at].is_empty()) {
            return true;
        }
        for (pivot, _) in self.known.drain(before..) {
            self.pivots.remove(&pivot);
        }
        for (at, secret) in changed.into_iter().rev() {
            self.secrets[at] = secret;
        }
        false
    }
}

fn row(sum: &Sum) -> Row {
    let mut row = Row::new();
    for &(at, coefficient) in sum {
        let value = coefficient.rem_euclid(P as i64) as u64;
        let slot = row.entry(at).or_default();
        *slot = (*slot + value) % P;
    }
    row.retain(|_, value| *value != 0);
    row
}

/// Takes the pivot out of a row; false when it is not there.
fn eliminate(row: &mut Row, pivot: usize, known: &Row) -> bool {
    let Some(&factor) = row.get(&pivot) else { return false };
    for (at, value) in known {
        let slot = row.entry(*at).or_default();
        *slot = subtract(*slot, multiply(factor, *value));
        if *slot == 0 {
            row.remove(at);
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four groups; the first is small. Once two others and the total are out,
    /// the last must stay in.
    #[test]
    fn a_total_does_not_give_the_cell_back() {
        let mut guard = Guard::new(&[], &[vec![(0, 1)]]);
        assert!(guard.publish(&[(0..4).map(|at| (at, 1)).collect()]));
        assert!(guard.publish(&[vec![(1, 1)]]));
        assert!(guard.publish(&[vec![(2, 1)]]));
        assert!(!guard.publish(&[vec![(3, 1)]]));
        assert!(!guard.publish(&[vec![(0, 1)]]));
        assert!(guard.publish(&[vec![(1, 1), (2, 1)]]), "what is known may be said again");
    }

    #[test]
    fn what_everyone_knows_counts_too() {
        // Two divisions of the same people: 0 + 1 = 2 + 3.
        let facts = [vec![(0, 1), (1, 1), (2, -1), (3, -1)]];
        let mut guard = Guard::new(&facts, &[vec![(0, 1)]]);
        assert!(guard.publish(&[vec![(2, 1)], vec![(3, 1)]]));
        assert!(!guard.publish(&[vec![(1, 1)]]));
    }
}
