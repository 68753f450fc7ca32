//! What counts can be at least and at most, given what was published.
//!
//! Counts are whole and not negative, so a published zero settles every count
//! in it, and sums of the same people bound each other. The bounds are
//! tightened equation by equation until nothing moves (the shuttle algorithm;
//! Buzzigoli & Giusti 1999). They need not be the tightest there are.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Σ coefficient · unknown = value.
#[derive(Clone, Debug)]
struct Equation {
    terms: Vec<(usize, i64)>,
    value: i64,
}

/// Bounds of all counts, and the equations that they come from.
#[derive(Clone, Debug, Default)]
pub(super) struct Bounds {
    low: Vec<i64>,
    high: Vec<i64>,
    equations: Vec<Equation>,
    /// Equations by unknown.
    within: Vec<Vec<usize>>,
}

/// How often equations are looked at after one publication, at most.
const MOST_VISITS: usize = 20_000;

impl Bounds {
    /// Bounds of `unknowns` counts, none of them above `most`.
    pub(super) fn new(unknowns: usize, most: i64) -> Bounds {
        Bounds {
            low: vec![0; unknowns],
            high: vec![most; unknowns],
            equations: Vec::new(),
            within: vec![Vec::new(); unknowns],
        }
    }

    /// Least and greatest value of a sum.
    pub(super) fn of(&self, terms: &[(usize, i64)]) -> (i64, i64) {
        terms.iter().fold((0, 0), |(low, high), &(at, coefficient)| {
            let (a, b) = (coefficient * self.low[at], coefficient * self.high[at]);
            (low + a.min(b), high + a.max(b))
        })
    }

    /// Takes equations in; gives the bounds that moved as they were, for
    /// [`Bounds::forget`].
    pub(super) fn learn(&mut self, equations: &[(Vec<(usize, i64)>, i64)]) -> BTreeMap<usize, (i64, i64)> {
        let mut due = VecDeque::new();
        for (terms, value) in equations {
            let at = self.equations.len();
            terms.iter().for_each(|(unknown, _)| self.within[*unknown].push(at));
            self.equations.push(Equation { terms: terms.clone(), value: *value });
            due.push_back(at);
        }
        let mut queued: BTreeSet<usize> = due.iter().copied().collect();
        let mut moved = BTreeMap::new();
        let mut visits = 0;
        while let Some(at) = due.pop_front().filter(|_| visits < MOST_VISITS) {
            queued.remove(&at);
            visits += 1;
            for unknown in self.tighten(at, &mut moved) {
                for &other in &self.within[unknown] {
                    if queued.insert(other) {
                        due.push_back(other);
                    }
                }
            }
        }
        moved
    }

    /// Takes back the last `equations` and the bounds that they moved.
    pub(super) fn forget(&mut self, equations: usize, moved: BTreeMap<usize, (i64, i64)>) {
        for _ in 0..equations {
            if let Some(equation) = self.equations.pop() {
                equation.terms.iter().for_each(|(unknown, _)| _ = self.within[*unknown].pop());
            }
        }
        for (unknown, (low, high)) in moved {
            (self.low[unknown], self.high[unknown]) = (low, high);
        }
    }

    /// Tightens the bounds of one equation; gives the unknowns that moved.
    fn tighten(&mut self, at: usize, moved: &mut BTreeMap<usize, (i64, i64)>) -> Vec<usize> {
        let equation = self.equations[at].clone();
        let (least, greatest) = self.of(&equation.terms);
        let mut changed = Vec::new();
        for &(unknown, coefficient) in &equation.terms {
            let (low, high) = (self.low[unknown], self.high[unknown]);
            let (own_least, own_greatest) = if coefficient > 0 { (low, high) } else { (-high, -low) };
            // What is left for this one when the others take most, or least.
            let most = equation.value - (least - own_least);
            let fewest = equation.value - (greatest - own_greatest);
            let (new_low, new_high) = if coefficient > 0 { (fewest, most) } else { (-most, -fewest) };
            let (new_low, new_high) = (low.max(new_low), high.min(new_high));
            if (new_low, new_high) != (low, high) && new_low <= new_high {
                moved.entry(unknown).or_insert((low, high));
                (self.low[unknown], self.high[unknown]) = (new_low, new_high);
                changed.push(unknown);
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_settles_everything_in_it() {
        let mut bounds = Bounds::new(3, 20);
        bounds.learn(&[(vec![(0, 1), (1, 1)], 0), (vec![(0, 1), (1, 1), (2, 1)], 7)]);
        assert_eq!(bounds.of(&[(2, 1)]), (7, 7));
        assert_eq!(bounds.of(&[(0, 1)]), (0, 0));
    }

    #[test]
    fn what_is_forgotten_is_open_again() {
        let mut bounds = Bounds::new(2, 10);
        bounds.learn(&[(vec![(0, 1), (1, 1)], 6)]);
        assert_eq!(bounds.of(&[(0, 1)]), (0, 6));
        let moved = bounds.learn(&[(vec![(1, 1)], 4)]);
        assert_eq!(bounds.of(&[(0, 1)]), (2, 2));
        bounds.forget(1, moved);
        assert_eq!(bounds.of(&[(0, 1)]), (0, 6));
    }
}
