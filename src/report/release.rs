//! What may leave, and the one way to make it: [`suppress`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guard::{Guard, Sum};
use super::{Report, Row};
use crate::catalogue::{BASES, Base, FN, FP, Metric, Outcomes, TN, TP, Value};
use crate::cells::{Exclusion, FeatureKind, Frame, Group, Intake, Outcome, Stratum};
use crate::judge::{Finding, Reason, Verdict};
use crate::measure::{Against, Measurement};
use crate::plan::{Reading, Severity};
use crate::proxy::Strength;
use crate::tally::Input;

/// A number that may have been withheld; null when it was.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Shown<T> {
    /// Published.
    Value(T),
    /// Withheld to protect a small group.
    Withheld,
}

impl<T: Copy> Shown<T> {
    /// The number, if it is published.
    pub fn value(self) -> Option<T> {
        match self {
            Shown::Value(value) => Some(value),
            Shown::Withheld => None,
        }
    }

    fn when(shown: bool, value: T) -> Shown<T> {
        if shown { Shown::Value(value) } else { Shown::Withheld }
    }
}

/// Where an audit comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// Version of the program.
    pub version: String,
    /// When it ran (UTC); the only thing here that the clock decides.
    pub created: Option<String>,
    /// SHA-256 of the plan file; none when the plan came from flags.
    pub plan_sha256: Option<String>,
    /// The files that were read.
    pub inputs: Vec<Input>,
    /// Seed of everything drawn by lot.
    pub seed: u64,
}

/// One attribute or intersection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedDivision {
    /// Its name.
    pub attribute: String,
    /// With whom its groups are compared.
    pub reference: Option<String>,
    /// The reference was chosen by looking at the rates.
    pub data_chosen: bool,
    /// Its groups.
    pub groups: Vec<ReleasedGroup>,
    /// What strata say against the comparison of everyone, in sentences.
    pub reversals: Vec<String>,
    /// Calibration curves, where the score is a probability.
    pub calibration: Vec<CalibrationCurve>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedGroup {
    /// Its name.
    pub group: String,
    /// People.
    pub n: Shown<u64>,
    /// Effective people.
    pub n_eff: Shown<f64>,
    /// Share of the whole weight.
    pub share: Shown<f64>,
    /// Fewer people than rules ask for.
    pub too_small: bool,
    /// People without a recorded value.
    pub missing: bool,
}

/// A calibration curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalibrationCurve {
    /// The group.
    pub group: String,
    /// Its bins with enough people.
    pub bins: Vec<Calibrated>,
}

/// One bin of a calibration curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Calibrated {
    /// Lower border.
    pub low: f64,
    /// Upper border.
    pub high: f64,
    /// Mean announced probability.
    pub mean_score: f64,
    /// Rate of favourable labels.
    pub rate: f64,
}

/// The band of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tolerance {
    /// Lower border.
    pub at_least: Option<f64>,
    /// Upper border.
    pub at_most: Option<f64>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedRule {
    /// Its name.
    pub id: String,
    /// What it looks at.
    pub metric: String,
    /// Its band.
    pub tolerance: Tolerance,
    /// `error` or `warn`.
    pub level: String,
    /// `interval` or `point`.
    pub on: String,
    /// The law, policy or person behind it.
    pub basis: Option<String>,
}

/// A verdict with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedFinding {
    /// The rule's name.
    pub rule: String,
    /// Whether it fails a gate.
    pub level: String,
    /// Its band.
    pub tolerance: Tolerance,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is not a plain pass or fail.
    pub reason: Option<Reason>,
    /// The verdict by the interval, where the rule goes by the estimate.
    pub by_interval: Option<Verdict>,
    /// What was judged; only names where there was nothing.
    pub measurement: Row,
    /// People in the group that would settle it.
    pub settled_by: Option<u64>,
    /// The nearest value below parity that the sample could have shown.
    pub detectable_below: Option<f64>,
    /// The nearest value above parity that the sample could have shown.
    pub detectable_above: Option<f64>,
}

/// Rows that were not plainly used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exclusions {
    /// What befell them.
    pub what: Exclusion,
    /// Whether they still count.
    pub kept: bool,
    /// How many.
    pub rows: u64,
    /// By attribute and group.
    pub by_group: Vec<ExcludedRows>,
}

/// Rows of one group that were not plainly used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExcludedRows {
    /// The attribute.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// How many.
    pub rows: Shown<u64>,
}

/// One feature against one attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedProxy {
    /// The feature.
    pub feature: String,
    /// The attribute.
    pub attribute: String,
    /// Number or name.
    pub kind: FeatureKind,
    /// Declared justified.
    pub legitimate: bool,
    /// How the strength is measured.
    pub measure: Strength,
    /// The strength.
    pub strength: Option<f64>,
    /// The group best told by the feature.
    pub best_told: Option<String>,
    /// How well, as an area under the curve.
    pub auc: Option<f64>,
    /// p.
    pub p: Option<f64>,
    /// p after correction.
    pub p_adjusted: Option<f64>,
}

/// One group told by all features together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedJoint {
    /// The attribute.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Out-of-fold area under the curve.
    pub auc: f64,
    /// Its interval.
    pub low: f64,
    /// Its interval.
    pub high: f64,
    /// The highest area that shuffled groups gave.
    pub null_highest: f64,
    /// Share of shuffles at least as high.
    pub p: f64,
    /// Rows of the sample.
    pub rows: u64,
    /// Folds.
    pub folds: u32,
    /// Shuffles.
    pub permutations: u32,
}

/// Weights that would level the labels of one attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedReweighing {
    /// The attribute.
    pub attribute: String,
    /// The weights.
    pub weights: Vec<ReleasedWeight>,
    /// The base rate of every group under the weights, unless said otherwise.
    pub base_rate_after: f64,
    /// Effective people before.
    pub n_eff_before: f64,
    /// Effective people after.
    pub n_eff_after: f64,
    /// Groups that no weight can level, having people of one label only.
    pub unmoved: Vec<String>,
}

/// The weights of one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedWeight {
    /// The group.
    pub group: String,
    /// Factor of people with the favourable label.
    pub favourable: Option<f64>,
    /// Factor of people with the unfavourable label.
    pub unfavourable: Option<f64>,
    /// Base rate before.
    pub base_rate: Option<f64>,
    /// Withheld to protect a small group.
    pub suppressed: bool,
}

/// What earlier audits say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OverTime {
    /// Audits in the history, this one included.
    pub audits: u64,
    /// When the one before was made.
    pub previous: Option<String>,
    /// What changed since.
    pub changes: Vec<Change>,
    /// Each judged number over time.
    pub trends: Vec<Trend>,
}

/// One number now and before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Attribute.
    pub attribute: String,
    /// Group.
    pub group: String,
    /// Metric.
    pub metric: String,
    /// Reference.
    pub reference: String,
    /// Before.
    pub before: Option<f64>,
    /// Now.
    pub now: Option<f64>,
    /// Now less before.
    pub difference: Option<f64>,
    /// Its interval, both audits taken as independent samples.
    pub low: Option<f64>,
    /// Its interval.
    pub high: Option<f64>,
    /// p of no change.
    pub p: Option<f64>,
    /// p after Holm's correction over all changes.
    pub p_adjusted: Option<f64>,
    /// The change is beyond chance after correction.
    pub beyond_chance: bool,
}

/// One number over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trend {
    /// Attribute.
    pub attribute: String,
    /// Group.
    pub group: String,
    /// Metric.
    pub metric: String,
    /// Reference.
    pub reference: String,
    /// The audits, oldest first.
    pub points: Vec<TrendPoint>,
}

/// One audit of a trend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendPoint {
    /// When it was made.
    pub created: String,
    /// The number.
    pub value: Option<f64>,
    /// Its interval.
    pub low: Option<f64>,
    /// Its interval.
    pub high: Option<f64>,
}

/// Everything about an audit that may leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Release {
    /// Version of this document's schema.
    pub schema: u32,
    /// Title.
    pub title: String,
    /// How much was read.
    pub intake: Intake,
    /// Level of the intervals.
    pub confidence: f64,
    /// Groups with fewer people are not judged.
    pub min_group_size: u64,
    /// Counts from 1 to below this are withheld.
    pub min_cell: u64,
    /// The stratum columns.
    pub strata: Vec<String>,
    /// The rules.
    pub rules: Vec<ReleasedRule>,
    /// The verdicts.
    pub findings: Vec<ReleasedFinding>,
    /// Comparisons that p-values are adjusted for.
    pub family: u64,
    /// Attributes and intersections.
    pub divisions: Vec<ReleasedDivision>,
    /// The tidy table.
    pub measurements: Vec<Row>,
    /// Features against attributes, strongest first.
    pub proxies: Vec<ReleasedProxy>,
    /// All features together against attributes.
    pub joint_proxies: Vec<ReleasedJoint>,
    /// Weights that would level the labels.
    pub reweighing: Vec<ReleasedReweighing>,
    /// Rows that were not plainly used.
    pub exclusions: Vec<Exclusions>,
    /// Earlier audits, when a history is kept.
    pub over_time: Option<OverTime>,
    /// What a careful person would want to know about the data.
    pub warnings: Vec<String>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Withholds what could give a small group away, and makes the document that
/// formats may write.
///
/// A count from 1 to below `min_cell` is withheld wherever it would stand as a
/// numerator, as a denominator or as the rest of one; the rate, its interval
/// and its test go with it, and so do comparisons with it. Other numbers are
/// withheld as far as they would let it be computed. Zeros are shown. Verdicts
/// stay, marked.
pub fn suppress(report: Report) -> Release {
    let min_cell = report.plan.min_cell;
    let mut gate = Gate::new(&report, min_cell);
    let sizes = gate.sizes(&report);
    let order = gate.rows_in_order(&report.measurements.all);
    let mut shown = vec![false; report.measurements.all.len()];
    for at in order {
        shown[at] = gate.admit(&report.measurements.all[at]);
    }
    let adjusted: BTreeMap<String, f64> = report
        .judgement
        .findings
        .iter()
        .filter_map(|finding| Some((identity(finding.measurement.as_ref()?), finding.p_adjusted?)))
        .collect();
    let rows: Vec<Row> = report
        .measurements
        .all
        .iter()
        .zip(&shown)
        .map(|(m, shown)| match shown {
            true => Row::shown(m, adjusted.get(&identity(m)).copied()),
            false => Row::withheld(m),
        })
        .collect();
    let findings = report.judgement.findings.iter().map(|finding| released(finding, &rows, &report)).collect();
    let divisions = divisions(&report, &gate, &sizes);
    let reweighing = reweighing(&report, &gate);
    let proxies = proxies(&report, &sizes);
    let joint_proxies = joint_proxies(&report, min_cell);
    let exclusions = exclusions(&report, min_cell);
    let rules = report.plan.rules.iter().map(|rule| ReleasedRule {
        id: rule.id.clone(),
        metric: rule.metric.id(),
        tolerance: Tolerance { at_least: rule.at_least, at_most: rule.at_most },
        level: severity(rule.severity).into(),
        on: if rule.reading == Reading::Point { "point".into() } else { "interval".into() },
        basis: rule.basis.clone(),
    });
    Release {
        schema: 1,
        title: report.plan.title.clone().unwrap_or_else(|| "Audit of decisions by group".into()),
        intake: report.ledger.intake,
        confidence: report.plan.confidence.value(),
        min_group_size: report.plan.min_group_size,
        min_cell,
        strata: report.ledger.strata.clone(),
        rules: rules.collect(),
        findings,
        family: report.judgement.family as u64,
        divisions,
        measurements: rows,
        proxies,
        joint_proxies,
        reweighing,
        exclusions,
        over_time: None,
        warnings: report.warnings,
        provenance: Provenance { inputs: report.inputs, ..report.provenance },
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warn => "warn",
    }
}

fn identity(m: &Measurement) -> String {
    format!("{:?}", (&m.attribute, &m.group, &m.stratum, m.metric.id(), &m.reference))
}

fn released(finding: &Finding, rows: &[Row], report: &Report) -> ReleasedFinding {
    let wanted = finding.measurement.as_ref().map(identity);
    let at = report.measurements.all.iter().position(|m| Some(identity(m)) == wanted);
    let row = at.map(|at| rows[at].clone()).unwrap_or_else(|| Row {
        attribute: finding.attribute.clone(),
        group: finding.absent_group.clone().unwrap_or_default(),
        metric: finding.metric().id(),
        ..Row::default()
    });
    let hidden = row.suppressed;
    let (below, above) = finding.detectable.filter(|_| !hidden).unwrap_or_default();
    ReleasedFinding {
        rule: finding.rule.id.clone(),
        level: severity(finding.rule.severity).into(),
        tolerance: Tolerance { at_least: finding.rule.at_least, at_most: finding.rule.at_most },
        verdict: finding.verdict,
        reason: finding.reason,
        by_interval: finding.by_interval,
        measurement: row,
        settled_by: finding.settled_by.filter(|_| !hidden),
        detectable_below: below,
        detectable_above: above,
    }
}

/// Which numbers have been let through so far.
struct Gate<'r> {
    report: &'r Report,
    min_cell: u64,
    guard: Option<Guard>,
    index: BTreeMap<(usize, Group, Stratum, usize), usize>,
    scores: BTreeMap<(usize, Group), usize>,
    by_strata: bool,
    /// Base metrics that are shown: attribute, group, id.
    shown: std::collections::BTreeSet<(String, Option<Group>, &'static str)>,
}

/// More unknowns than this, and strata are not published.
const MOST_UNKNOWNS: usize = 2_000;

impl<'r> Gate<'r> {
    fn new(report: &'r Report, min_cell: u64) -> Gate<'r> {
        let mut gate = Gate {
            report,
            min_cell,
            guard: None,
            index: BTreeMap::new(),
            scores: BTreeMap::new(),
            by_strata: true,
            shown: std::collections::BTreeSet::new(),
        };
        if min_cell <= 1 {
            return gate;
        }
        gate.number_unknowns();
        if gate.index.len() > MOST_UNKNOWNS {
            gate.by_strata = false;
            gate.index.clear();
            gate.number_unknowns();
        }
        let unknowns = gate.index.len() + gate.scores.len();
        let (facts, secrets) = (gate.facts(), gate.secrets());
        gate.guard = Some(Guard::new(unknowns, &facts, &secrets));
        gate
    }

    fn frames(&self) -> &'r [Frame] {
        &self.report.ledger.frames
    }

    fn stratum_key(&self, stratum: &Stratum) -> Stratum {
        if self.by_strata { stratum.clone() } else { Stratum::default() }
    }

    fn number_unknowns(&mut self) {
        let mut places = std::collections::BTreeSet::new();
        for frame in self.frames() {
            for tally in frame.groups.values() {
                places.extend(tally.iter().map(|(stratum, outcome, _)| (self.stratum_key(stratum), outcome.index())));
            }
        }
        for (at, frame) in self.frames().iter().enumerate() {
            for group in frame.groups.keys() {
                for (stratum, outcome) in &places {
                    let next = self.index.len();
                    self.index.insert((at, group.clone(), stratum.clone(), *outcome), next);
                }
            }
        }
        let mut next = self.index.len();
        self.scores.clear();
        for (at, frame) in self.frames().iter().enumerate() {
            for group in frame.groups.keys() {
                self.scores.insert((at, group.clone()), next);
                next += 1;
            }
        }
    }

    /// What everyone knows: every division holds the same people, and an
    /// intersection refines its attributes.
    fn facts(&self) -> Vec<Sum> {
        let mut facts = Vec::new();
        let places: std::collections::BTreeSet<(&Stratum, usize)> =
            self.index.keys().map(|(_, _, stratum, outcome)| (stratum, *outcome)).collect();
        for (at, frame) in self.frames().iter().enumerate() {
            for (other_at, other) in self.frames().iter().enumerate().take(at) {
                let [column] = other.columns.as_slice() else { continue };
                let position = frame.columns.iter().position(|name| name == column);
                // An intersection adds up to each level of its attributes; two
                // attributes only add up to the same whole.
                let levels: Vec<Option<&Group>> = match position {
                    Some(_) => other.groups.keys().map(Some).collect(),
                    None => vec![None],
                };
                for level in levels {
                    let mine = |group: &&Group| match (level, position) {
                        (Some(level), Some(position)) => group.0[position] == level.0[0],
                        _ => true,
                    };
                    let theirs = |group: &&Group| level.is_none_or(|level| level == *group);
                    for (stratum, outcome) in &places {
                        let unknown = |at: usize, group: &Group| {
                            self.index.get(&(at, group.clone(), (*stratum).clone(), *outcome)).copied()
                        };
                        let left = frame.groups.keys().filter(mine).filter_map(|g| Some((unknown(at, g)?, 1)));
                        let right = other.groups.keys().filter(theirs).filter_map(|g| Some((unknown(other_at, g)?, -1)));
                        facts.push(left.chain(right).collect());
                    }
                    let score = |at: usize, group: &Group| self.scores[&(at, group.clone())];
                    let left = frame.groups.keys().filter(mine).map(|g| (score(at, g), 1));
                    let right = other.groups.keys().filter(theirs).map(|g| (score(other_at, g), -1));
                    facts.push(left.chain(right).collect());
                }
            }
        }
        facts
    }

    /// Every small count that a metric could show, and every score of a small group.
    fn secrets(&self) -> Vec<Sum> {
        let mut secrets = Vec::new();
        let sets = sets();
        for (at, frame) in self.frames().iter().enumerate() {
            for (group, tally) in &frame.groups {
                let mut strata: Vec<Option<Stratum>> = vec![None];
                if self.by_strata && !self.report.ledger.strata.is_empty() {
                    let mut seen: Vec<Stratum> = tally.iter().map(|(stratum, _, _)| stratum.clone()).collect();
                    seen.dedup();
                    strata.extend(seen.into_iter().map(Some));
                }
                for stratum in &strata {
                    for set in &sets {
                        let count = tally
                            .sum(|s, outcome| stratum.as_ref().is_none_or(|wanted| wanted == s) && set.contains(outcome))
                            .n;
                        if self.small(count) {
                            secrets.push(self.sum(at, |g| g == group, stratum.as_ref(), *set));
                        }
                    }
                }
                if self.small(tally.total().n) {
                    secrets.push(vec![(self.scores[&(at, group.clone())], 1)]);
                }
            }
        }
        secrets
    }

    fn small(&self, count: u64) -> bool {
        count > 0 && count < self.min_cell
    }

    /// The count of an outcome set among some groups, as a sum of unknowns.
    fn sum(&self, at: usize, keep: impl Fn(&Group) -> bool, stratum: Option<&Stratum>, set: Outcomes) -> Sum {
        self.index
            .iter()
            .filter(|((frame, group, s, outcome), _)| {
                *frame == at
                    && keep(group)
                    && stratum.is_none_or(|wanted| wanted == s)
                    && set.contains(Outcome::ALL[*outcome])
            })
            .map(|(_, unknown)| (*unknown, 1))
            .collect()
    }

    fn publish(&mut self, sums: &[Sum]) -> bool {
        self.guard.as_mut().is_none_or(|guard| guard.publish(sums))
    }

    fn frame_at(&self, attribute: &str) -> usize {
        self.frames().iter().position(|frame| frame.name() == attribute).unwrap_or(0)
    }

    /// The sizes of groups, before everything else.
    fn sizes(&mut self, report: &Report) -> BTreeMap<(String, Group), bool> {
        let mut sizes = BTreeMap::new();
        for division in &report.measurements.divisions {
            let at = self.frame_at(&division.attribute);
            for size in &division.groups {
                let sum = self.sum(at, |group| *group == size.group, None, everything());
                let shown = self.publish(&[sum]);
                sizes.insert((division.attribute.clone(), size.group.clone()), shown);
            }
        }
        sizes
    }

    /// The order in which numbers are let through; what comes late gives way.
    /// Rates of groups come before those of everyone: a few people without a
    /// recorded group must not cost the comparison that the audit is about.
    fn rows_in_order(&self, all: &[Measurement]) -> Vec<usize> {
        let rank = |m: &Measurement| {
            let stage = match m.metric {
                Metric::Base(base) => match (&m.group, m.attribute.contains('*'), m.stratum.is_some()) {
                    _ if base.rate().is_none() => 5,
                    (_, _, true) => 4,
                    (None, ..) => 1,
                    (Some(group), false, _) if !group.is_missing() => 0,
                    (Some(_), false, _) => 2,
                    (Some(_), true, _) => 3,
                },
                Metric::Compared(..) => 6,
                Metric::Summarised(..) => 7,
                Metric::Composite(_) => 8,
            };
            let base = match m.metric {
                Metric::Base(base) => BASES.iter().position(|other| other.id == base.id),
                _ => None,
            };
            (stage, base)
        };
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by_key(|&at| rank(&all[at]));
        order
    }

    /// Whether a measurement may be shown; when it may, it counts as known.
    fn admit(&mut self, m: &Measurement) -> bool {
        if self.guard.is_none() {
            return true;
        }
        if m.stratum.is_some() && !self.by_strata {
            return false;
        }
        match m.metric {
            Metric::Base(base) => {
                let shown = self.admit_base(base, m);
                if shown && m.stratum.is_none() {
                    self.shown.insert((m.attribute.clone(), m.group.clone(), base.id));
                }
                shown
            }
            Metric::Compared(base, _) => self.admit_comparison(base, m),
            Metric::Summarised(base, _) => self.all_groups_shown(base, m),
            Metric::Composite(_) => match m.metric.parts() {
                Some((Metric::Compared(a, _), Metric::Compared(b, _))) => {
                    self.admit_comparison(a, m) && self.admit_comparison(b, m)
                }
                Some((Metric::Summarised(a, _), Metric::Summarised(b, _))) => {
                    self.all_groups_shown(a, m) && self.all_groups_shown(b, m)
                }
                _ => false,
            },
        }
    }

    fn is_shown(&self, attribute: &str, group: Option<&Group>, base: &'static str) -> bool {
        self.shown.contains(&(attribute.to_string(), group.cloned(), base))
    }

    fn admit_base(&mut self, base: &'static Base, m: &Measurement) -> bool {
        let at = self.frame_at(&m.attribute);
        let keep = |group: &Group| m.group.as_ref().is_none_or(|wanted| wanted == group);
        match base.value {
            Value::Rate(rate) => {
                let sums = [rate.numerator(), rate.denominator()].map(|set| self.sum(at, keep, m.stratum.as_ref(), set));
                self.publish(&sums)
            }
            Value::MeanScore => {
                let unknowns = self.scores.iter().filter(|((frame, group), _)| *frame == at && keep(group));
                let score: Sum = unknowns.map(|(_, unknown)| (*unknown, 1)).collect();
                let size = self.sum(at, keep, None, everything());
                self.publish(&[score, size])
            }
            Value::Auc | Value::Brier | Value::ExpectedCalibrationError => {
                self.is_shown(&m.attribute, m.group.as_ref(), "base_rate") && self.every_group(m, "base_rate")
            }
            Value::BalancedAccuracy | Value::F1 | Value::MatthewsCorrelation | Value::Quotient(..) => {
                ["tpr", "fpr"].iter().all(|id| self.is_shown(&m.attribute, m.group.as_ref(), id))
            }
        }
    }

    /// Numbers that add up over groups are shown for all groups or for none.
    fn every_group(&self, m: &Measurement, base: &'static str) -> bool {
        let attribute = &m.attribute;
        match self.report.measurements.divisions.iter().find(|division| division.attribute == *attribute) {
            Some(division) => division.groups.iter().all(|size| self.is_shown(attribute, Some(&size.group), base)),
            None => true,
        }
    }

    fn all_groups_shown(&self, base: &'static Base, m: &Measurement) -> bool {
        let division = self.report.measurements.divisions.iter().find(|division| division.attribute == m.attribute);
        division.is_none_or(|division| {
            let mut compared = division.groups.iter().filter(|size| !size.group.is_missing());
            compared.all(|size| self.is_shown(&m.attribute, Some(&size.group), base.id))
        })
    }

    fn admit_comparison(&mut self, base: &'static Base, m: &Measurement) -> bool {
        if !self.is_shown(&m.attribute, m.group.as_ref(), base.id) {
            return false;
        }
        let (Some(reference), Some(group)) = (&m.reference, &m.group) else { return false };
        let keep = |other: &Group| match reference {
            Against::Group(reference) => other == reference,
            Against::Overall => !other.is_missing(),
            Against::Rest => other != group && !other.is_missing(),
        };
        if let Against::Group(reference) = reference {
            return self.is_shown(&m.attribute, Some(reference), base.id);
        }
        let Some(rate) = base.rate() else { return self.is_shown("", None, base.id) };
        let at = self.frame_at(&m.attribute);
        let count = |set: Outcomes| -> u64 {
            let groups = self.frames()[at].groups.iter().filter(|(group, _)| keep(group));
            groups.map(|(_, tally)| tally.sum(|_, outcome| set.contains(outcome)).n).sum()
        };
        let (hits, all) = (count(rate.numerator()), count(rate.denominator()));
        if self.small(hits) || self.small(all) || self.small(all - hits) {
            return false;
        }
        let sums = [rate.numerator(), rate.denominator()].map(|set| self.sum(at, keep, None, set));
        self.publish(&sums)
    }
}

fn everything() -> Outcomes {
    Outcome::ALL.into_iter().fold(TP, |all, outcome| all.or(Outcomes::of(outcome.label, outcome.decision)))
}

/// Every set whose count a metric shows.
fn sets() -> Vec<Outcomes> {
    let mut sets = vec![everything(), TP, FP, FN, TN];
    for rate in BASES.iter().filter_map(Base::rate) {
        sets.extend([rate.numerator(), rate.denominator(), rate.complement().numerator()]);
    }
    let mut unique: Vec<Outcomes> = Vec::new();
    for set in sets {
        if !unique.contains(&set) {
            unique.push(set);
        }
    }
    unique
}

fn divisions(report: &Report, gate: &Gate<'_>, sizes: &BTreeMap<(String, Group), bool>) -> Vec<ReleasedDivision> {
    let divisions = report.measurements.divisions.iter();
    divisions
        .map(|division| {
            let attribute = &division.attribute;
            let size_shown = |group: &Group| sizes.get(&(attribute.clone(), group.clone())).copied().unwrap_or(false);
            let reversals = division.reversals.iter().map(|reversal| {
                let known = gate.guard.is_none() || gate.is_shown(attribute, Some(&reversal.group), reversal.metric);
                super::words::reversal(reversal, division, &report.ledger.strata, known)
            });
            let groups = division.groups.iter().map(|size| {
                let shown = size_shown(&size.group);
                ReleasedGroup {
                    group: size.group.to_string(),
                    n: Shown::when(shown, size.n),
                    n_eff: Shown::when(shown, size.n_eff),
                    share: Shown::when(shown, size.share),
                    too_small: size.too_small,
                    missing: size.group.is_missing(),
                }
            });
            let curves = division.groups.iter().filter(|size| size_shown(&size.group)).map(|size| CalibrationCurve {
                group: size.group.to_string(),
                bins: size
                    .calibration
                    .iter()
                    .filter(|bin| bin.n >= gate.min_cell as f64)
                    .map(|bin| Calibrated { low: bin.low, high: bin.high, mean_score: bin.mean_score, rate: bin.rate })
                    .collect(),
            });
            ReleasedDivision {
                attribute: attribute.clone(),
                reference: division.reference.as_ref().map(ToString::to_string),
                data_chosen: division.data_chosen,
                groups: groups.collect(),
                reversals: reversals.collect(),
                calibration: curves.filter(|curve| !curve.bins.is_empty()).collect(),
            }
        })
        .collect()
}

fn reweighing(report: &Report, gate: &Gate<'_>) -> Vec<ReleasedReweighing> {
    let tables = report.reweighings.iter();
    tables
        .map(|table| ReleasedReweighing {
            attribute: table.attribute.clone(),
            weights: table
                .before
                .iter()
                .map(|(group, rate)| {
                    let shown = gate.guard.is_none() || gate.is_shown(&table.attribute, Some(group), "base_rate");
                    let factor = |favourable| {
                        let mut cells = table.weights.iter();
                        cells.find(|w| w.group == *group && w.favourable == favourable).and_then(|w| w.factor)
                    };
                    ReleasedWeight {
                        group: group.to_string(),
                        favourable: factor(true).filter(|_| shown),
                        unfavourable: factor(false).filter(|_| shown),
                        base_rate: rate.filter(|_| shown),
                        suppressed: !shown,
                    }
                })
                .collect(),
            base_rate_after: table.overall,
            n_eff_before: table.n_eff_before,
            n_eff_after: table.n_eff_after,
            unmoved: table.unmoved.iter().map(ToString::to_string).collect(),
        })
        .collect()
}

fn proxies(report: &Report, sizes: &BTreeMap<(String, Group), bool>) -> Vec<ReleasedProxy> {
    let pairs = report.proxies.associations.iter();
    pairs
        .map(|pair| {
            let told = pair
                .best_told
                .as_ref()
                .filter(|(group, _)| sizes.get(&(pair.attribute.clone(), group.clone())).copied().unwrap_or(false));
            ReleasedProxy {
                feature: pair.feature.clone(),
                attribute: pair.attribute.clone(),
                kind: pair.kind,
                legitimate: pair.legitimate,
                measure: pair.measure,
                strength: pair.strength,
                best_told: told.map(|(group, _)| group.to_string()),
                auc: told.map(|(_, auc)| *auc),
                p: pair.p,
                p_adjusted: pair.p_adjusted,
            }
        })
        .collect()
}

fn joint_proxies(report: &Report, min_cell: u64) -> Vec<ReleasedJoint> {
    let mut released = Vec::new();
    for joint in &report.proxies.joint {
        for group in joint.groups.iter().filter(|group| group.n >= min_cell) {
            released.push(ReleasedJoint {
                attribute: joint.attribute.clone(),
                group: group.group.to_string(),
                auc: group.auc,
                low: group.low,
                high: group.high,
                null_highest: group.null_highest,
                p: group.p,
                rows: joint.rows,
                folds: joint.folds,
                permutations: joint.permutations,
            });
        }
    }
    released
}

/// Rows by group, the small counts withheld, and one more of the same
/// attribute where a single one would follow from the total.
fn exclusions(report: &Report, min_cell: u64) -> Vec<Exclusions> {
    let mut released = Vec::new();
    for (what, excluded) in &report.ledger.exclusions {
        let mut by_group = Vec::new();
        for attribute in &report.plan.attributes {
            let mut counts: Vec<(&Group, u64, bool)> = excluded
                .by_group
                .iter()
                .filter(|((name, _), _)| *name == attribute.column)
                .map(|((_, group), rows)| (group, *rows, *rows == 0 || *rows >= min_cell))
                .collect();
            let hidden = counts.iter().filter(|(_, _, shown)| !shown).count();
            if hidden == 1 {
                let next = counts.iter_mut().filter(|(_, _, shown)| *shown).min_by_key(|(_, rows, _)| *rows);
                if let Some((_, _, shown)) = next {
                    *shown = false;
                }
            }
            by_group.extend(counts.into_iter().map(|(group, rows, shown)| ExcludedRows {
                attribute: attribute.column.clone(),
                group: group.to_string(),
                rows: Shown::when(shown, rows),
            }));
        }
        released.push(Exclusions { what: *what, kept: what.kept(), rows: excluded.rows, by_group });
    }
    released
}
