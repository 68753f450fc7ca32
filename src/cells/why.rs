//! Absence as a value: a number, or the reason there is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a number does not exist. One word for the machine, one sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nobody in the group.
    EmptyGroup,
    /// 0/0: nobody in the group is in the denominator of the rate.
    EmptyDenominator,
    /// The denominator of a quotient is zero, and the numerator is not.
    ZeroDenominator,
    /// A comparison with a rate of zero: the ratio has no bound.
    ZeroReference,
    /// Both rates of a ratio are zero.
    BothZero,
    /// The reference has no value.
    UndefinedReference,
    /// The group being compared has no value.
    UndefinedGroup,
    /// Fewer than two groups with a value.
    TooFewGroups,
    /// Everyone in the group has the same label, so no pair can be ranked.
    OneClass,
    /// Everyone has the same outcome, so nothing can go together with it, and its odds have no bound.
    Constant,
    /// The score is not a probability, and the metric needs one.
    NotAProbability,
    /// All weights in the group are zero.
    ZeroWeight,
    /// The catalogue has no interval method for this quantity.
    NoIntervalMethod,
    /// Too few rows to estimate the spread.
    TooFewRows,
    /// The reference contains the group, which this comparison does not allow.
    ReferenceContainsGroup,
    /// The plan's reference group is not in the data.
    NoSuchReference,
    /// Nobody with a recorded group is outside of this one.
    NothingOutside,
    /// The plan gives no share of the population for this group.
    NoPopulation,
    /// A score was certain, and wrong: its loss has no bound.
    CertainAndWrong,
    /// Someone has no benefit at all, and the index takes its logarithm.
    ZeroBenefit,
    /// Nobody of the group is among the first places, so the logarithm has no bound.
    NobodyOnTop,
    /// Where the one has people the other has none, so their divergence has no bound.
    NotAbsolutelyContinuous,
    /// No stratum has both the group and the reference, or none varies.
    NoSharedStratum,
}

impl Why {
    /// The reason in words, as it completes "no value: …".
    pub fn sentence(self) -> &'static str {
        match self {
            Why::EmptyGroup => "nobody is in this group",
            Why::EmptyDenominator => "nobody in the group is in the denominator (0/0)",
            Why::ZeroDenominator => "the denominator is zero, so the quotient has no bound",
            Why::ZeroReference => "the reference rate is zero, so the ratio has no bound",
            Why::BothZero => "both rates are zero (0/0)",
            Why::UndefinedReference => "the reference group has no value",
            Why::UndefinedGroup => "the group has no value",
            Why::TooFewGroups => "fewer than two groups have a value",
            Why::OneClass => "everyone in the group has the same label",
            Why::Constant => "everyone has the same outcome",
            Why::NotAProbability => "the score is not between 0 and 1, so it is no probability",
            Why::ZeroWeight => "all weights in the group are zero",
            Why::NoIntervalMethod => "no interval method for this quantity",
            Why::ReferenceContainsGroup => {
                "the reference contains the group, so the two cannot be pooled within strata"
            }
            Why::NoSuchReference => "the reference group is not in the data",
            Why::NoSharedStratum => "no stratum has both groups and both outcomes",
            Why::NothingOutside => "nobody with a recorded group is outside of this one",
            Why::NoPopulation => "the plan gives no share of the population for this group",
            Why::CertainAndWrong => "a score was certain and wrong, so the loss has no bound",
            Why::ZeroBenefit => "someone has no benefit, so the logarithm has no bound",
            Why::NobodyOnTop => "nobody of the group is among the first places, so the logarithm has no bound",
            Why::NotAbsolutelyContinuous => {
                "one of the two has nobody where the other has people, so the divergence has no bound"
            }
            Why::TooFewRows => "too few rows to estimate the spread",
        }
    }
}

/// A number, or the reason there is none. Never NaN, never infinite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// There is a number.
    Value(f64),
    /// There is none, and why.
    Undefined(Why),
}

impl Quantity {
    /// `numerator / denominator`, or `why` when the denominator is zero.
    pub fn ratio(numerator: f64, denominator: f64, why: Why) -> Quantity {
        Quantity::finite(numerator / denominator, why)
    }

    /// The number if it is finite, else the reason given.
    pub fn finite(number: f64, why: Why) -> Quantity {
        if number.is_finite() { Quantity::Value(number) } else { Quantity::Undefined(why) }
    }

    /// The number, if there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Quantity::Value(value) => Some(value),
            Quantity::Undefined(_) => None,
        }
    }

    /// The reason, if there is no number.
    pub fn why(self) -> Option<Why> {
        match self {
            Quantity::Value(_) => None,
            Quantity::Undefined(why) => Some(why),
        }
    }
}
