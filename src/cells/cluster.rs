//! Rows that belong together, such as the decisions about one person.
//!
//! Rows of a cluster are not independent. The variance of any quotient of sums
//! then follows from products of the sums within clusters, added over clusters
//! (Liang & Zeger 1986). Those products are all that is kept of a cluster.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Exact, Label, Outcome, pairs};

/// What is summed within a cluster: the weight of an outcome, or the weighted
/// score or squared score of people with a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Summand {
    /// Σ w of an outcome.
    Weight(Outcome),
    /// Σ w·score of a label.
    Score(Label),
    /// Σ w·score² of a label.
    SquaredScore(Label),
}

/// The clusters of one group: how many, and Σ over clusters of the product of
/// two of their sums.
///
/// Merging takes it that each cluster is in one part only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clusters {
    /// Clusters with anyone of the group.
    pub clusters: u64,
    /// Products by pair of summands, the smaller first. Absent is zero.
    #[serde(with = "pairs")]
    products: BTreeMap<(Summand, Summand), Exact>,
}

impl Clusters {
    /// Adds one cluster with its sums.
    pub fn add(&mut self, sums: &BTreeMap<Summand, Exact>) {
        self.clusters += 1;
        for (one, a) in sums {
            for (two, b) in sums.range(one..) {
                self.products.entry((*one, *two)).or_default().add(a.value() * b.value(), 1);
            }
        }
    }

    /// Σ over clusters of the product of two sums.
    pub fn product(&self, one: Summand, two: Summand) -> f64 {
        self.products.get(&(one.min(two), one.max(two))).map_or(0.0, Exact::value)
    }

    /// The same clusters with some of their sums, of which `clusters` have any.
    pub fn only(&self, clusters: u64, keep: impl Fn(Summand) -> bool) -> Clusters {
        let kept = self.products.iter().filter(|((one, two), _)| keep(*one) && keep(*two));
        Clusters {
            clusters: clusters.min(self.clusters),
            products: kept.map(|(key, product)| (*key, product.clone())).collect(),
        }
    }

    /// Adds other clusters.
    pub fn merge(&mut self, other: &Clusters) {
        self.clusters += other.clusters;
        for (key, product) in &other.products {
            self.products.entry(*key).or_default().merge(product);
        }
    }

    /// Σ over clusters of (Σ cᵢ·sumᵢ)², for coefficients c.
    pub fn square_of(&self, coefficients: &[(Summand, f64)]) -> f64 {
        let terms = coefficients
            .iter()
            .flat_map(|(one, a)| coefficients.iter().map(move |(two, b)| a * b * self.product(*one, *two)));
        terms.collect::<Exact>().value().max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::Decision;

    /// By hand: clusters with sums (1, 2) and (3, −1): (1·1 + 2·2)² + (3 − 2)² = 26.
    #[test]
    fn squares_of_combinations() {
        let weight = Summand::Weight(Outcome { label: Label::Unknown, decision: Decision::Favourable });
        let score = Summand::Score(Label::Unknown);
        let mut clusters = Clusters::default();
        for (a, b) in [(1.0, 2.0), (3.0, -1.0)] {
            let sums = [(weight, a), (score, b)].map(|(key, value)| (key, [value].into_iter().collect()));
            clusters.add(&BTreeMap::from(sums));
        }
        assert_eq!(clusters.square_of(&[(weight, 1.0), (score, 2.0)]), 26.0);
        assert_eq!(clusters.clusters, 2);
    }
}
