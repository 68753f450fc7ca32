//! Names that people use for members of the algebra, and the few composites.

use super::peer::{Peer, differs, same};
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
    /// The mean of their absolute values.
    MeanAbsolute(&'static str, &'static str),
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
    pub peers: &'static [Peer],
}

/// Every named notion.
pub const NOTIONS: &[Notion] = &[
    Notion {
        id: "disparate_impact",
        title: "Disparate impact ratio (adverse impact ratio)",
        meaning: Meaning::Alias("selection_rate.ratio"),
        source: FELDMAN_2015,
        peers: &[
            same("AIF360", "disparate_impact"),
            same("Aequitas", "pprev_disparity"),
            differs("SageMaker Clarify", "DI", "against all others, where reference = \"rest\" gives the same"),
        ],
    },
    Notion {
        id: "statistical_parity_difference",
        title: "Statistical parity difference",
        meaning: Meaning::Alias("selection_rate.difference"),
        source: DWORK_2012,
        peers: &[
            same("AIF360", "statistical_parity_difference"),
            differs("SageMaker Clarify", "DPPL", "the opposite sign, and against all others"),
        ],
    },
    Notion {
        id: "demographic_parity_difference",
        title: "Demographic parity difference",
        meaning: Meaning::Alias("selection_rate.max_difference"),
        source: DWORK_2012,
        peers: &[same("Fairlearn", "demographic_parity_difference")],
    },
    Notion {
        id: "demographic_parity_ratio",
        title: "Demographic parity ratio",
        meaning: Meaning::Alias("selection_rate.min_ratio"),
        source: DWORK_2012,
        peers: &[same("Fairlearn", "demographic_parity_ratio")],
    },
    Notion {
        id: "equal_opportunity_difference",
        title: "Equal opportunity difference",
        meaning: Meaning::Alias("tpr.difference"),
        source: HARDT_2016,
        peers: &[
            same("AIF360", "equal_opportunity_difference"),
            differs("Fairlearn", "equal_opportunity_difference", "largest less smallest: tpr.max_difference here"),
            differs("SageMaker Clarify", "RD", "the opposite sign"),
        ],
    },
    Notion {
        id: "predictive_equality_difference",
        title: "Predictive equality difference",
        meaning: Meaning::Alias("fpr.difference"),
        source: CORBETT_DAVIES_2017,
        peers: &[same("AIF360", "false_positive_rate_difference"), same("jurity", "PredictiveEquality")],
    },
    Notion {
        id: "predictive_parity_difference",
        title: "Predictive parity difference",
        meaning: Meaning::Alias("ppv.difference"),
        source: CHOULDECHOVA_2017,
        peers: &[
            differs("SageMaker Clarify", "DAR", "the opposite sign"),
            differs("Aequitas", "precision_disparity", "as a ratio"),
        ],
    },
    Notion {
        id: "overall_accuracy_difference",
        title: "Overall accuracy difference",
        meaning: Meaning::Alias("accuracy.difference"),
        source: BERK_2018,
        peers: &[differs("SageMaker Clarify", "AD", "the opposite sign")],
    },
    Notion {
        id: "treatment_equality_difference",
        title: "Treatment equality difference",
        meaning: Meaning::Alias("false_negatives_per_false_positive.difference"),
        source: BERK_2018,
        peers: &[same("SageMaker Clarify", "TE")],
    },
    Notion {
        id: "conditional_statistical_parity_difference",
        title: "Conditional statistical parity difference",
        meaning: Meaning::Alias("selection_rate.mantel_haenszel_difference"),
        source: CORBETT_DAVIES_2017,
        peers: &[differs(
            "SageMaker Clarify",
            "CDDPL",
            "another measure of the same idea: conditional_demographic_disparity here",
        )],
    },
    Notion {
        id: "equalized_odds_difference",
        title: "Equalized odds difference",
        meaning: Meaning::Larger("tpr.max_difference", "fpr.max_difference"),
        source: HARDT_2016,
        peers: &[
            same("Fairlearn", "equalized_odds_difference(agg=\"worst_case\")"),
            differs("AIF360", "equalized_odds_difference", "of the unprivileged together against the privileged"),
        ],
    },
    Notion {
        id: "equalized_odds_ratio",
        title: "Equalized odds ratio",
        meaning: Meaning::Smaller("tpr.min_ratio", "fpr.min_ratio"),
        source: HARDT_2016,
        peers: &[same("Fairlearn", "equalized_odds_ratio(agg=\"worst_case\")")],
    },
    Notion {
        id: "average_odds_difference",
        title: "Average odds difference",
        meaning: Meaning::Mean("tpr.difference", "fpr.difference"),
        source: BELLAMY_2018,
        peers: &[same("AIF360", "average_odds_difference"), same("jurity", "AverageOdds")],
    },
    Notion {
        id: "average_absolute_odds_difference",
        title: "Average absolute odds difference",
        meaning: Meaning::MeanAbsolute("tpr.difference", "fpr.difference"),
        source: BELLAMY_2018,
        peers: &[same("AIF360", "average_abs_odds_difference")],
    },
    Notion {
        id: "average_predictive_value_difference",
        title: "Average predictive value difference",
        meaning: Meaning::Mean("ppv.difference", "for.difference"),
        source: BELLAMY_2018,
        peers: &[same("AIF360", "average_predictive_value_difference")],
    },
    Notion {
        id: "difference_in_proportions_of_labels",
        title: "Difference in proportions of labels",
        meaning: Meaning::Alias("base_rate.difference"),
        source: HARDT_2021,
        peers: &[
            differs("SageMaker Clarify", "DPL", "the opposite sign"),
            same("AIF360", "mean_difference of a dataset"),
        ],
    },
    Notion {
        id: "class_imbalance",
        title: "Class imbalance",
        meaning: Meaning::Alias("share.imbalance"),
        source: HARDT_2021,
        peers: &[differs("SageMaker Clarify", "CI", "against all others, where reference = \"rest\" gives the same")],
    },
    Notion {
        id: "difference_in_rejection_rates",
        title: "Difference in rejection rates",
        meaning: Meaning::Alias("npv.difference"),
        source: HARDT_2021,
        peers: &[same("SageMaker Clarify", "DRR")],
    },
    Notion {
        id: "specificity_difference",
        title: "Specificity difference",
        meaning: Meaning::Alias("tnr.difference"),
        source: HARDT_2021,
        peers: &[same("SageMaker Clarify", "SD")],
    },
    Notion {
        id: "difference_in_conditional_acceptance",
        title: "Difference in conditional acceptance",
        meaning: Meaning::Alias("qualified_per_selected.difference"),
        source: HARDT_2021,
        peers: &[differs("SageMaker Clarify", "DCA", "the opposite sign")],
    },
    Notion {
        id: "difference_in_conditional_rejection",
        title: "Difference in conditional rejection",
        meaning: Meaning::Alias("unqualified_per_rejected.difference"),
        source: HARDT_2021,
        peers: &[same("SageMaker Clarify", "DCR")],
    },
    Notion {
        id: "exposure_ratio",
        title: "Exposure ratio",
        meaning: Meaning::Alias("exposure.ratio"),
        source: SINGH_2018,
        peers: &[],
    },
    Notion {
        id: "min_skew",
        title: "Smallest skew at k",
        meaning: Meaning::Alias("skew_at_k.worst"),
        source: GEYIK_2019,
        peers: &[same("LinkedIn Talent Search", "MinSkew@k")],
    },
    Notion {
        id: "max_skew",
        title: "Largest skew at k",
        meaning: Meaning::Alias("skew_at_k.largest"),
        source: GEYIK_2019,
        peers: &[same("LinkedIn Talent Search", "MaxSkew@k")],
    },
];

/// A notion by its id.
pub fn notion(id: &str) -> Option<&'static Notion> {
    NOTIONS.iter().find(|notion| notion.id == id)
}
