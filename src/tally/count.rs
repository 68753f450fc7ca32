//! Counting: one row after the other into cells.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use super::engine::source::{Column, Kind, Source};
use super::error::TallyError;
use super::feature::FeatureCounter;
use super::frame::{FrameCounter, frames};
use super::intern::{Coder, TupleInterner, is_missing};
use super::people::People;
use super::roles::{Binary, DecisionCounter, Origin, Wanted, coder, codes, decided, features, number};
use super::sample::Sample;
use crate::cells::{
    Decision, Excluded, Exclusion, Group, Intake, Label, LabelledRow, Ledger, Matrix, MatrixRow, Outcome, Stratum,
};
use crate::plan::{DecisionRole, Plan, Reference, Side, Values};
use crate::stats::hash64;

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
    /// Levels that the plan names as references, by attribute.
    references: Vec<(usize, String)>,
    people_coders: Vec<Coder>,
    people: Option<People>,
    unmatched: HashSet<String>,
    matched: u64,
    key: Option<usize>,
    decision: Option<DecisionCounter>,
    label: Option<Binary>,
    score: Option<(usize, String)>,
    weight: Option<(usize, String)>,
    count: Option<(usize, String)>,
    frames: Vec<FrameCounter>,
    stratum_codes: TupleInterner,
    features: Vec<(usize, FeatureCounter)>,
    sample: Sample,
    rows: u64,
    used: u64,
    people_counted: u64,
    whole_weights: bool,
    notes: BTreeMap<Exclusion, Note>,
    recording: Option<Recording>,
}

/// Rows that met one fate: in all, and by position of the attribute and code.
#[derive(Debug, Default)]
struct Note {
    rows: u64,
    by_group: HashMap<(usize, u32), u64>,
}

/// Key, group and label of every row, for a remedy that weighs rows.
#[derive(Debug)]
struct Recording {
    attributes: Vec<usize>,
    rows: Vec<(Option<String>, Vec<u32>, Label, f64)>,
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
            references: references(plan),
            people_coders,
            people,
            unmatched: HashSet::new(),
            matched: 0,
            key,
            decision,
            label,
            score,
            weight,
            count,
            frames: frames(plan),
            stratum_codes: TupleInterner::default(),
            features,
            sample: Sample::default(),
            rows: 0,
            used: 0,
            people_counted: 0,
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
    pub(super) fn recorded(&mut self) -> Vec<LabelledRow> {
        let Some(recording) = self.recording.take() else { return Vec::new() };
        let level = |attribute: usize, code: u32| self.coder(attribute).level(code).clone();
        let group = |codes: &[u32]| Group(recording.attributes.iter().map(|&at| level(at, codes[at])).collect());
        let rows = recording.rows.iter();
        rows.map(|(key, codes, label, weight)| LabelledRow {
            key: key.clone(),
            group: group(codes),
            label: *label,
            weight: *weight,
        })
        .collect()
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
            Some(DecisionCounter::Column(binary)) => binary
                .read(&columns[binary.column], at, row, &self.file)?
                .map(decided)
                .ok_or(Exclusion::MissingDecision),
            Some(DecisionCounter::Threshold { column, name, threshold, above }) => {
                number(&columns[*column], at, &self.missing, (&self.file, row, name, "a score"))?
                    .map(|score| decided((score >= *threshold) == (*above == Side::Favourable)))
                    .ok_or(Exclusion::MissingDecision)
            }
        };
        let read = |role: &Option<(usize, String)>, what, reason| match role {
            None => Ok::<_, TallyError>(Ok(None)),
            Some((column, name)) => {
                Ok(number(&columns[*column], at, &self.missing, (&self.file, row, name, what))?.map(Some).ok_or(reason))
            }
        };
        let score = read(&self.score, "a score", Exclusion::MissingScore)?;
        let weight = read(&self.weight, "a weight", Exclusion::MissingWeight)?;
        let count = read(&self.count, "a count", Exclusion::MissingCount)?;
        let (decision, score, weight, count) = match (decision, score, weight, count) {
            (Ok(decision), Ok(score), Ok(weight), Ok(count)) => (decision, score, weight, count),
            (decision, score, weight, count) => {
                let reason = [decision.err(), score.err(), weight.err(), count.err()].into_iter().flatten().next();
                self.note(reason.unwrap_or(Exclusion::MissingDecision), &groups);
                self.keep(key, &groups, Label::Unknown, 1.0);
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
        self.keep(key, &groups, label, weight);
        let stratum = codes(&mut self.strata, self.people.as_ref(), person, columns, at, (row, &self.file))?;
        self.used += 1;
        self.people_counted += times;
        if times == 0 {
            return Ok(());
        }
        self.add_cells(&groups, &stratum, Outcome { label, decision }, score, (weight, times));
        self.add_features(columns, at, &groups, Outcome { label, decision }, (weight, times), key);
        Ok(())
    }

    /// The person of a key, and what is to be noted of the join.
    fn person(&mut self, key: Option<&str>) -> (Option<u32>, Option<Exclusion>) {
        let Some(people) = &mut self.people else { return (None, None) };
        match key.map(|key| (key, people.find(key))) {
            None => (None, Some(Exclusion::NoDemographics)),
            Some((_, Some((person, seen)))) => {
                self.matched += 1;
                (Some(person), seen.then_some(Exclusion::RepeatedKey))
            }
            Some((key, None)) => {
                self.unmatched.insert(key.to_string());
                (None, Some(Exclusion::NoDemographics))
            }
        }
    }

    fn keep(&mut self, key: Option<&str>, groups: &[u32], label: Label, weight: f64) {
        if let Some(recording) = &mut self.recording {
            recording.rows.push((key.map(str::to_string), groups.to_vec(), label, weight));
        }
    }

    fn note(&mut self, exclusion: Exclusion, groups: &[u32]) {
        let note = self.notes.entry(exclusion).or_default();
        note.rows += 1;
        for (attribute, code) in groups.iter().enumerate() {
            *note.by_group.entry((attribute, *code)).or_default() += 1;
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
        let weight = self.weight.as_ref().map(|_| weight);
        for frame in &mut self.frames {
            frame.add(groups, stratum, outcome, score, (weight, times));
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
    ) {
        if self.features.is_empty() {
            return;
        }
        for (column, feature) in &mut self.features {
            feature.add(&columns[*column], at, groups, (weight, times));
        }
        let hash = match key {
            Some(key) => hash64(self.seed, key.as_bytes()),
            None => hash64(self.seed, &self.rows.to_le_bytes()),
        };
        let (attributes, people, features) = (&self.attributes, &self.people_coders, &self.features);
        let level = |(attribute, code): (usize, &u32)| coder(attributes, people, attribute).level(*code).clone();
        self.sample.offer(hash, || MatrixRow {
            hash,
            levels: groups.iter().enumerate().map(level).collect(),
            label: outcome.label,
            decision: outcome.decision,
            weight: weight * times as f64,
            values: features.iter().map(|(column, feature)| feature.raw(&columns[*column], at)).collect(),
        });
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
        if let Some(people) = &self.people
            && people.rows > 0
            && self.matched == 0
        {
            let what = "none of its keys is among the demographics: are they written alike (1 is not 1.0 there), and is it the right column?";
            let column = self.key.map(|at| self.wanted[at].0.clone()).unwrap_or_default();
            return Err(TallyError::Column { file: self.file, column, what: what.into() });
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
                let note = self.notes.entry(Exclusion::NoOutputs).or_default();
                note.rows += 1;
                for (attribute, code) in groups.into_iter().enumerate() {
                    if let Some(code) = code {
                        *note.by_group.entry((attribute, code)).or_default() += 1;
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
        let matrix = std::mem::take(&mut self.sample).finish(&attributes, &kinds);
        Ok((Ledger { features: tables, ..ledger }, matrix, warnings))
    }

    fn warnings(&self) -> Vec<String> {
        let attributes = (0..self.attributes.len()).map(|at| self.coder(at));
        let strata = (0..self.strata.len()).map(|at| coder(&self.strata, &self.people_coders, at));
        let mut warnings: Vec<String> = attributes.chain(strata).flat_map(Coder::warnings).collect();
        if let Some(DecisionCounter::Column(binary)) = &self.decision {
            warnings.extend(binary.warnings("decision"));
        }
        if let Some(binary) = &self.label {
            warnings.extend(binary.warnings("label"));
        }
        for (attribute, level) in &self.references {
            let known = self.coder(*attribute);
            if !known.values().any(|value| value == level) {
                let hint = crate::suggest::suggestion(level, known.values());
                warnings.push(format!("the reference `{level}` of `{}` is not in the data{hint}", known.column));
            }
        }
        if self.weight.is_some() && self.whole_weights {
            warnings.push(
                "every weight is a whole number: if a row stands for that many people, name the column as `count`, not as `weight`"
                    .into(),
            );
        }
        if !self.unmatched.is_empty() {
            let keys = match self.unmatched.len() {
                1 => "1 key of the outputs is".to_string(),
                count => format!("{count} keys of the outputs are"),
            };
            warnings.push(format!("{keys} not among the demographics"));
        }
        warnings.extend(self.unusable().into_iter().map(|feature| {
            format!(
                "feature `{feature}` has too many different names to compare and was left out: is it an identifier, or does it mix numbers with names?"
            )
        }));
        warnings
    }

    fn ledger(&mut self) -> Ledger {
        let unweighted = self.weight.is_none();
        let (attributes, people_coders) = (&self.attributes, &self.people_coders);
        let level = |attribute: usize, code: u32| coder(attributes, people_coders, attribute).level(code).clone();
        let stratum = |code: u32| {
            let tuple = self.stratum_codes.tuple(code).iter().enumerate();
            Stratum(tuple.map(|(at, code)| coder(&self.strata, people_coders, at).level(*code).clone()).collect())
        };
        let counters = std::mem::take(&mut self.frames);
        let frames = counters.into_iter().map(|frame| frame.finish(level, stratum, unweighted)).collect();
        let exclusions = self.notes.iter().map(|(exclusion, note)| {
            let by_group = note
                .by_group
                .iter()
                .map(|((attribute, code), rows)| {
                    let coder = coder(attributes, people_coders, *attribute);
                    ((coder.column.clone(), Group::single(coder.level(*code).clone())), *rows)
                })
                .collect();
            (*exclusion, Excluded { rows: note.rows, by_group })
        });
        Ledger {
            intake: Intake {
                rows: self.rows,
                used: self.used,
                people: self.people_counted,
                demographics: self.people.as_ref().map(|people| people.rows),
                counted: self.count.is_some(),
                weighted: self.weight.is_some(),
            },
            exclusions: exclusions.collect(),
            frames,
            strata: self.stratum_names.clone(),
            features: BTreeMap::new(),
            unusable: self.unusable(),
        }
    }

    /// Features with too many names to compare.
    fn unusable(&self) -> BTreeSet<String> {
        let unusable = self.features.iter().filter(|(_, feature)| feature.kind().is_none());
        unusable.map(|(_, feature)| feature.column.clone()).collect()
    }
}

fn references(plan: &Plan) -> Vec<(usize, String)> {
    let attributes = plan.attributes.iter().enumerate();
    attributes
        .filter_map(|(at, attribute)| match &attribute.reference {
            Reference::Level(level) => Some((at, level.clone())),
            _ => None,
        })
        .collect()
}
