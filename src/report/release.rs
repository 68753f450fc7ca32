//! What may leave: the document that every format lays out.
//!
//! [`suppress`](super::suppress) makes it from a report; a saved document can
//! be read again. Nothing else can bring one about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Row;
use crate::cells::{Exclusion, FeatureKind, Input, Intake, Membership};
use crate::judge::{Reason, Verdict};
use crate::proxy::Strength;

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

    pub(super) fn when(shown: bool, value: T) -> Shown<T> {
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
    /// SHA-256 of the plan file; with flags of the file and the flags.
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
    /// How people came into the groups.
    pub membership: Membership,
    /// Its groups.
    pub groups: Vec<ReleasedGroup>,
    /// The figures of employment practice, one line a group.
    pub practice: Vec<ReleasedPractice>,
    /// What strata say of each gap.
    pub within_strata: Vec<ReleasedWithin>,
    /// Where groups are estimated: numbers by chances beside those by the likeliest level.
    pub estimates: Vec<ReleasedEstimate>,
    /// What strata say against the comparison of everyone, in sentences.
    pub reversals: Vec<String>,
    /// Calibration curves, where the score is a probability.
    pub calibration: Vec<CalibrationCurve>,
}

/// The selection of a group against that of its reference, in the figures of
/// employment practice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedPractice {
    /// The group.
    pub group: String,
    /// Distance from parity in standard deviations; negative when the group is behind.
    pub standard_deviations: Option<f64>,
    /// p of Fisher's exact test, two-sided.
    pub fisher_p: Option<f64>,
    /// Its mid-p.
    pub mid_p: Option<f64>,
    /// Selections short of the rate of the reference.
    pub shortfall: f64,
    /// Selections short of the rate of both together.
    pub shortfall_pooled: f64,
    /// Cohen's h.
    pub cohens_h: f64,
}

/// What strata say of the gap between a group and its reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedWithin {
    /// The group.
    pub group: String,
    /// The metric.
    pub metric: String,
    /// The gap: the sum of the two parts.
    pub gap: f64,
    /// The part that comes of the spread over strata (Kitagawa 1955). None where no stratum
    /// has people of both.
    pub composition: Option<f64>,
    /// The part that comes of the rates within strata. None likewise.
    pub rates: Option<f64>,
    /// p of the test that the odds ratio is the same in all strata.
    pub homogeneity_p: Option<f64>,
}

/// A number of an estimated attribute, by chances and by the likeliest level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedEstimate {
    /// The group.
    pub group: String,
    /// The metric.
    pub metric: String,
    /// With the chances as weights.
    pub weighted: f64,
    /// With everyone in the likeliest group.
    pub thresholded: f64,
    /// Thresholded less weighted.
    pub gap: f64,
    /// On which side of the truth the weighted number lies if the outcome goes with the group
    /// among people with the same chances as it does between people with different ones. If
    /// it does not go with it at all, the number is right; if it goes the other way, it errs
    /// on the other side.
    pub weighted_errs: Option<Side>,
    /// On which side of the truth the number by the likeliest level lies if the weighted one
    /// is right.
    pub thresholded_errs: Option<Side>,
}

/// On which side of the truth a number lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Below it.
    Low,
    /// Above it.
    High,
}

impl Side {
    /// The side on which a number lies that should be `truth`; none where it is.
    pub(super) fn of(number: f64, truth: f64) -> Option<Side> {
        match number.partial_cmp(&truth)? {
            std::cmp::Ordering::Less => Some(Side::Low),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Side::High),
        }
    }
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

/// What a column means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedRole {
    /// `decision`, `label`, `score`, `weight`, `count`, `cluster` and so on, as in the plan.
    pub role: String,
    /// The column.
    pub column: String,
    /// Which of its values is good for the person.
    pub meaning: String,
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
    /// The error at which the interval would touch the tolerance, where the
    /// estimate lies outside of it.
    pub p_outside: Option<f64>,
    /// The same after Holm's correction over all verdicts.
    pub p_outside_adjusted: Option<f64>,
    /// The probability that the tolerance is broken, where the plan asks for it.
    pub probability: Option<f64>,
    /// Decisions that would have to move between the two sides for the estimate
    /// to cross the tolerance.
    pub moves: Option<u64>,
    /// What the rule makes of people without a recorded group: `ignore` or `worst`.
    pub unknown: String,
    /// The smallest value that the unknown groups of people allow.
    pub unknown_low: Option<f64>,
    /// The largest value that the unknown groups of people allow.
    pub unknown_high: Option<f64>,
    /// The lower end of the interval of the smallest value.
    pub worst_case_low: Option<f64>,
    /// The upper end of the interval of the largest value; none where it has no bound.
    pub worst_case_high: Option<f64>,
    /// The rule goes by them, and they are withheld.
    pub worst_case_withheld: bool,
    /// The groups are estimated by chances.
    pub estimated: bool,
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
    pub base_rate_after: Shown<f64>,
    /// Effective people before.
    pub n_eff_before: Shown<f64>,
    /// Effective people after.
    pub n_eff_after: Shown<f64>,
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
    /// The plan or its flags have changed since.
    pub plan_changed: bool,
    /// Whether the audit before was of the same data; absent when its files were told by
    /// another hash, which cannot be compared.
    pub same_data: Option<bool>,
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
    /// Class against all others; empty for label and decision.
    pub class: String,
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
    /// Class against all others; empty for label and decision.
    pub class: String,
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
#[non_exhaustive]
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
    /// What the columns mean.
    pub roles: Vec<ReleasedRole>,
    /// The rules.
    pub rules: Vec<ReleasedRule>,
    /// What a gate makes of a rule that could not be decided.
    pub on_inconclusive: String,
    /// The verdicts.
    pub findings: Vec<ReleasedFinding>,
    /// Verdicts that p-values and failures are adjusted for.
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
