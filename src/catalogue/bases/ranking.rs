//! Ranked lists: who is among the first, and who is seen.

use crate::catalogue::base::{Base, Worse};
use crate::catalogue::peer::same;
use crate::catalogue::source::*;
use crate::catalogue::value::{RankedValue, Value};

pub(super) const BASES: &[Base] = &[
    Base {
        id: "top_k_share",
        title: "Share of the first places",
        asks: "What share of the first k places does the group have?",
        value: Value::Ranked(RankedValue::TopShare),
        worse: Worse::Lower,
        ideal: None,
        source: GEYIK_2019,
        peers: &[],
    },
    Base {
        id: "skew_at_k",
        title: "Skew at k",
        asks: "Does the group have more or less of the first k places than of the lists?",
        value: Value::Ranked(RankedValue::Skew),
        worse: Worse::Lower,
        ideal: Some(0.0),
        source: GEYIK_2019,
        peers: &[same("LinkedIn Talent Search", "Skew@k")],
    },
    Base {
        id: "exposure",
        title: "Exposure",
        asks: "How much is a candidate of the group seen?",
        value: Value::Ranked(RankedValue::Exposure),
        worse: Worse::Lower,
        ideal: None,
        source: SINGH_2018,
        peers: &[],
    },
    Base {
        id: "ndkl",
        title: "Normalised discounted cumulative KL divergence",
        asks: "How far are the orders of the lists from the shares of the groups in them?",
        value: Value::Ranked(RankedValue::Divergence),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: GEYIK_2019,
        peers: &[same("LinkedIn Talent Search", "NDKL")],
    },
];
