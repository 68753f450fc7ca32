//! One case: its audits, its counts, and what is asked about it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use evenhand::cells::{Frame, Group, Ledger};
use evenhand::report::{Release, Row};
use evenhand::{Plan, Provenance, audit, tally};
use serde_json::Value as Json;

use super::answer::Answer;
use crate::support::{Table, read};

/// Whom groups are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Whom {
    Reference,
    Rest,
    Overall,
}

/// One audit, its rows by attribute, group and metric.
pub struct Audited {
    pub release: Release,
    rows: HashMap<[String; 3], usize>,
}

impl Audited {
    fn of(plan: Plan) -> Audited {
        // Estimates and the intervals compared here are not resampled.
        let mut plan = plan;
        plan.resamples = 100;
        let release = audit(plan, Provenance::default()).expect("an audit");
        let all = release.measurements.iter().enumerate().filter(|(_, row)| row.stratum.is_empty());
        let rows = all.map(|(at, row)| ([row.attribute.clone(), row.group.clone(), row.metric.clone()], at)).collect();
        Audited { release, rows }
    }

    pub fn row(&self, attribute: &str, group: &str, metric: &str) -> Option<&Row> {
        let at = self.rows.get(&[attribute.to_string(), group.to_string(), metric.to_string()])?;
        Some(&self.release.measurements[*at])
    }

    pub fn value(&self, attribute: &str, group: &str, metric: &str) -> Option<Answer> {
        self.row(attribute, group, metric).map(Answer::of_row)
    }
}

pub struct Case {
    pub name: String,
    pub config: Json,
    pub ledger: Ledger,
    weighted: Option<Ledger>,
    audits: BTreeMap<(bool, Whom), Audited>,
    /// Against the rest, with those without a group among the rest, as
    /// Clarify counts them.
    pub filled: Option<Audited>,
}

/// What a value is about.
pub struct Question<'a> {
    pub metric: &'a str,
    pub attribute: String,
    pub group: String,
    /// Nobody, a group, `rest`, or the other column of an association.
    pub reference: Option<&'a str>,
    pub params: &'a str,
    pub weighted: bool,
}

impl<'a> Question<'a> {
    pub fn of(value: &'a Json) -> Question<'a> {
        let text = |key: &str| value[key].as_str().unwrap_or_default();
        // Intersections are written with a star here.
        let starred = |key: &str| text(key).replace(['&', '|'], "*");
        let everyone = text("group") == "(all rows)";
        Question {
            metric: text("metric"),
            attribute: if everyone { String::new() } else { starred("attr") },
            group: if everyone { String::new() } else { starred("group") },
            reference: value["ref"].as_str(),
            params: text("params"),
            weighted: value["weighted"] == true,
        }
    }

    pub fn whom(&self) -> Whom {
        match self.reference {
            Some("rest") => Whom::Rest,
            None if self.params == "to_overall" => Whom::Overall,
            _ => Whom::Reference,
        }
    }
}

impl Case {
    pub fn open(folder: &Path) -> Case {
        let config: Json = serde_json::from_str(&read(&folder.join("config.json"))).expect("a configuration");
        let plan = |folder: &Path, weighted, whom| {
            let text = plan(&config, weighted, whom);
            Plan::from_text(&text, "case", folder, &Default::default()).expect(&text)
        };
        let mut audits = BTreeMap::new();
        for whom in [Whom::Reference, Whom::Rest, Whom::Overall] {
            audits.insert((false, whom), Audited::of(plan(folder, false, whom)));
            if config["weight"].is_string() {
                audits.insert((true, whom), Audited::of(plan(folder, true, whom)));
            }
        }
        let count = |weighted| tally::run(&plan(folder, weighted, Whom::Reference)).expect("counts").ledger;
        let ledger = count(false);
        let weighted = config["weight"].is_string().then(|| count(true));
        let missing = ledger.frames.iter().any(|frame| frame.groups.keys().any(Group::is_missing));
        let filled = missing.then(|| {
            let table = Table::new(&with_missing_named(&read(&folder.join("data.csv")), &config));
            Audited::of(plan(table.path(), false, Whom::Rest))
        });
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        Case { name, config, ledger, weighted, audits, filled }
    }

    pub fn audit(&self, weighted: bool, whom: Whom) -> &Audited {
        &self.audits[&(weighted, whom)]
    }

    pub fn ledger_of(&self, weighted: bool) -> &Ledger {
        self.weighted.as_ref().filter(|_| weighted).unwrap_or(&self.ledger)
    }

    pub fn frame(&self, attribute: &str) -> Option<&Frame> {
        self.ledger.frame(attribute)
    }

    /// The reference of an attribute as it is written in outputs.
    pub fn reference(&self, attribute: &str) -> String {
        let levels = attribute.split('*').map(|name| self.config["attributes"][name]["reference"].as_str());
        levels.map(|level| level.expect("a level")).collect::<Vec<_>>().join("*")
    }
}

/// The same rows with a word where no attribute value is recorded.
fn with_missing_named(csv: &str, config: &Json) -> String {
    assert!(!csv.contains('"'), "no field is quoted");
    let mut lines = csv.lines();
    let head: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let attributes = config["attributes"].as_object().expect("attributes");
    let mut text = head.join(",");
    for line in lines {
        let fields = line.split(',').zip(&head).map(|(field, name)| {
            if field.is_empty() && attributes.contains_key(*name) { "not recorded" } else { field }
        });
        text = format!("{text}\n{}", fields.collect::<Vec<_>>().join(","));
    }
    text
}

fn plan(config: &Json, weighted: bool, whom: Whom) -> String {
    let list = |key: &str| {
        let names = config[key].as_array().expect("names").iter();
        names.map(|name| format!("{name}")).collect::<Vec<_>>().join(", ")
    };
    let [label, pred, score, stratum] = ["label", "pred", "score", "stratum"].map(|key| &config[key]);
    let mut text = format!(
        "[audit]\nmin_group_size = 1\n[data]\npath = \"data.csv\"\n[privacy]\nmin_cell = 0\n[roles]\n\
         decision = {{ column = {pred}, favourable = 1 }}\nlabel = {{ column = {label}, favourable = 1 }}\n\
         score = {score}\nstrata = [{stratum}]\n"
    );
    if weighted {
        text.push_str(&format!("weight = {}\n", config["weight"]));
    }
    if whom == Whom::Reference && !weighted {
        let (numeric, categorical) = (list("numeric"), list("categorical"));
        text.push_str(&format!(
            "features = {{ include = [{numeric}, {categorical}], categorical = [{categorical}] }}\n"
        ));
    }
    let word = |level: &str| match whom {
        Whom::Reference => level.to_string(),
        Whom::Rest => "rest".to_string(),
        Whom::Overall => "overall".to_string(),
    };
    let attributes = config["attributes"].as_object().expect("attributes");
    let levels: Vec<&str> = attributes.values().map(|a| a["reference"].as_str().expect("a level")).collect();
    for (name, level) in attributes.keys().zip(&levels) {
        text.push_str(&format!("[[attribute]]\ncolumn = \"{name}\"\nreference = \"{}\"\n", word(level)));
    }
    if config["intersection"] == true {
        let names: Vec<String> = attributes.keys().map(|name| format!("\"{name}\"")).collect();
        let reference = word(&levels.join("*"));
        text.push_str(&format!("[[cross]]\nattributes = [{}]\nreference = \"{reference}\"\n", names.join(", ")));
    }
    text
}
