//! Which rows belong together, and sums within clusters while rows are counted.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use std::path::Path;

use super::error::TallyError;
use super::estimate::Chances;
use super::intern::{Coder, MISSING_CODE};
use super::line::Line;
use super::origin::{Joined, Origin};
use crate::cells::{Clusters, Exact, Group, Summand};

/// The cluster of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Cluster {
    /// A recorded one, by its code.
    Recorded(u32),
    /// None is recorded: the row, by its number, is one of its own.
    Row(u64),
}

/// Where clusters come from, and whether they tell rows apart.
#[derive(Debug)]
pub(super) struct Clustering {
    origin: Origin,
    first: Option<Cluster>,
    several: bool,
    /// Rows without.
    missing: u64,
}

impl Clustering {
    pub(super) fn new(origin: Origin) -> Clustering {
        Clustering { origin, first: None, several: false, missing: 0 }
    }

    /// The cluster of a row.
    pub(super) fn read(&mut self, line: Line<'_>, joined: Joined<'_>) -> Result<Cluster, TallyError> {
        let cluster = match self.origin.code(line, joined, &Chances::new())? {
            MISSING_CODE => {
                self.missing += 1;
                return Ok(Cluster::Row(line.row));
            }
            code => Cluster::Recorded(code),
        };
        self.several |= *self.first.get_or_insert(cluster) != cluster;
        Ok(cluster)
    }

    /// An error when all rows are in one cluster.
    pub(super) fn check(&self, people: &[Coder], file: &Path) -> Result<(), TallyError> {
        if self.several || self.missing > 0 {
            return Ok(());
        }
        let what = "has one value in all rows: name a column that tells units apart, or leave `cluster` out";
        Err(TallyError::column(file, &self.origin.coder(people).column, what))
    }

    /// How many rows have none.
    pub(super) fn warning(&self, people: &[Coder]) -> Option<String> {
        let rows = match self.missing {
            0 => return None,
            1 => "1 row has".to_string(),
            rows => format!("{rows} rows have"),
        };
        let column = &self.origin.coder(people).column;
        Some(format!("{rows} no value in column `{column}` (cluster): each such row counts as a cluster of its own"))
    }
}

/// A sum that takes no more room than a number while all addends are alike.
#[derive(Debug)]
enum Sum {
    Same { addend: f64, times: u64 },
    Mixed(Exact),
}

impl Sum {
    fn add(&mut self, value: f64, more: u64) {
        match self {
            Sum::Same { addend, times } if *addend == value => *times += more,
            Sum::Same { .. } => {
                let mut sum = self.exact();
                sum.add(value, more);
                *self = Sum::Mixed(sum);
            }
            Sum::Mixed(sum) => sum.add(value, more),
        }
    }

    fn exact(&self) -> Exact {
        match self {
            Sum::Same { addend, times } => {
                let mut sum = Exact::ZERO;
                sum.add(*addend, *times);
                sum
            }
            Sum::Mixed(sum) => sum.clone(),
        }
    }
}

/// Sums by cluster and group. Grows with the number of clusters.
#[derive(Debug, Default)]
pub(super) struct ClusterCounter {
    sums: HashMap<(Cluster, u32), Vec<(Summand, Sum)>>,
}

impl ClusterCounter {
    /// Counts `times` people.
    pub(super) fn add(
        &mut self,
        (cluster, group): (Cluster, u32),
        addends: impl IntoIterator<Item = (Summand, f64)>,
        times: u64,
    ) {
        let sums = self.sums.entry((cluster, group)).or_default();
        for (summand, addend) in addends {
            match sums.iter_mut().find(|(known, _)| *known == summand) {
                Some((_, sum)) => sum.add(addend, times),
                None => sums.push((summand, Sum::Same { addend, times })),
            }
        }
    }

    /// By group, and of everyone with a recorded group under none.
    pub(super) fn finish(self, group: impl Fn(u32) -> Group) -> BTreeMap<Option<Group>, Clusters> {
        let mut clusters: BTreeMap<Option<Group>, Clusters> = BTreeMap::new();
        let mut entries: Vec<_> = self.sums.into_iter().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        for cluster in entries.chunk_by(|a, b| a.0.0 == b.0.0) {
            let mut everyone: Option<BTreeMap<Summand, Exact>> = None;
            for ((_, code), sums) in cluster {
                let group = group(*code);
                let sums: BTreeMap<Summand, Exact> =
                    sums.iter().map(|(summand, sum)| (*summand, sum.exact())).collect();
                if !group.is_missing() {
                    let everyone = everyone.get_or_insert_default();
                    sums.iter().for_each(|(summand, sum)| everyone.entry(*summand).or_default().merge(sum));
                }
                clusters.entry(Some(group)).or_default().add(&sums);
            }
            if let Some(everyone) = everyone {
                clusters.entry(None).or_default().add(&everyone);
            }
        }
        clusters
    }
}
