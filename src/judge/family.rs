//! Many verdicts at once.
//!
//! Each verdict alone errs seldom; of twenty one errs often. So a failure
//! stands only if it survives Holm's correction over all verdicts of the audit.
//! Passing needs no correction: an audit passes only if every verdict does.

use super::{Finding, Reason, Verdict, beyond, judged_interval};
use crate::catalogue::{Meaning, Metric, Summary};
use crate::cells::Quantity;
use crate::measure::{Measurement, Test, TestMethod};
use crate::plan::{Plan, Rule, Unknown};
use crate::stats::{Level, holm, two_sided_p};

/// Takes back failures that so many verdicts would bring about by chance.
pub(super) fn correct(findings: &mut [Finding], judged: &[usize], plan: &Plan) {
    let alone: Vec<f64> = judged.iter().map(|at| outside(&findings[*at])).collect();
    for (at, (alone, adjusted)) in judged.iter().zip(alone.iter().zip(holm(&alone))) {
        let finding = &mut findings[*at];
        if *alone < 1.0 {
            finding.p_outside = Some((*alone, adjusted));
        }
        if adjusted <= plan.confidence.alpha() {
            continue;
        }
        if finding.by_interval == Some(Verdict::Fail) {
            finding.by_interval = Some(Verdict::Inconclusive);
        } else if finding.by_interval.is_none() && finding.verdict == Verdict::Fail {
            finding.verdict = Verdict::Inconclusive;
            finding.reason = Some(Reason::WithinChanceOfMany);
        }
    }
}

/// The error at which the interval would touch the tolerance; 1 where the
/// estimate does not lie outside, or nothing failed.
fn outside(finding: &Finding) -> f64 {
    let failed = finding.verdict == Verdict::Fail || finding.by_interval == Some(Verdict::Fail);
    match (&finding.measurement, failed) {
        (Some(m), true) => error_outside(&finding.rule, m).unwrap_or(1.0),
        _ => 1.0,
    }
}

/// For what has no test of its own: the error at which its interval touches parity.
/// None where parity has no interval on either side of it, as for distances.
pub(super) fn inverted(m: &Measurement) -> Option<Test> {
    let tested = match m.metric {
        Metric::Compared(_, how) => how.has_two_sides(),
        Metric::Summarised(_, summary) => matches!(summary, Summary::MaxDifference | Summary::MinRatio),
        Metric::Composite(notion) => !matches!(notion.meaning, Meaning::MeanAbsolute(..)),
        Metric::Base(_) => false,
    };
    let parity = m.metric.ideal().filter(|_| tested)?;
    m.interval?;
    let leaves = |z: f64| m.interval_at(Level::from_z(z)).is_some_and(|(interval, _)| !interval.contains(parity));
    Some(Test { method: TestMethod::Inverted, statistic: None, p: two_sided_p(farthest(leaves)) })
}

/// For the worst of several groups, which has no parity of its own: the error at which
/// its interval, which holds for all groups at once, touches a border of the tolerance.
pub(super) fn against_tolerance(rule: &Rule, m: &Measurement) -> Option<Test> {
    if !matches!(m.metric, Metric::Summarised(_, Summary::Worst | Summary::Largest)) {
        return None;
    }
    m.interval?;
    let borders = || [rule.at_least, rule.at_most].into_iter().flatten();
    let clear = |z: f64| {
        m.interval_at(Level::from_z(z)).is_some_and(|(interval, _)| borders().all(|border| !interval.contains(border)))
    };
    Some(Test { method: TestMethod::Tolerance, statistic: None, p: two_sided_p(farthest(clear)) })
}

/// The largest number of standard errors at which something holds, which holds at all below.
fn farthest(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut inside, mut out) = (FARTHEST, 0.0);
    if holds(inside) {
        return inside;
    }
    for _ in 0..60 {
        let middle = 0.5 * (inside + out);
        if holds(middle) { out = middle } else { inside = middle }
    }
    out
}

/// Beyond this many standard errors an error is nothing.
const FARTHEST: f64 = 37.0;

fn error_outside(rule: &Rule, m: &Measurement) -> Option<f64> {
    let (low, high) = match (rule.unknown, &m.unknown, m.quantity) {
        (Unknown::Worst, Some(range), _) => (range.low, range.high),
        (_, _, Quantity::Value(value)) => (value, value),
        _ => return None,
    };
    if !beyond(rule, low, high) {
        return None;
    }
    let fails = |z: f64| {
        judged_interval(rule, m, Level::from_z(z)).is_some_and(|interval| beyond(rule, interval.low, interval.high))
    };
    Some(two_sided_p(farthest(fails)))
}
