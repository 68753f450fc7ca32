//! Places in ranked lists, by group.
//!
//! Lists, not people, are independent of each other: sums and products are
//! taken over lists.

use serde::{Deserialize, Serialize};

use super::Exact;

/// Sums over units (such as lists) of two numbers of each, and of their
/// products: enough for a quotient of the two sums and its variance.
///
/// Merging takes it that each unit is in one part only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatioSums {
    /// Units.
    pub units: u64,
    /// Σ a.
    pub a: Exact,
    /// Σ b.
    pub b: Exact,
    /// Σ a².
    pub aa: Exact,
    /// Σ a·b.
    pub ab: Exact,
    /// Σ b².
    pub bb: Exact,
}

impl RatioSums {
    /// Adds one unit.
    pub fn add(&mut self, a: f64, b: f64) {
        self.units += 1;
        for (sum, term) in
            [(&mut self.a, a), (&mut self.b, b), (&mut self.aa, a * a), (&mut self.ab, a * b), (&mut self.bb, b * b)]
        {
            sum.add(term, 1);
        }
    }

    /// Adds other units.
    pub fn merge(&mut self, other: &RatioSums) {
        self.units += other.units;
        for (mine, theirs) in [
            (&mut self.a, &other.a),
            (&mut self.b, &other.b),
            (&mut self.aa, &other.aa),
            (&mut self.ab, &other.ab),
            (&mut self.bb, &other.bb),
        ] {
            mine.merge(theirs);
        }
    }
}

/// The places of one group over all lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranking {
    /// Candidates of the group.
    pub candidates: u64,
    /// Candidates of the group among the first k of their lists.
    pub in_top: u64,
    /// By list: the group's share of the first k places, and its share of the list.
    pub top: RatioSums,
    /// By list that has any: Σ 1/log₂(1 + place) over the group's candidates, and their number.
    pub exposure: RatioSums,
}

impl Ranking {
    /// Adds other lists.
    pub fn merge(&mut self, other: &Ranking) {
        self.candidates += other.candidates;
        self.in_top += other.in_top;
        self.top.merge(&other.top);
        self.exposure.merge(&other.exposure);
    }
}
