//! `evenhand init`: a commented plan from a look at the columns.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::error::Stop;
use super::output::{print, spare_inputs, write_file};
use crate::plan::quoted;
use crate::tally::{ColumnLook, is_standard_input, look};

#[derive(Args)]
pub(super) struct Arguments {
    /// The data file
    #[arg(value_name = "DATA")]
    data: PathBuf,
    /// Where to write the plan; by default evenhand.toml beside the data
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace a plan that is already there
    #[arg(long)]
    force: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let streamed = is_standard_input(&arguments.data);
    let folder = arguments.data.parent().filter(|_| !streamed).unwrap_or(Path::new(""));
    let target = arguments.out.clone().unwrap_or_else(|| folder.join("evenhand.toml"));
    spare_inputs(&target, &[&arguments.data])?;
    if target.exists() && !arguments.force {
        return Err(Stop::Usage(format!(
            "{} is already there: --force replaces it, --out names another",
            target.display()
        )));
    }
    let columns = look(&arguments.data, None)?;
    let beside = arguments.out.as_ref().is_none_or(|out| out.parent() == Some(folder));
    let path = match (beside, arguments.data.file_name()) {
        _ if streamed => PathBuf::from("-"),
        (true, Some(name)) => PathBuf::from(name),
        _ => std::path::absolute(&arguments.data).map_err(|error| Stop::io(&arguments.data, &error))?,
    };
    write_file(&target, plan(&path, &columns).as_bytes())?;
    print(&format!(
        "Written: {0}\nRead it, correct what was guessed wrong, then run: evenhand audit {0}\n",
        target.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Names that tell a role, the surest first.
const DECISIONS: &[&str] = &[
    "decision",
    "approved",
    "approve",
    "hired",
    "selected",
    "admitted",
    "accepted",
    "granted",
    "offer",
    "predicted",
    "prediction",
    "y_pred",
];
const LABELS: &[&str] =
    &["label", "repaid", "qualified", "actual", "target", "y_true", "truth", "two_year_recid", "outcome"];
const SCORES: &[&str] = &["score", "probability", "proba", "prob", "p"];
const WEIGHTS: &[&str] = &["weight", "sample_weight", "w"];
const COUNTS: &[&str] = &["count", "freq", "frequency"];
const KEYS: &[&str] = &["id", "person_id", "customer_id", "applicant_id", "key", "uuid"];
const ATTRIBUTES: &[&str] = &[
    "sex",
    "gender",
    "race",
    "ethnicity",
    "ethnic",
    "age",
    "religion",
    "disability",
    "nationality",
    "marital_status",
    "married",
    "foreign_worker",
    "group",
];
/// Names of columns whose yes is good for the person.
const PRAISE: &[&str] =
    &["approved", "approve", "hired", "selected", "admitted", "accepted", "granted", "offer", "repaid", "qualified"];
/// A yes, as it is written.
const YES: &[&str] = &["yes", "true", "1", "y"];

/// Values that only a decision has.
const TELLING: &[&str] =
    &["approved", "accepted", "hired", "admitted", "granted", "selected", "offer", "good", "favourable", "favorable"];

fn named<'c>(columns: &'c [ColumnLook], words: &[&str], fits: impl Fn(&ColumnLook) -> bool) -> Option<&'c ColumnLook> {
    words.iter().find_map(|word| columns.iter().find(|column| column.name.eq_ignore_ascii_case(word) && fits(column)))
}

fn plan(path: &Path, columns: &[ColumnLook]) -> String {
    let two = |column: &ColumnLook| column.values.len() == 2;
    let tells = |column: &&ColumnLook| {
        two(column) && column.values.keys().any(|value| TELLING.iter().any(|word| value.eq_ignore_ascii_case(word)))
    };
    let decision = named(columns, DECISIONS, two).or_else(|| columns.iter().find(tells));
    let other = |column: &ColumnLook| two(column) && decision.is_none_or(|decision| decision.name != column.name);
    let label = named(columns, LABELS, other);
    let score = named(columns, SCORES, |column| column.range.is_some());
    let weight = named(columns, WEIGHTS, |column| column.range.is_some());
    let count = named(columns, COUNTS, |column| column.range.is_some());
    let key = named(columns, KEYS, |_| true);
    let attributes: Vec<&ColumnLook> =
        columns.iter().filter(|column| ATTRIBUTES.iter().any(|word| column.name.eq_ignore_ascii_case(word))).collect();
    let mut text =
        String::from("# What evenhand audits. Lines that begin with # are suggestions or explanations.\n\n[data]\n");
    let _ = writeln!(text, "path = {}", quoted(&path.display().to_string()));
    if let Some(key) = key {
        let _ = writeln!(text, "key = {}", quoted(&key.name));
    }
    text.push_str("# demographics = { path = \"people.csv\", on = \"person_id\" }   # attributes in a second file\n# missing = [\"NA\", \"?\"]                                          # words that mean: no value\n");
    text.push_str("\n[roles]\n");
    role(&mut text, "decision", "what was decided, and which value is good for the person", decision);
    if decision.is_none() {
        text.push_str("# decision = { score = \"score\", threshold = 0.5 }                # or by a score\n");
    }
    role(&mut text, "label", "what turned out to be true", label);
    plain(&mut text, "score", "the score behind the decision", score);
    plain(&mut text, "weight", "weights, such as survey weights", weight);
    plain(&mut text, "count", "how many people a row stands for", count);
    text.push_str("# strata = [\"department\"]                                      # compare within these too\n");
    features(&mut text, columns, &[decision, label, score, weight, count, key], &attributes);
    text.push_str("\n# The groups to compare. `reference` is a level, or largest, highest, overall, rest.\n");
    for column in &attributes {
        let _ = writeln!(text, "[[attribute]]\ncolumn = {}{}", quoted(&column.name), about(column));
        if column.values.is_empty() || (column.range.is_some() && column.values.len() > 8) {
            text.push_str("bins = [25, 40, 60]                 # groups <25, [25, 40), [40, 60), >=60\n");
        }
        text.push_str("reference = \"largest\"\n\n");
    }
    if attributes.is_empty() {
        text.push_str("# [[attribute]]\n# column = \"…\"\n\n");
    }
    match attributes.as_slice() {
        [first, second, ..] => {
            let _ = writeln!(text, "# [[cross]]\n# attributes = [{}, {}]\n", quoted(&first.name), quoted(&second.name));
        }
        _ => text.push_str("# [[cross]]\n# attributes = [\"race\", \"sex\"]\n\n"),
    }
    let live = |column: Option<&ColumnLook>| column.and_then(favourable).is_some();
    rules(&mut text, live(decision), live(label));
    text.push_str("[privacy]\nmin_cell = 10                       # counts from 1 to 9 are withheld\n");
    text
}

fn rules(text: &mut String, decision: bool, label: bool) {
    text.push_str("# What must hold. `evenhand metrics` lists what can be judged.\n");
    let comment = if decision { "" } else { "# " };
    let _ = writeln!(
        text,
        "{comment}[[rule]]\n{comment}id = \"four-fifths\"\n{comment}metric = \"selection_rate.ratio\"\n{comment}at_least = 0.8\n{comment}basis = \"29 CFR 1607.4(D)\"\n"
    );
    let comment = if decision && label { "" } else { "# " };
    let _ = writeln!(
        text,
        "{comment}[[rule]]\n{comment}id = \"equal-opportunity\"\n{comment}metric = \"tpr.difference\"\n{comment}at_least = -0.1\n{comment}level = \"warn\"\n"
    );
}

/// The value that is good for the person, where name or value say so.
fn favourable(column: &ColumnLook) -> Option<&String> {
    let within = |value: &str, words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    let praised = within(&column.name, PRAISE);
    let good = |value: &&String| within(value, TELLING) || praised && within(value, YES);
    let mut good = column.values.keys().filter(good);
    good.next().filter(|_| good.next().is_none())
}

fn role(text: &mut String, name: &str, about_role: &str, column: Option<&ColumnLook>) {
    let Some(column) = column else {
        let _ = writeln!(text, "# {name} = {{ column = \"…\", favourable = \"…\" }}     # {about_role}");
        return;
    };
    let (quoted_name, about) = (quoted(&column.name), about(column));
    let _ = match favourable(column) {
        Some(value) => writeln!(text, "{name} = {{ column = {quoted_name}, favourable = {} }}{about}", quoted(value)),
        None => writeln!(
            text,
            "# {name} = {{ column = {quoted_name}, favourable = \"…\" }}{about}: which is good for the person?"
        ),
    };
}

fn plain(text: &mut String, name: &str, about_role: &str, column: Option<&ColumnLook>) {
    let _ = match column {
        None => writeln!(text, "# {name} = \"…\"     # {about_role}"),
        Some(column) => writeln!(text, "{name} = {}{}", quoted(&column.name), about(column)),
    };
}

fn features(text: &mut String, columns: &[ColumnLook], taken: &[Option<&ColumnLook>], attributes: &[&ColumnLook]) {
    let free = columns.iter().filter(|column| {
        !taken.iter().flatten().any(|other| other.name == column.name)
            && !attributes.iter().any(|other| other.name == column.name)
            && (!column.values.is_empty() || column.range.is_some())
    });
    let names: Vec<String> = free.map(|column| quoted(&column.name)).collect();
    if names.is_empty() {
        text.push_str("# features = { include = [\"*\"] }                               # might they stand in for an attribute?\n");
    } else {
        let _ = writeln!(
            text,
            "features = {{ include = [{}] }}   # might they stand in for an attribute?",
            names.join(", ")
        );
    }
}

/// What the column holds, as a comment.
fn about(column: &ColumnLook) -> String {
    let missing = if column.missing > 0 { format!(", {} missing", column.missing) } else { String::new() };
    if !column.values.is_empty() && column.values.len() <= 8 {
        let shown = |value: &String| {
            let one_line: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            format!("\"{one_line}\"")
        };
        let values: Vec<String> = column.values.keys().map(shown).collect();
        return format!("     # {}{missing}", values.join(", "));
    }
    match column.range {
        Some((low, high)) => format!("     # {low} to {high}{missing}"),
        None => format!("     # many values{missing}"),
    }
}
