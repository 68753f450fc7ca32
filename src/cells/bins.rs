//! Weights by bin, in the order of the bins.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::Exact;

/// Weights by bin, in rising order of the bins.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(i64, Exact)>", into = "Vec<(i64, Exact)>")]
pub struct Bins {
    keys: Vec<i64>,
    weights: Weights,
}

/// The weights of bins.
#[derive(Clone, Debug)]
enum Weights {
    /// Everyone weighs 1.
    Counts(Vec<i64>),
    Sums(Vec<Exact>),
}

impl Default for Weights {
    fn default() -> Weights {
        Weights::Counts(Vec::new())
    }
}

impl Weights {
    fn exact(&self, at: usize) -> Exact {
        match self {
            Weights::Counts(counts) => Exact::count(counts[at]),
            Weights::Sums(sums) => sums[at].clone(),
        }
    }

    fn value(&self, at: usize) -> f64 {
        match self {
            Weights::Counts(counts) => counts[at] as f64,
            Weights::Sums(sums) => sums[at].value(),
        }
    }
}

/// Equal are bins with the same sums, however these are kept.
impl PartialEq for Bins {
    fn eq(&self, other: &Bins) -> bool {
        self.keys == other.keys && self.exact().eq(other.exact())
    }
}

impl Eq for Bins {}

impl From<Vec<(i64, Exact)>> for Bins {
    fn from(mut all: Vec<(i64, Exact)>) -> Bins {
        all.sort_by_key(|(bin, _)| *bin);
        all.into_iter().collect()
    }
}

impl From<Bins> for Vec<(i64, Exact)> {
    fn from(bins: Bins) -> Vec<(i64, Exact)> {
        bins.exact().collect()
    }
}

/// From bins in rising order; the same bin may come several times in a row.
impl FromIterator<(i64, Exact)> for Bins {
    fn from_iter<I: IntoIterator<Item = (i64, Exact)>>(all: I) -> Bins {
        let mut keys: Vec<i64> = Vec::new();
        let mut sums: Vec<Exact> = Vec::new();
        for (bin, weight) in all {
            match sums.last_mut().filter(|_| keys.last() == Some(&bin)) {
                Some(last) => last.merge(&weight),
                None => {
                    keys.push(bin);
                    sums.push(weight);
                }
            }
        }
        let counts: Option<Vec<i64>> = sums.iter().map(Exact::as_count).collect();
        Bins { keys, weights: counts.map_or(Weights::Sums(sums), Weights::Counts) }
    }
}

impl Bins {
    /// Bins in rising order with the number of people in each, who weigh 1.
    pub fn of_counts(all: impl IntoIterator<Item = (i64, u64)>) -> Bins {
        let (keys, counts) = all.into_iter().map(|(bin, n)| (bin, i64::try_from(n).unwrap_or(i64::MAX))).unzip();
        Bins { keys, weights: Weights::Counts(counts) }
    }

    /// How many bins there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The bins.
    pub fn keys(&self) -> impl Iterator<Item = i64> + '_ {
        self.keys.iter().copied()
    }

    /// Bins and their weights.
    pub fn iter(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        self.keys.iter().enumerate().map(|(at, bin)| (*bin, self.weights.value(at)))
    }

    /// Bins and their weights as exact sums.
    pub fn exact(&self) -> impl Iterator<Item = (i64, Exact)> + '_ {
        self.keys.iter().enumerate().map(|(at, bin)| (*bin, self.weights.exact(at)))
    }

    /// The weight of a bin; 0 where it is absent.
    pub fn weight(&self, bin: i64) -> f64 {
        self.keys.binary_search(&bin).map_or(0.0, |at| self.weights.value(at))
    }

    /// Adds the weights of other bins.
    pub fn merge(&mut self, other: &Bins) {
        if self.is_empty() {
            *self = other.clone();
            return;
        }
        self.join(
            other,
            true,
            |own, more| Some(own.saturating_add(*more)),
            |own, more| {
                let mut sum = own.clone();
                sum.merge(more);
                Some(sum)
            },
        );
    }

    /// Takes the weights of bins off that are part of these. A bin in which nothing is
    /// left goes.
    pub fn take(&mut self, part: &Bins) {
        self.join(
            part,
            false,
            |own, less| Some(own.saturating_sub(*less)).filter(|left| *left != 0),
            |own, less| {
                let mut left = own.clone();
                left.take(less);
                Some(left).filter(|left| !left.is_zero())
            },
        );
        let counts = match &self.weights {
            Weights::Sums(sums) => sums.iter().map(Exact::as_count).collect::<Option<Vec<i64>>>(),
            Weights::Counts(_) => None,
        };
        if let Some(counts) = counts {
            self.weights = Weights::Counts(counts);
        }
    }

    fn join(
        &mut self,
        other: &Bins,
        with_others: bool,
        counts: impl Fn(&i64, &i64) -> Option<i64>,
        sums: impl Fn(&Exact, &Exact) -> Option<Exact>,
    ) {
        let keys = (self.keys.as_slice(), other.keys.as_slice());
        let all = |bins: &Bins| bins.exact().map(|(_, weight)| weight).collect::<Vec<Exact>>();
        let (keys, weights) = match (&self.weights, &other.weights) {
            (Weights::Counts(own), Weights::Counts(more)) => {
                let (keys, joined) = zipped(keys, (own, more), with_others, counts);
                (keys, Weights::Counts(joined))
            }
            _ => {
                let (keys, joined) = zipped(keys, (&all(self), &all(other)), with_others, sums);
                (keys, Weights::Sums(joined))
            }
        };
        *self = Bins { keys, weights };
    }

    /// The bins put together into others, whose order is the same.
    pub fn moved(&self, to: impl Fn(i64) -> i64) -> Bins {
        self.exact().map(|(bin, weight)| (to(bin), weight)).collect()
    }
}

/// Every bin that either has, with the weights of both.
pub fn together<'b>(one: &'b Bins, two: &'b Bins) -> impl Iterator<Item = (i64, f64, f64)> + 'b {
    let (mut a, mut b) = (0, 0);
    std::iter::from_fn(move || {
        let next = match (one.keys.get(a), two.keys.get(b)) {
            (Some(x), Some(y)) => *x.min(y),
            (Some(bin), None) | (None, Some(bin)) => *bin,
            (None, None) => return None,
        };
        let weight = |side: &Bins, at: &mut usize| match side.keys.get(*at) {
            Some(bin) if *bin == next => {
                *at += 1;
                side.weights.value(*at - 1)
            }
            _ => 0.0,
        };
        Some((next, weight(one, &mut a), weight(two, &mut b)))
    })
}

/// What the first side has alone, and the second where `with_second`; and `both` of what
/// both have.
fn zipped<V: Clone>(
    (one, two): (&[i64], &[i64]),
    (of_one, of_two): (&[V], &[V]),
    with_second: bool,
    both: impl Fn(&V, &V) -> Option<V>,
) -> (Vec<i64>, Vec<V>) {
    let (mut keys, mut values) = (Vec::with_capacity(one.len()), Vec::with_capacity(one.len()));
    let (mut a, mut b) = (0, 0);
    while a < one.len() || b < two.len() {
        let order = match (one.get(a), two.get(b)) {
            (Some(x), Some(y)) => x.cmp(y),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        let (bin, value) = match order {
            Ordering::Less => (one[a], Some(of_one[a].clone())),
            Ordering::Greater => (two[b], with_second.then(|| of_two[b].clone())),
            Ordering::Equal => (one[a], both(&of_one[a], &of_two[b])),
        };
        a += usize::from(order != Ordering::Greater);
        b += usize::from(order != Ordering::Less);
        if let Some(value) = value {
            keys.push(bin);
            values.push(value);
        }
    }
    (keys, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bins(people: &[(i64, f64)]) -> Bins {
        let exact = |(bin, weight): &(i64, f64)| (*bin, [*weight].into_iter().collect());
        Bins::from(people.iter().map(exact).collect::<Vec<(i64, Exact)>>())
    }

    proptest! {
        #[test]
        fn merged_is_counted_together_and_taken_is_as_before(
            one in prop::collection::vec((-5..5i64, prop_oneof![Just(1.0), 0.1..9.0f64]), 0..30),
            two in prop::collection::vec((-5..5i64, prop_oneof![Just(1.0), 0.1..9.0f64]), 0..30),
        ) {
            let mut merged = bins(&one);
            merged.merge(&bins(&two));
            prop_assert_eq!(&merged, &bins(&[one.clone(), two.clone()].concat()));
            merged.take(&bins(&two));
            prop_assert_eq!(merged, bins(&one));
        }
    }

    #[test]
    fn counts_and_sums_are_the_same_bins() {
        let counted = Bins::of_counts([(1, 2), (3, 1)]);
        assert_eq!(counted, bins(&[(3, 1.0), (1, 1.0), (1, 1.0)]));
        assert!(matches!(bins(&[(1, 1.0)]).weights, Weights::Counts(_)));
        assert_eq!(counted.weight(1), 2.0);
        assert_eq!(counted.weight(2), 0.0);
        let text = serde_json::to_string(&counted).expect("serialised");
        assert_eq!(serde_json::from_str::<Bins>(&text).expect("read"), counted);
    }

    #[test]
    fn a_bin_of_people_who_weigh_nothing_stays() {
        let mut all = bins(&[(1, 0.0), (2, 1.0)]);
        all.take(&bins(&[(2, 1.0)]));
        assert_eq!(all.keys().collect::<Vec<_>>(), [1]);
    }
}
