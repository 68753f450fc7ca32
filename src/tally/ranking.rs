//! Ranked lists: who stands where, kept until every list is whole.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::TallyError;
use super::intern::{Interner, TupleInterner};
use crate::cells::{Group, Ranking, RatioSums};

/// A row in a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// The code of the list.
    pub(super) query: u32,
    /// The place, or the score so turned that the first is the smallest.
    pub(super) order: f64,
    /// The row of the file.
    pub(super) row: u64,
}

/// All candidates. A row counts once here, whatever its weight: who is shown
/// first does not depend on for how many people a row stands.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// Whether places are recorded, and not found by the score.
    placed: bool,
    top: u64,
    candidates: Vec<Candidate>,
    /// Codes of the attributes, one candidate after the other.
    codes: Vec<u32>,
    width: usize,
}

impl Lists {
    pub(super) fn new(placed: bool, top: u64, attributes: usize) -> Lists {
        Lists { placed, top, width: attributes, ..Lists::default() }
    }

    pub(super) fn add(&mut self, candidate: Candidate, groups: &[u32]) {
        self.candidates.push(candidate);
        self.codes.extend(groups);
    }

    /// The candidates list by list, each in its order.
    ///
    /// # Errors
    /// When a place is taken twice.
    pub(super) fn ordered(&self, queries: &Interner, place: &str, file: &Path) -> Result<Vec<usize>, TallyError> {
        let mut order: Vec<usize> = (0..self.candidates.len()).collect();
        order.sort_unstable_by(|a, b| {
            let (a, b) = (&self.candidates[*a], &self.candidates[*b]);
            a.query.cmp(&b.query).then(a.order.total_cmp(&b.order)).then(a.row.cmp(&b.row))
        });
        let twice = order.windows(2).map(|pair| (&self.candidates[pair[0]], &self.candidates[pair[1]]));
        let twice = twice.filter(|(a, b)| self.placed && a.query == b.query && a.order == b.order);
        match twice.min_by_key(|(_, second)| second.row) {
            None => Ok(order),
            Some((first, second)) => {
                let what = format!(
                    "the place {} of list \"{}\" is taken by row {} already: each place is one row's",
                    second.order,
                    queries.level(second.query),
                    first.row
                );
                Err(TallyError::value(file, second.row, place, what))
            }
        }
    }

    /// The places of the groups of some attributes, and the divergence of each list.
    pub(super) fn rank(
        &self,
        order: &[usize],
        attributes: &[usize],
        name: impl Fn(&[u32]) -> Group,
    ) -> (BTreeMap<Group, Ranking>, RatioSums) {
        let mut tuples = TupleInterner::default();
        let codes: Vec<u32> = (0..self.candidates.len())
            .map(|at| {
                let codes = &self.codes[at * self.width..][..self.width];
                tuples.code(&attributes.iter().map(|attribute| codes[*attribute]).collect::<Vec<_>>())
            })
            .collect();
        // Numbers by name: sums over groups do not depend on which came first.
        let mut names: Vec<(Group, u32)> =
            (0..tuples.len() as u32).map(|code| (name(tuples.tuple(code)), code)).collect();
        names.sort();
        let mut group_of = vec![0; names.len()];
        names.iter().enumerate().for_each(|(group, (_, code))| group_of[*code as usize] = group);
        let mut rankings = vec![Ranking::default(); names.len()];
        let mut divergence = RatioSums::default();
        for list in order.chunk_by(|a, b| self.candidates[*a].query == self.candidates[*b].query) {
            let list: Vec<(f64, usize)> =
                list.iter().map(|at| (self.candidates[*at].order, group_of[codes[*at] as usize])).collect();
            let shares = Shares::of(&list, names.len(), self.placed, self.top);
            shares.add_to(&mut rankings);
            divergence.add(shares.divergence, 1.0);
        }
        (names.into_iter().map(|(group, _)| group).zip(rankings).collect(), divergence)
    }
}

/// What the groups have of one list. Candidates with the same score share
/// their places: each has the mean of what the places are worth.
#[derive(Debug)]
struct Shares {
    candidates: usize,
    top: f64,
    /// By group: candidates, those among the first, and the sum of 1/log₂(1 + place).
    groups: Vec<(u64, f64, f64)>,
    divergence: f64,
}

impl Shares {
    /// The shares of a list in its order; `placed` when the order is the place.
    fn of(list: &[(f64, usize)], groups: usize, placed: bool, top: u64) -> Shares {
        let top = (list.len() as f64).min(top as f64);
        let mut all = vec![0u64; groups];
        list.iter().for_each(|(_, group)| all[*group] += 1);
        let mut shares = Shares {
            candidates: list.len(),
            top,
            groups: all.iter().map(|count| (*count, 0.0, 0.0)).collect(),
            divergence: 0.0,
        };
        let (mut before, mut worth_of_all) = (vec![0u64; groups], 0.0);
        for tied in list.chunk_by(|a, b| a.0 == b.0) {
            let (start, size) = (before.iter().sum::<u64>(), tied.len() as u64);
            let mut here = vec![0u64; groups];
            tied.iter().for_each(|(_, group)| here[*group] += 1);
            let places = start + 1..=start + size;
            let worth = match placed {
                true => worth(tied[0].0),
                false => places.clone().map(|place| worth(place as f64)).sum::<f64>() / size as f64,
            };
            let within = ((top - start as f64) / size as f64).clamp(0.0, 1.0);
            for (share, count) in shares.groups.iter_mut().zip(&here) {
                share.1 += *count as f64 * within;
                share.2 += *count as f64 * worth;
            }
            for place in places {
                let part = (place - start) as f64 / size as f64;
                let first = before.iter().zip(&here).map(|(before, here)| *before as f64 + *here as f64 * part);
                shares.divergence += self::worth(place as f64) * divergence(first, &all, place);
                worth_of_all += self::worth(place as f64);
            }
            before.iter_mut().zip(&here).for_each(|(before, here)| *before += here);
        }
        shares.divergence /= worth_of_all;
        shares
    }

    fn add_to(&self, rankings: &mut [Ranking]) {
        for (ranking, (all, first, worth)) in rankings.iter_mut().zip(&self.groups) {
            ranking.candidates += all;
            ranking.in_top += first.round() as u64;
            ranking.top.add(first / self.top, *all as f64 / self.candidates as f64);
            if *all > 0 {
                ranking.exposure.add(*worth, *all as f64);
            }
        }
    }
}

/// What a place is worth: 1/log₂(1 + place).
fn worth(place: f64) -> f64 {
    1.0 / (1.0 + place).log2()
}

/// KL(first ‖ all) of the groups among the first so many and in the whole list,
/// with natural logarithms; never negative.
fn divergence(first: impl Iterator<Item = f64>, all: &[u64], place: u64) -> f64 {
    let whole: u64 = all.iter().sum();
    let terms = first.zip(all).filter(|(first, _)| *first > 0.0).map(|(first, all)| {
        let (share, expected) = (first / place as f64, *all as f64 / whole as f64);
        share * (share / expected).ln()
    });
    terms.sum::<f64>().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-12, "{found} is not {wanted}");
    }

    /// By hand: a, a, b, b with places 1 to 4, and the first two as the top.
    #[test]
    fn shares_of_a_list() {
        let shares = Shares::of(&[(1.0, 0), (2.0, 0), (3.0, 1), (4.0, 1)], 2, true, 2);
        assert_eq!((shares.groups[0].1, shares.groups[1].1), (2.0, 0.0));
        near(shares.groups[0].2, 1.0 + 1.0 / 3f64.log2());
        near(shares.groups[1].2, 0.5 + 1.0 / 5f64.log2());
        let (two, three) = (2f64.ln(), 2.0 / 3.0 * (4.0 / 3.0f64).ln() + 1.0 / 3.0 * (2.0 / 3.0f64).ln());
        let (second, fourth) = (1.0 / 3f64.log2(), 1.0 / 5f64.log2());
        near(shares.divergence, (two + second * two + 0.5 * three) / (1.0 + second + 0.5 + fourth));
    }

    /// All alike in score: everyone has the same place, so nothing diverges.
    #[test]
    fn all_tied_is_no_order() {
        let shares = Shares::of(&[(0.5, 0), (0.5, 1), (0.5, 1)], 2, false, 1);
        near(shares.divergence, 0.0);
        near(shares.groups[0].1, 1.0 / 3.0);
        near(shares.groups[1].2, 2.0 * shares.groups[0].2);
    }

    /// Fewer candidates than places at the top: the top is the list.
    #[test]
    fn a_list_shorter_than_its_top() {
        let shares = Shares::of(&[(1.0, 0), (7.0, 1)], 2, true, 10);
        assert_eq!((shares.top, shares.groups[1].1), (2.0, 1.0));
        near(shares.groups[1].2, 1.0 / 3.0);
    }
}
