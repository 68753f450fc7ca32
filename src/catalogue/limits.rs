//! Where an interval is known to fall short, said next to the metric.
//! `docs/validity.md` shows the simulations behind these sentences.

/// The end or the whole of an id, and what its interval cannot be trusted with.
const LIMITS: &[(&str, &str)] = &[
    ("consistency", "the interval takes the neighbours as given, and covers the sample of rows alone"),
    ("r2", "skewed errors: with 30 people a group the interval covers about 82 %, with 100 about 89 %"),
    ("rmse", "skewed errors: with 30 people a group the interval covers about 90 %"),
    ("mae", "skewed errors: with 30 people a group the interval covers about 91 %"),
    ("mean_error", "skewed errors: with 30 people a group the interval covers about 91 %"),
    (
        "mean_log_deviation",
        "one person without any benefit leaves it without a value, and as the sample cannot rule such a one out it has no interval",
    ),
    (
        "mean_log_deviation.between",
        "one person without any benefit leaves the part within without a value, so that this one then stands alone",
    ),
    (
        "ndkl",
        "it is above 0 for orders at random too, the more so the shorter the lists: compare it with that of lists of the same lengths, not with 0",
    ),
    ("exposure", "with very few lists that have the group the interval covers about 92 %"),
    ("mcc", "where weights go with the decision (five times as large for a yes) the interval covers about 91 %"),
    (
        "standardized_difference",
        "where weights go with the decision (five times as large for a yes) the interval covers about 90 %",
    ),
    (
        "macro_recall",
        "classes of which the sample shows nobody are not counted; with 30 people and three classes the interval covers about 92 %",
    ),
    (
        "macro_f1",
        "classes of which the sample shows nobody are not counted; with 30 people and three classes the interval covers about 92 %",
    ),
    (
        "brier_resolution",
        "scores are binned, so that the parts add up to the Brier score but for what varies within bins; chance makes it larger with few people, and its interval is wide",
    ),
    (
        "brier_reliability",
        "scores are binned, so that the parts add up to the Brier score but for what varies within bins; its interval is wide by construction",
    ),
    (
        "brier_uncertainty",
        "scores are binned, so that the parts add up to the Brier score but for what varies within bins",
    ),
    (
        "ece",
        "chance makes it larger with few people; its interval is wide by construction and seldom finds a gap that is none",
    ),
    (
        "ece_equal_mass",
        "chance makes it larger with few people; its interval is wide by construction and seldom finds a gap that is none",
    ),
    ("std", "chance makes it larger with few people; its interval is wide by construction"),
    ("conditional_demographic_disparity", "strata without a yes or without a no for anyone are left out of the mean"),
    ("conditional_demographic_disparity_labels", "strata without one of the labels are left out of the mean"),
    ("kl", "it has no value where a share of the group is zero and that of the reference is not"),
    (
        "psi",
        "a bin without anyone leaves it without a value: with 30 people the few samples that have one understate it, and the interval covers about 68 %; it grows with the number of bins",
    ),
];

/// What the interval of a metric cannot be trusted with, where that is known.
pub(super) fn of(id: &str) -> Option<&'static str> {
    let last = id.rsplit('.').next().unwrap_or(id);
    let first = id.split('.').next().unwrap_or(id);
    let whole = LIMITS.iter().find(|(name, _)| *name == id);
    whole.or_else(|| LIMITS.iter().find(|(name, _)| *name == first || *name == last)).map(|(_, sentence)| *sentence)
}
