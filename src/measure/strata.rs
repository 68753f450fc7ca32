//! Comparisons within strata, pooled; and what it means when they disagree
//! with the comparison of everyone.

use std::collections::BTreeSet;

use super::base::as_proportion;
use super::part::Part;
use super::{Measured, Method, Test, TestMethod};
use crate::catalogue::{Base, Comparison};
use crate::cells::{Cell, Quantity, Stratum, Why};
use crate::stats::{Level, MantelHaenszel, StratumTable, mantel_haenszel};

/// The strata in which anyone is.
pub(super) fn strata_of(part: &Part) -> BTreeSet<Stratum> {
    part.tally.iter().map(|(stratum, _, _)| stratum.clone()).collect()
}

/// Pools the strata of a group and a reference that share nobody.
pub(super) fn pool(base: &Base, group: &Part, reference: &Part, level: Level) -> Option<MantelHaenszel> {
    let tables: Vec<StratumTable> = strata_of(group)
        .into_iter()
        .filter_map(|stratum| {
            let one = as_proportion(base, &group.within(&stratum))?;
            let two = as_proportion(base, &reference.within(&stratum))?;
            Some(StratumTable { a: one.successes(), b: one.failures(), c: two.successes(), d: two.failures() })
        })
        .collect();
    mantel_haenszel(&tables, level)
}

/// A pooled comparison as a measurement about `people`.
pub(super) fn pooled(how: Comparison, found: Option<&MantelHaenszel>, people: &Cell) -> Measured {
    let Some(found) = found else { return Measured::undefined(Why::NoSharedStratum, people) };
    let method = TestMethod::CochranMantelHaenszel;
    let test = found.test.map(|(statistic, p)| Test { method, statistic: Some(statistic), p });
    let (quantity, interval) = match how {
        Comparison::MantelHaenszelDifference => {
            let interval = found.difference_interval.map(|interval| (interval.around(found.difference), Method::Sato));
            (Quantity::Value(found.difference), interval)
        }
        _ => {
            let why = if found.test.is_none() { Why::NoSharedStratum } else { Why::ZeroReference };
            let quantity = found.odds_ratio.map_or(Quantity::Undefined(why), Quantity::Value);
            (quantity, found.odds_ratio_interval.map(|interval| (interval, Method::RobinsBreslowGreenland)))
        }
    };
    Measured { quantity, interval, test, ..Measured::new(0.0, people) }
}
