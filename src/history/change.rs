//! What changed between two audits, and whether it is more than chance.

use std::collections::BTreeSet;

use crate::cells::Input;
use crate::report::{Change, OverTime, Release, Row, Trend, TrendPoint};
use crate::stats::{Estimate, Interval, Level, holm, mover_difference, two_sided_p};

/// This audit against the ones before it, oldest first.
///
/// The two samples are taken as independent; the interval of the change comes
/// from the intervals of both (MOVER), its p from their widths. A change is
/// beyond chance when its p, corrected for all changes looked at (Holm), is
/// below the error of the intervals.
pub fn over_time(earlier: &[Release], now: &Release) -> OverTime {
    let watched = watched(now);
    let changes = match earlier.last() {
        Some(before) => changes(before, now, &watched),
        None => Vec::new(),
    };
    let trends = watched.iter().map(|row| Trend {
        attribute: row.attribute.clone(),
        group: row.group.clone(),
        class: row.class.clone(),
        metric: row.metric.clone(),
        reference: row.reference.clone(),
        points: earlier.iter().chain([now]).map(|release| point(release, row)).collect(),
    });
    OverTime {
        audits: earlier.len() as u64 + 1,
        previous: earlier.last().and_then(|before| before.provenance.created.clone()),
        plan_changed: earlier.last().is_some_and(|before| before.provenance.plan_sha256 != now.provenance.plan_sha256),
        same_data: earlier
            .last()
            .map_or(Some(false), |before| same_data(&before.provenance.inputs, &now.provenance.inputs)),
        changes,
        trends: trends.collect(),
    }
}

/// Whether two audits read the same files; none where these are told by different hashes.
fn same_data(before: &[Input], now: &[Input]) -> Option<bool> {
    let mut algorithms: Vec<&str> = before.iter().chain(now).map(|input| input.algorithm.as_str()).collect();
    algorithms.dedup();
    (algorithms.len() <= 1).then(|| before == now)
}

/// The numbers behind verdicts; without rules the selection rates.
fn watched(now: &Release) -> Vec<&Row> {
    let judged: Vec<&Row> = now.findings.iter().map(|finding| &finding.measurement).collect();
    let rows: Vec<&Row> = match judged.is_empty() {
        true => {
            now.measurements.iter().filter(|row| row.metric == "selection_rate" && row.stratum.is_empty()).collect()
        }
        false => judged,
    };
    let mut seen = BTreeSet::new();
    rows.into_iter().filter(|row| seen.insert(key(row))).collect()
}

fn key(row: &Row) -> [&str; 5] {
    [&row.attribute, &row.group, &row.class, &row.metric, &row.reference]
}

fn find<'r>(release: &'r Release, wanted: &Row) -> Option<&'r Row> {
    release.measurements.iter().find(|row| row.stratum.is_empty() && key(row) == key(wanted))
}

fn point(release: &Release, wanted: &Row) -> TrendPoint {
    let row = find(release, wanted);
    TrendPoint {
        created: release.provenance.created.clone().unwrap_or_default(),
        value: row.and_then(|row| row.value),
        low: row.and_then(|row| row.low),
        high: row.and_then(|row| row.high),
    }
}

fn estimate(row: &Row) -> Option<Estimate> {
    Some(Estimate { value: row.value?, interval: Interval::new(row.low?, row.high?) })
}

fn changes(before: &Release, now: &Release, watched: &[&Row]) -> Vec<Change> {
    let mut changes: Vec<Change> = watched
        .iter()
        .map(|row| {
            let earlier = find(before, row);
            let pair = earlier
                .and_then(estimate)
                .zip(estimate(row))
                .filter(|_| earlier.and_then(|earlier| earlier.level) == row.level);
            let interval = pair.map(|(old, new)| mover_difference(new, old));
            let difference = earlier.and_then(|earlier| earlier.value).zip(row.value).map(|(old, new)| new - old);
            Change {
                attribute: row.attribute.clone(),
                group: row.group.clone(),
                class: row.class.clone(),
                metric: row.metric.clone(),
                reference: row.reference.clone(),
                before: earlier.and_then(|earlier| earlier.value),
                now: row.value,
                difference,
                low: interval.map(|interval| interval.low),
                high: interval.map(|interval| interval.high),
                p: difference.zip(interval).and_then(|(difference, interval)| p_of(difference, interval, row.level?)),
                p_adjusted: None,
                beyond_chance: false,
            }
        })
        .collect();
    let tested: Vec<usize> = (0..changes.len()).filter(|&at| changes[at].p.is_some()).collect();
    let raw: Vec<f64> = tested.iter().filter_map(|&at| changes[at].p).collect();
    for (at, adjusted) in tested.into_iter().zip(holm(&raw)) {
        changes[at].p_adjusted = Some(adjusted);
        changes[at].beyond_chance = adjusted < 1.0 - now.confidence;
    }
    changes
}

/// p of no change: the distance from the estimate to the end of the interval
/// on the side of zero is z standard errors.
fn p_of(difference: f64, interval: Interval, level: f64) -> Option<f64> {
    let reach = if difference > 0.0 { difference - interval.low } else { interval.high - difference };
    let level = Level::new(level)?;
    (reach > 0.0).then(|| two_sided_p(difference / reach * level.z()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_told_by_unlike_hashes_cannot_be_compared() {
        let input = |algorithm: &str, hash: &str| Input {
            name: "a.csv".into(),
            algorithm: algorithm.into(),
            hash: hash.into(),
        };
        let (one, other, third) = ([input("blake3", "1")], [input("blake3", "2")], [input("sha256", "1")]);
        assert_eq!([same_data(&one, &one), same_data(&one, &other)], [Some(true), Some(false)]);
        assert_eq!(same_data(&one, &third), None);
        let both = [input("blake3", "1"), input("blake3", "2")];
        assert_eq!([same_data(&one, &both), same_data(&both, &third)], [Some(false), None]);
    }
}
