//! What was measured: a number with all that it came from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CalibrationBin;
use super::evidence::Evidence;
use super::unknown::Reach;
use crate::catalogue::Metric;
use crate::cells::{Cell, Group, Membership, Quantity, Stratum, Why};
use crate::stats::{DifferenceMethod, Interval, Intervals, Level, ProportionMethod, RatioMethod};

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Wilson's score interval of a proportion.
    Wilson,
    /// Clopper and Pearson's exact interval of a proportion.
    ClopperPearson,
    /// Jeffreys' interval of a proportion.
    Jeffreys,
    /// The interval of a share, as odds.
    ProportionOdds,
    /// The interval of the Jaccard share, as F1.
    ProportionJaccard,
    /// Newcombe's hybrid score interval of a difference.
    Newcombe,
    /// Miettinen and Nurminen's score interval of a difference.
    MiettinenNurminenDifference,
    /// Miettinen and Nurminen's score interval of a ratio.
    MiettinenNurminen,
    /// Koopman's score interval of a ratio.
    Koopman,
    /// Katz' log interval of a ratio.
    Katz,
    /// Woolf's interval of an odds ratio.
    Woolf,
    /// On the arcsine scale, where the variance of a rate depends on its size alone.
    Arcsine,
    /// From the intervals of the parts.
    Mover,
    /// Student's interval of a mean.
    StudentT,
    /// Student's interval of the mean of a loss, corrected for skewness.
    StudentSkewed,
    /// Welch's interval of a difference of means.
    Welch,
    /// Of a distance of shares, from the score interval of their difference.
    ScoreDistance,
    /// Hedges and Olkin's interval of a standardized difference.
    HedgesOlkin,
    /// DeLong's interval of an area, on the logit scale.
    DeLong,
    /// Newcombe's score-type interval of an area, with DeLong's.
    NewcombeArea,
    /// Wald's interval on the log scale for two shares of the same people.
    PairedLog,
    /// Student's interval with a linearised standard error.
    Linearised,
    /// Student's interval of a quotient over ranked lists.
    OverLists,
    /// From the ends of both intervals, where the two are not independent.
    EndsOfBoth,
    /// Sato's interval of a pooled difference.
    Sato,
    /// Robins, Breslow and Greenland's interval of a pooled odds ratio.
    RobinsBreslowGreenland,
    /// Between percentiles of resampled values.
    BootstrapPercentile,
    /// Between percentiles of what the shares of cells may be.
    JeffreysCells,
    /// The same, turned over at the estimate.
    JeffreysCellsTurned,
    /// By how far resamples lie from the sample, in the same distance.
    BootstrapDistance,
    /// Intervals of all pairs that hold together.
    AllPairs,
    /// Intervals of all groups that hold together.
    AllGroups,
}

impl Method {
    pub(super) fn of_proportion(method: ProportionMethod) -> Method {
        match method {
            ProportionMethod::Wilson => Method::Wilson,
            ProportionMethod::ClopperPearson => Method::ClopperPearson,
            ProportionMethod::Jeffreys => Method::Jeffreys,
        }
    }

    pub(super) fn of_difference(method: DifferenceMethod) -> Method {
        match method {
            DifferenceMethod::Newcombe => Method::Newcombe,
            DifferenceMethod::MiettinenNurminen => Method::MiettinenNurminenDifference,
        }
    }

    pub(super) fn of_ratio(method: RatioMethod) -> Method {
        match method {
            RatioMethod::MiettinenNurminen => Method::MiettinenNurminen,
            RatioMethod::Koopman => Method::Koopman,
            RatioMethod::Katz => Method::Katz,
        }
    }
}

/// Which test a p-value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestMethod {
    /// Pooled two-proportion z.
    PooledZ,
    /// Fisher's exact test.
    Fisher,
    /// χ² of homogeneity.
    ChiSquare,
    /// Cochran–Mantel–Haenszel.
    CochranMantelHaenszel,
    /// Welch's t.
    Welch,
    /// The largest difference of a pair against the range of so many.
    AllPairs,
    /// Kolmogorov and Smirnov's.
    KolmogorovSmirnov,
    /// Breslow and Day's test with Tarone's correction.
    BreslowDayTarone,
    /// Hosmer and Lemeshow's test that scores are the rates.
    HosmerLemeshow,
    /// The test that as many labels are favourable as scores announce.
    CalibrationInTheLarge,
    /// The error at which the interval touches parity.
    Inverted,
    /// The error at which the interval of the worst group touches the tolerance.
    Tolerance,
}

/// A test of parity; of a calibration error or ratio, that scores are the rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// Which.
    pub method: TestMethod,
    /// Its statistic, where it has one.
    pub statistic: Option<f64>,
    /// Two-sided p.
    pub p: f64,
}

/// A number with all that it came from, before it is known whose it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(super) quantity: Quantity,
    pub(super) evidence: Evidence,
    /// Where the interval may lie, if not wherever the metric may.
    pub(super) range: Option<(f64, f64)>,
    pub(super) n: u64,
    pub(super) n_eff: f64,
    pub(super) numerator: Option<f64>,
    pub(super) denominator: Option<f64>,
    pub(super) test: Option<Test>,
    pub(super) error_bound: Option<f64>,
}

impl Measured {
    pub(super) fn new(value: f64, people: &Cell) -> Measured {
        Measured {
            quantity: Quantity::finite(value, Why::EmptyDenominator),
            evidence: Evidence::None,
            range: None,
            n: people.n,
            n_eff: people.effective(),
            numerator: None,
            denominator: None,
            test: None,
            error_bound: None,
        }
    }

    pub(super) fn undefined(why: Why, people: &Cell) -> Measured {
        Measured { quantity: Quantity::Undefined(why), ..Measured::new(0.0, people) }
    }

    pub(super) fn became(self, why: Why) -> Measured {
        Measured { quantity: Quantity::Undefined(why), evidence: Evidence::None, test: None, ..self }
    }
}

/// With whom a group was compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Against {
    /// Another group.
    Group(Group),
    /// Everyone.
    Overall,
    /// Everyone outside the group.
    Rest,
}

impl std::fmt::Display for Against {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Against::Group(group) => write!(f, "{group}"),
            Against::Overall => f.write_str("(overall)"),
            Against::Rest => f.write_str("(rest)"),
        }
    }
}

/// One number, with everything that it came from.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// The attribute or intersection; empty for everyone.
    pub attribute: String,
    /// The group; none for everyone, and for a summary over groups.
    pub group: Option<Group>,
    /// The stratum; none for all strata together.
    pub stratum: Option<Stratum>,
    /// The class against all others; none for label and decision.
    pub class: Option<Class>,
    /// What was measured.
    pub metric: Metric,
    /// With whom it was compared.
    pub reference: Option<Against>,
    /// The number, or why there is none.
    pub quantity: Quantity,
    /// Its interval and how that was made.
    pub interval: Option<(Interval, Method)>,
    /// The level of the interval.
    pub level: Level,
    /// People in the denominator (of the group, in a comparison).
    pub n: u64,
    /// Their effective number.
    pub n_eff: f64,
    /// Weight of the numerator, for quotients.
    pub numerator: Option<f64>,
    /// Weight of the denominator, for quotients.
    pub denominator: Option<f64>,
    /// The test of parity, or of calibration.
    pub test: Option<Test>,
    /// At most this far from the value that ungridded scores would give.
    pub error_bound: Option<f64>,
    /// What it may be if the people without a recorded group had one.
    pub unknown: Option<Unknown>,
    /// Of a summary, the number and its evidence without groups that are too small
    /// to judge, where there are such.
    pub(crate) without_small: Option<(Quantity, Evidence)>,
    /// What the interval is made of, and where it may lie.
    pub(crate) evidence: Evidence,
    pub(crate) range: (f64, f64),
    pub(crate) choice: Intervals,
}

impl Measurement {
    /// The interval at another level.
    pub fn interval_at(&self, level: Level) -> Option<(Interval, Method)> {
        let value = self.quantity.value()?;
        let (interval, method) = self.evidence.at(value, level, &self.choice)?;
        // What scores that were taken as one may hide is no chance: it comes on top.
        let off = match &self.evidence {
            Evidence::Area(..) => 0.0,
            _ => self.error_bound.unwrap_or(0.0),
        };
        let widened = Interval::new(interval.low - off, interval.high + off);
        Some((widened.clamp(self.range.0, self.range.1).around(value), method))
    }

    /// From the lower end of the interval of the smallest value that people
    /// without a recorded group allow to the upper end of that of the largest;
    /// none where it is not known.
    pub fn worst_case_at(&self, level: Level) -> Option<Interval> {
        let unknown = self.unknown.as_ref()?;
        let interval = unknown.reach.at(level, &self.choice)?.clamp(self.range.0, self.range.1);
        let interval = interval.around(unknown.low).around(unknown.high);
        // Without the unknown people less is known: what is not certain of the others
        // alone is not certain of all.
        Some(match self.interval_at(level) {
            Some((own, _)) => Interval::new(interval.low.min(own.low), interval.high.max(own.high)),
            None => interval,
        })
    }
}

/// A class of several.
pub type Class = crate::cells::Level;

/// The range of a number over all groups that people without a recorded one
/// may be in: the worst and the best case.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// The smallest value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
    pub(crate) reach: Reach,
}

impl Unknown {
    /// The same of so many times the people, recorded or not.
    pub(crate) fn scaled(&self, times: f64) -> Option<Unknown> {
        Some(Unknown { reach: self.reach.scaled(times)?, ..self.clone() })
    }
}

/// Who is in a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupSize {
    /// The group.
    pub group: Group,
    /// People.
    pub n: u64,
    /// Effective people.
    pub n_eff: f64,
    /// Share of the whole weight.
    pub share: f64,
    /// Fewer people than the plan asks for.
    pub too_small: bool,
    /// Where the group is estimated, how much the chances tell of who is in it: the
    /// share of the variance of membership that lies between chances, from 0 (everyone
    /// has the same) to 1 (all are 0 or 1). None where it is recorded, or people have
    /// weights.
    pub told_by_chances: Option<f64>,
    /// Their calibration curve; empty without probability and label.
    pub calibration: Vec<CalibrationBin>,
}

/// An attribute or intersection, and what its groups were compared with.
#[derive(Clone, Debug)]
pub struct Division {
    /// The attribute's name.
    pub attribute: String,
    /// Its groups in order.
    pub groups: Vec<GroupSize>,
    /// The reference, if the data have it; `Rest` and `Overall` always.
    pub reference: Option<Against>,
    /// The reference was chosen by looking at the rates.
    pub data_chosen: bool,
    /// Comparisons of everyone that strata contradict.
    pub reversals: Vec<Reversal>,
    /// What strata say of each gap.
    pub within: Vec<WithinStrata>,
    /// The figures of employment practice, one line a group.
    pub practice: Vec<Practice>,
    /// How people came into the groups.
    pub membership: Membership,
}

/// What strata say of the gap between a group and its reference.
#[derive(Clone, Debug, PartialEq)]
pub struct WithinStrata {
    /// The group.
    pub group: Group,
    /// The base metric.
    pub metric: &'static str,
    /// The gap: the sum of the two parts.
    pub gap: f64,
    /// The part that comes of the spread over strata. None where no stratum
    /// has people of both.
    pub composition: Option<f64>,
    /// The part that comes of the rates within strata. None likewise.
    pub rates: Option<f64>,
    /// The test that the odds ratio is the same in all strata.
    pub homogeneity: Option<Test>,
}

/// The selection of a group against that of its reference, in the figures of
/// employment practice.
#[derive(Clone, Debug, PartialEq)]
pub struct Practice {
    /// The group.
    pub group: Group,
    /// Distance from parity in standard deviations; negative when the group is behind.
    pub standard_deviations: Option<f64>,
    /// Fisher's exact test, two-sided; none for weights.
    pub fisher_p: Option<f64>,
    /// The mid-p of Fisher's test.
    pub mid_p: Option<f64>,
    /// Selections that the group is short of the rate of the reference; negative when ahead.
    pub shortfall: f64,
    /// Selections that the group is short of the rate of both together.
    pub shortfall_pooled: f64,
    /// Cohen's h.
    pub cohens_h: f64,
}

/// A pooled comparison that strata contradict.
#[derive(Clone, Debug, PartialEq)]
pub struct Reversal {
    /// The group.
    pub group: Group,
    /// The base metric.
    pub metric: &'static str,
    /// The difference of everyone.
    pub overall: f64,
    /// The difference within strata.
    pub within: f64,
    /// Both beyond chance: Simpson's paradox.
    pub beyond_chance: bool,
}

/// Everything that was measured.
#[derive(Clone, Debug)]
pub struct Measurements {
    /// Attributes and intersections.
    pub divisions: Vec<Division>,
    /// All numbers, in a fixed order.
    pub all: Vec<Measurement>,
}
