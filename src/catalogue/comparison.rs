//! The second part of an id: a group compared with a reference, or an
//! attribute's groups summed up.

use super::base::{Base, Worse};
use super::peer::{Peer, differs};
use super::source::*;
use super::value::{DistributionOf, Inequality, RankedValue, ScoreValue, ShareValue, Value};

/// How a group is compared with the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comparison {
    /// Group less reference.
    Difference,
    /// Group over reference.
    Ratio,
    /// Odds of the group over odds of the reference.
    OddsRatio,
    /// Difference of 2·arcsin√rate.
    CohensH,
    /// Difference of means in standard deviations.
    StandardizedDifference,
    /// Reference less group, over both.
    Imbalance,
    /// Kullback–Leibler divergence of the reference from the group.
    KullbackLeibler,
    /// Jensen–Shannon divergence.
    JensenShannon,
    /// Euclidean distance of shares.
    Euclidean,
    /// Half the sum of absolute differences of shares.
    TotalVariation,
    /// The largest distance of shares, or of cumulative shares.
    KolmogorovSmirnov,
    /// Area between the cumulative shares.
    Wasserstein,
    /// Population stability index.
    PopulationStability,
    /// Odds ratio within strata, pooled.
    MantelHaenszelOddsRatio,
    /// Difference within strata, pooled.
    MantelHaenszelDifference,
}

impl Comparison {
    /// All comparisons.
    pub const ALL: [Comparison; 15] = [
        Comparison::Difference,
        Comparison::Ratio,
        Comparison::OddsRatio,
        Comparison::CohensH,
        Comparison::StandardizedDifference,
        Comparison::Imbalance,
        Comparison::KullbackLeibler,
        Comparison::JensenShannon,
        Comparison::Euclidean,
        Comparison::TotalVariation,
        Comparison::KolmogorovSmirnov,
        Comparison::Wasserstein,
        Comparison::PopulationStability,
        Comparison::MantelHaenszelOddsRatio,
        Comparison::MantelHaenszelDifference,
    ];

    /// The last part of the id.
    pub fn id(self) -> &'static str {
        match self {
            Comparison::Difference => "difference",
            Comparison::Ratio => "ratio",
            Comparison::OddsRatio => "odds_ratio",
            Comparison::CohensH => "cohens_h",
            Comparison::StandardizedDifference => "standardized_difference",
            Comparison::Imbalance => "imbalance",
            Comparison::KullbackLeibler => "kl",
            Comparison::JensenShannon => "js",
            Comparison::Euclidean => "l2",
            Comparison::TotalVariation => "total_variation",
            Comparison::KolmogorovSmirnov => "ks",
            Comparison::Wasserstein => "wasserstein",
            Comparison::PopulationStability => "psi",
            Comparison::MantelHaenszelOddsRatio => "mantel_haenszel_odds_ratio",
            Comparison::MantelHaenszelDifference => "mantel_haenszel_difference",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Comparison::Difference => "difference",
            Comparison::Ratio => "ratio",
            Comparison::OddsRatio => "odds ratio",
            Comparison::CohensH => "Cohen’s h",
            Comparison::StandardizedDifference => "standardized difference",
            Comparison::Imbalance => "imbalance",
            Comparison::KullbackLeibler => "Kullback–Leibler divergence",
            Comparison::JensenShannon => "Jensen–Shannon divergence",
            Comparison::Euclidean => "L₂ distance",
            Comparison::TotalVariation => "total variation distance",
            Comparison::KolmogorovSmirnov => "Kolmogorov–Smirnov distance",
            Comparison::Wasserstein => "Wasserstein distance",
            Comparison::PopulationStability => "population stability index",
            Comparison::MantelHaenszelOddsRatio => "odds ratio within strata",
            Comparison::MantelHaenszelDifference => "difference within strata",
        }
    }

    /// The question in words, as it goes on from that of the base.
    pub(super) fn asks(self) -> &'static str {
        match self {
            Comparison::Difference => "by how much does the answer for the group exceed that for the reference",
            Comparison::Ratio => "what share of the reference's answer does the group reach",
            Comparison::OddsRatio => "how do the odds of the group stand to those of the reference",
            Comparison::CohensH => {
                "how large is the difference to the reference on a scale on which rates of any size compare"
            }
            Comparison::StandardizedDifference => "by how many standard deviations does the group exceed the reference",
            Comparison::Imbalance => "how far do the people of the group and of the reference differ in number",
            Comparison::KullbackLeibler => "how badly would the group describe the reference",
            Comparison::JensenShannon => "how far are group and reference from the middle between them",
            Comparison::Euclidean => "how far apart are the shares of group and reference",
            Comparison::TotalVariation => "what share of the group would have to change to be like the reference",
            Comparison::KolmogorovSmirnov => "where are group and reference farthest apart, and how far",
            Comparison::Wasserstein => "by how much would values of the group have to move to be like the reference",
            Comparison::PopulationStability => "how far is the group from the reference over ten bins",
            Comparison::MantelHaenszelOddsRatio => {
                "how do the odds of the group stand to those of the reference among people of the same stratum"
            }
            Comparison::MantelHaenszelDifference => {
                "by how much does the group exceed the reference among people of the same stratum"
            }
        }
    }

    /// The formula of the comparison of a base.
    pub(super) fn formula(self, base: &str) -> String {
        let pq = "with shares p of the reference and q of the group";
        match self {
            Comparison::Difference => format!("{base}(group) − {base}(reference)"),
            Comparison::Ratio => format!("{base}(group) / {base}(reference)"),
            Comparison::OddsRatio => format!("odds of {base}(group) / odds of {base}(reference)"),
            Comparison::CohensH => format!("2·arcsin √{base}(group) − 2·arcsin √{base}(reference)"),
            Comparison::StandardizedDifference => {
                "(mean of the group − mean of the reference) / pooled standard deviation".into()
            }
            Comparison::Imbalance => "(people of the reference − people of the group) / people of both".into(),
            Comparison::KullbackLeibler => format!("Σ p·ln(p/q), {pq}"),
            Comparison::JensenShannon => format!("½·KL(p ‖ m) + ½·KL(q ‖ m) with m = (p + q)/2, {pq}"),
            Comparison::Euclidean => format!("√Σ (p − q)², {pq}"),
            Comparison::TotalVariation => format!("½·Σ |p − q|, {pq}"),
            Comparison::KolmogorovSmirnov => format!("max |p − q|, {pq}; for scores of cumulative shares"),
            Comparison::Wasserstein => format!("∫ |P − Q|, {pq}, cumulative"),
            Comparison::PopulationStability => format!("Σ over ten bins of the reference of (q − p)·ln(q/p), {pq}"),
            Comparison::MantelHaenszelOddsRatio => {
                format!("Mantel–Haenszel common odds ratio of {base} over strata")
            }
            Comparison::MantelHaenszelDifference => {
                format!("Mantel–Haenszel common difference of {base} over strata")
            }
        }
    }

    /// Whether it compares within strata.
    pub fn stratified(self) -> bool {
        matches!(self, Comparison::MantelHaenszelOddsRatio | Comparison::MantelHaenszelDifference)
    }

    /// The value at parity.
    pub fn ideal(self) -> f64 {
        match self {
            Comparison::Ratio | Comparison::OddsRatio | Comparison::MantelHaenszelOddsRatio => 1.0,
            _ => 0.0,
        }
    }

    /// Smallest and largest possible value for a base of a range.
    pub(super) fn range(self, (low, high): (f64, f64)) -> (f64, f64) {
        match self {
            Comparison::Difference | Comparison::MantelHaenszelDifference => (low - high, high - low),
            Comparison::CohensH => (-std::f64::consts::PI, std::f64::consts::PI),
            Comparison::StandardizedDifference => (f64::NEG_INFINITY, f64::INFINITY),
            Comparison::Imbalance => (-1.0, 1.0),
            Comparison::JensenShannon => (0.0, std::f64::consts::LN_2),
            Comparison::Euclidean => (0.0, std::f64::consts::SQRT_2),
            Comparison::TotalVariation | Comparison::KolmogorovSmirnov => (0.0, 1.0),
            _ => (0.0, f64::INFINITY),
        }
    }

    /// Where it comes from; none where the base says so.
    pub(super) fn source(self) -> Option<Source> {
        match self {
            Comparison::Difference | Comparison::Ratio | Comparison::OddsRatio => None,
            Comparison::CohensH | Comparison::StandardizedDifference => Some(COHEN_1988),
            Comparison::Imbalance | Comparison::Euclidean | Comparison::TotalVariation => Some(HARDT_2021),
            Comparison::KullbackLeibler | Comparison::JensenShannon => Some(LIN_1991),
            Comparison::KolmogorovSmirnov => Some(SMIRNOV_1948),
            Comparison::Wasserstein => Some(KANTOROVICH_1942),
            Comparison::PopulationStability => Some(SIDDIQI_2006),
            Comparison::MantelHaenszelOddsRatio | Comparison::MantelHaenszelDifference => Some(MANTEL_HAENSZEL_1959),
        }
    }

    /// What other tools call the comparison of distributions of a base.
    pub(super) fn peers(self, base: &Base) -> &'static [Peer] {
        const REST: &str = "of everyone else from the facet, where reference = \"rest\" gives the same";
        const KL: [Peer; 1] = [differs("SageMaker Clarify", "KL", REST)];
        const JS: [Peer; 1] = [differs("SageMaker Clarify", "JS", REST)];
        const LP: [Peer; 1] = [differs("SageMaker Clarify", "LP (order 2)", REST)];
        const TVD: [Peer; 1] = [differs("SageMaker Clarify", "TVD", REST)];
        const KS: [Peer; 1] = [differs("SageMaker Clarify", "KS", REST)];
        match (base.value, self) {
            (Value::Distribution(DistributionOf::Labels), Comparison::KullbackLeibler) => &KL,
            (Value::Distribution(DistributionOf::Labels), Comparison::JensenShannon) => &JS,
            (Value::Distribution(DistributionOf::Labels), Comparison::Euclidean) => &LP,
            (Value::Distribution(DistributionOf::Labels), Comparison::TotalVariation) => &TVD,
            (Value::Distribution(DistributionOf::Labels), Comparison::KolmogorovSmirnov) => &KS,
            _ => &[],
        }
    }

    /// Whether values lie on both sides of parity; distances lie on one.
    pub fn has_two_sides(self) -> bool {
        use Comparison::*;
        matches!(
            self,
            Difference
                | Ratio
                | OddsRatio
                | CohensH
                | StandardizedDifference
                | Imbalance
                | MantelHaenszelOddsRatio
                | MantelHaenszelDifference
        )
    }

    /// Whether the comparison is meaningful for a base: odds and strata need a
    /// part of a whole, a ratio needs numbers that cannot be negative, and
    /// what is a comparison already is not compared again.
    pub fn applies_to(self, base: &Base) -> bool {
        use Comparison::*;
        match base.value {
            Value::Distribution(DistributionOf::Scores) => {
                matches!(self, KolmogorovSmirnov | Wasserstein | PopulationStability)
            }
            Value::Distribution(_) => {
                matches!(self, KullbackLeibler | JensenShannon | Euclidean | TotalVariation | KolmogorovSmirnov)
            }
            Value::Disparity(_) | Value::Share(ShareValue::LessPopulation | ShareValue::OverPopulation) => false,
            Value::Share(ShareValue::OfAll) => self == Imbalance,
            _ if base.of_attribute() => false,
            value => match self {
                Difference => true,
                Ratio => base.range().0 == 0.0,
                OddsRatio | CohensH | MantelHaenszelOddsRatio | MantelHaenszelDifference => base.rate().is_some(),
                StandardizedDifference => value == Value::Score(ScoreValue::Mean),
                _ => false,
            },
        }
    }
}

/// How the groups of an attribute are summed up in one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Summary {
    /// Largest less smallest.
    MaxDifference,
    /// Smallest over largest.
    MinRatio,
    /// The value of the worst group.
    Worst,
    /// The largest value.
    Largest,
    /// The standard deviation between groups, each group counting once.
    Std,
    /// The part of an index of inequality that lies between groups.
    Between,
    /// The part of an index of inequality that lies within groups.
    Within,
}

impl Summary {
    /// All summaries.
    pub const ALL: [Summary; 7] = [
        Summary::MaxDifference,
        Summary::MinRatio,
        Summary::Worst,
        Summary::Largest,
        Summary::Std,
        Summary::Between,
        Summary::Within,
    ];

    /// The last part of the id.
    pub fn id(self) -> &'static str {
        match self {
            Summary::MaxDifference => "max_difference",
            Summary::MinRatio => "min_ratio",
            Summary::Worst => "worst",
            Summary::Largest => "largest",
            Summary::Std => "std",
            Summary::Between => "between",
            Summary::Within => "within",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Summary::MaxDifference => "largest difference between groups",
            Summary::MinRatio => "smallest ratio between groups",
            Summary::Worst => "worst group",
            Summary::Largest => "largest of the groups",
            Summary::Std => "spread between groups",
            Summary::Between => "part between groups",
            Summary::Within => "part within groups",
        }
    }

    pub(super) fn asks(self) -> &'static str {
        match self {
            Summary::MaxDifference => "how far apart are the groups with the largest and the smallest answer",
            Summary::MinRatio => "what share of the largest answer does the smallest reach",
            Summary::Worst => "what is the answer for the worst group",
            Summary::Largest => "what is the largest answer of a group",
            Summary::Std => "how widely do the answers spread over the groups",
            Summary::Between => "how much of it would be left if everyone of a group had the same",
            Summary::Within => "how much of it is there among people of the same group",
        }
    }

    pub(super) fn formula(self, base: &Base) -> String {
        let id = base.id;
        match self {
            Summary::MaxDifference => format!("max {id} − min {id} over groups"),
            Summary::MinRatio => format!("min {id} / max {id} over groups"),
            Summary::Worst if base.worse == Worse::Lower => format!("min {id} over groups"),
            Summary::Worst | Summary::Largest => format!("max {id} over groups"),
            Summary::Std => format!("standard deviation of {id} over groups"),
            Summary::Between => format!("{id} of the means of the groups; with the part within it adds up to {id}"),
            Summary::Within => {
                format!(
                    "Σ over groups of share · (mean/overall mean)^α · {id}; with the part between it adds up to {id}"
                )
            }
        }
    }

    /// The value at parity; that of the base for the value of one group.
    pub(super) fn ideal(self, base: &Base) -> Option<f64> {
        match self {
            Summary::MaxDifference | Summary::Std | Summary::Between | Summary::Within => Some(0.0),
            Summary::MinRatio => Some(1.0),
            Summary::Worst | Summary::Largest => base.ideal,
        }
    }

    pub(super) fn range(self, (low, high): (f64, f64)) -> (f64, f64) {
        match self {
            Summary::MaxDifference => (0.0, high - low),
            Summary::MinRatio => (0.0, 1.0),
            Summary::Worst | Summary::Largest | Summary::Between | Summary::Within => (low, high),
            Summary::Std => (0.0, (high - low) / 2.0),
        }
    }

    /// Whether the summary is meaningful for a base.
    pub fn applies_to(self, base: &Base) -> bool {
        if !Comparison::Difference.applies_to(base) {
            return false;
        }
        match self {
            Summary::MaxDifference | Summary::Std => true,
            Summary::MinRatio => base.range().0 == 0.0,
            Summary::Worst => base.worse != Worse::Farther,
            Summary::Largest => base.value == Value::Ranked(RankedValue::Skew),
            Summary::Between | Summary::Within => {
                matches!(base.value, Value::Inequality(index) if Inequality::alpha(index).is_some())
            }
        }
    }
}
