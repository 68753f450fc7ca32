//! Answers that an audit gives: rows of its tidy table, and simple
//! combinations of them where a peer has another word for the same thing.

use super::answer::Answer;
use super::case::{Audited, Case, Question, Whom};

/// Numbers of one group that go by the same name here and there.
const BASES: [&str; 17] = [
    "accuracy",
    "auc",
    "balanced_accuracy",
    "base_rate",
    "brier",
    "error_rate",
    "f1",
    "fdr",
    "fnr",
    "for",
    "fpr",
    "mean_score",
    "npv",
    "ppv",
    "selection_rate",
    "tnr",
    "tpr",
];

/// Clarify's names: ours, and the sign (it compares the rest with the group,
/// or the group with the rest).
const CLARIFY: [(&str, &str, f64); 19] = [
    ("AD", "accuracy.difference", -1.0),
    ("CDDL", "conditional_demographic_disparity_labels", 1.0),
    ("CDDPL", "conditional_demographic_disparity", 1.0),
    ("CI", "share.imbalance", 1.0),
    ("DAR", "ppv.difference", -1.0),
    ("DCA", "qualified_per_selected.difference", -1.0),
    ("DCR", "unqualified_per_rejected.difference", 1.0),
    ("DI", "selection_rate.ratio", 1.0),
    ("DPL", "base_rate.difference", -1.0),
    ("DPPL", "selection_rate.difference", -1.0),
    ("DRR", "npv.difference", 1.0),
    ("JS", "label_distribution.js", 1.0),
    ("KL", "label_distribution.kl", 1.0),
    ("KS", "label_distribution.ks", 1.0),
    ("LP", "label_distribution.l2", 1.0),
    ("RD", "tpr.difference", -1.0),
    ("SD", "tnr.difference", 1.0),
    ("TE", "false_negatives_per_false_positive.difference", 1.0),
    ("TVD", "label_distribution.total_variation", 1.0),
];

/// Names that peers have for our comparisons of a group with others.
const COMPARISONS: [(&str, &str); 6] = [
    ("di_ratio", "selection_rate.ratio"),
    ("parity_difference", "selection_rate.difference"),
    ("equal_opportunity_difference", "tpr.difference"),
    ("risk_ratio", "selection_rate.ratio"),
    ("average_odds_difference", "average_odds_difference"),
    ("average_abs_odds_difference", "average_absolute_odds_difference"),
];

/// Names that peers have for our summaries over groups.
const SUMMARIES: [(&str, &str); 6] = [
    ("demographic_parity_difference", "selection_rate.max_difference"),
    ("demographic_parity_ratio", "selection_rate.min_ratio"),
    ("equal_opportunity_difference", "tpr.max_difference"),
    ("equal_opportunity_ratio", "tpr.min_ratio"),
    ("equalized_odds_difference", "equalized_odds_difference"),
    ("equalized_odds_ratio", "equalized_odds_ratio"),
];

/// What the audit says; none where it has no such number.
pub fn answer(case: &Case, question: &Question) -> Option<Answer> {
    let Question { metric, attribute, group, params, .. } = question;
    let (attribute, group, whom) = (attribute.as_str(), group.as_str(), question.whom());
    let audit = case.audit(question.weighted, whom);
    if let Some(name) = metric.strip_prefix("clarify_") {
        let audit = case.filled.as_ref().unwrap_or(audit);
        let (_, ours, sign) = CLARIFY.iter().find(|(theirs, ..)| *theirs == name)?;
        return Some(audit.value(attribute, group, ours)?.map(|value| sign * value));
    }
    if group == "(all but ref)" {
        return everyone_else(case, question);
    }
    match (*metric, question.reference, *params) {
        (base, None, "") if BASES.contains(&base) => audit.value(attribute, group, base),
        ("selection_rate_two_features", ..) => audit.value(attribute, group, "selection_rate"),
        ("ece", None, "right_closed") => audit.value(attribute, group, "ece"),
        (_, None, "between_groups") => audit.value(attribute, "", &summary(metric)?),
        (_, None, "to_overall") => to_overall(audit, attribute, metric),
        ("equalized_odds_difference" | "equalized_odds_ratio", None, "mean") => {
            let part = |base: &str| audit.value(attribute, "", &summary(&metric.replace("equalized_odds", base))?);
            Some(combine(part("tpr")?, part("fpr")?, |one, two| (one + two) / 2.0))
        }
        ("equalized_odds_difference", Some(_), _) => {
            let part = |id| audit.value(attribute, group, id);
            let larger = |one: f64, two: f64| one.abs().max(two.abs());
            Some(combine(part("tpr.difference")?, part("fpr.difference")?, larger))
        }
        (_, None, "" | "worst_case") if named(&SUMMARIES, metric).is_some() => {
            audit.value(attribute, "", named(&SUMMARIES, metric)?)
        }
        ("odds_ratio", Some(_), "sample") => audit.value(attribute, group, "selection_rate.odds_ratio"),
        ("four_fifths", ..) => {
            Some(audit.value(attribute, group, "selection_rate.ratio")?.map(|ratio| ratio.min(1.0 / ratio)))
        }
        ("ks_score", ..) => audit.value(attribute, group, "score_distribution.ks"),
        ("wasserstein_score", ..) => audit.value(attribute, group, "score_distribution.wasserstein"),
        ("cohen_d_score", ..) => audit.value(attribute, group, "mean_score.standardized_difference"),
        ("cohen_h", ..) => audit.value(attribute, group, "selection_rate.cohens_h"),
        ("between_all_groups_generalized_entropy", None, alpha) => {
            let index = match alpha {
                "alpha=0" => "mean_log_deviation",
                "alpha=1" => "theil_index",
                _ => "generalized_entropy",
            };
            audit.value(attribute, "", &format!("{index}.between"))
        }
        ("class_imbalance_signed", ..) => {
            let rest = case.audit(false, Whom::Rest);
            rest.value(attribute, &case.reference(attribute), "share.imbalance")
        }
        ("aif360_conditional_demographic_disparity", ..) => over_the_groups(audit, attribute),
        // Of the other group against the reference: KL(reference ‖ other).
        ("kl_label_ref_rest", ..) => {
            let reference = case.reference(attribute);
            let division = audit.release.divisions.iter().find(|division| division.attribute == attribute)?;
            let other = division.groups.iter().find(|group| !group.missing && group.group != reference)?;
            audit.value(attribute, &other.group, "label_distribution.kl")
        }
        ("predicted_positive_share", ..) => shares_of_selected(audit, attribute, group),
        ("predicted_positive_share_ratio", ..) => {
            let share = |group| shares_of_selected(audit, attribute, group);
            Some(combine(share(group)?, share(&case.reference(attribute))?, quotient))
        }
        ("mh_odds_ratio", _, "all strata") => {
            audit.value(attribute, group, "selection_rate.mantel_haenszel_odds_ratio")
        }
        (_, Some(_), "") => {
            let id = match named(&COMPARISONS, metric) {
                Some(id) => id.to_string(),
                None => {
                    let (base, how) = metric.rsplit_once('_')?;
                    let known = BASES.contains(&base) && matches!(how, "difference" | "ratio");
                    known.then(|| format!("{base}.{how}"))?
                }
            };
            match audit.value(attribute, group, &id) {
                // A group is not compared with itself here: both sides are the same row.
                None if whom == Whom::Reference && group == case.reference(attribute) => {
                    let own = audit.value(attribute, group, id.strip_suffix(".ratio")?)?;
                    Some(combine(own.clone(), own, quotient))
                }
                found => found,
            }
        }
        _ => None,
    }
}

/// Everyone outside of the reference against it: the reference against the
/// rest, turned round.
fn everyone_else(case: &Case, question: &Question) -> Option<Answer> {
    let attribute = question.attribute.as_str();
    let (id, turn): (&str, fn(f64) -> f64) = match question.metric {
        "di_ratio" => ("selection_rate.ratio", |ratio| 1.0 / ratio),
        "average_odds_error" => ("average_absolute_odds_difference", |error| error),
        "average_predictive_value_difference" => ("average_predictive_value_difference", |difference| -difference),
        other => (named(&COMPARISONS, other)?, |difference| -difference),
    };
    let found = case.audit(question.weighted, Whom::Rest).value(attribute, &case.reference(attribute), id)?;
    Some(match found {
        Answer::Infinite => Answer::Number(0.0),
        Answer::Number(0.0) if question.metric == "di_ratio" => Answer::Infinite,
        found => found.map(turn),
    })
}

fn named<'t>(table: &[(&str, &'t str)], name: &str) -> Option<&'t str> {
    table.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours)
}

/// `tpr_ratio` → `tpr.min_ratio`.
fn summary(metric: &str) -> Option<String> {
    let (base, how) = metric.rsplit_once('_')?;
    Some(format!("{base}.{}", if how == "ratio" { "min_ratio" } else { "max_difference" }))
}

/// The group farthest from everyone.
fn to_overall(audit: &Audited, attribute: &str, metric: &str) -> Option<Answer> {
    let (base, how) = metric.rsplit_once('_')?;
    let division = audit.release.divisions.iter().find(|division| division.attribute == attribute)?;
    let values = division.groups.iter().filter_map(|group| {
        let row = audit.row(attribute, &group.group, &format!("{base}.{how}"))?;
        row.value.map(|value| if how == "ratio" { value.min(1.0 / value) } else { value.abs() })
    });
    Some(Answer::maybe(if how == "ratio" { values.reduce(f64::min) } else { values.reduce(f64::max) }))
}

/// Σ share of the group × its demographic disparity in labels.
fn over_the_groups(audit: &Audited, attribute: &str) -> Option<Answer> {
    let division = audit.release.divisions.iter().find(|division| division.attribute == attribute)?;
    let mut sum = 0.0;
    for group in division.groups.iter().filter(|group| !group.missing) {
        let part = |id| audit.row(attribute, &group.group, id).and_then(|row| row.value);
        let Some(disparity) = part("demographic_disparity_labels") else { return Some(Answer::Nothing) };
        sum += part("share")? * disparity;
    }
    Some(Answer::Number(sum))
}

fn shares_of_selected(audit: &Audited, attribute: &str, group: &str) -> Option<Answer> {
    let selected = |attribute: &str, group: &str| audit.row(attribute, group, "selection_rate")?.numerator;
    Some(Answer::maybe(Some(quotient(selected(attribute, group)?, selected("", "")?)).filter(|q| q.is_finite())))
}

fn quotient(one: f64, two: f64) -> f64 {
    one / two
}

fn combine(one: Answer, two: Answer, how: impl Fn(f64, f64) -> f64) -> Answer {
    match (one.value(), two.value()) {
        (Some(one), Some(two)) => Answer::number(how(one, two)),
        _ => Answer::Nothing,
    }
}
