//! From a report to a release: the one place that withholds.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::gate::Gate;
use super::release::*;
use super::{Report, Row};
use crate::cells::{EXACT_VALUES, Excluded, Exclusion, Grid, Group, Membership};
use crate::judge::Finding;
use crate::measure::{CalibrationBin, Division, Measurement, Practice, Test, TestMethod, WithinStrata};
use crate::plan::{Reading, Severity};

/// Withholds what could give a small group away, and makes the document that
/// formats may write.
///
/// A count from 1 to below `min_cell` is withheld wherever it would stand as a
/// numerator, as a denominator or as the rest of one; the rate, its interval
/// and its test go with it, and so do comparisons with it. Other numbers are
/// withheld as far as they would let it be computed. Zeros are shown. Verdicts
/// stay, marked.
pub fn suppress(report: Report) -> Release {
    let min_cell = report.plan.min_cell;
    let mut gate = Gate::new(&report, min_cell);
    let sizes = gate.sizes(&report);
    let order = gate.rows_in_order(&report.measurements.all);
    let mut shown = vec![false; report.measurements.all.len()];
    for at in order {
        shown[at] = gate.admit(&report.measurements.all[at]);
    }
    let adjusted = adjusted(&report, &shown);
    let judged = report.judgement.findings.iter().filter_map(|finding| finding.measurement.as_ref());
    // A test against a tolerance is of one rule, and stays with its finding.
    let tests: BTreeMap<String, Test> = judged
        .filter_map(|m| Some((identity(m), m.test.filter(|test| test.method != TestMethod::Tolerance)?)))
        .collect();
    let of_hidden = adjusted_of_hidden(&report, &shown);
    let rows: BTreeMap<String, Row> = report
        .measurements
        .all
        .iter()
        .zip(&shown)
        .map(|(m, shown)| {
            let identity = identity(m);
            let row = match (shown, tests.get(&identity)) {
                (true, Some(test)) => {
                    Row::shown(&Measurement { test: Some(*test), ..m.clone() }, adjusted.get(&identity).copied())
                }
                (true, None) => Row::shown(m, adjusted.get(&identity).copied()),
                (false, _) => Row::withheld(m),
            };
            (identity, row)
        })
        .collect();
    let mut findings: Vec<ReleasedFinding> =
        report.judgement.findings.iter().map(|finding| released(finding, &rows, &gate, &of_hidden)).collect();
    withhold_copies(&report, &mut findings);
    let named = strata_may_be_named(&report);
    let strata_note = (!named).then(|| {
        format!(
            "there are more than {MOST_STRATA} strata: they are used in pooled comparisons, and not named one by one"
        )
    });
    let published = report.measurements.all.iter().filter(|m| named || m.stratum.is_none());
    let measurements = published.filter_map(|m| rows.get(&identity(m)).cloned()).collect();
    let divisions = divisions(&report, &gate, &sizes, &rows);
    let reweighing = reweighing(&report, &mut gate);
    let proxies = proxies(&report, &sizes);
    let joint_proxies = joint_proxies(&report, min_cell);
    let exclusions = exclusions(&report, &gate);
    let rules = report.plan.rules.iter().map(|rule| ReleasedRule {
        id: rule.id.clone(),
        metric: rule.metric.id(),
        tolerance: Tolerance { at_least: rule.at_least, at_most: rule.at_most },
        level: severity(rule.severity).into(),
        on: if rule.reading == Reading::Point { "point".into() } else { "interval".into() },
        basis: rule.basis.clone(),
    });
    Release {
        schema: 1,
        title: report.plan.title.clone().unwrap_or_else(|| "Audit of decisions by group".into()),
        intake: report.ledger.intake,
        confidence: report.plan.confidence.value(),
        min_group_size: report.plan.min_group_size,
        min_cell,
        strata: report.ledger.strata.clone(),
        roles: super::roles::released(&report.plan),
        rules: rules.collect(),
        on_inconclusive: report.plan.on_inconclusive.word().into(),
        findings,
        family: report.judgement.family as u64,
        divisions,
        measurements,
        proxies,
        joint_proxies,
        reweighing,
        exclusions,
        over_time: None,
        warnings: report.warnings.iter().cloned().chain(grid_note(&report)).chain(strata_note).collect(),
        provenance: Provenance { inputs: report.inputs, ..report.provenance },
    }
}

/// So many strata could be identifiers, and are not named.
const MOST_STRATA: usize = 100;

fn strata_may_be_named(report: &Report) -> bool {
    let strata: BTreeSet<_> = report.measurements.all.iter().filter_map(|m| m.stratum.as_ref()).collect();
    strata.len() <= MOST_STRATA
}

/// That scores were put on a grid, and how far off that can make an area.
fn grid_note(report: &Report) -> Option<String> {
    let grid = report.ledger.frames.first()?.scores.grid();
    if grid == Grid::Exact {
        return None;
    }
    let areas = report.measurements.all.iter().filter(|m| m.metric.id() == "auc").filter_map(|m| m.error_bound);
    // Without labels there is no area.
    let bound = areas.reduce(f64::max);
    let off =
        bound.map_or(String::new(), |bound| format!("; areas under the curve are at most {bound:.1e} off by that"));
    let parts = grid.width().recip();
    Some(format!(
        "there are more than {EXACT_VALUES} different scores, so scores that agree to one part in {parts} were taken as one{off}"
    ))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warn => "warn",
    }
}

fn identity(m: &Measurement) -> String {
    format!("{:?}", (&m.attribute, &m.group, &m.stratum, &m.class, m.metric.id(), &m.reference))
}

/// The adjusted p-values of findings about measurements that are not shown.
fn adjusted_of_hidden(report: &Report, shown: &[bool]) -> Vec<f64> {
    let hidden: BTreeSet<String> =
        report.measurements.all.iter().zip(shown).filter(|(_, shown)| !**shown).map(|(m, _)| identity(m)).collect();
    let of = |finding: &Finding| {
        let id = identity(finding.measurement.as_ref()?);
        finding.p_adjusted.filter(|_| hidden.contains(&id))
    };
    report.judgement.findings.iter().filter_map(of).collect()
}

/// Whether an adjusted p is the finding's own, and not one that Holm's method took over
/// from what is not shown.
fn own(p: f64, of_hidden: &[f64]) -> bool {
    p >= 1.0 || !of_hidden.contains(&p)
}

/// The adjusted p-values by measurement.
fn adjusted(report: &Report, shown: &[bool]) -> BTreeMap<String, f64> {
    let of_hidden = adjusted_of_hidden(report, shown);
    let of = |finding: &Finding| {
        let m =
            finding.measurement.as_ref().filter(|m| m.test.is_some_and(|test| test.method != TestMethod::Tolerance))?;
        Some((identity(m), finding.p_adjusted?))
    };
    report.judgement.findings.iter().filter_map(of).filter(|(_, p)| own(*p, &of_hidden)).collect()
}

/// The same for the errors at which intervals touch the tolerance.
fn withhold_copies(report: &Report, findings: &mut [ReleasedFinding]) {
    let known = report.judgement.findings.iter().map(|finding| finding.p_outside.map(|(_, adjusted)| adjusted));
    let hidden: Vec<f64> = known
        .zip(findings.iter())
        .filter(|(_, released)| released.p_outside.is_none())
        .filter_map(|(adjusted, _)| adjusted.filter(|p| *p < 1.0))
        .collect();
    for finding in findings {
        finding.p_outside_adjusted = finding.p_outside_adjusted.filter(|p| !hidden.contains(p));
    }
}

fn released(finding: &Finding, rows: &BTreeMap<String, Row>, gate: &Gate<'_>, of_hidden: &[f64]) -> ReleasedFinding {
    let mut row = finding.measurement.as_ref().and_then(|m| rows.get(&identity(m)).cloned()).unwrap_or_else(|| Row {
        attribute: finding.attribute.clone(),
        group: finding.absent_group.clone().unwrap_or_default(),
        metric: finding.metric().id(),
        ..Row::default()
    });
    let hidden = row.suppressed;
    let against_tolerance = finding.measurement.as_ref().and_then(|m| m.test);
    if let Some(test) = against_tolerance.filter(|test| test.method == TestMethod::Tolerance && !hidden) {
        (row.test, row.p) = (Some(test.method), Some(test.p));
        row.p_adjusted = finding.p_adjusted.filter(|p| own(*p, of_hidden));
    }
    // The range is made of the counts of people without a recorded group.
    let ranged = finding.measurement.as_ref().filter(|m| m.unknown.is_some());
    let shown = ranged.filter(|m| !hidden && gate.worst_case_shown(m));
    let unknown = shown.and_then(|m| m.unknown.as_ref());
    let worst_case = shown.and_then(|m| m.worst_case_at(m.level));
    let goes_by_it = finding.rule.unknown == crate::plan::Unknown::Worst;
    // What the rule went by would follow from the error at which it touches the border.
    let withheld = goes_by_it && ranged.is_some() && shown.is_none();
    let hidden_by = hidden || withheld;
    let (below, above) = finding.detectable.filter(|_| !hidden).unwrap_or_default();
    ReleasedFinding {
        rule: finding.rule.id.clone(),
        level: severity(finding.rule.severity).into(),
        tolerance: Tolerance { at_least: finding.rule.at_least, at_most: finding.rule.at_most },
        verdict: finding.verdict,
        reason: finding.reason,
        by_interval: finding.by_interval,
        measurement: row,
        p_outside: finding.p_outside.filter(|_| !hidden_by).map(|(alone, _)| alone),
        p_outside_adjusted: finding.p_outside.filter(|_| !hidden_by).map(|(_, adjusted)| adjusted),
        probability: finding.probability.filter(|_| !hidden),
        moves: finding.moves.filter(|_| !hidden),
        unknown: finding.rule.unknown.word().into(),
        unknown_low: unknown.map(|range| range.low),
        unknown_high: unknown.map(|range| range.high),
        worst_case_low: worst_case.map(|interval| interval.low).filter(|end| end.is_finite()),
        worst_case_high: worst_case.map(|interval| interval.high).filter(|end| end.is_finite()),
        worst_case_withheld: withheld,
        estimated: gate.estimated(&finding.attribute),
        settled_by: finding.settled_by.filter(|_| !hidden_by),
        detectable_below: below,
        detectable_above: above,
    }
}

fn divisions(
    report: &Report,
    gate: &Gate<'_>,
    sizes: &BTreeMap<(String, Group), bool>,
    rows: &BTreeMap<String, Row>,
) -> Vec<ReleasedDivision> {
    let numbers = Numbers::of(rows);
    let divisions = report.measurements.divisions.iter();
    divisions
        .map(|division| {
            let attribute = &division.attribute;
            let size_shown = |group: &Group| sizes.get(&(attribute.clone(), group.clone())).copied().unwrap_or(false);
            let reversals = division.reversals.iter().map(|reversal| {
                let known = gate.is_shown(attribute, Some(&reversal.group), reversal.metric);
                super::words::reversal(reversal, division, &report.ledger.strata, known)
            });
            let groups = division.groups.iter().map(|size| {
                let shown = size_shown(&size.group);
                ReleasedGroup {
                    group: size.group.to_string(),
                    n: Shown::when(shown, size.n),
                    n_eff: Shown::when(shown, size.n_eff),
                    share: Shown::when(shown, size.share),
                    too_small: size.too_small,
                    missing: size.group.is_missing(),
                }
            });
            let curves =
                division.groups.iter().filter(|size| gate.admits_curves(attribute) && size_shown(&size.group)).map(
                    |size| CalibrationCurve {
                        group: size.group.to_string(),
                        bins: size
                            .calibration
                            .iter()
                            .filter(|bin| !withheld(bin, report.plan.min_cell))
                            .map(|bin| Calibrated {
                                low: bin.low,
                                high: bin.high,
                                mean_score: coarse(bin.mean_score),
                                rate: coarse(bin.rate),
                            })
                            .collect(),
                    },
                );
            ReleasedDivision {
                attribute: attribute.clone(),
                reference: division.reference.as_ref().map(ToString::to_string),
                data_chosen: division.data_chosen,
                membership: division.membership,
                groups: groups.collect(),
                practice: practice(division, &numbers),
                within_strata: within_strata(division, &numbers),
                estimates: estimates(division, &numbers),
                reversals: reversals.collect(),
                calibration: curves.filter(|curve| !curve.bins.is_empty()).collect(),
            }
        })
        .collect()
}

/// What is shown of everyone in groups, by attribute, group and metric.
struct Numbers<'r>(HashMap<[&'r str; 3], &'r Row>);

impl<'r> Numbers<'r> {
    fn of(rows: &'r BTreeMap<String, Row>) -> Numbers<'r> {
        let whole = rows.values().filter(|row| row.stratum.is_empty() && row.class.is_empty() && !row.suppressed);
        let mut numbers = HashMap::new();
        for row in whole {
            numbers.entry([row.attribute.as_str(), &row.group, &row.metric]).or_insert(row);
        }
        Numbers(numbers)
    }

    fn get(&self, attribute: &str, group: &str, metric: &str) -> Option<&'r Row> {
        self.0.get(&[attribute, group, metric]).copied()
    }
}

fn practice(division: &Division, numbers: &Numbers<'_>) -> Vec<ReleasedPractice> {
    let shown = |practice: &&Practice| {
        numbers.get(&division.attribute, &practice.group.to_string(), "selection_rate.difference").is_some()
    };
    let figures = division.practice.iter().filter(shown);
    figures
        .map(|practice| ReleasedPractice {
            group: practice.group.to_string(),
            standard_deviations: practice.standard_deviations,
            fisher_p: practice.fisher_p,
            mid_p: practice.mid_p,
            shortfall: practice.shortfall,
            shortfall_pooled: practice.shortfall_pooled,
            cohens_h: practice.cohens_h,
        })
        .collect()
}

/// The parts are made of the counts of all strata, as the pooled difference is.
fn within_strata(division: &Division, numbers: &Numbers<'_>) -> Vec<ReleasedWithin> {
    let shown = |within: &&WithinStrata| {
        let metric = format!("{}.mantel_haenszel_difference", within.metric);
        numbers.get(&division.attribute, &within.group.to_string(), &metric).is_some()
    };
    let parts = division.within.iter().filter(shown);
    parts
        .map(|within| ReleasedWithin {
            group: within.group.to_string(),
            metric: within.metric.into(),
            gap: within.gap,
            composition: within.composition,
            rates: within.rates,
            homogeneity_p: within.homogeneity.map(|test| test.p),
        })
        .collect()
}

/// What a number would be if groups did not differ: parity, or the number of everyone.
fn parity(numbers: &Numbers<'_>, metric: &str) -> Option<f64> {
    match metric.rsplit_once('.') {
        Some((_, "difference")) => Some(0.0),
        Some((_, "ratio")) => Some(1.0),
        _ => numbers.get("", "", metric)?.value,
    }
}

/// Numbers by chances beside those by the likeliest level.
fn estimates(division: &Division, numbers: &Numbers<'_>) -> Vec<ReleasedEstimate> {
    if division.membership != Membership::Weighted {
        return Vec::new();
    }
    const METRICS: [&str; 6] = [
        "selection_rate",
        "base_rate",
        "selection_rate.difference",
        "selection_rate.ratio",
        "base_rate.difference",
        "tpr.difference",
    ];
    let likeliest = format!("{}:thresholded", division.attribute);
    let mut found = Vec::new();
    for size in &division.groups {
        let group = size.group.to_string();
        for metric in METRICS {
            let of = |attribute: &str| numbers.get(attribute, &group, metric);
            let (Some(one), Some(two)) = (of(&division.attribute), of(&likeliest)) else { continue };
            if let (Some(weighted), Some(thresholded)) = (one.value, two.value) {
                found.push(ReleasedEstimate {
                    group: group.clone(),
                    metric: metric.into(),
                    weighted,
                    thresholded,
                    gap: thresholded - weighted,
                    // The truth lies further away from parity, or from everyone.
                    weighted_errs: parity(numbers, metric).and_then(|parity| Side::of(parity, weighted)),
                    thresholded_errs: Side::of(thresholded, weighted),
                });
            }
        }
    }
    found
}

/// To two digits: an exact share would tell how many people it is a share of.
fn coarse(share: f64) -> f64 {
    (share * 100.0).round() / 100.0
}

/// Whether a bin of a calibration curve has few people of either label.
fn withheld(bin: &CalibrationBin, min_cell: u64) -> bool {
    let few = |people: f64| people.round() > 0.0 && people.round() < min_cell as f64;
    few(bin.n) || few(bin.n * bin.rate) || few(bin.n * (1.0 - bin.rate))
}

fn reweighing(report: &Report, gate: &mut Gate<'_>) -> Vec<ReleasedReweighing> {
    let mut released = Vec::new();
    for table in &report.reweighings {
        let overall = gate.admit_levelled_rate(&table.attribute);
        let known = |group: &Group| gate.is_shown(&table.attribute, Some(group), "base_rate");
        let weights: Vec<ReleasedWeight> = table
            .before
            .iter()
            .map(|(group, rate)| {
                let shown = known(group);
                let factor = |favourable| table.weight(group, favourable).filter(|_| shown);
                ReleasedWeight {
                    group: group.to_string(),
                    favourable: factor(true),
                    unfavourable: factor(false),
                    base_rate: rate.filter(|_| shown),
                    suppressed: !shown,
                }
            })
            .collect();
        // The effective numbers are made of all cells: one unknown would follow.
        let complete = overall && weights.iter().all(|weight| !weight.suppressed);
        let unmoved = table.unmoved.iter().filter(|group| known(group)).map(ToString::to_string).collect();
        released.push(ReleasedReweighing {
            attribute: table.attribute.clone(),
            weights,
            base_rate_after: Shown::when(overall, table.overall),
            n_eff_before: Shown::when(complete, table.n_eff_before),
            n_eff_after: Shown::when(complete, table.n_eff_after),
            unmoved,
        });
    }
    released
}

fn proxies(report: &Report, sizes: &BTreeMap<(String, Group), bool>) -> Vec<ReleasedProxy> {
    let pairs = report.proxies.associations.iter();
    pairs
        .map(|pair| {
            let told = pair
                .best_told
                .as_ref()
                .filter(|(group, _)| sizes.get(&(pair.attribute.clone(), group.clone())).copied().unwrap_or(false));
            ReleasedProxy {
                feature: pair.feature.clone(),
                attribute: pair.attribute.clone(),
                kind: pair.kind,
                legitimate: pair.legitimate,
                measure: pair.measure,
                strength: pair.strength,
                best_told: told.map(|(group, _)| group.to_string()),
                auc: told.map(|(_, auc)| *auc),
                p: pair.p,
                p_adjusted: pair.p_adjusted,
            }
        })
        .collect()
}

fn joint_proxies(report: &Report, min_cell: u64) -> Vec<ReleasedJoint> {
    let mut released = Vec::new();
    for joint in &report.proxies.joint {
        for group in joint.groups.iter().filter(|group| group.n >= min_cell) {
            released.push(ReleasedJoint {
                attribute: joint.attribute.clone(),
                group: group.group.to_string(),
                auc: group.auc,
                low: group.low,
                high: group.high,
                null_highest: group.null_highest,
                p: group.p,
                rows: joint.rows,
                folds: joint.folds,
                permutations: joint.permutations,
            });
        }
    }
    released
}

/// Rows by group of each attribute. Small counts are withheld, and the smallest
/// other one, a zero too, where a single one would follow from the total.
///
/// How many rows were left out in all is always shown.
fn exclusions(report: &Report, gate: &Gate<'_>) -> Vec<Exclusions> {
    let mut released = Vec::new();
    for (what, excluded) in &report.ledger.exclusions {
        let by_group = report.plan.attributes.iter().flat_map(|attribute| {
            let groups = report.ledger.frame(&attribute.column).into_iter().flat_map(|frame| frame.groups.keys());
            by_group(*what, excluded, &attribute.column, groups, gate)
        });
        let by_group = by_group.collect();
        released.push(Exclusions { what: *what, kept: what.kept(), rows: excluded.rows, by_group });
    }
    released
}

fn by_group<'g>(
    what: Exclusion,
    excluded: &Excluded,
    attribute: &str,
    groups: impl Iterator<Item = &'g Group>,
    gate: &Gate<'_>,
) -> Vec<ExcludedRows> {
    let noted = excluded.by_group.iter().filter(|((name, _), _)| name == attribute);
    let mut counts: BTreeMap<&Group, u64> = noted.map(|((_, group), rows)| (group, *rows)).collect();
    // Without demographics only the attributes of the outputs are known.
    if counts.is_empty() {
        return Vec::new();
    }
    if what != Exclusion::NoDemographics {
        groups.for_each(|group| _ = counts.entry(group).or_default());
    }
    let mut hidden: Vec<&Group> =
        counts.iter().filter(|(_, rows)| gate.small(**rows)).map(|(group, _)| *group).collect();
    if let [only] = hidden.as_slice() {
        let others = counts.iter().filter(|(group, _)| *group != only);
        hidden.extend(others.min_by_key(|(_, rows)| **rows).map(|(group, _)| *group));
    }
    let row = |(group, rows): (&&Group, &u64)| ExcludedRows {
        attribute: attribute.to_string(),
        group: group.to_string(),
        rows: Shown::when(!hidden.contains(group), *rows),
    };
    counts.iter().map(row).collect()
}
