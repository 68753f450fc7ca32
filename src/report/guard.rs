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
//! This guards against exact recovery. It does not bound how narrowly a
//! withheld count may be guessed from the rest.

use std::collections::{BTreeMap, BTreeSet, HashMap};

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
    bounds: Bounds,
    /// Small counts as they are, as far as they are sums of people.
    small: Vec<Vec<(usize, i64)>>,
    /// Positions in `small` by unknown.
    touched: HashMap<usize, Vec<usize>>,
}

impl Guard {
    /// A guard of `secrets` among `people` people and so many unknowns, when
    /// `facts` are known to everyone.
    pub(super) fn new((unknowns, people): (usize, i64), facts: &[Sum], secrets: &[Sum]) -> Guard {
        let mut guard = Guard { bounds: Bounds::new(unknowns, people), ..Guard::default() };
        for fact in facts {
            let reduced = guard.reduce(row(fact));
            guard.learn(reduced);
        }
        guard.bounds.learn(&facts.iter().filter_map(Sum::equation).collect::<Vec<_>>());
        // What facts alone give away no refusal can protect.
        let reduced = secrets.iter().map(|secret| guard.reduce(row(secret)));
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
        let equations: Vec<_> = sums.iter().filter_map(Sum::equation).collect();
        let moved = self.bounds.learn(&equations);
        let touched: BTreeSet<usize> =
            moved.keys().filter_map(|unknown| self.touched.get(unknown)).flatten().copied().collect();
        if touched.into_iter().any(|at| self.settled(&self.small[at])) {
            self.bounds.forget(equations.len(), moved);
            return false;
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

fn row(sum: &Sum) -> Row {
    let mut row = Row::new();
    for &(at, coefficient) in &sum.terms {
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
