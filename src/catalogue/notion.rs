//! Names that people use for members of the algebra, and the few composites.

use super::source::*;

/// What a notion stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Another name of one metric.
    Alias(&'static str),
    /// The larger of two summaries: the worst of both.
    Larger(&'static str, &'static str),
    /// The smaller of two summaries: the worst of both.
    Smaller(&'static str, &'static str),
    /// The mean of two comparisons with the same reference.
    Mean(&'static str, &'static str),
}

/// A named notion of fairness.
#[derive(Clone, Copy, Debug)]
pub struct Notion {
    /// Its id; accepted wherever a metric is.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it stands for.
    pub meaning: Meaning,
    /// Where it comes from.
    pub source: Source,
    /// What other tools call it, with a word where their convention differs.
    pub peers: &'static [(&'static str, &'static str)],
}

/// Every named notion.
pub const NOTIONS: &[Notion] = &[
    Notion {
        id: "disparate_impact",
        title: "Disparate impact ratio (adverse impact ratio)",
        meaning: Meaning::Alias("selection_rate.ratio"),
        source: FELDMAN_2015,
        peers: &[
            ("AIF360", "disparate_impact"),
            ("Aequitas", "pprev_disparity"),
            ("SageMaker Clarify", "DI, against all others"),
        ],
    },
    Notion {
        id: "statistical_parity_difference",
        title: "Statistical parity difference",
        meaning: Meaning::Alias("selection_rate.difference"),
        source: DWORK_2012,
        peers: &[
            ("AIF360", "statistical_parity_difference"),
            ("SageMaker Clarify", "DPPL, with the opposite sign and against all others"),
        ],
    },
    Notion {
        id: "demographic_parity_difference",
        title: "Demographic parity difference",
        meaning: Meaning::Alias("selection_rate.max_difference"),
        source: DWORK_2012,
        peers: &[("Fairlearn", "demographic_parity_difference")],
    },
    Notion {
        id: "demographic_parity_ratio",
        title: "Demographic parity ratio",
        meaning: Meaning::Alias("selection_rate.min_ratio"),
        source: DWORK_2012,
        peers: &[("Fairlearn", "demographic_parity_ratio")],
    },
    Notion {
        id: "equal_opportunity_difference",
        title: "Equal opportunity difference",
        meaning: Meaning::Alias("tpr.difference"),
        source: HARDT_2016,
        peers: &[
            ("AIF360", "equal_opportunity_difference"),
            ("Fairlearn", "equal_opportunity_difference, largest less smallest"),
            ("SageMaker Clarify", "RD, with the opposite sign"),
        ],
    },
    Notion {
        id: "predictive_equality_difference",
        title: "Predictive equality difference",
        meaning: Meaning::Alias("fpr.difference"),
        source: CORBETT_DAVIES_2017,
        peers: &[("AIF360", "false_positive_rate_difference"), ("jurity", "PredictiveEquality")],
    },
    Notion {
        id: "predictive_parity_difference",
        title: "Predictive parity difference",
        meaning: Meaning::Alias("ppv.difference"),
        source: CHOULDECHOVA_2017,
        peers: &[("SageMaker Clarify", "DAR, with the opposite sign"), ("Aequitas", "precision_disparity, as a ratio")],
    },
    Notion {
        id: "overall_accuracy_difference",
        title: "Overall accuracy difference",
        meaning: Meaning::Alias("accuracy.difference"),
        source: BERK_2018,
        peers: &[("SageMaker Clarify", "AD, with the opposite sign")],
    },
    Notion {
        id: "treatment_equality_difference",
        title: "Treatment equality difference",
        meaning: Meaning::Alias("false_negatives_per_false_positive.difference"),
        source: BERK_2018,
        peers: &[("SageMaker Clarify", "TE")],
    },
    Notion {
        id: "conditional_statistical_parity_difference",
        title: "Conditional statistical parity difference",
        meaning: Meaning::Alias("selection_rate.mantel_haenszel_difference"),
        source: CORBETT_DAVIES_2017,
        peers: &[("SageMaker Clarify", "CDDPL, another measure of the same idea")],
    },
    Notion {
        id: "equalized_odds_difference",
        title: "Equalized odds difference",
        meaning: Meaning::Larger("tpr.max_difference", "fpr.max_difference"),
        source: HARDT_2016,
        peers: &[("Fairlearn", "equalized_odds_difference(agg=\"worst_case\")")],
    },
    Notion {
        id: "equalized_odds_ratio",
        title: "Equalized odds ratio",
        meaning: Meaning::Smaller("tpr.min_ratio", "fpr.min_ratio"),
        source: HARDT_2016,
        peers: &[("Fairlearn", "equalized_odds_ratio(agg=\"worst_case\")")],
    },
    Notion {
        id: "average_odds_difference",
        title: "Average odds difference",
        meaning: Meaning::Mean("tpr.difference", "fpr.difference"),
        source: BELLAMY_2018,
        peers: &[("AIF360", "average_odds_difference"), ("jurity", "AverageOdds")],
    },
];

/// A notion by its id.
pub fn notion(id: &str) -> Option<&'static Notion> {
    NOTIONS.iter().find(|notion| notion.id == id)
}
