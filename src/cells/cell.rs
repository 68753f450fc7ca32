//! The cell: how many people, what weight, in one combination of label and decision.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Exact, Stratum};

/// What is known of the true outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// The favourable outcome was observed.
    Favourable,
    /// The unfavourable outcome was observed.
    Unfavourable,
    /// No outcome recorded, or the plan names no label.
    Unknown,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// A yes.
    Favourable,
    /// A no.
    Unfavourable,
    /// The plan names no decision.
    Unknown,
}

/// Label and decision of a row: one of nine cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Outcome {
    /// The true outcome.
    pub label: Label,
    /// The decision.
    pub decision: Decision,
}

impl Outcome {
    /// All nine, in a fixed order; the position is [`Outcome::index`].
    pub const ALL: [Outcome; 9] = {
        const LABELS: [Label; 3] = [Label::Favourable, Label::Unfavourable, Label::Unknown];
        const DECISIONS: [Decision; 3] = [Decision::Favourable, Decision::Unfavourable, Decision::Unknown];
        let mut all = [Outcome { label: Label::Unknown, decision: Decision::Unknown }; 9];
        let mut i = 0;
        while i < 9 {
            all[i] = Outcome { label: LABELS[i / 3], decision: DECISIONS[i % 3] };
            i += 1;
        }
        all
    };

    /// The position in [`Outcome::ALL`].
    pub const fn index(self) -> usize {
        self.label as usize * 3 + self.decision as usize
    }
}

/// How many people (`n`), the sum of their weights, and of the squared weights.
///
/// Without weights `n`, `weight` and `square` are the same number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// People counted.
    pub n: u64,
    /// Sum of weights.
    pub weight: Exact,
    /// Sum of squared weights.
    pub square: Exact,
}

impl Cell {
    /// Counts `times` people of weight `weight` each.
    pub fn add(&mut self, weight: f64, times: u64) {
        self.n += times;
        self.weight.add(weight, times);
        self.square.add(weight * weight, times);
    }

    /// Adds another cell.
    pub fn merge(&mut self, other: &Cell) {
        self.n += other.n;
        self.weight.merge(&other.weight);
        self.square.merge(&other.square);
    }

    /// Kish's effective size W²/Q of this cell; 0 when empty.
    pub fn effective(&self) -> f64 {
        let square = self.square.value();
        if square > 0.0 { self.weight.value().powi(2) / square } else { 0.0 }
    }
}

/// The cells of one group: by stratum and outcome. Absent is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(Stratum, Outcome, Cell)>", into = "Vec<(Stratum, Outcome, Cell)>")]
pub struct Tally {
    cells: BTreeMap<(Stratum, Outcome), Cell>,
}

impl Tally {
    /// The cell of a stratum and outcome, made when absent.
    pub fn cell_mut(&mut self, stratum: &Stratum, outcome: Outcome) -> &mut Cell {
        self.cells.entry((stratum.clone(), outcome)).or_default()
    }

    /// All non-empty cells in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Stratum, Outcome, &Cell)> {
        self.cells.iter().map(|((stratum, outcome), cell)| (stratum, *outcome, cell))
    }

    /// The sum of the cells that `keep` accepts.
    pub fn sum(&self, mut keep: impl FnMut(&Stratum, Outcome) -> bool) -> Cell {
        let mut total = Cell::default();
        for ((stratum, outcome), cell) in &self.cells {
            if keep(stratum, *outcome) {
                total.merge(cell);
            }
        }
        total
    }

    /// Everyone in the group.
    pub fn total(&self) -> Cell {
        self.sum(|_, _| true)
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Tally) {
        for ((stratum, outcome), cell) in &other.cells {
            self.cell_mut(stratum, *outcome).merge(cell);
        }
    }

    /// The part of the tally in one stratum, or all of it.
    pub fn within(&self, stratum: Option<&Stratum>) -> Tally {
        match stratum {
            None => self.clone(),
            Some(wanted) => Tally {
                cells: self
                    .cells
                    .iter()
                    .filter(|((stratum, _), _)| stratum == wanted)
                    .map(|(key, cell)| (key.clone(), cell.clone()))
                    .collect(),
            },
        }
    }
}

impl From<Vec<(Stratum, Outcome, Cell)>> for Tally {
    fn from(entries: Vec<(Stratum, Outcome, Cell)>) -> Self {
        let mut tally = Tally::default();
        for (stratum, outcome, cell) in entries {
            tally.cell_mut(&stratum, outcome).merge(&cell);
        }
        tally
    }
}

impl From<Tally> for Vec<(Stratum, Outcome, Cell)> {
    fn from(tally: Tally) -> Self {
        tally.cells.into_iter().map(|((stratum, outcome), cell)| (stratum, outcome, cell)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_know_their_place() {
        for (position, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome.index(), position);
        }
    }

    #[test]
    fn effective_size_of_equal_weights_is_the_count() {
        let mut cell = Cell::default();
        cell.add(0.25, 40);
        assert_eq!(cell.n, 40);
        assert!((cell.effective() - 40.0).abs() < 1e-12);
        assert_eq!(Cell::default().effective(), 0.0);
    }
}
