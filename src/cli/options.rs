//! The flags that name a plan, shared by every command that audits.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::error::Stop;
use crate::plan::{Flags, Hash, OnInconclusive, Plan, Unknown};
use crate::report::Provenance;

/// What to audit: a plan file, or a data file with flags. Flags win.
#[derive(Args)]
pub(super) struct PlanOptions {
    /// A plan file (.toml), or data: a file (.csv, .tsv, .jsonl, .parquet, .arrow, .feather; text
    /// also .gz, .zst), a folder, a pattern in quotes, or - for standard input
    #[arg(value_name = "PLAN|DATA", default_value = "evenhand.toml")]
    source: PathBuf,
    /// What was decided: COLUMN=FAVOURABLE (several values with |), or 'SCORE>=NUMBER', 'SCORE<NUMBER'
    #[arg(long, value_name = "COLUMN=VALUE")]
    decision: Option<String>,
    /// What turned out to be true: COLUMN=FAVOURABLE
    #[arg(long, value_name = "COLUMN=VALUE")]
    label: Option<String>,
    /// The score behind the decision
    #[arg(long, value_name = "COLUMN")]
    score: Option<String>,
    /// An attribute whose groups are compared (repeat for several)
    #[arg(long = "attribute", value_name = "COLUMN")]
    attributes: Vec<String>,
    /// Borders that make groups of a number: age=25,40,60
    #[arg(long, value_name = "COLUMN=NUMBERS")]
    bins: Vec<String>,
    /// An intersection of attributes: race,sex
    #[arg(long = "cross", value_name = "A,B")]
    crosses: Vec<String>,
    /// Compare with: ATTRIBUTE=LEVEL, or largest, highest, overall, rest
    #[arg(long = "reference", value_name = "ATTRIBUTE=LEVEL")]
    references: Vec<String>,
    /// A column within whose levels groups are compared too
    #[arg(long = "stratum", value_name = "COLUMN")]
    strata: Vec<String>,
    /// A column of weights
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    /// A column that says how many people a row stands for
    #[arg(long, value_name = "COLUMN")]
    count: Option<String>,
    /// A column with the same value in rows that belong together, such as those of one person
    #[arg(long, value_name = "COLUMN")]
    cluster: Option<String>,
    /// What would have been decided had the attribute been another: COLUMN=FAVOURABLE
    #[arg(long, value_name = "COLUMN=VALUE")]
    counterfactual: Option<String>,
    /// A predicted number and the true one: yhat,y
    #[arg(long, value_name = "PREDICTED,ACTUAL")]
    forecast: Option<String>,
    /// One of several classes, predicted and true: yhat,y
    #[arg(long, value_name = "PREDICTED,ACTUAL")]
    classes: Option<String>,
    /// The column that says which ranked list a row is in
    #[arg(long, value_name = "COLUMN")]
    query: Option<String>,
    /// The place in the list, 1 being the first; without it the score decides
    #[arg(long, value_name = "COLUMN")]
    rank: Option<String>,
    /// How many places are the top of a list
    #[arg(long, value_name = "NUMBER")]
    top_k: Option<u64>,
    /// Columns that might stand in for an attribute; '*' for all others
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    features: Vec<String>,
    /// A second file with the attributes
    #[arg(long, value_name = "FILE")]
    demographics: Option<String>,
    /// The column that both files share
    #[arg(long, value_name = "COLUMN")]
    on: Option<String>,
    /// Something that must hold: 'selection_rate.ratio >= 0.8'
    #[arg(long = "rule", value_name = "RULE")]
    rules: Vec<String>,
    /// What every rule makes of people without a recorded group: ignore or worst
    #[arg(long, value_name = "WORD", value_parser = word(&Unknown::WORDS))]
    unknown: Option<Unknown>,
    /// The delimiter of text files
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
    /// By what the record tells the data files: blake3 or sha256
    #[arg(long, value_name = "WORD", value_parser = word(&Hash::WORDS))]
    hash: Option<Hash>,
    /// Level of the intervals
    #[arg(long, value_name = "NUMBER")]
    confidence: Option<f64>,
    /// Groups with fewer people are shown and not judged
    #[arg(long, value_name = "NUMBER")]
    min_group_size: Option<u64>,
    /// Counts from 1 to below this are withheld
    #[arg(long, value_name = "NUMBER")]
    min_cell: Option<u64>,
    /// Seed of everything drawn by lot
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// How often cells are resampled where an interval needs it
    #[arg(long, value_name = "NUMBER")]
    resamples: Option<u64>,
    /// Say of each rule how probable it is that its tolerance is broken
    #[arg(long)]
    bayes: bool,
    /// Title of the report
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// What a gate makes of a rule that could not be decided: fail, warn or pass
    #[arg(long, value_name = "WORD", value_parser = word(&OnInconclusive::WORDS))]
    on_inconclusive: Option<OnInconclusive>,
}

/// One of some words, and what it means.
fn word<T: Copy + Send + Sync + 'static>(
    words: &'static [(&'static str, T)],
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync {
    move |given| {
        let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        let found = words.iter().find(|(name, _)| *name == given).map(|(_, value)| *value);
        let (last, others) = names.split_last().unwrap_or((&"", &[]));
        found.ok_or_else(|| format!("must be {} or {last}", others.join(", ")))
    }
}

impl PlanOptions {
    /// Every file that the audit reads, so that none of them is written over.
    pub(super) fn inputs(&self, plan: &Plan) -> Vec<PathBuf> {
        std::iter::once(self.source.clone()).chain(crate::tally::files(plan)).collect()
    }

    fn flags(&self, store: Option<&str>) -> Flags {
        Flags {
            decision: self.decision.clone(),
            label: self.label.clone(),
            score: self.score.clone(),
            weight: self.weight.clone(),
            count: self.count.clone(),
            strata: self.strata.clone(),
            features: self.features.clone(),
            cluster: self.cluster.clone(),
            counterfactual: self.counterfactual.clone(),
            forecast: self.forecast.clone(),
            classes: self.classes.clone(),
            query: self.query.clone(),
            rank: self.rank.clone(),
            top_k: self.top_k,
            attributes: self.attributes.clone(),
            bins: self.bins.clone(),
            crosses: self.crosses.clone(),
            references: self.references.clone(),
            demographics: self.demographics.clone(),
            on: self.on.clone(),
            rules: self.rules.clone(),
            unknown: self.unknown,
            delimiter: self.delimiter.clone(),
            hash: self.hash,
            confidence: self.confidence,
            min_cell: self.min_cell,
            min_group_size: self.min_group_size,
            seed: self.seed,
            resamples: self.resamples,
            bayes: self.bayes,
            title: self.title.clone(),
            store: store.map(str::to_string),
            on_inconclusive: self.on_inconclusive,
        }
    }

    /// The plan, and where it comes from.
    pub(super) fn plan(&self, store: Option<&str>) -> Result<(Plan, Provenance), Stop> {
        let flags = self.flags(store);
        // Where the history lies changes no number.
        let said = Flags { store: None, ..flags.clone() };
        let said = if said == Flags::default() { String::new() } else { format!("{said:?}") };
        let (plan, bytes) = if self.source.extension().is_some_and(|ending| ending == "toml") {
            let bytes = std::fs::read(&self.source).map_err(|error| no_plan(&self.source, &error))?;
            let name = self.source.display().to_string();
            let utf8 = std::str::from_utf8(&bytes);
            let text = utf8.map_err(|_| Stop::Usage(format!("{name}: the plan must be UTF-8 text")))?;
            let base = self.source.parent().unwrap_or(Path::new(""));
            (Plan::from_text(text, &name, base, &flags)?, bytes)
        } else {
            (Plan::from_flags(&self.source, &flags)?, Vec::new())
        };
        let plan_sha256 = Some(hexadecimal(&[bytes.as_slice(), said.as_bytes()].concat()));
        let provenance = Provenance {
            version: env!("CARGO_PKG_VERSION").to_string(),
            created: Some(now()),
            plan_sha256,
            inputs: Vec::new(),
            seed: plan.seed,
        };
        Ok((plan, provenance))
    }
}

fn no_plan(path: &Path, error: &std::io::Error) -> Stop {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            Stop::Usage(format!("{}: no such plan; `evenhand init DATA` writes one to start from", path.display()))
        }
        std::io::ErrorKind::IsADirectory => {
            Stop::Usage(format!("{}: is a directory, and no plan: name a .toml file", path.display()))
        }
        _ => Stop::Usage(Stop::io(path, error).to_string()),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The time in UTC, to the second; `SOURCE_DATE_EPOCH` fixes it for
/// reproducible outputs.
fn now() -> String {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse::<i64>().ok());
    let time = fixed.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_else(Timestamp::now);
    Timestamp::from_second(time.as_second()).unwrap_or(time).to_string()
}
