//! The unknown people who take two distributions of scores as far apart as they can.

use std::collections::BTreeSet;

use super::scores::{Taken, relabelled, taking};
use crate::cells::Distribution;
use crate::measure::part::{Part, Scale};

/// Two sides, each with the unknown people that it may have.
pub(super) struct Sides<'s> {
    pub(super) one: [&'s Distribution; 2],
    pub(super) two: [&'s Distribution; 2],
}

/// Both sides where the largest gap of their distribution functions is largest: up to
/// one score all unknown people belong to one side, and above it all to the other.
pub(super) fn furthest(sides: &Sides<'_>, scale: Scale) -> Option<[Distribution; 2]> {
    let all = [sides.one, sides.two].concat();
    let keys: BTreeSet<i64> = all.iter().flat_map(|side| side.bins.keys()).collect();
    let whole: Vec<f64> = all.iter().map(|side| side.bins.iter().map(|(_, weight)| weight).sum()).collect();
    let mut below = [0.0; 4];
    let mut best: Option<(f64, i64, bool)> = None;
    for key in keys {
        for (sum, side) in below.iter_mut().zip(&all) {
            *sum += side.bins.weight(key);
        }
        // The side with the unknown below the score, and that with those above it.
        let gap = |low: usize, high: usize| {
            let lower = (below[low] + below[low + 1]) / (whole[low] + below[low + 1]);
            let upper = below[high] / (whole[high] + whole[high + 1] - below[high + 1]);
            lower - upper
        };
        for (found, one_is_low) in [(gap(0, 2), true), (gap(2, 0), false)] {
            if found.is_finite() && best.is_none_or(|(most, ..)| found > most) {
                best = Some((found, key, one_is_low));
            }
        }
    }
    let (_, at, one_is_low) = best?;
    let side = |[own, more]: [&Distribution; 2], low: bool| {
        taking(own, more, scale, |bin| if (bin <= at) == low { Taken::ALL } else { Taken::NONE })
    };
    Some([side(sides.one, one_is_low), side(sides.two, !one_is_low)])
}

/// A group whose qualified and others are as far apart as the unknown people can make them.
pub(super) fn by_label(part: &Part, unknown: &Part, scale: Scale) -> Option<Part> {
    let (own, more) = (part.scores(), unknown.scores());
    let sides = Sides { one: [&own.favourable, &more.favourable], two: [&own.unfavourable, &more.unfavourable] };
    let [favourable, unfavourable] = furthest(&sides, scale)?;
    Some(relabelled(part, favourable, unfavourable))
}
