//! The largest difference and the smallest ratio among all pairs of groups.

use super::evidence::{Known, inverse, of_estimates, pair, ratio_to_zero};
use crate::catalogue::Comparison;
use crate::stats::{
    Estimate, Interval, Intervals, Level, Moments, Proportion, all_pairs_level, largest_difference,
    largest_mean_difference, miettinen_nurminen_difference,
};

/// The largest difference lies between the largest lower and the largest upper
/// end of intervals of all pairs that hold together; a smallest ratio likewise.
///
/// Rates get score intervals of their differences, which leave 0 out when the test of equality
/// rejects: so far from the middle of the normal others of few people leave it out too often.
pub(super) fn furthest(how: Comparison, groups: &[Known], level: Level, choice: &Intervals) -> Option<Interval> {
    let level = all_pairs_level(level, groups.len());
    let rates: Option<Vec<Proportion>> = groups.iter().map(|known| known.evidence.proportion()).collect();
    let means: Option<Vec<Moments>> = groups.iter().map(|known| known.evidence.moments()).collect();
    match (how, rates, means) {
        (Comparison::Difference, Some(rates), _) => largest_difference(&rates, level),
        (Comparison::Ratio, Some(rates), _) => choice.ratio.smallest(&rates, level),
        (Comparison::Difference, _, Some(means)) => largest_mean_difference(&means, level),
        _ => of_each(how, groups, level, choice),
    }
}

/// Pair by pair.
fn of_each(how: Comparison, groups: &[Known], level: Level, choice: &Intervals) -> Option<Interval> {
    let ratio = how == Comparison::Ratio;
    let estimates: Vec<Option<Estimate>> = groups.iter().map(|known| known.estimate(level, choice)).collect();
    let mut folded: Option<Interval> = None;
    for (at, one) in groups.iter().enumerate() {
        for (other, two) in groups.iter().enumerate().skip(at + 1) {
            let there = match of_two(how, [one, two], [estimates[at], estimates[other]], level, choice) {
                None if ratio => ratio_to_zero(one, two, level, choice)?,
                found => found?,
            };
            let back = if ratio { there.map(inverse) } else { there.map(|d| -d) };
            let back = Interval::new(back.low.min(back.high), back.low.max(back.high));
            for interval in [there, back] {
                folded = Some(folded.map_or(interval, |so_far| match ratio {
                    true => Interval::new(so_far.low.min(interval.low), so_far.high.min(interval.high)),
                    false => Interval::new(so_far.low.max(interval.low), so_far.high.max(interval.high)),
                }));
            }
        }
    }
    folded
}

/// The interval of one of all pairs.
fn of_two(
    how: Comparison,
    [one, two]: [&Known; 2],
    estimates: [Option<Estimate>; 2],
    level: Level,
    choice: &Intervals,
) -> Option<Interval> {
    let both =
        (one.evidence.proportion().zip(two.evidence.proportion()), one.evidence.moments().zip(two.evidence.moments()));
    match (how, both) {
        (Comparison::Difference, (Some((one, two)), _)) => Some(miettinen_nurminen_difference(one, two, level)),
        (_, (Some(_), _)) | (Comparison::Difference, (_, Some(_))) => Some(pair(how, one, two, level, choice)?.0),
        _ => {
            let over_lists = one.evidence.is_over_lists() && two.evidence.is_over_lists();
            let [one, two] = estimates;
            Some(of_estimates(how, over_lists, one?, two?)?.0)
        }
    }
}
