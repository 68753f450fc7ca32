//! What was measured: a number with all that it came from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CalibrationBin;
use crate::catalogue::Metric;
use crate::cells::{Cell, Group, Quantity, Stratum, Why};
use crate::stats::{Interval, Level};

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Wilson's score interval of a proportion.
    Wilson,
    /// Wilson's interval of a share, as odds.
    WilsonOdds,
    /// Wilson's interval of the Jaccard share, as F1.
    WilsonJaccard,
    /// Newcombe's hybrid score interval of a difference.
    Newcombe,
    /// Miettinen and Nurminen's score interval of a ratio.
    MiettinenNurminen,
    /// Woolf's interval of an odds ratio.
    Woolf,
    /// From the intervals of the parts.
    Mover,
    /// Student's interval of a mean.
    StudentT,
    /// Welch's interval of a difference of means.
    Welch,
    /// DeLong's interval of an area, on the logit scale.
    DeLong,
    /// Newcombe's score-type interval of an area, with DeLong's.
    NewcombeArea,
    /// Wald's interval on the log scale for two shares of the same people.
    PairedLog,
    /// Sato's interval of a pooled difference.
    Sato,
    /// Robins, Breslow and Greenland's interval of a pooled odds ratio.
    RobinsBreslowGreenland,
    /// Intervals of all pairs or groups that hold together.
    Simultaneous,
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
}

/// A test of parity.
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
    pub(super) interval: Option<(Interval, Method)>,
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
            interval: None,
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
        Measured { quantity: Quantity::Undefined(why), interval: None, ..self }
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
    /// The test of parity.
    pub test: Option<Test>,
    /// At most this far from the value that ungridded scores would give.
    pub error_bound: Option<f64>,
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
    /// Sentences about strata that point the other way.
    pub reversals: Vec<Reversal>,
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
