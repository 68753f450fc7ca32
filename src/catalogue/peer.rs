//! What other tools call a metric, and where their conventions differ.

/// What another tool calls a metric, and where its convention differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The tool.
    pub tool: &'static str,
    /// Its name for it.
    pub name: &'static str,
    /// How its convention differs; empty where it does not.
    pub differs: &'static str,
}

/// The same number under another name.
pub(super) const fn same(tool: &'static str, name: &'static str) -> Peer {
    Peer { tool, name, differs: "" }
}

/// A number of the same idea by another convention.
pub(super) const fn differs(tool: &'static str, name: &'static str, differs: &'static str) -> Peer {
    Peer { tool, name, differs }
}

/// The conventions of a tool that hold for all its metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// With whom it compares a group.
    pub compares: &'static str,
    /// What it answers to 0/0, where here there is no value.
    pub zero: &'static str,
}

/// The tools that `explain` always speaks of.
pub const TOOLS: [Tool; 4] = [
    Tool {
        name: "AIF360",
        compares: "the unprivileged groups together with the privileged; differences are unprivileged less privileged",
        zero: "NaN, or 0 for predictive values",
    },
    Tool {
        name: "Fairlearn",
        compares: "the largest with the smallest group, or each with everyone",
        zero: "0, which then counts as the smallest",
    },
    Tool {
        name: "Aequitas",
        compares: "each group with a named one, the largest or the one with the smallest value, as ratios",
        zero: "NaN, and a disparity of 10 for x/0",
    },
    Tool {
        name: "SageMaker Clarify",
        compares: "a facet with everyone else, the facet being the disadvantaged; most differences are everyone else less facet",
        zero: "0, and infinity for x/0",
    },
];

/// Names of comparisons and summaries in tools that have them one by one.
const BY_ID: &[(&str, Peer)] = &[
    ("fpr.ratio", same("AIF360", "false_positive_rate_ratio")),
    ("fnr.difference", same("AIF360", "false_negative_rate_difference")),
    ("fnr.ratio", same("AIF360", "false_negative_rate_ratio")),
    ("fdr.difference", same("AIF360", "false_discovery_rate_difference")),
    ("fdr.ratio", same("AIF360", "false_discovery_rate_ratio")),
    ("for.difference", same("AIF360", "false_omission_rate_difference")),
    ("for.ratio", same("AIF360", "false_omission_rate_ratio")),
    ("error_rate.difference", same("AIF360", "error_rate_difference")),
    ("error_rate.ratio", same("AIF360", "error_rate_ratio")),
    ("tpr.difference", same("AIF360", "true_positive_rate_difference")),
    ("tpr.ratio", same("Aequitas", "tpr_disparity")),
    ("fpr.ratio", same("Aequitas", "fpr_disparity")),
    ("fnr.ratio", same("Aequitas", "fnr_disparity")),
    ("tnr.ratio", same("Aequitas", "tnr_disparity")),
    ("fdr.ratio", same("Aequitas", "fdr_disparity")),
    ("for.ratio", same("Aequitas", "for_disparity")),
    ("npv.ratio", same("Aequitas", "npv_disparity")),
    ("ppv.ratio", same("Aequitas", "precision_disparity")),
    ("selection_rate.max_difference", same("Fairlearn", "selection_rate_difference")),
    ("selection_rate.min_ratio", same("Fairlearn", "selection_rate_ratio")),
    ("tpr.max_difference", same("Fairlearn", "true_positive_rate_difference")),
    ("tpr.min_ratio", same("Fairlearn", "true_positive_rate_ratio")),
    ("fpr.max_difference", same("Fairlearn", "false_positive_rate_difference")),
    ("fpr.min_ratio", same("Fairlearn", "false_positive_rate_ratio")),
    ("tnr.max_difference", same("Fairlearn", "true_negative_rate_difference")),
    ("tnr.min_ratio", same("Fairlearn", "true_negative_rate_ratio")),
    ("fnr.max_difference", same("Fairlearn", "false_negative_rate_difference")),
    ("fnr.min_ratio", same("Fairlearn", "false_negative_rate_ratio")),
    ("accuracy.max_difference", same("Fairlearn", "accuracy_score_difference")),
    ("accuracy.min_ratio", same("Fairlearn", "accuracy_score_ratio")),
    ("error_rate.max_difference", same("Fairlearn", "zero_one_loss_difference")),
    ("error_rate.min_ratio", same("Fairlearn", "zero_one_loss_ratio")),
    ("tpr.max_difference", same("Fairlearn", "equal_opportunity_difference")),
    ("tpr.min_ratio", same("Fairlearn", "equal_opportunity_ratio")),
    ("accuracy.worst", same("Fairlearn", "accuracy_score_group_min")),
    ("balanced_accuracy.worst", same("Fairlearn", "balanced_accuracy_score_group_min")),
    ("f1.worst", same("Fairlearn", "f1_score_group_min")),
    ("ppv.worst", same("Fairlearn", "precision_score_group_min")),
    ("tpr.worst", same("Fairlearn", "recall_score_group_min")),
    ("auc.worst", same("Fairlearn", "roc_auc_score_group_min")),
    ("r2.worst", same("Fairlearn", "r2_score_group_min")),
    ("log_loss.worst", same("Fairlearn", "log_loss_group_max")),
    ("mae.worst", same("Fairlearn", "mean_absolute_error_group_max")),
    ("error_rate.worst", same("Fairlearn", "zero_one_loss_group_max")),
    ("rmse.worst", differs("Fairlearn", "mean_squared_error_group_max", "its square")),
    ("theil_index.between", same("AIF360", "between_all_groups_theil_index")),
    ("generalized_entropy.between", same("AIF360", "between_all_groups_generalized_entropy_index")),
    (
        "mean_log_deviation.between",
        differs(
            "AIF360",
            "between_all_groups_generalized_entropy_index(alpha=0)",
            "divides by the mean benefit once more",
        ),
    ),
];

/// What other tools call a comparison or summary, as far as they name it.
pub(super) fn by_id(id: &str) -> impl Iterator<Item = Peer> {
    BY_ID.iter().filter(move |(of, _)| *of == id).map(|(_, peer)| *peer)
}
