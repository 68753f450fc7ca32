//! Two hundred numbers that other people published about public data, each
//! reproduced within the rounding of its publication, or listed in
//! `out_of_scope.toml` with a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use evenhand::stats::*;
use serde::Deserialize;
use serde_json::Value as Json;

use super::audits::{World, filtered};
use super::data::Line;
use crate::support::{close, read, shared};

/// How a number was reproduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It stands in an audit, or is a simple quotient of numbers that do.
    Audit,
    /// A public statistic gives it, on the counts that were published or audited.
    Statistic,
    /// By another method than ours, which the publication names and we have the parts of.
    OtherMethod,
}

use Way::{Audit, OtherMethod, Statistic};

#[derive(Deserialize)]
struct Number {
    id: String,
    filter: String,
    value: f64,
    tolerance: f64,
}

/// Numbers that evenhand does not compute.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutOfScope {
    ids: Vec<String>,
    why: String,
}

#[derive(Deserialize)]
struct OutOfScopes {
    number: Vec<OutOfScope>,
}

/// A number and how it came about; none for an id that nobody foresaw.
pub type Found = Option<(Way, f64)>;

impl World {
    /// The number that was published, from what we compute; none for an id that nobody foresaw.
    fn reproduce(&self, number: &Number) -> Found {
        let (family, rest) = number.id.split_once('-')?;
        match family {
            "compas" => self.of_compas(rest),
            "aeq" => self.of_aequitas(rest),
            "mdss1" => self.of_subsets(rest),
            "aif" | "themis" | "clarify" => self.of_german(&number.id),
            "adult" | "loanapp" | "hill" | "kdd" => self.of_one_table(&number.id),
            "ucb" => self.of_berkeley(rest),
            _ => super::examples::reproduce(&number.id, &number.filter),
        }
    }

    fn of_compas(&self, id: &str) -> Found {
        if let Some(what) = id.strip_prefix("filter-") {
            let audit = self.audit("compas filtered");
            return Some((
                Audit,
                match what.strip_prefix("n-") {
                    Some(race) => audit.people("race", race),
                    None if what == "n" => audit.0.intake.used as f64,
                    None => 100.0 * audit.value("", "", "base_rate"),
                },
            ));
        }
        if id == "los-cor" {
            let days = |line: &Line, name: &str| -> f64 {
                let date: jiff::civil::Date = line.field(name).parse().expect("a date");
                f64::from((date - jiff::civil::date(2000, 1, 1)).get_days())
            };
            let lines = self.compas().lines().filter(filtered);
            let stay = |line: &Line| days(line, "c_jail_out") - days(line, "c_jail_in");
            let people: Vec<_> = lines.map(|line| (line.number("decile_score"), stay(&line), 1.0)).collect();
            return Some((Statistic, pearson(&people)?));
        }
        let (group, what) = id.strip_prefix("medhigh-")?.rsplit_once('-')?;
        let (attribute, group) = if group == "all" { ("", "") } else { ("race", group) };
        let audit = self.audit("compas");
        let value = |metric| audit.value(attribute, group, metric);
        let count = |metric| audit.count(attribute, group, metric);
        let found = match what {
            "tp" => count("tpr"),
            "fp" => count("fpr"),
            "tn" => count("tnr"),
            "fn" => count("fnr"),
            "fpr" | "fnr" => 100.0 * value(what),
            "spec" => value("tnr"),
            "sens" => value("tpr"),
            "prev" => value("base_rate"),
            "ppv" | "npv" => value(what),
            // Likelihood ratios of a positive and of a negative prediction.
            "lrp" => value("tpr") / value("fpr"),
            "lrn" => value("fnr") / value("tnr"),
            _ => return None,
        };
        Some((Audit, found))
    }

    /// `sex-Female-pp`, `disp-age_cat-Less than 25-fdr`.
    fn of_aequitas(&self, id: &str) -> Found {
        let audit = self.audit("compas");
        let (disparity, id) = id.strip_prefix("disp-").map_or((false, id), |id| (true, id));
        let (attribute, rest) = id.split_once('-')?;
        let (group, what) = rest.rsplit_once('-')?;
        let count = |group, metric| audit.count(attribute, group, metric);
        let reference = if attribute == "sex" { "Male" } else { "25 - 45" };
        let found = match (disparity, what) {
            (false, "pp") => count(group, "selection_rate"),
            (false, "pn") => audit.people(attribute, group) - count(group, "selection_rate"),
            (false, "tp") => count(group, "tpr"),
            (false, "fp") => count(group, "fpr"),
            (false, "tn") => count(group, "tnr"),
            (false, "fn") => count(group, "fnr"),
            // Shares of all who were selected.
            (true, "ppr") => count(group, "selection_rate") / count(reference, "selection_rate"),
            (true, "pprev") => audit.value(attribute, group, "selection_rate.ratio"),
            (true, "precision") => audit.value(attribute, group, "ppv.ratio"),
            (true, rate) => audit.value(attribute, group, &format!("{rate}.ratio")),
            _ => return None,
        };
        Some((Audit, found))
    }

    fn of_subsets(&self, id: &str) -> Found {
        let audit = self.audit("compas filtered");
        let (who, what) = id.rsplit_once('-')?;
        let group = if who == "priv" { "more than 5" } else { "none" };
        let found = match what {
            "n" => audit.people("priors", group),
            "obs" => 100.0 * audit.value("priors", group, "base_rate"),
            "exp" => 100.0 * audit.value("priors", group, "mean_score"),
            _ => return None,
        };
        Some((Audit, found))
    }

    fn of_german(&self, id: &str) -> Found {
        let rest = |metric| self.audit("german rest").value("age", "over 40", metric);
        let gap = |audit| self.audit(audit).value("age", "under 25", "base_rate.difference");
        let found = match id {
            "aif-german-md" => gap("german tutorial"),
            "aif-german-md-reweighed" => gap("german reweighed"),
            "aif-adult-md-race" => self.audit("adult tutorial").value("race", "other", "base_rate.difference"),
            "clarify-Age>40-CI" => rest("share.imbalance"),
            "clarify-Age>40-DPL" => -rest("base_rate.difference"),
            "clarify-Age>40-LP" => rest("label_distribution.l2"),
            "clarify-Age>40-TVD" => rest("label_distribution.total_variation"),
            "clarify-Age>40-CDDL" => rest("conditional_demographic_disparity_labels"),
            "themis-german-sex-estimate" => self.audit("german").value("sex", "male", "base_rate.difference"),
            "themis-german-sex-lower" | "themis-german-sex-upper" => {
                // The standard error of the pooled z; ours keeps the variances of both sides.
                let rate = |group| {
                    let row = self.audit("german").row("sex", group, "base_rate");
                    Proportion::new(row.numerator?, row.denominator?)
                };
                let (men, women) = (rate("male")?, rate("female")?);
                let difference = men.estimate() - women.estimate();
                let half = 1.96 * difference / pooled_z(men, women)?.z;
                let end = if id.ends_with("lower") { difference - half } else { difference + half };
                return Some((OtherMethod, end));
            }
            _ => return None,
        };
        Some((Audit, found))
    }

    fn of_one_table(&self, id: &str) -> Found {
        let found = match id {
            "adult-rate-all" => 100.0 * self.audit("adult").value("", "", "base_rate"),
            "adult-n-known" => self.audit("adult known").0.intake.used as f64,
            "loanapp-white" => self.audit("boston").value("white", "1", "selection_rate.difference"),
            "loanapp-base" => self.audit("boston").value("white", "0", "selection_rate"),
            "hill-mean-visit" => self.audit("e-mail").value("", "", "selection_rate"),
            "hill-mean-conversion" => self.audit("e-mail").value("", "", "base_rate"),
            "hill-mean-spend" => self.audit("e-mail").value("", "", "mean_score"),
            "kdd-n-train" => self.audit("census").people("part", "train"),
            "kdd-n-test" => self.audit("census").people("part", "test"),
            _ => return None,
        };
        Some((Audit, found))
    }

    fn of_berkeley(&self, id: &str) -> Found {
        let audit = self.audit("berkeley");
        let pooled = audit.row("gender", "Male", "selection_rate.mantel_haenszel_odds_ratio");
        let in_b = |group: &str| {
            let mut rows = audit.0.measurements.iter();
            rows.find(|row| row.stratum == "B" && row.group == group && row.metric == "selection_rate")
        };
        let counts = |group| in_b(group).and_then(|row| Some((row.numerator?, row.denominator?)));
        let ((a, men), (c, women)) = (counts("Male")?, counts("Female")?);
        let (b, d) = (men - a, women - c);
        let (one, two) = (Proportion::new(a, men)?, Proportion::new(c, women)?);
        let table = [vec![a, b], vec![c, d]];
        Some(match id {
            "men-rate" => (Audit, 100.0 * audit.value("gender", "Male", "selection_rate")),
            "women-rate" => (Audit, 100.0 * audit.value("gender", "Female", "selection_rate")),
            "mh-or" => (Audit, pooled.value?),
            "mh-or-lo" => (Audit, pooled.low?),
            "mh-or-hi" => (Audit, pooled.high?),
            "B-chi2" => (Statistic, chi_square(&table)?.statistic),
            "B-lr" => (Statistic, g_test(&table)?.statistic),
            "B-cc" => (Statistic, yates_chi_square([a, b, c, d])?.statistic),
            "B-fisher" => (Statistic, fisher_two_sided([a, b, c, d].map(|count| count as u64))),
            "B-rr2" => (Audit, in_b("Male")?.value? / in_b("Female")?.value?),
            "B-rr2-lo" => (Statistic, katz_ratio(one, two, Level::P95)?.low),
            "B-rr2-hi" => (Statistic, katz_ratio(one, two, Level::P95)?.high),
            _ => return None,
        })
    }
}

fn out_of_scope() -> BTreeMap<String, String> {
    let table: OutOfScopes = toml::from_str(include_str!("out_of_scope.toml")).expect("a table of ids");
    table.number.into_iter().flat_map(|entry| entry.ids.into_iter().map(move |id| (id, entry.why.clone()))).collect()
}

fn numbers(folder: &Path) -> Vec<Number> {
    let all: Vec<Json> = serde_json::from_str(&read(&folder.join("published.json"))).expect("numbers");
    all.into_iter().map(|number| serde_json::from_value(number).expect("a number")).collect()
}

#[test]
fn every_published_number_is_reproduced_or_out_of_scope() {
    let Some(folder) = shared("data") else { return };
    let (numbers, listed) = (numbers(&folder), out_of_scope());
    let world = World::new(folder);
    let (mut ways, mut wrong) = (BTreeMap::<Way, u32>::new(), Vec::new());
    for number in &numbers {
        let (id, wanted) = (&number.id, number.value);
        match (world.reproduce(number), listed.contains_key(id)) {
            (None, true) => {}
            (None, false) => wrong.push(format!("{id}: nobody computes it, and it is not listed")),
            (Some(_), true) => wrong.push(format!("{id}: listed as out of scope, and computed")),
            // The tolerance is half a unit of the last digit printed.
            (Some((_, found)), false) if !close(found, wanted, number.tolerance) => {
                wrong.push(format!("{id}: {found} is not {wanted} within {}", number.tolerance));
            }
            (Some((way, _)), false) => *ways.entry(way).or_default() += 1,
        }
    }
    let ids: BTreeSet<&String> = numbers.iter().map(|number| &number.id).collect();
    for (id, why) in &listed {
        if !ids.contains(id) || why.is_empty() {
            wrong.push(format!("{id}: listed, but not published, or without a reason"));
        }
    }
    let reproduced: u32 = ways.values().sum();
    println!("{reproduced} of {} published numbers reproduced: {ways:?}; {} out of scope", numbers.len(), listed.len());
    assert!(wrong.is_empty(), "{} numbers:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!((ids.len(), numbers.len()), (200, 200), "ids are unique, and none is gone");
}
