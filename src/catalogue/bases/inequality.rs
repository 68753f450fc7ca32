//! How unequally errors spread benefits over people: b = decision − label + 1, so that 1 is what
//! the label gives, 2 more and 0 less.

use crate::catalogue::base::{Base, Worse};
use crate::catalogue::peer::{differs, same};
use crate::catalogue::source::*;
use crate::catalogue::value::{Inequality, Value};

pub(super) const BASES: &[Base] = &[
    Base {
        id: "mean_benefit",
        title: "Mean benefit",
        asks: "How much do people get on average, 1 being what the label gives?",
        value: Value::Inequality(Inequality::Mean),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: SPEICHER_2018,
        peers: &[],
    },
    Base {
        id: "mean_log_deviation",
        title: "Mean log deviation of benefits",
        asks: "How unequal are the benefits, looking most at those who get least?",
        value: Value::Inequality(Inequality::LogDeviation),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: SPEICHER_2018,
        peers: &[differs("AIF360", "generalized_entropy_index(alpha=0)", "divides by the mean benefit once more")],
    },
    Base {
        id: "theil_index",
        title: "Theil index of benefits",
        asks: "How unequal are the benefits?",
        value: Value::Inequality(Inequality::Theil),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: SPEICHER_2018,
        peers: &[same("AIF360", "theil_index"), same("LiFT", "theilT")],
    },
    Base {
        id: "generalized_entropy",
        title: "Generalized entropy of benefits (α = 2)",
        asks: "How unequal are the benefits, looking most at those who get most?",
        value: Value::Inequality(Inequality::Entropy2),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: SPEICHER_2018,
        peers: &[
            same("AIF360", "generalized_entropy_index, half the squared coefficient_of_variation"),
            same("LiFT", "generalizedEntropyIndex"),
            same("SageMaker Clarify", "GE"),
        ],
    },
    Base {
        id: "gini",
        title: "Gini coefficient of benefits",
        asks: "How far apart are the benefits of two people on average?",
        value: Value::Inequality(Inequality::Gini),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: GINI_1912,
        peers: &[],
    },
    Base {
        id: "atkinson",
        title: "Atkinson index of benefits (ε = ½)",
        asks: "What share of all benefit could go if the rest were spread evenly?",
        value: Value::Inequality(Inequality::Atkinson),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: ATKINSON_1970,
        peers: &[same("LiFT", "atkinsonIndex")],
    },
];
