//! Single people: whether similar ones, or the same with another attribute, are treated alike.

use crate::catalogue::base::{Base, Worse};
use crate::catalogue::peer::differs;
use crate::catalogue::source::*;
use crate::catalogue::value::{Flip, Value};

pub(super) const BASES: &[Base] = &[
    Base {
        id: "flip_rate",
        title: "Flip rate",
        asks: "How often would another attribute value change the decision?",
        value: Value::Flip(Flip::Any),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: KUSNER_2017,
        peers: &[differs(
            "SageMaker Clarify",
            "FT",
            "nets flips to the favourable against those to the unfavourable, and takes the nearest people of the other group instead of a counterfactual decision",
        )],
    },
    Base {
        id: "flip_rate_to_favourable",
        title: "Flip rate to favourable",
        asks: "How often would another attribute value turn a no into a yes?",
        value: Value::Flip(Flip::ToFavourable),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: KUSNER_2017,
        peers: &[],
    },
    Base {
        id: "flip_rate_to_unfavourable",
        title: "Flip rate to unfavourable",
        asks: "How often would another attribute value turn a yes into a no?",
        value: Value::Flip(Flip::ToUnfavourable),
        worse: Worse::Lower,
        ideal: Some(0.0),
        source: KUSNER_2017,
        peers: &[],
    },
    Base {
        id: "consistency",
        title: "Consistency",
        asks: "Do people with similar features get similar decisions?",
        value: Value::Consistency,
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: ZEMEL_2013,
        peers: &[differs("AIF360", "consistency", "of labels, and counts everyone among their own neighbours")],
    },
];
