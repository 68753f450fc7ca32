//! Counting: one row after the other into cells.

use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::engine::source::{Column, Kind, Source};
use super::error::TallyError;
use super::feature::FeatureCounter;
use super::intern::{Coder, TupleInterner, is_missing};
use super::RecordedRow;
use super::people::People;
use crate::cells::{
    Cell, Decision, Excluded, Exclusion, FeatureKind, Frame, Group, Histogram, Intake, Label, Ledger, Level, Matrix,
    MatrixRow, Outcome, Stratum, Tally, Value,
};
use crate::plan::{DecisionRole, Plan, Side, Values};
use crate::stats::hash64;

/// Rows that models see at most.
const SAMPLE: usize = 20_000;
/// How many distinct scores are buffered before they go into histograms.
const BUFFER: usize = 200_000;

/// Where the code of an attribute or stratum comes from.
#[derive(Debug)]
enum Origin {
    /// A column of the outputs, with its coder.
    Outputs(usize, Coder),
    /// The n-th wanted column of the demographics.
    People(usize),
}

/// A column whose values are one thing or the other.
#[derive(Debug)]
struct Binary {
    column: usize,
    coder: Coder,
    favourable: Values,
    /// By code: whether it is favourable; unknown until first seen.
    known: HashMap<u32, bool>,
}

impl Binary {
    fn read(&mut self, column: &Column<'_>, at: usize, row: u64, file: &Path) -> Result<Option<bool>, TallyError> {
        let code = self.coder.code(column.text(at), row, file)?;
        let (coder, favourable) = (&self.coder, &self.favourable);
        Ok(match coder.level(code) {
            Level::Missing => None,
            Level::Value(text) => Some(*self.known.entry(code).or_insert_with(|| favourable.contains(text))),
        })
    }

    /// An error when values were seen and none was favourable.
    fn check(&self, file: &Path, role: &str) -> Result<(), TallyError> {
        if self.known.is_empty() || self.known.values().any(|favourable| *favourable) {
            return Ok(());
        }
        let mut seen: Vec<String> = self.coder.values().take(6).map(|value| format!("\"{value}\"")).collect();
        if self.coder.values().count() > seen.len() {
            seen.push("…".into());
        }
        let wanted: Vec<String> = self.favourable.0.iter().map(|value| format!("\"{value}\"")).collect();
        let hint = self
            .favourable
            .0
            .iter()
            .find_map(|value| crate::plan::problem::nearest(value, self.coder.values()))
            .map(|near| format!("; did you mean \"{near}\"?"))
            .unwrap_or_default();
        Err(TallyError::Column {
            file: file.to_path_buf(),
            column: self.coder.column.clone(),
            what: format!(
                "the favourable {role} {} never occurs; the values are {}{hint}",
                wanted.join(", "),
                seen.join(", ")
            ),
        })
    }
}

#[derive(Debug)]
enum DecisionCounter {
    Column(Binary),
    Threshold { column: usize, name: String, threshold: f64, above: Side },
}

/// How one frame's group is found, and what was counted in it.
#[derive(Debug, Default)]
struct FrameCounter {
    columns: Vec<String>,
    /// Positions among the attributes.
    attributes: Vec<usize>,
    tuples: TupleInterner,
    cells: HashMap<(u32, u32), Box<[Cell; 9]>>,
    scores: Histogram<(u32, Label)>,
    /// (group, label, score, weight), the last two as bits → how many.
    buffer: HashMap<(u32, Label, u64, u64), u64>,
}

impl FrameCounter {
    fn flush(&mut self) {
        for ((group, label, score, weight), times) in self.buffer.drain() {
            self.scores.add(&(group, label), f64::from_bits(score), f64::from_bits(weight), times);
        }
        self.scores.settle();
    }
}

/// A sampled row, ordered by its hash.
#[derive(Debug, PartialEq)]
struct Sampled(MatrixRow);

impl Eq for Sampled {}
impl PartialOrd for Sampled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Sampled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.hash.cmp(&other.0.hash)
    }
}

/// Everything that is needed to count the rows of one file.
#[derive(Debug)]
pub(super) struct Counter {
    file: PathBuf,
    seed: u64,
    missing: Vec<String>,
    pub(super) wanted: Vec<(String, Kind)>,
    attributes: Vec<Origin>,
    strata: Vec<Origin>,
    stratum_names: Vec<String>,
    people_coders: Vec<Coder>,
    people: Option<People>,
    unmatched: HashSet<String>,
    key: Option<usize>,
    decision: Option<DecisionCounter>,
    label: Option<Binary>,
    score: Option<(usize, String)>,
    weight: Option<(usize, String)>,
    count: Option<(usize, String)>,
    frames: Vec<FrameCounter>,
    stratum_codes: TupleInterner,
    features: Vec<(usize, FeatureCounter)>,
    sample: BinaryHeap<Sampled>,
    rows: u64,
    used: u64,
    whole_weights: bool,
    notes: BTreeMap<Exclusion, (u64, HashMap<(usize, u32), u64>)>,
    recording: Option<Recording>,
}

/// Key, group and label of every row, for a remedy that weighs rows.
#[derive(Debug)]
struct Recording {
    attributes: Vec<usize>,
    rows: Vec<(Option<String>, Vec<u32>, Label)>,
}

impl Counter {
    /// Resolves the plan's columns against the files, and reads the people.
    pub(super) fn new(plan: &Plan, source: &Source, people: Option<&Source>) -> Result<Counter, TallyError> {
        let missing = &plan.data.missing;
        let mut wanted = Wanted { source, columns: Vec::new() };
        let mut people_coders = Vec::new();
        let mut origin = |wanted: &mut Wanted<'_>, column: &str, bins: Option<&[f64]>, role| {
            let coder = Coder::new(column, bins, missing);
            match people {
                Some(people) if people.has(column) && Some(column) != plan.data.key.as_deref() => {
                    people_coders.push(coder);
                    Ok(Origin::People(people_coders.len() - 1))
                }
                _ => wanted.add(column, Kind::Text, role).map(|at| Origin::Outputs(at, coder)).map_err(|error| {
                    match people {
                        Some(people) => people.no_column(column, role),
                        None => error,
                    }
                }),
            }
        };
        let mut attributes = Vec::new();
        for attribute in &plan.attributes {
            attributes.push(origin(&mut wanted, &attribute.column, attribute.bins.as_deref(), "attribute")?);
        }
        let mut strata = Vec::new();
        for column in &plan.roles.strata {
            strata.push(origin(&mut wanted, column, None, "stratum")?);
        }
        let binary = |wanted: &mut Wanted<'_>, column: &str, favourable: &Values, role| {
            wanted.add(column, Kind::Text, role).map(|at| Binary {
                column: at,
                coder: Coder::new(column, None, missing),
                favourable: favourable.clone(),
                known: HashMap::new(),
            })
        };
        let decision = match &plan.roles.decision {
            None => None,
            Some(DecisionRole::Column { column, favourable }) => {
                Some(DecisionCounter::Column(binary(&mut wanted, column, favourable, "decision")?))
            }
            Some(DecisionRole::Threshold { column, threshold, above }) => Some(DecisionCounter::Threshold {
                column: wanted.add(column, Kind::Number, "score of the decision")?,
                name: column.clone(),
                threshold: *threshold,
                above: *above,
            }),
        };
        let label = match &plan.roles.label {
            None => None,
            Some(role) => Some(binary(&mut wanted, &role.column, &role.favourable, "label")?),
        };
        let mut number = |column: Option<&String>, role| match column {
            None => Ok(None),
            Some(column) => wanted.add(column, Kind::Number, role).map(|at| Some((at, column.clone()))),
        };
        let score = number(plan.roles.score.as_ref().map(|score| &score.column), "score")?;
        let weight = number(plan.roles.weight.as_ref(), "weight")?;
        let count = number(plan.roles.count.as_ref(), "count")?;
        let key = match &plan.data.key {
            None => None,
            Some(column) => Some(wanted.add(column, Kind::Text, "key")?),
        };
        let features = features(plan, &mut wanted)?;
        let (people, people_coders) = match people {
            None => (None, Vec::new()),
            Some(people_source) => {
                let on = plan.data.demographics.as_ref().map(|d| d.on.as_str()).unwrap_or_default();
                if !people_source.has(on) {
                    return Err(people_source.no_column(on, "key of the demographics"));
                }
                let (people, coders) = People::read(people_source, on, people_coders, missing)?;
                (Some(people), coders)
            }
        };
        Ok(Counter {
            file: source.path.clone(),
            seed: plan.seed,
            missing: missing.clone(),
            wanted: wanted.columns,
            attributes,
            strata,
            stratum_names: plan.roles.strata.clone(),
            people_coders,
            people,
            unmatched: HashSet::new(),
            key,
            decision,
            label,
            score,
            weight,
            count,
            frames: frames(plan),
            stratum_codes: TupleInterner::default(),
            features,
            sample: BinaryHeap::new(),
            rows: 0,
            used: 0,
            whole_weights: true,
            notes: BTreeMap::new(),
            recording: None,
        })
    }

    /// From now on keeps group and label of every row, for one attribute.
    pub(super) fn record(&mut self, attribute: Option<&str>) {
        let frame = self.frames.iter().find(|frame| Some(frame.columns.join("*").as_str()) == attribute);
        self.recording = frame.map(|frame| Recording { attributes: frame.attributes.clone(), rows: Vec::new() });
    }

    /// What was kept of every row.
    pub(super) fn recorded(&mut self) -> Vec<RecordedRow> {
        let Some(recording) = self.recording.take() else { return Vec::new() };
        let level = |attribute: usize, code: u32| self.coder(attribute).level(code).clone();
        let group = |codes: &[u32]| Group(recording.attributes.iter().map(|&at| level(at, codes[at])).collect());
        let rows = recording.rows.iter();
        rows.map(|(key, codes, label)| RecordedRow { key: key.clone(), group: group(codes), label: *label }).collect()
    }

    /// Counts a batch.
    pub(super) fn batch(&mut self, columns: &[Column<'_>], rows: usize) -> Result<(), TallyError> {
        for at in 0..rows {
            self.rows += 1;
            self.row(columns, at)?;
        }
        Ok(())
    }

    fn row(&mut self, columns: &[Column<'_>], at: usize) -> Result<(), TallyError> {
        let row = self.rows;
        let key = self.key.and_then(|column| columns[column].text(at)).map(str::trim);
        let key = key.filter(|text| !is_missing(text, &self.missing));
        let (person, joined) = self.person(key);
        let groups = codes(&mut self.attributes, self.people.as_ref(), person, columns, at, (row, &self.file))?;
        if let Some(note) = joined {
            self.note(note, &groups);
        }
        let decision = match &mut self.decision {
            None => Ok(Decision::Unknown),
            Some(DecisionCounter::Column(binary)) => {
                binary.read(&columns[binary.column], at, row, &self.file)?.map(decided).ok_or(Exclusion::MissingDecision)
            }
            Some(DecisionCounter::Threshold { column, name, threshold, above }) => {
                number(&columns[*column], at, &self.missing, (&self.file, row, name, "a score"))?
                    .map(|score| decided((score >= *threshold) == (*above == Side::Favourable)))
                    .ok_or(Exclusion::MissingDecision)
            }
        };
        let read = |role: &Option<(usize, String)>, what, reason| match role {
            None => Ok::<_, TallyError>(Ok(None)),
            Some((column, name)) => Ok(number(&columns[*column], at, &self.missing, (&self.file, row, name, what))?
                .map(Some)
                .ok_or(reason)),
        };
        let score = read(&self.score, "a score", Exclusion::MissingScore)?;
        let weight = read(&self.weight, "a weight", Exclusion::MissingWeight)?;
        let count = read(&self.count, "a count", Exclusion::MissingCount)?;
        let (decision, score, weight, count) = match (decision, score, weight, count) {
            (Ok(decision), Ok(score), Ok(weight), Ok(count)) => (decision, score, weight, count),
            (decision, score, weight, count) => {
                let reason = [decision.err(), score.err(), weight.err(), count.err()].into_iter().flatten().next();
                self.note(reason.unwrap_or(Exclusion::MissingDecision), &groups);
                self.keep(key, &groups, Label::Unknown);
                return Ok(());
            }
        };
        let weight = self.checked_weight(weight)?;
        let times = self.checked_count(count)?;
        let label = match &mut self.label {
            None => Label::Unknown,
            Some(binary) => match binary.read(&columns[binary.column], at, row, &self.file)? {
                Some(true) => Label::Favourable,
                Some(false) => Label::Unfavourable,
                None => {
                    self.note(Exclusion::MissingLabel, &groups);
                    Label::Unknown
                }
            },
        };
        self.keep(key, &groups, label);
        let stratum = codes(&mut self.strata, self.people.as_ref(), person, columns, at, (row, &self.file))?;
        self.used += 1;
        if times == 0 {
            return Ok(());
        }
        self.add_cells(&groups, &stratum, Outcome { label, decision }, score, (weight, times));
        self.add_features(columns, at, &groups, Outcome { label, decision }, (weight, times), key)
    }

    /// The person of a key, and what is to be noted of the join.
    fn person(&mut self, key: Option<&str>) -> (Option<u32>, Option<Exclusion>) {
        let Some(people) = &mut self.people else { return (None, None) };
        match key.map(|key| (key, people.find(key))) {
            None => (None, Some(Exclusion::NoDemographics)),
            Some((_, Some((person, seen)))) => (Some(person), seen.then_some(Exclusion::RepeatedKey)),
            Some((key, None)) => {
                self.unmatched.insert(key.to_string());
                (None, Some(Exclusion::NoDemographics))
            }
        }
    }

    fn keep(&mut self, key: Option<&str>, groups: &[u32], label: Label) {
        if let Some(recording) = &mut self.recording {
            recording.rows.push((key.map(str::to_string), groups.to_vec(), label));
        }
    }

    fn note(&mut self, exclusion: Exclusion, groups: &[u32]) {
        let (rows, by_group) = self.notes.entry(exclusion).or_default();
        *rows += 1;
        for (attribute, code) in groups.iter().enumerate() {
            *by_group.entry((attribute, *code)).or_default() += 1;
        }
    }

    fn checked_weight(&mut self, weight: Option<f64>) -> Result<f64, TallyError> {
        let (Some(weight), Some((_, name))) = (weight, &self.weight) else { return Ok(1.0) };
        if weight < 0.0 {
            return Err(TallyError::value(&self.file, self.rows, name, format!("the weight {weight} is negative")));
        }
        self.whole_weights &= weight.fract() == 0.0 && weight >= 1.0;
        Ok(weight)
    }

    fn checked_count(&self, count: Option<f64>) -> Result<u64, TallyError> {
        let (Some(count), Some((_, name))) = (count, &self.count) else { return Ok(1) };
        if count < 0.0 || count.fract() != 0.0 || count > 1e15 {
            let what = format!("the count {count} must be a whole number, 0 or more");
            return Err(TallyError::value(&self.file, self.rows, name, what));
        }
        Ok(count as u64)
    }

    fn add_cells(
        &mut self,
        groups: &[u32],
        stratum: &[u32],
        outcome: Outcome,
        score: Option<f64>,
        (weight, times): (f64, u64),
    ) {
        let stratum = self.stratum_codes.code(stratum);
        for frame in &mut self.frames {
            let tuple: Vec<u32> = frame.attributes.iter().map(|&attribute| groups[attribute]).collect();
            let group = frame.tuples.code(&tuple);
            let cell = &mut frame.cells.entry((group, stratum)).or_default()[outcome.index()];
            match self.weight {
                // Without weights the sums are the count; they are filled in at the end.
                None => cell.n += times,
                Some(_) => cell.add(weight, times),
            }
            if let Some(score) = score {
                let key = (group, outcome.label, (score + 0.0).to_bits(), weight.to_bits());
                *frame.buffer.entry(key).or_default() += times;
                if frame.buffer.len() > BUFFER {
                    frame.flush();
                }
            }
        }
    }

    fn add_features(
        &mut self,
        columns: &[Column<'_>],
        at: usize,
        groups: &[u32],
        outcome: Outcome,
        (weight, times): (f64, u64),
        key: Option<&str>,
    ) -> Result<(), TallyError> {
        if self.features.is_empty() {
            return Ok(());
        }
        for (column, feature) in &mut self.features {
            feature.add(&columns[*column], at, groups, (weight, times), (&self.file, self.rows))?;
        }
        let hash = match key {
            Some(key) => hash64(self.seed, key.as_bytes()),
            None => hash64(self.seed, &self.rows.to_le_bytes()),
        };
        let full = self.sample.len() >= SAMPLE;
        if full && self.sample.peek().is_some_and(|largest| largest.0.hash <= hash) {
            return Ok(());
        }
        let levels = groups.iter().enumerate().map(|(attribute, code)| self.coder(attribute).level(*code).clone());
        let row = MatrixRow {
            hash,
            levels: levels.collect(),
            label: outcome.label,
            decision: outcome.decision,
            weight: weight * times as f64,
            values: self.features.iter().map(|(column, feature)| feature.raw(&columns[*column], at)).collect(),
        };
        self.sample.push(Sampled(row));
        if self.sample.len() > SAMPLE {
            self.sample.pop();
        }
        Ok(())
    }

    fn coder(&self, attribute: usize) -> &Coder {
        coder(&self.attributes, &self.people_coders, attribute)
    }

    /// The ledger, the sample and the warnings.
    pub(super) fn finish(mut self) -> Result<(Ledger, Matrix, Vec<String>), TallyError> {
        if self.rows == 0 {
            return Err(TallyError::Empty { file: self.file, what: "there is a header and not a single row" });
        }
        if let Some(DecisionCounter::Column(binary)) = &self.decision {
            binary.check(&self.file, "decision")?;
        }
        if let Some(binary) = &self.label {
            binary.check(&self.file, "label")?;
        }
        if let Some(people) = &self.people {
            let unseen: Vec<u32> = people.unseen().collect();
            for person in unseen {
                let groups: Vec<Option<u32>> = self
                    .attributes
                    .iter()
                    .map(|origin| match origin {
                        Origin::People(column) => self.people.as_ref().map(|people| people.code(person, *column)),
                        Origin::Outputs(..) => None,
                    })
                    .collect();
                let (rows, by_group) = self.notes.entry(Exclusion::NoOutputs).or_default();
                *rows += 1;
                for (attribute, code) in groups.into_iter().enumerate() {
                    if let Some(code) = code {
                        *by_group.entry((attribute, code)).or_default() += 1;
                    }
                }
            }
        }
        let warnings = self.warnings();
        let ledger = self.ledger();
        let attributes: Vec<&Coder> =
            (0..self.attributes.len()).map(|at| coder(&self.attributes, &self.people_coders, at)).collect();
        let mut tables = BTreeMap::new();
        let mut kinds = Vec::new();
        for (_, feature) in std::mem::take(&mut self.features) {
            let (name, kind) = (feature.column.clone(), feature.kind());
            kinds.push((name.clone(), kind));
            for (attribute, table) in feature.finish(&attributes).into_iter().enumerate() {
                tables.insert((name.clone(), attributes[attribute].column.clone()), table);
            }
        }
        let matrix = matrix(&attributes, kinds, std::mem::take(&mut self.sample));
        Ok((Ledger { features: tables, ..ledger }, matrix, warnings))
    }

    fn warnings(&self) -> Vec<String> {
        let attributes = (0..self.attributes.len()).map(|at| self.coder(at));
        let strata = (0..self.strata.len()).map(|at| coder(&self.strata, &self.people_coders, at));
        let mut warnings: Vec<String> = attributes.chain(strata).flat_map(Coder::warnings).collect();
        if self.weight.is_some() && self.whole_weights {
            warnings.push(
                "every weight is a whole number: if a row stands for that many people, name the column as `count`, not as `weight`"
                    .into(),
            );
        }
        if !self.unmatched.is_empty() {
            warnings.push(format!(
                "{} keys of the outputs are not among the demographics: their rows are counted as (missing)",
                self.unmatched.len()
            ));
        }
        for (_, feature) in &self.features {
            if feature.kind().is_none() {
                warnings.push(format!(
                    "feature `{}` has too many different names to compare and was left out: is it an identifier?",
                    feature.column
                ));
            }
        }
        warnings
    }

    fn ledger(&mut self) -> Ledger {
        let unweighted = self.weight.is_none();
        let strata: Vec<&Coder> =
            (0..self.strata.len()).map(|at| coder(&self.strata, &self.people_coders, at)).collect();
        let attributes = &self.attributes;
        let people_coders = &self.people_coders;
        let mut frames = Vec::new();
        for frame in &mut self.frames {
            frame.flush();
            let group = |code: u32| {
                let levels = frame.tuples.tuple(code).iter().zip(&frame.attributes);
                Group(levels.map(|(c, at)| coder(attributes, people_coders, *at).level(*c).clone()).collect())
            };
            let mut groups: BTreeMap<Group, Tally> = BTreeMap::new();
            for ((code, stratum), cells) in std::mem::take(&mut frame.cells) {
                let tuple = self.stratum_codes.tuple(stratum).iter().zip(&strata);
                let stratum = Stratum(tuple.map(|(code, coder)| coder.level(*code).clone()).collect());
                let tally = groups.entry(group(code)).or_default();
                for (outcome, mut cell) in Outcome::ALL.into_iter().zip(*cells) {
                    if cell.n == 0 {
                        continue;
                    }
                    if unweighted {
                        let people = std::mem::take(&mut cell.n);
                        cell.add(1.0, people);
                    }
                    tally.cell_mut(&stratum, outcome).merge(&cell);
                }
            }
            let scores = std::mem::take(&mut frame.scores).rekey(|(code, label)| (group(*code), *label));
            frames.push(Frame { columns: frame.columns.clone(), groups, scores });
        }
        let exclusions = self.notes.iter().map(|(exclusion, (rows, by_group))| {
            let by_group = by_group
                .iter()
                .map(|((attribute, code), rows)| {
                    let coder = coder(attributes, people_coders, *attribute);
                    ((coder.column.clone(), Group::single(coder.level(*code).clone())), *rows)
                })
                .collect();
            (*exclusion, Excluded { rows: *rows, by_group })
        });
        Ledger {
            intake: Intake {
                rows: self.rows,
                used: self.used,
                demographics: self.people.as_ref().map(|people| people.rows),
                counted: self.count.is_some(),
                weighted: self.weight.is_some(),
            },
            exclusions: exclusions.collect(),
            frames,
            strata: self.stratum_names.clone(),
            features: BTreeMap::new(),
        }
    }
}

/// The columns to read, each once.
struct Wanted<'s> {
    source: &'s Source,
    columns: Vec<(String, Kind)>,
}

impl Wanted<'_> {
    fn add(&mut self, column: &str, kind: Kind, role: &'static str) -> Result<usize, TallyError> {
        if !self.source.has(column) {
            return Err(self.source.no_column(column, role));
        }
        match self.columns.iter().position(|(name, _)| name == column) {
            Some(at) => {
                // Read as text, a number is still a number; not the other way round.
                if kind == Kind::Text {
                    self.columns[at].1 = Kind::Text;
                }
                Ok(at)
            }
            None => {
                self.columns.push((column.to_string(), kind));
                Ok(self.columns.len() - 1)
            }
        }
    }
}

fn frames(plan: &Plan) -> Vec<FrameCounter> {
    let position = |column: &String| plan.attributes.iter().position(|a| a.column == *column);
    let frame = |columns: Vec<String>| FrameCounter {
        attributes: columns.iter().filter_map(position).collect(),
        columns,
        ..FrameCounter::default()
    };
    let singles = plan.attributes.iter().map(|attribute| frame(vec![attribute.column.clone()]));
    singles.chain(plan.crosses.iter().map(|cross| frame(cross.attributes.clone()))).collect()
}

fn features(plan: &Plan, wanted: &mut Wanted<'_>) -> Result<Vec<(usize, FeatureCounter)>, TallyError> {
    let Some(features) = &plan.roles.features else { return Ok(Vec::new()) };
    let mut names: Vec<String> = Vec::new();
    for name in features.include.iter().chain(&features.legitimate).chain(&features.categorical) {
        if name == "*" {
            let roles: Vec<String> = wanted.columns.iter().map(|(name, _)| name.clone()).collect();
            let attributes: Vec<&String> = plan.attributes.iter().map(|a| &a.column).collect();
            let others = wanted.source.columns.iter().filter(|c| !roles.contains(c) && !attributes.contains(c));
            names.extend(others.cloned());
        } else {
            names.push(name.clone());
        }
    }
    let mut counters = Vec::new();
    let mut seen = HashSet::new();
    for name in names {
        if !features.exclude.contains(&name) && seen.insert(name.clone()) {
            let categorical = features.categorical.contains(&name);
            let kind = if categorical { Kind::Text } else { Kind::Number };
            let at = wanted.add(&name, kind, "feature")?;
            let counter = FeatureCounter::new(&name, categorical, plan.attributes.len(), &plan.data.missing);
            counters.push((at, counter));
        }
    }
    Ok(counters)
}

fn coder<'c>(origins: &'c [Origin], people: &'c [Coder], at: usize) -> &'c Coder {
    match &origins[at] {
        Origin::Outputs(_, coder) => coder,
        Origin::People(column) => &people[*column],
    }
}

/// The codes of a row's attributes or strata.
fn codes(
    origins: &mut [Origin],
    people: Option<&People>,
    person: Option<u32>,
    columns: &[Column<'_>],
    at: usize,
    (row, file): (u64, &Path),
) -> Result<Vec<u32>, TallyError> {
    origins
        .iter_mut()
        .map(|origin| match origin {
            Origin::Outputs(column, coder) => coder.code(columns[*column].text(at), row, file),
            Origin::People(column) => Ok(match (people, person) {
                (Some(people), Some(person)) => people.code(person, *column),
                _ => super::intern::MISSING_CODE,
            }),
        })
        .collect()
}

fn decided(favourable: bool) -> Decision {
    if favourable { Decision::Favourable } else { Decision::Unfavourable }
}

/// The finite number in a row, or nothing when it is missing.
fn number(
    column: &Column<'_>,
    at: usize,
    missing: &[String],
    (file, row, name, what): (&Path, u64, &str, &str),
) -> Result<Option<f64>, TallyError> {
    let wrong = |shown: &str| TallyError::value(file, row, name, format!("\"{shown}\" is not {what}: it must be a finite number"));
    match column {
        Column::Number(numbers) => match numbers.get(at) {
            Some(number) if !number.is_finite() => Err(wrong(&number.to_string())),
            other => Ok(other),
        },
        Column::Text(texts) => {
            let text = texts.get(at).map(str::trim).unwrap_or_default();
            if is_missing(text, missing) {
                return Ok(None);
            }
            match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Some(number)),
                _ => Err(wrong(text)),
            }
        }
    }
}

/// The sample, with every feature in its final kind.
fn matrix(attributes: &[&Coder], kinds: Vec<(String, Option<FeatureKind>)>, sample: BinaryHeap<Sampled>) -> Matrix {
    let kept: Vec<usize> = (0..kinds.len()).filter(|&at| kinds[at].1.is_some()).collect();
    let mut matrix = Matrix {
        attributes: attributes.iter().map(|coder| coder.column.clone()).collect(),
        features: kinds.iter().filter_map(|(name, kind)| kind.map(|kind| (name.clone(), kind))).collect(),
        limit: SAMPLE,
        rows: Vec::new(),
    };
    let rows = sample.into_iter().map(|Sampled(mut row)| {
        row.values = kept
            .iter()
            .map(|&at| match (&row.values[at], kinds[at].1) {
                (Value::Level(Level::Value(text)), Some(FeatureKind::Numeric)) => {
                    text.parse().map_or(Value::Level(Level::Missing), Value::Number)
                }
                (Value::Number(number), Some(FeatureKind::Categorical)) => Value::Level(Level::value(number.to_string())),
                (value, _) => value.clone(),
            })
            .collect();
        row
    });
    matrix.extend(rows.collect());
    matrix
}
