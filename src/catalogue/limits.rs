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
    ("kl", "it has no value where a share of the group is zero and that of the reference is not"),
    ("psi", "a bin without anyone leaves it without a value; it grows with the number of bins"),
];

/// What the interval of a metric cannot be trusted with, where that is known.
pub(super) fn of(id: &str) -> Option<&'static str> {
    let last = id.rsplit('.').next().unwrap_or(id);
    let first = id.split('.').next().unwrap_or(id);
    LIMITS.iter().find(|(name, _)| *name == first || *name == last).map(|(_, sentence)| *sentence)
}
