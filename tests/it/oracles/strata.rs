//! Answers of the statistics on the 2×2 tables of strata.

use evenhand::catalogue::{REJECTED, SELECTED};
use evenhand::cells::{Frame, Stratum, Tally};
use evenhand::stats::*;

use super::answer::Answer;
use super::case::Question;
use super::counted::{Counted, count, group};

pub fn answer(frame: &Frame, question: &Question, reference: &str) -> Option<Counted> {
    let everyone = frame.everyone();
    let mut names: Vec<&Stratum> = everyone.iter().map(|(stratum, ..)| stratum).collect();
    names.dedup();
    let (one, two) = (group(frame, &question.group)?.1, group(frame, reference)?.1);
    let full = question.params == "strata with all margins positive";
    let tables: Vec<StratumTable> = names
        .into_iter()
        .map(|stratum| {
            let count = |tally: &Tally, set| count(&tally.within(Some(stratum)), set) as f64;
            StratumTable {
                a: count(one, SELECTED),
                b: count(one, REJECTED),
                c: count(two, SELECTED),
                d: count(two, REJECTED),
            }
        })
        .filter(|t| !full || [t.a + t.b, t.c + t.d, t.a + t.c, t.b + t.d].iter().all(|margin| *margin > 0.0))
        .collect();
    let pooled = mantel_haenszel(&tables, Level::P95);
    let common = pooled.and_then(|found| found.odds_ratio);
    Some(match question.metric {
        "strata_tables" => {
            let row = |t: &StratumTable| Answer::List(vec![Answer::numbers(&[t.a, t.b]), Answer::numbers(&[t.c, t.d])]);
            Answer::List(tables.iter().map(row).collect()).into()
        }
        "cmh_statistic" => Counted::maybe(pooled.and_then(|found| found.test).map(|(statistic, _)| statistic)),
        "cmh_p" => Counted::maybe(pooled.and_then(|found| found.test).map(|(_, p)| p)),
        "cmh_corrected_statistic" => {
            let plain = pooled.and_then(|found| found.test).map(|(statistic, _)| statistic);
            let corrected = cmh_corrected(&tables).map(|test| test.statistic);
            // Where the distance is less than the correction.
            let within = plain.filter(|_| corrected == Some(0.0));
            let excess: f64 = tables.iter().map(excess).sum();
            let turned = within.map(|plain| plain * ((excess.abs() - 0.5) / excess).powi(2));
            Counted::maybe(corrected).but("without correction", within).but("corrected beyond zero", turned)
        }
        // No bound, when the ratio the other way round is 0.
        "mh_odds_ratio" => match common {
            None if mantel_haenszel(&turned(&tables), Level::P95).is_some_and(|f| f.odds_ratio == Some(0.0)) => {
                Answer::Infinite.into()
            }
            common => Counted::maybe(common),
        },
        "mh_odds_ratio_ci95" => Answer::interval(pooled.and_then(|found| found.odds_ratio_interval)).into(),
        "mh_risk_ratio" => Counted::maybe(mantel_haenszel_ratio(&tables, Level::P95).map(|found| found.ratio)),
        "breslow_day_statistic" | "breslow_day_p" | "breslow_day_tarone_statistic" => {
            let test = common.and_then(|common| breslow_day(&tables, common));
            Counted::maybe(test.map(|test| match question.metric {
                "breslow_day_statistic" => test.uncorrected.statistic,
                "breslow_day_p" => test.uncorrected.p,
                _ => test.tarone.statistic,
            }))
        }
        _ => return None,
    })
}

/// Successes of the first less what is expected of them.
fn excess(table: &StratumTable) -> f64 {
    let StratumTable { a, b, c, d } = *table;
    if a + b + c + d > 1.0 { a - (a + b) * (a + c) / (a + b + c + d) } else { 0.0 }
}

fn turned(tables: &[StratumTable]) -> Vec<StratumTable> {
    tables.iter().map(|&StratumTable { a, b, c, d }| StratumTable { a: c, b: d, c: a, d: b }).collect()
}
