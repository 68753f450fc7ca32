//! What a base metric computes: the families of numbers, and what follows from
//! the family alone (what it needs, its formula, its range).

use super::needs::{Needs, Role};
use super::outcomes::{FN, Outcomes, Rate, TP};

/// How the number comes out of what was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A part of a whole.
    Rate(Rate),
    /// A quotient that is no part of a whole: numerator, denominator.
    Quotient(Outcomes, Outcomes),
    /// The mean of the true positive and the true negative rate.
    BalancedAccuracy,
    /// 2·TP / (2·TP + FP + FN).
    F1,
    /// The correlation of label and decision.
    MatthewsCorrelation,
    /// Something about scores.
    Score(ScoreValue),
    /// How many people are in the group.
    Share(ShareValue),
    /// How the group is spread over yes and no.
    Disparity(DisparityOf),
    /// How unequally benefits are spread over people.
    Inequality(Inequality),
    /// Errors of a predicted number.
    Forecast(ForecastValue),
    /// Agreement of several classes.
    Classes(ClassesValue),
    /// Places in ranked lists.
    Ranked(RankedValue),
    /// Whether a counterfactual decision differs.
    Flip(Flip),
    /// Whether similar people get similar decisions.
    Consistency,
    /// A distribution, which only comparisons turn into a number.
    Distribution(DistributionOf),
}

/// A number from scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreValue {
    /// The mean.
    Mean,
    /// The chance that a qualified person scores above one who is not.
    Auc,
    /// The chance that a qualified person of the group scores above one of the rest who is not.
    AucOfQualified,
    /// The chance that a qualified person of the rest scores above one of the group who is not.
    AucOfUnqualified,
    /// The largest distance between the distributions of the qualified and the others.
    Separation,
    /// The mean squared error as a probability.
    Brier,
    /// Of the Brier score: the part of scores that miss the rates.
    Reliability,
    /// Of the Brier score: the part that scores explain.
    Resolution,
    /// Of the Brier score: the part that no score can take away.
    Uncertainty,
    /// The mean of −ln of the probability announced for what happened.
    LogLoss,
    /// Mean distance of score and rate over ten bins of equal width.
    CalibrationError,
    /// Mean distance of score and rate over ten bins of equally many people.
    CalibrationErrorEqualMass,
    /// Observed over expected favourable labels.
    CalibrationRatio,
}

/// A number from the size of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareValue {
    /// Of everyone with a recorded group.
    OfAll,
    /// Less the share of the population.
    LessPopulation,
    /// Over the share of the population.
    OverPopulation,
}

/// Whose share among the noes is compared with that among the yeses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisparityOf {
    /// By labels; else by decisions.
    pub labels: bool,
    /// Within strata, weighted by their sizes.
    pub conditional: bool,
}

/// An index of inequality of the benefits decision − label + 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inequality {
    /// The mean benefit itself.
    Mean,
    /// Generalized entropy with α = 0.
    LogDeviation,
    /// Generalized entropy with α = 1.
    Theil,
    /// Generalized entropy with α = 2.
    Entropy2,
    /// The Gini coefficient.
    Gini,
    /// Atkinson's index with ε = ½.
    Atkinson,
}

impl Inequality {
    /// The α of a generalized entropy, which splits into between and within.
    pub fn alpha(self) -> Option<f64> {
        match self {
            Inequality::LogDeviation => Some(0.0),
            Inequality::Theil => Some(1.0),
            Inequality::Entropy2 => Some(2.0),
            Inequality::Mean | Inequality::Gini | Inequality::Atkinson => None,
        }
    }
}

/// A number from the errors predicted − actual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForecastValue {
    /// The mean error.
    MeanError,
    /// The mean absolute error.
    AbsoluteError,
    /// The root of the mean squared error.
    RootMeanSquare,
    /// The share of the variance that the prediction explains.
    Determination,
    /// The share of truths within the predicted range.
    Coverage,
}

/// A number from predicted and true classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassesValue {
    /// How many predicted classes are true.
    Accuracy,
    /// Mean recall over classes.
    Recall,
    /// Mean precision over classes.
    Precision,
    /// Mean F1 over classes.
    F1,
}

/// A number from ranked lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankedValue {
    /// The group's share of the first places.
    TopShare,
    /// ln of that share over its share of the lists.
    Skew,
    /// The mean of 1/log₂(1 + place).
    Exposure,
    /// Divergence of the shares among the first from those in the lists.
    Divergence,
}

/// A change that another attribute value would make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flip {
    /// Either way.
    Any,
    /// From no to yes.
    ToFavourable,
    /// From yes to no.
    ToUnfavourable,
}

/// What a distribution is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DistributionOf {
    /// Labels.
    Labels,
    /// Decisions.
    Decisions,
    /// Scores.
    Scores,
}

impl ScoreValue {
    /// Whether the score has to be a probability.
    pub fn needs_probability(self) -> bool {
        use ScoreValue::*;
        !matches!(self, Mean | Auc | AucOfQualified | AucOfUnqualified | Separation)
    }

    fn formula(self) -> &'static str {
        use ScoreValue::*;
        match self {
            Mean => "Σ w·score / Σ w",
            Auc => "P(score of a qualified > score of a not qualified) + ½·P(equal)",
            AucOfQualified => "P(score of a qualified in the group > score of a not qualified outside it) + ½·P(equal)",
            AucOfUnqualified => {
                "P(score of a qualified outside the group > score of a not qualified in it) + ½·P(equal)"
            }
            Separation => "max over s of |P(score ≤ s | not qualified) − P(score ≤ s | qualified)|",
            Brier => "Σ w·(score − label)² / Σ w",
            Reliability => "Σ over 10 bins (lo, hi] of share of the bin · (mean score − rate)²",
            Resolution => "Σ over 10 bins (lo, hi] of share of the bin · (rate − base rate)²",
            Uncertainty => "base rate · (1 − base rate)",
            LogLoss => "−Σ w·ln(probability announced for the label that came) / Σ w",
            CalibrationError => {
                "Σ over 10 bins (lo, hi] of share of the bin · |mean score − rate of favourable labels|"
            }
            CalibrationErrorEqualMass => {
                "Σ over 10 bins of share of the bin · |mean score − rate of favourable labels|; a score is in the tenth of the people in which the middle of those who have it lies"
            }
            CalibrationRatio => "favourable labels / Σ of announced probabilities",
        }
    }
}

impl Value {
    /// What the plan must name for it.
    pub fn needs(self) -> Needs {
        let of = |numerator: Outcomes, denominator: Outcomes| {
            Needs::when(&[
                (Role::Decision, numerator.needs_decision() || denominator.needs_decision()),
                (Role::Label, numerator.needs_label() || denominator.needs_label()),
            ])
        };
        match self {
            Value::Rate(rate) => of(rate.numerator(), rate.denominator()),
            Value::Quotient(numerator, denominator) => of(numerator, denominator),
            Value::BalancedAccuracy | Value::F1 | Value::MatthewsCorrelation | Value::Inequality(_) => {
                of(TP, TP.or(FN))
            }
            Value::Score(ScoreValue::Mean) | Value::Distribution(DistributionOf::Scores) => Needs::of(&[Role::Score]),
            Value::Score(_) => Needs::of(&[Role::Score, Role::Label]),
            Value::Share(ShareValue::OfAll) => Needs::default(),
            Value::Share(_) => Needs::of(&[Role::Population]),
            Value::Disparity(DisparityOf { labels, conditional }) => {
                Needs::when(&[(Role::Label, labels), (Role::Decision, !labels), (Role::Stratum, conditional)])
            }
            Value::Forecast(ForecastValue::Coverage) => Needs::of(&[Role::Forecast, Role::Range]),
            Value::Forecast(_) => Needs::of(&[Role::Forecast]),
            Value::Classes(_) => Needs::of(&[Role::Classes]),
            Value::Ranked(_) => Needs::of(&[Role::Query]),
            Value::Flip(_) => Needs::of(&[Role::Decision, Role::Counterfactual]),
            Value::Consistency => Needs::of(&[Role::Decision, Role::Features]),
            Value::Distribution(DistributionOf::Labels) => Needs::of(&[Role::Label]),
            Value::Distribution(DistributionOf::Decisions) => Needs::of(&[Role::Decision]),
        }
    }

    /// The formula in words.
    pub fn formula(self) -> String {
        let quotient =
            |numerator: Outcomes, denominator: Outcomes| format!("({}) / ({})", numerator.words(), denominator.words());
        let text = match self {
            Value::Rate(rate) => return quotient(rate.numerator(), rate.denominator()),
            Value::Quotient(numerator, denominator) => return quotient(numerator, denominator),
            Value::BalancedAccuracy => "(TP / (TP + FN) + TN / (TN + FP)) / 2",
            Value::F1 => "2·TP / (2·TP + FP + FN)",
            Value::MatthewsCorrelation => "(TP·TN − FP·FN) / √((TP + FP)·(TP + FN)·(TN + FP)·(TN + FN))",
            Value::Score(score) => score.formula(),
            Value::Share(ShareValue::OfAll) => "people of the group / people with a recorded group",
            Value::Share(ShareValue::LessPopulation) => "share of the group − its share of the population",
            Value::Share(ShareValue::OverPopulation) => "share of the group / its share of the population",
            Value::Disparity(DisparityOf { conditional: false, .. }) => {
                "share of the group among the noes − its share among the yeses"
            }
            Value::Disparity(DisparityOf { conditional: true, .. }) => {
                "Σ over strata of share of the stratum · (share of the group among the noes − its share among the yeses)"
            }
            Value::Inequality(index) => match index {
                Inequality::Mean => "mean μ of b = decision − label + 1",
                Inequality::LogDeviation => "−Σ w·ln(b/μ) / Σ w, with b = decision − label + 1 and mean μ",
                Inequality::Theil => "Σ w·(b/μ)·ln(b/μ) / Σ w, with b = decision − label + 1 and mean μ",
                Inequality::Entropy2 => "Σ w·((b/μ)² − 1) / (2·Σ w), with b = decision − label + 1 and mean μ",
                Inequality::Gini => "mean |b − b′| over pairs of people / (2·μ), with b = decision − label + 1",
                Inequality::Atkinson => "1 − (mean of √b)² / μ, with b = decision − label + 1",
            },
            Value::Forecast(forecast) => match forecast {
                ForecastValue::MeanError => "Σ w·(predicted − actual) / Σ w",
                ForecastValue::AbsoluteError => "Σ w·|predicted − actual| / Σ w",
                ForecastValue::RootMeanSquare => "√(Σ w·(predicted − actual)² / Σ w)",
                ForecastValue::Determination => "1 − Σ w·(predicted − actual)² / Σ w·(actual − mean of actual)²",
                ForecastValue::Coverage => "people with low ≤ actual ≤ high / people with a predicted range",
            },
            Value::Classes(classes) => match classes {
                ClassesValue::Accuracy => "people whose predicted class is the true one / people with both",
                ClassesValue::Recall => "mean over classes of TP / (TP + FN), each class against the rest",
                ClassesValue::Precision => "mean over classes of TP / (TP + FP), each class against the rest",
                ClassesValue::F1 => "mean over classes of 2·TP / (2·TP + FP + FN), each class against the rest",
            },
            Value::Ranked(ranked) => match ranked {
                RankedValue::TopShare => "mean over lists of the group's share of the first k places",
                RankedValue::Skew => "ln(mean share of the first k places / mean share of the lists)",
                RankedValue::Exposure => "Σ 1/log₂(1 + place) over candidates of the group / their number",
                RankedValue::Divergence => {
                    "mean over lists of Σᵢ KL(shares among the first i ‖ shares in the list)/log₂(i + 1) / Σᵢ 1/log₂(i + 1)"
                }
            },
            Value::Flip(Flip::Any) => "people whose counterfactual decision differs / people with both decisions",
            Value::Flip(Flip::ToFavourable) => "people with a no that would be a yes / people with both decisions",
            Value::Flip(Flip::ToUnfavourable) => "people with a yes that would be a no / people with both decisions",
            Value::Consistency => "1 − mean |decision − mean decision of the 5 nearest others|, over a sample",
            Value::Distribution(_) => "the shares of its values",
        };
        text.into()
    }

    /// Smallest and largest possible value.
    pub fn range(self) -> (f64, f64) {
        const OPEN: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
        const POSITIVE: (f64, f64) = (0.0, f64::INFINITY);
        match self {
            Value::Quotient(..) | Value::Share(ShareValue::OverPopulation) => POSITIVE,
            Value::Score(ScoreValue::LogLoss | ScoreValue::CalibrationRatio) => POSITIVE,
            Value::Score(ScoreValue::Mean) => OPEN,
            Value::Score(ScoreValue::Resolution | ScoreValue::Uncertainty) => (0.0, 0.25),
            Value::MatthewsCorrelation | Value::Disparity(_) | Value::Share(ShareValue::LessPopulation) => (-1.0, 1.0),
            Value::Inequality(Inequality::Mean) => (0.0, 2.0),
            Value::Inequality(Inequality::LogDeviation | Inequality::Theil | Inequality::Entropy2) => POSITIVE,
            Value::Forecast(ForecastValue::MeanError) | Value::Ranked(RankedValue::Skew) => OPEN,
            Value::Forecast(ForecastValue::Determination) => (f64::NEG_INFINITY, 1.0),
            Value::Forecast(ForecastValue::AbsoluteError | ForecastValue::RootMeanSquare) => POSITIVE,
            Value::Ranked(RankedValue::Divergence) => POSITIVE,
            _ => (0.0, 1.0),
        }
    }
}
