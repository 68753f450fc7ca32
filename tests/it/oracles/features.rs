//! Answers about columns against attributes.

use std::collections::BTreeSet;

use evenhand::catalogue::{QUALIFIED, REJECTED, SELECTED, UNQUALIFIED};
use evenhand::cells::{FeatureTable, Level};
use evenhand::stats::*;

use super::answer::Answer;
use super::case::{Case, Question, Whom};
use super::counted::{Counted, moments};

/// Counts of an attribute's groups (rows) by a column's levels.
struct Table {
    groups: Vec<String>,
    counts: Vec<Vec<f64>>,
}

pub fn answer(case: &Case, question: &Question) -> Option<Counted> {
    let by_group = question.reference == Some("rest");
    let column = if by_group { question.params } else { question.reference? };
    let attribute = question.attribute.as_str();
    match case.ledger.features.get(&(column.to_string(), attribute.to_string())) {
        Some(FeatureTable::Numeric(histogram)) => {
            let parts = histogram.parts().filter(|(group, _)| !group.is_missing());
            let sets: Vec<_> = parts.filter_map(|(group, part)| Some((group.to_string(), moments(part)?))).collect();
            of_numbers(case, question, column, &sets)
        }
        found => {
            let table = table(case, attribute, column, found)?;
            if by_group { of_one_group(&table, question) } else { of_names(case, question, column, &table) }
        }
    }
}

fn table(case: &Case, attribute: &str, column: &str, feature: Option<&FeatureTable>) -> Option<Table> {
    if let Some(FeatureTable::Categorical(cells)) = feature {
        let kept = cells.keys().filter(|(group, level)| !group.is_missing() && *level != Level::Missing);
        let groups: BTreeSet<_> = kept.clone().map(|(group, _)| group).collect();
        let levels: BTreeSet<_> = kept.map(|(_, level)| level).collect();
        let count = |group, level| cells.get(&(group, level)).map_or(0.0, |cell| cell.n as f64);
        let row = |group: &&evenhand::cells::Group| {
            levels.iter().map(|level| count((*group).clone(), (*level).clone())).collect()
        };
        let counts = groups.iter().map(row).collect();
        return Some(Table { groups: groups.iter().map(ToString::to_string).collect(), counts });
    }
    let sets = match column {
        "label" => [QUALIFIED, UNQUALIFIED],
        "pred" => [SELECTED, REJECTED],
        _ => return None,
    };
    let mut table = Table { groups: Vec::new(), counts: Vec::new() };
    for (group, tally) in case.frame(attribute)?.groups.iter().filter(|(group, _)| !group.is_missing()) {
        table.groups.push(group.to_string());
        table.counts.push(sets.map(|set| tally.sum(|_, outcome| set.contains(outcome)).n as f64).to_vec());
    }
    Some(table)
}

/// In the proxies of the audit.
fn strength(case: &Case, question: &Question, column: &str) -> Option<f64> {
    let proxies = &case.audit(false, Whom::Reference).release.proxies;
    proxies.iter().find(|pair| pair.feature == column && pair.attribute == question.attribute)?.strength
}

fn of_names(case: &Case, question: &Question, column: &str, table: &Table) -> Option<Counted> {
    let counts = &table.counts;
    let turned: Vec<Vec<f64>> =
        (0..counts.first()?.len()).map(|column| counts.iter().map(|row| row[column]).collect()).collect();
    let number = |number| Some(Answer::maybe(number).into());
    match (question.metric, question.params) {
        ("cramers_v", "no bias correction") => {
            let yates = yates(counts).map(|phi_squared| phi_squared.sqrt());
            Some(Counted::maybe(cramers_v(counts)).but("with Yates's correction", yates))
        }
        ("cramers_v", "bias correction") => {
            let found = cramers_v_corrected(counts);
            if case.ledger.features.contains_key(&(column.to_string(), question.attribute.clone())) {
                assert_eq!(strength(case, question, column), found, "{} {column}: the proxies differ", case.name);
            }
            let n: f64 = counts.iter().flatten().sum();
            // Bergsma's correction of a 2×2 table.
            let corrected =
                |phi_squared: f64| ((phi_squared - 1.0 / (n - 1.0)).max(0.0) / (1.0 - 1.0 / (n - 1.0))).sqrt();
            Some(Counted::maybe(found).but("with Yates's correction", yates(counts).map(corrected)))
        }
        ("theils_u", "attr given other") => number(theils_u(counts)),
        ("theils_u", "other given attr") => number(theils_u(&turned)),
        ("mutual_information", _) => number(mutual_information(counts)),
        ("normalized_mutual_information", _) => number(normalized_mutual_information(counts)),
        _ => None,
    }
}

/// χ²/n of a 2×2 table with Yates's correction.
fn yates(counts: &[Vec<f64>]) -> Option<f64> {
    let [one, two] = counts else { return None };
    let ([a, b], [c, d]): ([f64; 2], [f64; 2]) = (one[..].try_into().ok()?, two[..].try_into().ok()?);
    Some(yates_chi_square([a, b, c, d])?.statistic / (a + b + c + d))
}

fn of_one_group(table: &Table, question: &Question) -> Option<Counted> {
    let at = table.groups.iter().position(|group| *group == question.group)?;
    let own = &table.counts[at];
    let others = |column| {
        let rows = table.counts.iter().enumerate().filter(|(row, _)| *row != at);
        rows.map(|(_, row): (usize, &Vec<f64>)| row[column]).sum::<f64>()
    };
    let rest: Vec<f64> = (0..own.len()).map(others).collect();
    match question.metric {
        "kl_column" => Some(kullback_leibler(own, &rest).map_or(Answer::Infinite, Answer::Number).into()),
        "js_column" => Some(Answer::maybe(jensen_shannon(own, &rest)).into()),
        "tvd_column" => Some(Answer::maybe(total_variation(own, &rest)).into()),
        _ => None,
    }
}

fn of_numbers(case: &Case, question: &Question, column: &str, sets: &[(String, Moments)]) -> Option<Counted> {
    let all: Vec<Moments> = sets.iter().map(|(_, set)| *set).collect();
    let found = correlation_ratio(&all);
    match question.metric {
        "correlation_ratio" => Some(Answer::maybe(strength(case, question, column)).into()),
        "anova_f" => Some(Answer::maybe(found.map(|found| found.f)).into()),
        "point_biserial" => {
            let (_, own) = sets.iter().find(|(group, _)| *group == question.group)?;
            let others: Vec<Moments> =
                sets.iter().filter(|(group, _)| *group != question.group).map(|(_, set)| *set).collect();
            Some(Answer::maybe(pooled(&others).and_then(|rest| point_biserial(*own, rest))).into())
        }
        _ => None,
    }
}

/// The moments of several sets together.
fn pooled(sets: &[Moments]) -> Option<Moments> {
    let n: f64 = sets.iter().map(|set| set.n).sum();
    let sum: f64 = sets.iter().map(|set| set.n * set.mean).sum();
    let spread = sets.iter().map(|set| set.variance * (set.n - 1.0) + set.n * (set.mean - sum / n).powi(2)).sum();
    Moments::from_spread(n, n, sum, spread)
}
