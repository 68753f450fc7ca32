//! The answers of seven peer tools on twenty small cases.
//!
//! Every value whose metric exists here must agree to 1e-9, or fall under one
//! of the conventions of [`Outcome::Convention`], each of which is a decision:
//! where the definition has no value (0/0), peers answer 0, 1, 10, NaN or
//! infinity, and we answer with a reason.

use std::collections::BTreeMap;
use std::path::Path;

use evenhand::report::{Release, Row};
use evenhand::{Plan, Provenance, audit};
use serde_json::Value as Json;

use crate::support::{find, read, shared};

/// What a comparison with a peer came to.
enum Outcome {
    Agrees,
    /// The difference is one of convention: its name.
    Convention(&'static str),
    Differs(String),
}

const UNDEFINED: &str = "no value here, with a reason; the peer answers 0/0 or x/0";
const SOME_GROUP_UNDEFINED: &str = "the peer sums up over groups that have no value";
const MISSING_IN_REST: &str = "the peer counts people without a group among the rest";
const ZERO_CELL: &str = "a count of zero: the peer has no interval or another one";

/// What of a row a value is compared with.
#[derive(Clone, Copy)]
enum Part {
    Value(f64),
    Interval,
    P,
}

/// Our metric for a peer's, with the part and sign; by reference kind.
fn ours(metric: &str, reference: Option<&str>, params: &str) -> Option<(String, Part)> {
    let value = |id: &str| Some((id.to_string(), Part::Value(1.0)));
    let negated = |id: &str| Some((id.to_string(), Part::Value(-1.0)));
    const BASES: [&str; 16] = [
        "accuracy",
        "auc",
        "balanced_accuracy",
        "base_rate",
        "brier",
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
    match (metric, reference, params) {
        (base, None, "") if BASES.contains(&base) => value(base),
        ("ece", None, "right_closed") => value("ece"),
        ("selection_rate_ci95", None, "wilson") => Some(("selection_rate".into(), Part::Interval)),
        (_, None, "between_groups") => {
            let (base, how) = metric.rsplit_once('_')?;
            let summary = if how == "ratio" { "min_ratio" } else { "max_difference" };
            value(&format!("{base}.{summary}"))
        }
        ("demographic_parity_difference", None, _) => value("selection_rate.max_difference"),
        ("demographic_parity_ratio", None, _) => value("selection_rate.min_ratio"),
        ("equal_opportunity_difference", None, _) => value("tpr.max_difference"),
        ("equal_opportunity_ratio", None, _) => value("tpr.min_ratio"),
        ("equalized_odds_difference" | "equalized_odds_ratio", None, "worst_case") => value(metric),
        ("chi2_all_groups_p", None, _) => Some(("selection_rate.max_difference".into(), Part::P)),
        ("average_odds_difference", Some(_), _) => value("average_odds_difference"),
        ("di_ratio", Some(_), _) => value("selection_rate.ratio"),
        ("parity_difference", Some(_), _) => value("selection_rate.difference"),
        ("equal_opportunity_difference", Some(_), _) => value("tpr.difference"),
        ("odds_ratio", Some(_), "sample") => value("selection_rate.odds_ratio"),
        ("odds_ratio_ci95", Some(_), "woolf_logit_shift_half_when_zero") => {
            Some(("selection_rate.odds_ratio".into(), Part::Interval))
        }
        ("risk_ratio", Some(_), _) => value("selection_rate.ratio"),
        ("risk_ratio_ci95", Some(_), "score_miettinen_nurminen") => {
            Some(("selection_rate.ratio".into(), Part::Interval))
        }
        ("risk_difference_ci95", Some(_), "newcombe_wilson") => {
            Some(("selection_rate.difference".into(), Part::Interval))
        }
        ("two_prop_z_p" | "fisher_p", Some(_), _) => Some(("selection_rate.difference".into(), Part::P)),
        ("mh_odds_ratio", Some(_), "all strata") => value("selection_rate.mantel_haenszel_odds_ratio"),
        ("mh_odds_ratio_ci95", Some(_), "all strata") => {
            Some(("selection_rate.mantel_haenszel_odds_ratio".into(), Part::Interval))
        }
        ("cmh_p", Some(_), "all strata") => Some(("selection_rate.mantel_haenszel_odds_ratio".into(), Part::P)),
        ("clarify_AD", ..) => negated("accuracy.difference"),
        ("clarify_DPL", ..) => negated("base_rate.difference"),
        ("clarify_DPPL", ..) => negated("selection_rate.difference"),
        ("clarify_RD", ..) => negated("tpr.difference"),
        ("clarify_DAR", ..) => negated("ppv.difference"),
        ("clarify_DI", ..) => value("selection_rate.ratio"),
        ("clarify_SD", ..) => value("tnr.difference"),
        ("clarify_TE", ..) => value("false_negatives_per_false_positive.difference"),
        (_, Some(_), "") => {
            let (base, how) = metric.rsplit_once('_')?;
            let known = BASES.contains(&base) || base == "error_rate";
            (known && matches!(how, "difference" | "ratio")).then(|| (format!("{base}.{how}"), Part::Value(1.0)))
        }
        _ => None,
    }
}

/// A case with its audits: with and without weights, against the reference and
/// against the rest.
struct Case {
    name: String,
    config: Json,
    audits: BTreeMap<(bool, bool), Release>,
    missing: bool,
}

impl Case {
    fn open(folder: &Path) -> Case {
        let config: Json = serde_json::from_str(&read(&folder.join("config.json"))).expect("a configuration");
        let mut audits = BTreeMap::new();
        for weighted in [false, true] {
            for rest in [false, true] {
                if !weighted || config["weight"].is_string() {
                    let text = plan(&config, weighted, rest);
                    let plan = Plan::from_text(&text, "case", folder, &Default::default()).expect(&text);
                    audits.insert((weighted, rest), audit(plan, Provenance::default()).expect("an audit"));
                }
            }
        }
        let missing = audits[&(false, false)].divisions.iter().any(|d| d.groups.iter().any(|group| group.missing));
        Case { name: folder.file_name().expect("a name").to_string_lossy().into_owned(), config, audits, missing }
    }

    fn check(&self, value: &Json) -> Option<Outcome> {
        let text = |key: &str| value[key].as_str().unwrap_or_default().replace(['&', '|'], "*");
        let (metric, attribute, group) = (value["metric"].as_str()?, text("attr"), text("group"));
        let reference = value["ref"].as_str();
        let (weighted, rest) = (value["weighted"].as_bool() == Some(true), reference == Some("rest"));
        let release = &self.audits[&(weighted, rest)];
        if value["error"].is_string() || group == "(all but ref)" || (weighted && metric == "count") {
            return None;
        }
        let wanted = &value["value"];
        if let Some(outcome) = self.about_groups(release, metric, &attribute, &group, value) {
            return Some(outcome);
        }
        let (id, part) = ours(metric, reference, value["params"].as_str().unwrap_or_default())?;
        let everyone = group == "(all rows)";
        let (attribute, group) = if everyone { (String::new(), String::new()) } else { (attribute, group) };
        let row = find(release, &attribute, &group, &id)?;
        if self.missing && metric.starts_with("clarify_") {
            return Some(Outcome::Convention(MISSING_IN_REST));
        }
        if matches!(part, Part::P) && !tested_by(metric, row) {
            return None;
        }
        Some(compare(release, row, part, wanted))
    }

    /// Sizes, reweighing and associations: what stands outside the tidy table.
    fn about_groups(
        &self,
        release: &Release,
        metric: &str,
        attribute: &str,
        group: &str,
        value: &Json,
    ) -> Option<Outcome> {
        let division = release.divisions.iter().find(|division| division.attribute == attribute)?;
        let size = division.groups.iter().find(|size| size.group == group);
        let found = match metric {
            "count" => size?.n.value()? as f64,
            "kish_n_eff" if value["weighted"].is_null() && self.config["weight"].is_null() => size?.n_eff.value()?,
            "reweighing_factor" => {
                let table = release.reweighing.iter().find(|table| table.attribute == attribute)?;
                let weight = table.weights.iter().find(|weight| weight.group == group)?;
                if value["params"] == "label=1" { weight.favourable? } else { weight.unfavourable? }
            }
            "cramers_v" | "correlation_ratio" => {
                let feature = value["ref"].as_str()?;
                if metric == "cramers_v" && value["params"] != "bias correction" {
                    return None;
                }
                let pair = release.proxies.iter().find(|p| p.feature == feature && p.attribute == attribute)?;
                pair.strength?
            }
            _ => return None,
        };
        Some(equal(found, &value["value"]))
    }
}

/// Whether the p-value of the row comes from the test that the peer ran.
fn tested_by(metric: &str, row: &Row) -> bool {
    let fisher = row.test == Some(evenhand::measure::TestMethod::Fisher);
    match metric {
        "fisher_p" => fisher,
        "two_prop_z_p" => !fisher,
        "chi2_all_groups_p" => row.test.is_some(),
        _ => true,
    }
}

fn number(value: &Json) -> Option<f64> {
    match value.as_str() {
        Some("NaN") | None => value.as_f64(),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(other) => panic!("{other} is no number"),
    }
}

fn equal(found: f64, wanted: &Json) -> Outcome {
    match number(wanted) {
        Some(wanted) if (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0) => Outcome::Agrees,
        _ => Outcome::Differs(format!("{found} is not {wanted}")),
    }
}

fn compare(release: &Release, row: &Row, part: Part, wanted: &Json) -> Outcome {
    match part {
        Part::P => match row.p {
            Some(p) => equal(p, wanted),
            // No test without spread.
            None if number(wanted).is_none_or(|p| p == 1.0) => Outcome::Convention(UNDEFINED),
            None => Outcome::Differs(format!("no p, the peer has {wanted}")),
        },
        Part::Value(sign) => match row.value {
            None if number(wanted).is_none_or(|v| v.is_infinite() || [0.0, 1.0, 10.0].contains(&v)) => {
                Outcome::Convention(UNDEFINED)
            }
            // One side is 0/0 for us; the peer puts 0 there and goes on.
            None if depends_on_undefined(release, row) => Outcome::Convention(UNDEFINED),
            None => Outcome::Differs(format!("undefined ({:?}), the peer has {wanted}", row.undefined)),
            Some(value) => match equal(sign * value, wanted) {
                Outcome::Differs(_) if row.group.is_empty() && depends_on_undefined(release, row) => {
                    Outcome::Convention(SOME_GROUP_UNDEFINED)
                }
                outcome => outcome,
            },
        },
        Part::Interval => {
            let ends: Vec<Option<f64>> = wanted.as_array().map(|a| a.iter().map(number).collect()).unwrap_or_default();
            let [low, high] = ends[..] else { return Outcome::Convention(ZERO_CELL) };
            let same = |found: Option<f64>, wanted: Option<f64>| match (found, wanted) {
                (Some(found), Some(wanted)) => (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
                (None, wanted) => wanted.is_none_or(f64::is_infinite),
                (Some(_), None) => false,
            };
            if same(row.low, low) && same(row.high, high) {
                Outcome::Agrees
            } else if row.value.is_none() || row.value == Some(0.0) || has_zero_cell(release, row) {
                Outcome::Convention(ZERO_CELL)
            } else {
                Outcome::Differs(format!("[{:?}, {:?}] is not {wanted}", row.low, row.high))
            }
        }
    }
}

/// Whether a base metric behind the row has no value in some group (or, for a
/// comparison, whether the row itself says so).
fn depends_on_undefined(release: &Release, row: &Row) -> bool {
    let bases: &[&str] = match row.metric.as_str() {
        "equalized_odds_difference" | "equalized_odds_ratio" | "average_odds_difference" => &["tpr", "fpr"],
        id => &[id.split('.').next().unwrap_or_default()],
    };
    release.measurements.iter().any(|other| {
        other.attribute == row.attribute
            && other.stratum.is_empty()
            && bases.contains(&other.metric.as_str())
            && (row.group.is_empty() || other.group == row.group || other.group == row.reference)
            && other.value.is_none()
    }) || (row.reference == "(rest)" && row.undefined.is_some())
        || row.metric == "balanced_accuracy"
}

/// Whether anyone in the comparison was wholly selected or wholly rejected.
fn has_zero_cell(release: &Release, row: &Row) -> bool {
    [&row.group, &row.reference].into_iter().any(|group| {
        find(release, &row.attribute, group, "selection_rate")
            .and_then(|r| r.value)
            .is_some_and(|v| v == 0.0 || v == 1.0)
    })
}

fn plan(config: &Json, weighted: bool, rest: bool) -> String {
    let list = |key: &str| {
        let names = config[key].as_array().expect("names").iter();
        names.map(|name| format!("{name}")).collect::<Vec<_>>().join(", ")
    };
    let mut text = format!(
        "[audit]\nmin_group_size = 1\n[data]\npath = \"data.csv\"\n[roles]\ndecision = {{ column = {}, favourable = 1 }}\nlabel = {{ column = {}, favourable = 1 }}\nscore = {}\nstrata = [{}]\nfeatures = {{ include = [{}], categorical = [{}] }}\n",
        config["pred"],
        config["label"],
        config["score"],
        config["stratum"],
        list("numeric"),
        list("categorical")
    );
    if weighted {
        text.push_str(&format!("weight = {}\n", config["weight"]));
    }
    let attributes = config["attributes"].as_object().expect("attributes");
    let reference = |config: &Json| if rest { "\"rest\"".to_string() } else { config["reference"].to_string() };
    for (name, attribute) in attributes {
        text.push_str(&format!("[[attribute]]\ncolumn = \"{name}\"\nreference = {}\n", reference(attribute)));
    }
    if config["intersection"] == true {
        let names: Vec<String> = attributes.keys().map(|name| format!("\"{name}\"")).collect();
        let levels = attributes.values().map(|a| a["reference"].as_str().expect("a level"));
        let reference = if rest { "rest".into() } else { levels.collect::<Vec<_>>().join("*") };
        text.push_str(&format!("[[cross]]\nattributes = [{}]\nreference = \"{reference}\"\n", names.join(", ")));
    }
    text.push_str("[privacy]\nmin_cell = 0\n");
    text
}

#[test]
fn peers_agree_or_differ_by_a_convention() {
    let Some(folder) = shared("oracles") else { return };
    let mut cases: Vec<_> =
        std::fs::read_dir(folder).expect("cases").map(|entry| entry.expect("a case").path()).collect();
    cases.sort();
    let (mut agreed, mut conventions, mut differ) = (0, BTreeMap::<&str, u32>::new(), Vec::new());
    let mut metrics = BTreeMap::<String, u32>::new();
    for folder in cases {
        let case = Case::open(&folder);
        let expected: Json = serde_json::from_str(&read(&folder.join("expected.json"))).expect("answers");
        for value in expected["values"].as_array().expect("values") {
            match case.check(value) {
                None => {}
                Some(Outcome::Agrees) => {
                    agreed += 1;
                    *metrics.entry(value["metric"].to_string()).or_default() += 1;
                }
                Some(Outcome::Convention(why)) => *conventions.entry(why).or_default() += 1,
                Some(Outcome::Differs(what)) => differ.push(format!("{} {value}: {what}", case.name)),
            }
        }
    }
    println!("{agreed} values agree over {} metrics; by convention: {conventions:#?}", metrics.len());
    assert!(differ.is_empty(), "{} values differ:\n{}", differ.len(), differ[..differ.len().min(40)].join("\n"));
    assert!(agreed > 10_000 && metrics.len() > 45, "only {agreed} values over {} metrics were compared", metrics.len());
}
