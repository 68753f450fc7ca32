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

/// What is known so far, and what must stay unknown.
#[derive(Clone, Debug, Default)]
pub(super) struct Guard {
    unknowns: usize,
    /// Rows in echelon form: pivot and values, the pivot's value being 1.
    known: Vec<(usize, Vec<u64>)>,
    /// Small counts, reduced by everything known.
    secrets: Vec<Vec<u64>>,
}

impl Guard {
    /// A guard of `secrets`, when `facts` are known to everyone.
    pub(super) fn new(unknowns: usize, facts: &[Sum], secrets: &[Sum]) -> Guard {
        let mut guard = Guard { unknowns, ..Guard::default() };
        for fact in facts {
            let reduced = guard.reduce(guard.dense(fact));
            guard.learn(reduced);
        }
        // What facts alone give away no refusal can protect.
        guard.secrets = secrets
            .iter()
            .map(|secret| guard.reduce(guard.dense(secret)))
            .filter(|secret| secret.iter().any(|&v| v != 0))
            .collect();
        guard
    }

    fn dense(&self, sum: &Sum) -> Vec<u64> {
        let mut row = vec![0; self.unknowns];
        for &(at, coefficient) in sum {
            let value = coefficient.rem_euclid(P as i64) as u64;
            row[at] = (row[at] + value) % P;
        }
        row
    }

    fn reduce(&self, mut row: Vec<u64>) -> Vec<u64> {
        for (pivot, known) in &self.known {
            eliminate(&mut row, *pivot, known);
        }
        row
    }

    fn learn(&mut self, mut row: Vec<u64>) {
        let Some(pivot) = row.iter().position(|&value| value != 0) else { return };
        let scale = inverse(row[pivot]);
        row.iter_mut().for_each(|value| *value = multiply(*value, scale));
        for secret in &mut self.secrets {
            eliminate(secret, pivot, &row);
        }
        self.known.push((pivot, row));
    }

    /// Publishes sums together, or refuses all of them.
    pub(super) fn publish(&mut self, sums: &[Sum]) -> bool {
        let before = (self.known.len(), self.secrets.clone());
        for sum in sums {
            let reduced = self.reduce(self.dense(sum));
            self.learn(reduced);
        }
        if self.secrets.iter().any(|secret| secret.iter().all(|&value| value == 0)) {
            self.known.truncate(before.0);
            self.secrets = before.1;
            return false;
        }
        true
    }
}

fn eliminate(row: &mut [u64], pivot: usize, known: &[u64]) {
    let factor = row[pivot];
    if factor == 0 {
        return;
    }
    for (value, other) in row.iter_mut().zip(known) {
        if *other != 0 {
            *value = subtract(*value, multiply(factor, *other));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four groups; the first is small. Once two others and the total are out,
    /// the last must stay in.
    #[test]
    fn a_total_does_not_give_the_cell_back() {
        let mut guard = Guard::new(4, &[], &[vec![(0, 1)]]);
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
        let mut guard = Guard::new(4, &facts, &[vec![(0, 1)]]);
        assert!(guard.publish(&[vec![(2, 1)], vec![(3, 1)]]));
        assert!(!guard.publish(&[vec![(1, 1)]]));
    }
}
