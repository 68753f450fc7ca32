//! Which of several good intervals is made.

use super::difference::{miettinen_nurminen_difference, newcombe};
use super::level::{Interval, Level};
use super::proportion::{Proportion, clopper_pearson, jeffreys, wilson};
use super::ratio::{
    katz_ratio, koopman_ratio, miettinen_nurminen_ratio, smallest_katz_ratio, smallest_koopman_ratio,
    smallest_miettinen_nurminen_ratio,
};

/// The interval of one proportion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProportionMethod {
    /// [`wilson`].
    #[default]
    Wilson,
    /// [`clopper_pearson`].
    ClopperPearson,
    /// [`jeffreys`].
    Jeffreys,
}

impl ProportionMethod {
    /// The words of the plan file.
    pub const WORDS: [(&'static str, ProportionMethod); 3] = [
        ("wilson", ProportionMethod::Wilson),
        ("clopper-pearson", ProportionMethod::ClopperPearson),
        ("jeffreys", ProportionMethod::Jeffreys),
    ];

    /// The interval.
    pub fn interval(self, proportion: Proportion, level: Level) -> Interval {
        let found = match self {
            ProportionMethod::Wilson => wilson(proportion, level),
            ProportionMethod::ClopperPearson => clopper_pearson(proportion, level),
            ProportionMethod::Jeffreys => jeffreys(proportion, level),
        };
        found.around(proportion.estimate())
    }
}

/// The interval of a difference of two proportions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DifferenceMethod {
    /// [`newcombe`].
    #[default]
    Newcombe,
    /// [`miettinen_nurminen_difference`].
    MiettinenNurminen,
}

impl DifferenceMethod {
    /// The words of the plan file.
    pub const WORDS: [(&'static str, DifferenceMethod); 2] =
        [("newcombe", DifferenceMethod::Newcombe), ("miettinen-nurminen", DifferenceMethod::MiettinenNurminen)];

    /// The interval of `first − second`.
    pub fn interval(self, first: Proportion, second: Proportion, level: Level) -> Interval {
        match self {
            DifferenceMethod::Newcombe => newcombe(first, second, level),
            DifferenceMethod::MiettinenNurminen => miettinen_nurminen_difference(first, second, level),
        }
    }
}

/// The interval of a ratio of two proportions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RatioMethod {
    /// [`miettinen_nurminen_ratio`].
    #[default]
    MiettinenNurminen,
    /// [`koopman_ratio`].
    Koopman,
    /// [`katz_ratio`].
    Katz,
}

impl RatioMethod {
    /// The words of the plan file.
    pub const WORDS: [(&'static str, RatioMethod); 3] = [
        ("miettinen-nurminen", RatioMethod::MiettinenNurminen),
        ("koopman", RatioMethod::Koopman),
        ("katz", RatioMethod::Katz),
    ];

    /// The interval of `first / second`.
    pub fn interval(self, first: Proportion, second: Proportion, level: Level) -> Option<Interval> {
        match self {
            RatioMethod::MiettinenNurminen => miettinen_nurminen_ratio(first, second, level),
            RatioMethod::Koopman => koopman_ratio(first, second, level),
            RatioMethod::Katz => katz_ratio(first, second, level),
        }
    }

    /// The smallest lower and the smallest upper end of the intervals of all pairs, each
    /// taken both ways round; `None` of fewer than two, and where a pair has no interval
    /// although one of the two has successes.
    pub fn smallest(self, sides: &[Proportion], level: Level) -> Option<Interval> {
        match self {
            RatioMethod::MiettinenNurminen => smallest_miettinen_nurminen_ratio(sides, level),
            RatioMethod::Koopman => smallest_koopman_ratio(sides, level),
            RatioMethod::Katz => smallest_katz_ratio(sides, level),
        }
    }
}

/// The intervals of an audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Intervals {
    /// Of rates.
    pub proportion: ProportionMethod,
    /// Of differences of rates.
    pub difference: DifferenceMethod,
    /// Of ratios of rates.
    pub ratio: RatioMethod,
}
