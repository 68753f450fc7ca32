//! Measurement × rule → finding with a verdict.
//!
//! Interval against band: pass only if the whole interval lies inside the
//! tolerance, fail only if it lies wholly outside, else inconclusive, with
//! what would settle it. Nothing here knows how a finding will look.

mod family;
mod power;
mod settle;

pub use power::POWER;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Metric, Needs, Role};
use crate::cells::{Group, Membership, Quantity, Why};
use crate::measure::{Against, Division, Measurement, Measurements};
use crate::plan::{Plan, Reading, Rule, Unknown};
use crate::stats::{Interval, Level, holm};

/// What a rule comes to for one measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval lies outside the tolerance.
    Fail,
    /// The interval reaches over a border of the tolerance, or there is none.
    Inconclusive,
    /// The rule had nothing to work on.
    NotEvaluated,
    /// The whole interval lies inside the tolerance.
    Pass,
}

/// Why a verdict is not a plain pass or fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The interval reaches over a border of the tolerance.
    Straddles,
    /// There is no value.
    Undefined(Why),
    /// There is a value and no interval.
    NoInterval,
    /// A summary over groups of which one has no value.
    SomeGroupUndefined,
    /// A summary over groups fails only with one that has fewer people than the
    /// plan asks for.
    SomeGroupTooSmall,
    /// The group has fewer people than the plan asks for.
    GroupTooSmall,
    /// The reference group has fewer people than the plan asks for.
    ReferenceTooSmall,
    /// The groups are estimated, and the chances hardly tell who is in them: no
    /// disparity could have been seen.
    ChancesTellLittle,
    /// The group that the rule names is not in the data.
    NoSuchGroup,
    /// The class that the rule names is not in the data.
    NoSuchClass,
    /// The reference group is not in the data.
    NoSuchReference,
    /// There are no two groups to compare.
    NothingToCompare,
    /// The interval lies outside the tolerance alone, but not when it is
    /// counted how many verdicts there were.
    WithinChanceOfMany,
    /// The rule asks for the worst case of people without a recorded group, and
    /// none is known for this metric.
    NoWorstCase,
}

/// A rule applied to a measurement.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The attribute or intersection.
    pub attribute: String,
    /// The group that the rule names, where the data do not have it.
    pub absent_group: Option<String>,
    /// What was judged; none when there was nothing.
    pub measurement: Option<Measurement>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is not a plain pass or fail.
    pub reason: Option<Reason>,
    /// The verdict of the other reading, where the rule goes by the estimate.
    pub by_interval: Option<Verdict>,
    /// p of parity after Holm's correction over all findings of the audit.
    pub p_adjusted: Option<f64>,
    /// The error at which the interval would touch the tolerance, where the
    /// estimate lies outside of it; and the same after Holm's correction.
    pub p_outside: Option<(f64, f64)>,
    /// The probability that the tolerance is broken, where the plan asks for it.
    pub probability: Option<f64>,
    /// Decisions that would have to move from one side to the other for the
    /// estimate to cross the tolerance.
    pub moves: Option<u64>,
    /// People in the group that would settle it, other things equal.
    pub settled_by: Option<u64>,
    /// The nearest values of the metric, below and above parity, that this
    /// sample would have told apart from parity with 80 % power.
    pub detectable: Option<(Option<f64>, Option<f64>)>,
}

/// All verdicts of an audit.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The findings, in the order of the rules.
    pub findings: Vec<Finding>,
    /// Verdicts in the family that p-values and failures are adjusted for.
    pub family: usize,
}

/// Judges everything that was measured by every rule.
pub fn all(measured: &Measurements, plan: &Plan) -> Judgement {
    let about = |rule: &Rule, division: &Division| {
        // The likeliest levels are shown beside the chances, and judged when named.
        let likeliest = division.membership == Membership::Thresholded;
        rule.attributes.contains(&division.attribute) || (rule.attributes.is_empty() && !likeliest)
    };
    let all = plan.rules.iter().flat_map(|rule| measured.divisions.iter().map(move |division| (rule, division)));
    let pairs: Vec<(&Rule, &Division)> = all.filter(|(rule, division)| about(rule, division)).collect();
    let found = pairs.par_iter().map(|(rule, division)| by_rule(rule, division, measured, plan));
    let mut findings: Vec<Finding> = found.collect::<Vec<_>>().into_iter().flatten().collect();
    // Verdicts without a test belong to the family too.
    let judged: Vec<usize> = (0..findings.len()).filter(|&at| findings[at].measurement.is_some()).collect();
    let raw: Vec<f64> = judged.iter().map(|&at| p_of(&findings[at]).unwrap_or(1.0)).collect();
    for (at, adjusted) in judged.iter().zip(holm(&raw)) {
        findings[*at].p_adjusted = p_of(&findings[*at]).map(|_| adjusted);
    }
    family::correct(&mut findings, &judged, plan);
    // One by one: that of a summary over many groups takes as long as all others.
    findings.par_iter_mut().with_max_len(1).for_each(|finding| settle(finding, judged.len()));
    Judgement { findings, family: judged.len() }
}

/// What would settle a finding that is open, among so many.
fn settle(finding: &mut Finding, family: usize) {
    let open = [Some(finding.verdict), finding.by_interval].contains(&Some(Verdict::Inconclusive));
    let Some(m) = finding.measurement.as_ref().filter(|_| open) else { return };
    finding.settled_by = settle::people_needed(&finding.rule, m, family);
}

fn p_of(finding: &Finding) -> Option<f64> {
    finding.measurement.as_ref()?.test.map(|test| test.p)
}

fn by_rule(rule: &Rule, division: &Division, measured: &Measurements, plan: &Plan) -> Vec<Finding> {
    let about = measured.all.iter().filter(|m| {
        m.attribute == division.attribute
            && m.stratum.is_none()
            && m.class.as_ref().map(ToString::to_string) == rule.class
            && m.metric == rule.metric
            && !is_missing(m)
    });
    let all: Vec<&Measurement> = about.collect();
    let wanted = |m: &&&Measurement| match &m.group {
        Some(group) => rule.groups.is_empty() || rule.groups.contains(&group.to_string()),
        None => true,
    };
    let found = all.par_iter().filter(wanted).map(|m| finding(rule, division, m, measured, plan));
    let mut findings: Vec<Finding> = found.collect();
    let nothing = |reason, absent_group| Finding {
        absent_group,
        verdict: Verdict::NotEvaluated,
        reason: Some(reason),
        ..blank(rule, &division.attribute)
    };
    let names: Vec<String> = division.groups.iter().map(|size| size.group.to_string()).collect();
    let absent: Vec<&String> = rule.groups.iter().filter(|group| !names.contains(group)).collect();
    // What only some attributes have, such as shares of a population, concerns no other.
    let concerns_some = Needs::of(&[Role::Population, Role::Query]);
    if all.is_empty() && rule.attributes.is_empty() && !rule.metric.needs().disjoint(concerns_some) {
        return findings;
    }
    if all.is_empty() {
        let compared = division.groups.iter().filter(|size| !size.group.is_missing()).count();
        let absent = compared > 1 && division.reference.is_none();
        let known =
            |class: &String| measured.all.iter().any(|m| m.class.as_ref().is_some_and(|c| c.to_string() == *class));
        let reason = match &rule.class {
            Some(class) if !known(class) => Reason::NoSuchClass,
            _ if absent => Reason::NoSuchReference,
            _ => Reason::NothingToCompare,
        };
        findings.push(nothing(reason, None));
    } else {
        // A named group that one attribute lacks may belong to another.
        let elsewhere = |group: &String| {
            measured.divisions.iter().any(|other| other.groups.iter().any(|size| size.group.to_string() == *group))
        };
        for group in absent.into_iter().filter(|group| !elsewhere(group)) {
            findings.push(nothing(Reason::NoSuchGroup, Some(group.clone())));
        }
    }
    findings
}

fn is_missing(measurement: &Measurement) -> bool {
    measurement.group.as_ref().is_some_and(|group| group.is_missing())
}

fn blank(rule: &Rule, attribute: &str) -> Finding {
    Finding {
        rule: rule.clone(),
        attribute: attribute.to_string(),
        absent_group: None,
        measurement: None,
        verdict: Verdict::NotEvaluated,
        reason: None,
        by_interval: None,
        p_adjusted: None,
        p_outside: None,
        probability: None,
        moves: None,
        settled_by: None,
        detectable: None,
    }
}

fn finding(rule: &Rule, division: &Division, m: &Measurement, measured: &Measurements, plan: &Plan) -> Finding {
    let unjudged = too_small(division, m).or_else(|| no_worst_case(rule, division, m));
    let (by_interval, reason) = match unjudged {
        Some(reason) => (Verdict::Inconclusive, Some(reason)),
        None => against_band(rule, m),
    };
    // Of groups that are too small to judge none may bring about a failure.
    let (by_interval, reason) = match by_interval == Verdict::Fail && !fails_without_small(rule, Reading::Interval, m) {
        true => (Verdict::Inconclusive, Some(Reason::SomeGroupTooSmall)),
        false => (by_interval, reason),
    };
    let (verdict, reason, other) = match (rule.reading, m.quantity, unjudged) {
        (Reading::Point, Quantity::Value(value), None) => {
            let (verdict, reason) = by_estimate(rule, m, value);
            (verdict, reason, Some(by_interval))
        }
        _ => (by_interval, reason, None),
    };
    // What is undefined must not pass by being left out of a summary.
    let partial = verdict == Verdict::Pass && m.group.is_none() && some_group_undefined(m, measured);
    let (verdict, reason) = match partial {
        true => (Verdict::Inconclusive, Some(Reason::SomeGroupUndefined)),
        false => (verdict, reason),
    };
    let blind = verdict == Verdict::Pass && chances_tell_little(division, m);
    let (verdict, reason) = match blind {
        true => (Verdict::Inconclusive, Some(Reason::ChancesTellLittle)),
        false => (verdict, reason),
    };
    let test = m.test.or_else(|| family::inverted(m)).or_else(|| family::against_tolerance(rule, m));
    Finding {
        measurement: Some(Measurement { test, ..m.clone() }),
        verdict,
        reason,
        by_interval: other,
        detectable: power::detectable(m, plan),
        moves: settle::moves(rule, m),
        probability: plan.bayes.then(|| settle::probability(rule, m)).flatten(),
        ..blank(rule, &division.attribute)
    }
}

/// Whether a group of the summary's attribute has no value of what is summed up.
fn some_group_undefined(m: &Measurement, measured: &Measurements) -> bool {
    let bases: Vec<Metric> = m.metric.bases().into_iter().map(Metric::Base).collect();
    measured.all.iter().any(|other| {
        other.attribute == m.attribute
            && other.class == m.class
            && other.stratum.is_none()
            && other.group.as_ref().is_some_and(|group| !group.is_missing())
            && bases.contains(&other.metric)
            && other.quantity.value().is_none()
    })
}

fn too_small(division: &Division, m: &Measurement) -> Option<Reason> {
    let small = |group: &Group| division.groups.iter().any(|size| size.group == *group && size.too_small);
    if m.group.as_ref().is_some_and(small) {
        return Some(Reason::GroupTooSmall);
    }
    match &m.reference {
        Some(Against::Group(group)) if small(group) => Some(Reason::ReferenceTooSmall),
        _ => None,
    }
}

/// Chances that tell less of the membership of a group than this share of its
/// variance draw all weighted numbers together, whatever the truth is.
const LITTLE: f64 = 0.1;

/// Whether the groups of a number are estimated by chances that hardly differ.
fn chances_tell_little(division: &Division, m: &Measurement) -> bool {
    let concerned = |group: &Group| match (&m.group, &m.reference) {
        (Some(own), Some(Against::Group(reference))) => group == own || group == reference,
        (Some(own), _) => group == own,
        (None, _) => !group.is_missing(),
    };
    let mut groups = division.groups.iter().filter(|size| concerned(&size.group));
    groups.any(|size| size.told_by_chances.is_some_and(|told| told < LITTLE))
}

/// Whether the rule asks for the worst case of people who are there, and none is known.
fn no_worst_case(rule: &Rule, division: &Division, m: &Measurement) -> Option<Reason> {
    let unknown = division.groups.iter().any(|size| size.group.is_missing() && size.n > 0);
    let asked = rule.unknown == Unknown::Worst && unknown && m.unknown.is_none();
    (asked && m.quantity.value().is_some()).then_some(Reason::NoWorstCase)
}

/// What rounding does to a number that is on the border is no side of it.
fn slack(bound: f64) -> f64 {
    1e-12 * bound.abs().max(1.0)
}

/// Whether a failure stands without the groups that are too small to judge; for
/// what is no summary, or where there are none, it does.
fn fails_without_small(rule: &Rule, reading: Reading, m: &Measurement) -> bool {
    let Some((quantity, evidence)) = &m.without_small else { return true };
    let without = Measurement { quantity: *quantity, evidence: evidence.clone(), unknown: None, ..m.clone() };
    match (reading, quantity) {
        (Reading::Point, Quantity::Value(value)) => beyond(rule, *value, *value),
        _ => without.interval_at(m.level).is_some_and(|(interval, _)| beyond(rule, interval.low, interval.high)),
    }
}

fn within(rule: &Rule, value: f64) -> bool {
    rule.at_least.is_none_or(|low| value >= low - slack(low))
        && rule.at_most.is_none_or(|high| value <= high + slack(high))
}

/// The estimate against the tolerance band; the worst and the best case where
/// the rule asks for them.
fn by_estimate(rule: &Rule, m: &Measurement, value: f64) -> (Verdict, Option<Reason>) {
    let (low, high) = match (rule.unknown, &m.unknown) {
        (Unknown::Worst, Some(range)) => (range.low, range.high),
        _ => (value, value),
    };
    match (within(rule, low), within(rule, high)) {
        (true, true) => (Verdict::Pass, None),
        _ if beyond(rule, low, high) && fails_without_small(rule, Reading::Point, m) => (Verdict::Fail, None),
        _ if beyond(rule, low, high) => (Verdict::Inconclusive, Some(Reason::SomeGroupTooSmall)),
        // Only the worst and the best case can lie on different sides.
        _ => (Verdict::Inconclusive, Some(Reason::Straddles)),
    }
}

/// Whether all from `low` to `high` lies on one side of the tolerance.
fn beyond(rule: &Rule, low: f64, high: f64) -> bool {
    rule.at_least.is_some_and(|bound| high < bound - slack(bound))
        || rule.at_most.is_some_and(|bound| low > bound + slack(bound))
}

/// The interval that a rule goes by: of the worst and the best case, if it asks for
/// them and there are people without a recorded group.
fn judged_interval(rule: &Rule, m: &Measurement, level: Level) -> Option<Interval> {
    match (rule.unknown, &m.unknown) {
        (Unknown::Worst, Some(_)) => m.worst_case_at(level),
        _ => m.interval_at(level).map(|(interval, _)| interval),
    }
}

/// The interval against the tolerance band.
fn against_band(rule: &Rule, m: &Measurement) -> (Verdict, Option<Reason>) {
    if let Quantity::Undefined(why) = m.quantity {
        return (Verdict::Inconclusive, Some(Reason::Undefined(why)));
    }
    let interval = judged_interval(rule, m, m.level);
    let Some(Interval { low, high }) = interval else {
        return (Verdict::Inconclusive, Some(Reason::NoInterval));
    };
    if beyond(rule, low, high) {
        (Verdict::Fail, None)
    } else if within(rule, low) && within(rule, high) {
        (Verdict::Pass, None)
    } else {
        (Verdict::Inconclusive, Some(Reason::Straddles))
    }
}

impl Finding {
    /// The metric judged.
    pub fn metric(&self) -> Metric {
        self.rule.metric
    }
}
