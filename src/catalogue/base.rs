//! The base metrics: one number for one group.

use super::needs::{Needs, Role};
use super::outcomes::{FN, FP, Outcomes, QUALIFIED, REJECTED, Rate, SELECTED, TN, TP, UNQUALIFIED};
use super::source::*;

/// Which way a number gets worse for the people of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worse {
    /// Smaller is worse.
    Lower,
    /// Larger is worse.
    Higher,
}

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
    /// The mean score.
    MeanScore,
    /// The chance that a qualified person scores above one who is not.
    Auc,
    /// The mean squared error of the score as a probability.
    Brier,
    /// Mean distance of score and observed rate over ten equal-width bins.
    ExpectedCalibrationError,
}

/// A base metric.
#[derive(Clone, Copy, Debug)]
pub struct Base {
    /// Its name in rules, tables and files, for ever.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The question it answers.
    pub asks: &'static str,
    /// What is computed.
    pub value: Value,
    /// Which way it gets worse.
    pub worse: Worse,
    /// The best value, where there is one.
    pub ideal: Option<f64>,
    /// Where it comes from.
    pub source: Source,
    /// What other tools call it: (tool, name).
    pub peers: &'static [(&'static str, &'static str)],
}

impl Base {
    /// What the plan must name for this metric.
    pub fn needs(&self) -> Needs {
        let of = |numerator: Outcomes, denominator: Outcomes| {
            Needs::when(&[
                (Role::Decision, numerator.needs_decision() || denominator.needs_decision()),
                (Role::Label, numerator.needs_label() || denominator.needs_label()),
            ])
        };
        match self.value {
            Value::Rate(rate) => of(rate.numerator(), rate.denominator()),
            Value::Quotient(numerator, denominator) => of(numerator, denominator),
            Value::BalancedAccuracy | Value::F1 | Value::MatthewsCorrelation => of(TP, TP.or(FN)),
            Value::MeanScore => Needs::of(&[Role::Score]),
            Value::Auc | Value::Brier | Value::ExpectedCalibrationError => Needs::of(&[Role::Score, Role::Label]),
        }
    }

    /// The formula in words.
    pub fn formula(&self) -> String {
        let quotient =
            |numerator: Outcomes, denominator: Outcomes| format!("({}) / ({})", numerator.words(), denominator.words());
        match self.value {
            Value::Rate(rate) => quotient(rate.numerator(), rate.denominator()),
            Value::Quotient(numerator, denominator) => quotient(numerator, denominator),
            Value::BalancedAccuracy => "(TP / (TP + FN) + TN / (TN + FP)) / 2".into(),
            Value::F1 => "2·TP / (2·TP + FP + FN)".into(),
            Value::MatthewsCorrelation => "(TP·TN − FP·FN) / √((TP + FP)·(TP + FN)·(TN + FP)·(TN + FN))".into(),
            Value::MeanScore => "Σ w·score / Σ w".into(),
            Value::Auc => "P(score of a qualified > score of a not qualified) + ½·P(equal)".into(),
            Value::Brier => "Σ w·(score − label)² / Σ w".into(),
            Value::ExpectedCalibrationError => {
                "Σ over 10 bins (lo, hi] of share of the bin · |mean score − rate of favourable labels|".into()
            }
        }
    }

    /// Smallest and largest possible value.
    pub fn range(&self) -> (f64, f64) {
        match self.value {
            Value::Quotient(..) => (0.0, f64::INFINITY),
            Value::MatthewsCorrelation => (-1.0, 1.0),
            Value::MeanScore => (f64::NEG_INFINITY, f64::INFINITY),
            _ => (0.0, 1.0),
        }
    }

    /// The sets, when the metric is a part of a whole.
    pub fn rate(&self) -> Option<Rate> {
        match self.value {
            Value::Rate(rate) => Some(rate),
            _ => None,
        }
    }
}

const LABELLED: Outcomes = TP.or(FP).or(FN).or(TN);

/// Every base metric.
pub const BASES: &[Base] = &[
    Base {
        id: "selection_rate",
        title: "Selection rate",
        asks: "Of all people, how many get a yes?",
        value: Value::Rate(Rate::new(SELECTED, SELECTED.or(REJECTED))),
        worse: Worse::Lower,
        ideal: None,
        source: UGESP,
        peers: &[("Fairlearn", "selection_rate"), ("Aequitas", "pprev"), ("SageMaker Clarify", "DPPL's q̂'")],
    },
    Base {
        id: "base_rate",
        title: "Base rate",
        asks: "Of all people, how many qualify?",
        value: Value::Rate(Rate::new(QUALIFIED, QUALIFIED.or(UNQUALIFIED))),
        worse: Worse::Lower,
        ideal: None,
        source: CHOULDECHOVA_2017,
        peers: &[("AIF360", "base_rate"), ("Aequitas", "prev"), ("SageMaker Clarify", "DPL's q")],
    },
    Base {
        id: "tpr",
        title: "True positive rate",
        asks: "Of the people who qualify, how many get a yes?",
        value: Value::Rate(Rate::new(TP, TP.or(FN))),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: HARDT_2016,
        peers: &[
            ("AIF360", "true_positive_rate"),
            ("Fairlearn", "true_positive_rate"),
            ("Aequitas", "tpr"),
            ("SageMaker Clarify", "recall"),
        ],
    },
    Base {
        id: "fpr",
        title: "False positive rate",
        asks: "Of the people who do not qualify, how many get a yes?",
        value: Value::Rate(Rate::new(FP, FP.or(TN))),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: HARDT_2016,
        peers: &[("AIF360", "false_positive_rate"), ("Fairlearn", "false_positive_rate"), ("Aequitas", "fpr")],
    },
    Base {
        id: "tnr",
        title: "True negative rate",
        asks: "Of the people who do not qualify, how many get a no?",
        value: Value::Rate(Rate::new(TN, FP.or(TN))),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: HARDT_2016,
        peers: &[
            ("AIF360", "true_negative_rate"),
            ("Fairlearn", "true_negative_rate"),
            ("Aequitas", "tnr"),
            ("SageMaker Clarify", "specificity"),
        ],
    },
    Base {
        id: "fnr",
        title: "False negative rate",
        asks: "Of the people who qualify, how many get a no?",
        value: Value::Rate(Rate::new(FN, TP.or(FN))),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: HARDT_2016,
        peers: &[("AIF360", "false_negative_rate"), ("Fairlearn", "false_negative_rate"), ("Aequitas", "fnr")],
    },
    Base {
        id: "ppv",
        title: "Positive predictive value",
        asks: "Of the people who get a yes, how many qualify?",
        value: Value::Rate(Rate::new(TP, TP.or(FP))),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: CHOULDECHOVA_2017,
        peers: &[
            ("AIF360", "positive_predictive_value"),
            ("Aequitas", "precision"),
            ("SageMaker Clarify", "acceptance rate"),
        ],
    },
    Base {
        id: "npv",
        title: "Negative predictive value",
        asks: "Of the people who get a no, how many do not qualify?",
        value: Value::Rate(Rate::new(TN, TN.or(FN))),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: CHOULDECHOVA_2017,
        peers: &[("AIF360", "negative_predictive_value"), ("Aequitas", "npv"), ("SageMaker Clarify", "rejection rate")],
    },
    Base {
        id: "fdr",
        title: "False discovery rate",
        asks: "Of the people who get a yes, how many do not qualify?",
        value: Value::Rate(Rate::new(FP, TP.or(FP))),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: CHOULDECHOVA_2017,
        peers: &[("AIF360", "false_discovery_rate"), ("Aequitas", "fdr")],
    },
    Base {
        id: "for",
        title: "False omission rate",
        asks: "Of the people who get a no, how many qualify?",
        value: Value::Rate(Rate::new(FN, TN.or(FN))),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: CHOULDECHOVA_2017,
        peers: &[("AIF360", "false_omission_rate"), ("Aequitas", "for")],
    },
    Base {
        id: "accuracy",
        title: "Accuracy",
        asks: "How many decisions agree with the label?",
        value: Value::Rate(Rate::new(TP.or(TN), LABELLED)),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: BERK_2018,
        peers: &[("AIF360", "accuracy"), ("Fairlearn", "accuracy_score"), ("SageMaker Clarify", "accuracy")],
    },
    Base {
        id: "error_rate",
        title: "Error rate",
        asks: "How many decisions disagree with the label?",
        value: Value::Rate(Rate::new(FP.or(FN), LABELLED)),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: BERK_2018,
        peers: &[("AIF360", "error_rate"), ("Fairlearn", "zero_one_loss")],
    },
    Base {
        id: "balanced_accuracy",
        title: "Balanced accuracy",
        asks: "How many decisions agree with the label, if both labels counted alike?",
        value: Value::BalancedAccuracy,
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: BRODERSEN_2010,
        peers: &[("Fairlearn", "balanced_accuracy_score")],
    },
    Base {
        id: "f1",
        title: "F1 score",
        asks: "How well do the yeses and the qualified people coincide?",
        value: Value::F1,
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: RIJSBERGEN_1979,
        peers: &[("Fairlearn", "f1_score")],
    },
    Base {
        id: "mcc",
        title: "Matthews correlation coefficient",
        asks: "How strongly do label and decision go together?",
        value: Value::MatthewsCorrelation,
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: MATTHEWS_1975,
        peers: &[("scikit-learn", "matthews_corrcoef")],
    },
    Base {
        id: "predicted_prevalence_ratio",
        title: "Selected per qualified",
        asks: "How many yeses are there for each person who qualifies?",
        value: Value::Quotient(TP.or(FP), TP.or(FN)),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: CORBETT_DAVIES_2017,
        peers: &[("SageMaker Clarify", "inverse of DCA's c")],
    },
    Base {
        id: "false_negatives_per_false_positive",
        title: "Wrong noes per wrong yes",
        asks: "How many wrong noes are there for each wrong yes?",
        value: Value::Quotient(FN, FP),
        worse: Worse::Higher,
        ideal: None,
        source: BERK_2018,
        peers: &[("SageMaker Clarify", "TE's τ")],
    },
    Base {
        id: "mean_score",
        title: "Mean score",
        asks: "How high are the scores on average?",
        value: Value::MeanScore,
        worse: Worse::Lower,
        ideal: None,
        source: KLEINBERG_2017,
        peers: &[("Fairlearn", "mean_prediction")],
    },
    Base {
        id: "auc",
        title: "Area under the ROC curve",
        asks: "How often does a qualified person score above one who is not?",
        value: Value::Auc,
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: HANLEY_1982,
        peers: &[("Fairlearn", "roc_auc_score")],
    },
    Base {
        id: "brier",
        title: "Brier score",
        asks: "How far are the scores from what happened, squared?",
        value: Value::Brier,
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: BRIER_1950,
        peers: &[("scikit-learn", "brier_score_loss")],
    },
    Base {
        id: "ece",
        title: "Expected calibration error",
        asks: "How far are the scores from the rates that they announce?",
        value: Value::ExpectedCalibrationError,
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: NAEINI_2015,
        peers: &[("scikit-learn", "weighted mean of calibration_curve's distances")],
    },
];

/// A base metric by its id.
pub fn base(id: &str) -> Option<&'static Base> {
    BASES.iter().find(|base| base.id == id)
}
