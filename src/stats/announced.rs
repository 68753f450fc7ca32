//! Announced probabilities, as bins, and which of them are looked at together.
//!
//! People are bins: an announced probability, and the weight of those for whom
//! it came true (positives) and did not (negatives). What is asked of them is
//! not known here.

/// All people who were told one probability.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Announced {
    /// The probability, in [0, 1].
    pub probability: f64,
    /// The weight of those for whom it came true.
    pub positives: f64,
    /// The weight of those for whom it did not.
    pub negatives: f64,
    /// The sum of squares of the weights of both.
    pub squares: f64,
}

impl Announced {
    /// People who all have weight 1.
    pub fn people(probability: f64, positives: f64, negatives: f64) -> Announced {
        Announced { probability, positives, negatives, squares: positives + negatives }
    }

    /// The weight of both.
    pub fn weight(self) -> f64 {
        self.positives + self.negatives
    }

    fn valid(self) -> bool {
        let weights = [self.positives, self.negatives, self.squares];
        let weighted = self.weight() == 0.0 || self.squares > 0.0;
        (0.0..=1.0).contains(&self.probability) && weighted && weights.iter().all(|w| w.is_finite() && *w >= 0.0)
    }
}

/// The bins that hold people. `None` when a probability lies outside [0, 1], a
/// weight is negative or not finite, or there is nobody.
pub(super) fn occupied(bins: &[Announced]) -> Option<Vec<Announced>> {
    let occupied: Vec<Announced> = bins.iter().copied().filter(|bin| bin.weight() > 0.0).collect();
    (bins.iter().all(|bin| bin.valid()) && !occupied.is_empty()).then_some(occupied)
}

/// Which probabilities are looked at together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Grouping<'a> {
    /// Equal ones.
    Distinct,
    /// Those between the same edges, given in rising order without 0 and 1; an
    /// edge belongs to the group above it.
    Edges(&'a [f64]),
    /// This many groups of equal width; an edge belongs to the group above it,
    /// and 1 to the last.
    EqualWidth(usize),
    /// At most this many groups of equal weight; equal probabilities stay
    /// together, so there may be fewer.
    EqualMass(usize),
}

impl Grouping<'_> {
    /// The number of the group of each bin; bins in rising order.
    fn places(self, bins: &[Announced]) -> Vec<usize> {
        let between = |edges: &[f64]| -> Vec<usize> {
            bins.iter().map(|bin| edges.partition_point(|edge| *edge <= bin.probability)).collect()
        };
        match self {
            Grouping::Distinct => {
                let mut distinct: Vec<f64> = bins.iter().map(|bin| bin.probability).collect();
                distinct.dedup();
                between(&distinct)
            }
            Grouping::Edges(edges) => between(edges),
            Grouping::EqualWidth(n) => between(&(1..n).map(|i| i as f64 / n as f64).collect::<Vec<_>>()),
            Grouping::EqualMass(n) => quantile_bins(&bins.iter().map(|bin| bin.weight()).collect::<Vec<_>>(), n),
        }
    }
}

/// Puts a rising row of distinct values, given by their weights, into at most
/// `bins` bins of equal weight. The edges are the smallest values up to which
/// k/bins of the weight lies, and belong to the bin below. A bin starts only at
/// a value after which weight is left. Bins are numbered without gaps.
pub(super) fn quantile_bins(weights: &[f64], bins: usize) -> Vec<usize> {
    let total: f64 = weights.iter().sum();
    let (mut below, mut slot, mut bin) = (0.0, 0, 0);
    let mut place = |weight: &f64| {
        // Sums of shares fall short of k/bins by rounding.
        let next = (below / total * bins as f64 + 1e-9).floor() as usize;
        if next > slot && total - below > 1e-12 * total {
            (slot, bin) = (next, bin + 1);
        }
        below += weight;
        bin
    };
    weights.iter().map(&mut place).collect()
}

/// Bins in rising order, equal probabilities made one, and put into groups.
pub(super) fn grouped(bins: &[Announced], grouping: Grouping) -> Option<Vec<Vec<Announced>>> {
    let mut bins = occupied(bins)?;
    bins.sort_by(|one, other| one.probability.total_cmp(&other.probability));
    bins.dedup_by(|next, kept| {
        let equal = next.probability == kept.probability;
        if equal {
            kept.positives += next.positives;
            kept.negatives += next.negatives;
            kept.squares += next.squares;
        }
        equal
    });
    let places = grouping.places(&bins);
    let numbered: Vec<(usize, Announced)> = places.into_iter().zip(bins).collect();
    let groups = numbered.chunk_by(|one, other| one.0 == other.0);
    Some(groups.map(|group| group.iter().map(|(_, bin)| *bin).collect()).collect())
}

/// What was announced to a group of people, and what came.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CalibrationGroup {
    /// Their weight: n.
    pub weight: f64,
    /// The sum of squares of their weights; n itself when unweighted.
    pub squares: f64,
    /// Sum of what was announced: E.
    pub expected: f64,
    /// Weight of those for whom it came true: O.
    pub observed: f64,
}

impl CalibrationGroup {
    pub(super) fn of(bins: &[Announced]) -> CalibrationGroup {
        bins.iter().fold(CalibrationGroup::default(), |sum, bin| CalibrationGroup {
            weight: sum.weight + bin.weight(),
            squares: sum.squares + bin.squares,
            expected: sum.expected + bin.probability * bin.weight(),
            observed: sum.observed + bin.positives,
        })
    }
}

/// The groups with anyone in them, in rising order: the points of a
/// reliability diagram. `None` when a probability lies outside [0, 1], a
/// weight is negative or not finite, or there is nobody.
pub fn calibration_groups(bins: &[Announced], grouping: Grouping) -> Option<Vec<CalibrationGroup>> {
    Some(grouped(bins, grouping)?.iter().map(|group| CalibrationGroup::of(group)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: [(f64, f64, f64); 5] =
        [(0.0, 0.0, 2.0), (0.3, 1.0, 0.0), (0.7, 1.0, 1.0), (0.95, 1.0, 2.0), (1.0, 2.0, 0.0)];

    fn bins() -> Vec<Announced> {
        TEN.map(|(probability, positives, negatives)| Announced::people(probability, positives, negatives)).to_vec()
    }

    fn weights(grouping: Grouping) -> Vec<f64> {
        calibration_groups(&bins(), grouping).expect("people").iter().map(|group| group.weight).collect()
    }

    #[test]
    fn edges_belong_above_and_one_to_the_last() {
        assert_eq!(weights(Grouping::EqualWidth(10)), [2.0, 1.0, 2.0, 5.0]);
        assert_eq!(weights(Grouping::Edges(&[0.3, 0.7])), [2.0, 1.0, 7.0]);
        assert_eq!(weights(Grouping::EqualWidth(0)), [10.0]);
        assert_eq!(weights(Grouping::Distinct), [2.0, 1.0, 2.0, 3.0, 2.0]);
    }

    #[test]
    fn equal_mass_keeps_ties_together() {
        assert_eq!(weights(Grouping::EqualMass(2)), [5.0, 5.0]);
        assert_eq!(weights(Grouping::EqualMass(10)), [2.0, 1.0, 2.0, 3.0, 2.0]);
        assert_eq!(weights(Grouping::EqualMass(3)), [5.0, 3.0, 2.0]);
        assert_eq!(weights(Grouping::EqualMass(0)), [10.0]);
        assert_eq!(quantile_bins(&[0.1; 10], 10), (0..10).collect::<Vec<_>>());
        assert_eq!(quantile_bins(&[0.5, 0.0, 0.5, 0.0], 4), [0, 1, 1, 1]);
    }

    #[test]
    fn order_and_repetition_change_nothing() {
        let mut mixed: Vec<Announced> = bins().iter().rev().copied().collect();
        mixed.push(Announced::people(0.3, 0.0, 1.0));
        let found = calibration_groups(&mixed, Grouping::Distinct).expect("people");
        assert_eq!(found[1], CalibrationGroup { weight: 2.0, squares: 2.0, expected: 0.6, observed: 1.0 });
        assert_eq!(found.len(), 5);
    }

    #[test]
    fn nobody_no_probability_no_weight() {
        let strange = [(1.1, 1.0), (f64::NAN, 1.0), (0.5, -1.0), (0.5, f64::INFINITY), (0.5, 0.0)];
        for (probability, positives) in strange {
            let bins = [Announced::people(probability, positives, 0.0)];
            assert_eq!(calibration_groups(&bins, Grouping::Distinct), None);
        }
        assert_eq!(calibration_groups(&[], Grouping::EqualMass(10)), None);
    }
}
