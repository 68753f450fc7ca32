//! Counting: one row after the other into cells.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use hashbrown::HashSet;
use rayon::prelude::*;

use super::cluster::Clustering;
use super::engine::column::Column;
use super::engine::source::{Kind, Source};
use super::error::TallyError;
use super::estimate::Chances;
use super::feature::FeatureCounter;
use super::frame::{FrameCounter, Place, frames};
use super::intern::{ANY, Coder, LEVELS, LONGEST_NAME, TupleInterner};
use super::key::{Key, key_of};
use super::leaf::Leaves;
use super::line::{LARGEST, LARGEST_OF_FOURTH, Line};
use super::notes::Notes;
use super::open::Opening;
use super::origin::{Names, Origin, Wanted, levels};
use super::people::People;
use super::ranking::Lists;
use super::recording::Recording;
use super::roles::{Roles, Row};
use super::sample::{Describe, Sample};
use crate::cells::{
    Exclusion, FeatureKind, FeatureTable, Frame, Group, Intake, Label, LabelledRows, Ledger, Matrix, Membership,
};
use crate::plan::{Plan, Reference};

/// Everything that is needed to count the rows of one file.
#[derive(Debug)]
pub(super) struct Counter {
    /// How messages about whole columns call the files.
    file: PathBuf,
    /// The file at hand, and rows before it.
    pub(super) part: PathBuf,
    pub(super) before_part: u64,
    pub(super) missing: Vec<String>,
    pub(super) reach: f64,
    pub(super) wanted: Vec<(String, Kind)>,
    pub(super) attributes: Vec<Origin>,
    pub(super) strata: Vec<Origin>,
    stratum_names: Vec<String>,
    /// Levels that the plan names, by attribute, and as what.
    named_levels: Vec<(usize, String, &'static str)>,
    pub(super) people_coders: Vec<Coder>,
    /// Columns of the demographics that the outputs have too.
    in_both: Vec<String>,
    pub(super) people: Option<People>,
    unmatched: HashSet<String>,
    matched: u64,
    pub(super) key: Option<usize>,
    pub(super) roles: Roles,
    pub(super) clusters: Option<Clustering>,
    pub(super) frames: Vec<FrameCounter>,
    stratum_codes: TupleInterner,
    pub(super) features: Vec<(usize, FeatureCounter)>,
    /// Columns before it have a role, those from it on are features alone.
    pub(super) role_columns: usize,
    /// Columns that are an attribute and nothing else.
    pub(super) only_attributes: HashSet<usize>,
    /// Columns that are numbers in all of their roles.
    pub(super) only_numbers: HashSet<usize>,
    /// People who are alike.
    pub(super) leaves: Leaves,
    /// Codes of all attributes together.
    pub(super) joints: TupleInterner,
    pub(super) sample: Sample,
    lists: Lists,
    pub(super) rows: u64,
    pub(super) used: u64,
    pub(super) people_counted: u64,
    pub(super) notes: Notes,
    pub(super) recording: Option<Recording>,
}

/// What a row says.
pub(super) struct Meaning {
    pub(super) groups: Vec<u32>,
    chances: Vec<Chances>,
    /// Nothing where it is left out.
    pub(super) said: Option<Said>,
}

/// What a row says besides its groups.
pub(super) struct Said {
    pub(super) stratum: u32,
    pub(super) row: Row,
}

/// The person that a row is about, and what is to be noted of the join.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Joined {
    pub(super) person: Option<u32>,
    absent: bool,
    repeated: bool,
}

impl Joined {
    /// What is to be noted.
    pub(super) fn fates(self) -> impl Iterator<Item = Exclusion> {
        let absent = self.absent.then_some(Exclusion::NoDemographics);
        absent.into_iter().chain(self.repeated.then_some(Exclusion::RepeatedKey))
    }

    /// As a code: 0 and 1 without a person, and two for each kind of person.
    pub(super) fn code(self, kind: impl Fn(u32) -> u32) -> u32 {
        u32::from(self.repeated) + 2 * self.person.map_or(0, |person| 1 + kind(person))
    }
}

impl Counter {
    /// Resolves the plan's columns against the files, and reads the people.
    pub(super) fn new(plan: &Plan, source: &Source, people: Option<&Source>) -> Result<Counter, TallyError> {
        let missing = &plan.data.missing;
        let wanted = Wanted { source, columns: Vec::new(), roles: Vec::new() };
        let mut open = Opening { plan, wanted, people, coders: Vec::new(), chances: Vec::new() };
        let attributes = plan.attributes.iter().map(|attribute| open.attribute(attribute));
        let attributes: Vec<Origin> = attributes.collect::<Result<_, _>>()?;
        let strata = plan.roles.strata.iter().map(|column| open.origin(column, None, LEVELS, "stratum"));
        let strata: Vec<Origin> = strata.collect::<Result<_, _>>()?;
        let cluster = plan.roles.cluster.iter().map(|column| open.origin(column, None, ANY, "cluster")).next();
        let clusters = cluster.transpose()?.map(Clustering::new);
        let roles = open.roles()?;
        let key = plan.data.key.iter().map(|column| open.wanted.add(column, Kind::Text, "key")).next().transpose()?;
        let role_columns = open.wanted.columns.len();
        let columns_of_attributes = attributes.iter().filter_map(Origin::column);
        let only_attributes = columns_of_attributes.filter(|at| open.wanted.roles[*at] == 1).collect();
        let is_number = |at: &usize| open.wanted.columns[*at].1 == Kind::Number;
        let only_numbers = (0..role_columns).filter(is_number).collect();
        let features = open.features()?;
        let in_both =
            open.coders.iter().map(|coder| &coder.column).filter(|column| source.has(column)).cloned().collect();
        let (people, people_coders) = match people {
            None => (None, Vec::new()),
            Some(people_source) => {
                let on = plan.data.demographics.as_ref().map(|d| d.on.as_str()).unwrap_or_default();
                let (people, coders) = People::read(people_source, on, open.coders, open.chances, missing)?;
                (Some(people), coders)
            }
        };
        let ranking = plan.roles.ranking.as_ref();
        let fourth = plan.roles.cluster.is_some() || plan.roles.forecast.is_some();
        Ok(Counter {
            file: source.path.clone(),
            part: PathBuf::new(),
            before_part: 0,
            missing: missing.clone(),
            reach: if fourth { LARGEST_OF_FOURTH } else { LARGEST },
            wanted: open.wanted.columns,
            lists: Lists::new(
                ranking.is_some_and(|ranking| ranking.place.is_some()),
                ranking.map_or(0, |ranking| ranking.top),
                attributes.len(),
            ),
            attributes,
            strata,
            stratum_names: plan.roles.strata.clone(),
            named_levels: named_levels(plan),
            people_coders,
            in_both,
            people,
            unmatched: HashSet::new(),
            matched: 0,
            key,
            roles,
            clusters,
            frames: frames(plan),
            stratum_codes: TupleInterner::default(),
            features,
            role_columns,
            only_attributes,
            only_numbers,
            leaves: Leaves::new(plan.roles.weight.is_some()),
            joints: TupleInterner::default(),
            sample: Sample::new(plan.seed),
            rows: 0,
            used: 0,
            people_counted: 0,
            notes: Notes::default(),
            recording: None,
        })
    }

    /// From now on keeps group and label of every row, for one attribute.
    pub(super) fn record(&mut self, attribute: Option<&str>) {
        let frame = self.frames.iter().find(|frame| Some(frame.name().as_str()) == attribute);
        let (keyed, weighted) = (self.key.is_some(), self.roles.weight.is_some());
        self.recording = frame.map(|frame| Recording::new(frame.attributes.clone(), keyed, weighted));
    }

    /// What was kept of every row.
    pub(super) fn recorded(&mut self) -> LabelledRows {
        let Some(recording) = self.recording.take() else { return LabelledRows::default() };
        let level = |(attribute, code): (&usize, &u32)| self.coder(*attribute).level(*code).clone();
        recording.finish(|attributes, codes| Group(attributes.iter().zip(codes).map(level).collect()))
    }

    /// Rows so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows of the demographics, if there are any.
    pub(super) fn people_rows(&self) -> Option<u64> {
        self.people.as_ref().map(|people| people.rows)
    }

    /// Counts a row by itself.
    pub(super) fn row(&mut self, line: Line<'_>, joined: Joined) -> Result<(), TallyError> {
        let Meaning { groups, chances, said } = self.understand(line, joined)?;
        let key = self.key_of(line.columns, line.at);
        if let Some(recording) = &mut self.recording {
            let kind = recording.kind(&groups, said.as_ref().map_or(Label::Unknown, |said| said.row.outcome.label));
            let weight = said.as_ref().and_then(|said| said.row.weight).unwrap_or(1.0);
            recording.add(kind, key, weight);
        }
        let Some(Said { stratum, row }) = said else { return Ok(()) };
        self.people_counted += row.times;
        if row.times == 0 {
            return Ok(());
        }
        let cluster = match &mut self.clusters {
            None => None,
            Some(clusters) => Some(clusters.read(line, self.people.as_ref().zip(joined.person))?),
        };
        let place = Place { groups: &groups, chances: &chances, stratum, cluster };
        self.frames.iter_mut().for_each(|frame| frame.add(&row, &place));
        if let Some(candidate) = row.candidate {
            self.lists.add(candidate, &groups);
        }
        self.add_features(line, &groups, &row, key);
        Ok(())
    }

    /// What a row says, for all that say the same.
    pub(super) fn understand(&mut self, line: Line<'_>, joined: Joined) -> Result<Meaning, TallyError> {
        let person = self.people.as_ref().zip(joined.person);
        let (groups, chances) = levels(&mut self.attributes, line, person)?;
        joined.fates().for_each(|fate| self.note(fate, line.copies, &groups));
        let said = match self.said(line, joined.person)? {
            Ok(said) => said,
            Err(reason) => {
                self.note(reason, line.copies, &groups);
                return Ok(Meaning { groups, chances, said: None });
            }
        };
        if self.lacks_label(&said.row) {
            self.note(Exclusion::MissingLabel, line.copies, &groups);
        }
        self.used += line.copies;
        Ok(Meaning { groups, chances, said: Some(said) })
    }

    /// What a row says besides its groups; or why it is left out.
    pub(super) fn said(&mut self, line: Line<'_>, person: Option<u32>) -> Result<Result<Said, Exclusion>, TallyError> {
        let row = match self.roles.read(line)? {
            Ok(row) => row,
            Err(reason) => return Ok(Err(reason)),
        };
        let joined = self.people.as_ref().zip(person);
        let (stratum, _) = levels(&mut self.strata, line, joined)?;
        Ok(Ok(Said { stratum: self.stratum_codes.code(&stratum), row }))
    }

    /// Whether a label is wanted, and not there.
    pub(super) fn lacks_label(&self, row: &Row) -> bool {
        self.roles.label.is_some() && row.outcome.label == Label::Unknown
    }

    /// The key of a row, if it has one.
    pub(super) fn key_of<'c>(&self, columns: &'c [Column<'_>], at: usize) -> Option<&'c str> {
        key_of((self.key, &self.missing), columns, at)
    }

    /// The person found for a key, and what is to be noted of the join.
    pub(super) fn person(&mut self, key: Option<Key<'_>>, person: Option<u32>) -> Joined {
        let (Some(people), Some(key)) = (&mut self.people, key) else {
            return Joined { absent: true, ..Joined::default() };
        };
        match person {
            Some(known) => {
                self.matched += 1;
                Joined { person, absent: false, repeated: people.see(known) }
            }
            None => Joined { person, absent: true, repeated: !self.unmatched.insert(key.to_string()) },
        }
    }

    fn note(&mut self, exclusion: Exclusion, rows: u64, groups: &[u32]) {
        self.notes.add(exclusion, rows, groups.iter().copied().map(Some));
    }

    fn add_features(&mut self, line: Line<'_>, groups: &[u32], row: &Row, key: Option<&str>) {
        if self.features.is_empty() {
            return;
        }
        let weight = row.weight.unwrap_or(1.0);
        for (column, feature) in &mut self.features {
            feature.add(&line.columns[*column], line.at, groups, (weight, row.times));
        }
        let hash = self.sample.hash(key, self.rows);
        let (attributes, people) = (&self.attributes, &self.people_coders);
        let coders = || attributes.iter().map(|origin| origin.coder(people)).collect();
        let describe = || Describe::new(line.columns, coders(), &self.features, line.missing);
        let weight = weight * row.times as f64;
        self.sample.offer(hash, || describe().row(line.at, hash, groups, row.outcome, weight));
    }

    fn coder(&self, attribute: usize) -> &Coder {
        self.attributes[attribute].coder(&self.people_coders)
    }

    /// Where in the data odd values are.
    pub(super) fn places(&self) -> Vec<String> {
        self.roles.places(&self.file)
    }

    /// The ledger, the sample and the warnings.
    pub(super) fn finish(mut self) -> Result<(Ledger, Matrix, Vec<String>), TallyError> {
        self.check()?;
        self.empty_leaves();
        self.frames.par_iter_mut().for_each(FrameCounter::empty_own);
        self.frames.iter().try_for_each(|frame| frame.limited(&self.file))?;
        if let Some(people) = &self.people {
            for person in people.unseen() {
                let groups = self.attributes.iter().map(|origin| origin.of_person(people, person));
                self.notes.add(Exclusion::NoOutputs, 1, groups);
            }
        }
        let warnings = self.warnings();
        let ledger = self.ledger()?;
        let attributes: Vec<&Coder> = self.attributes.iter().map(|origin| origin.coder(&self.people_coders)).collect();
        let joints = &self.joints;
        let tabulated = |(_, feature): (usize, FeatureCounter)| {
            let (name, kind) = (feature.column.clone(), feature.kind());
            (name, kind, feature.finish(&attributes, joints))
        };
        let found: Vec<(String, Option<FeatureKind>, Vec<FeatureTable>)> =
            std::mem::take(&mut self.features).into_par_iter().map(tabulated).collect();
        let mut tables = BTreeMap::new();
        let mut kinds = Vec::new();
        for (name, kind, of_feature) in found {
            for (coder, table) in attributes.iter().zip(of_feature) {
                tables.insert((name.clone(), coder.column.clone()), table);
            }
            kinds.push((name, kind));
        }
        let matrix = self.sample.finish(&attributes, &kinds);
        Ok((Ledger { features: tables, ..ledger }, matrix, warnings))
    }

    /// What can be wrong with all rows together.
    fn check(&self) -> Result<(), TallyError> {
        if self.rows == 0 {
            let what = "there is a header and not a single row";
            return Err(TallyError::Empty { file: self.file.clone(), what });
        }
        self.roles.check(&self.file)?;
        if let Some(people) = &self.people
            && people.rows > 0
            && self.matched == 0
        {
            let what = "none of its keys is among the demographics: are they written alike (1 is not 1.0 there), and is it the right column?";
            let column = self.key.map(|at| self.wanted[at].0.as_str()).unwrap_or_default();
            return Err(TallyError::column(&self.file, column, what));
        }
        match &self.clusters {
            Some(clusters) if self.used > 0 => clusters.check(&self.people_coders, &self.file),
            _ => Ok(()),
        }
    }

    fn warnings(&self) -> Vec<String> {
        let origins = self.attributes.iter().chain(&self.strata);
        let mut warnings: Vec<String> =
            origins.flat_map(|origin| origin.coder(&self.people_coders).warnings()).collect();
        warnings.extend(self.roles.warnings());
        if let Some(clusters) = &self.clusters {
            warnings.extend(clusters.warning(&self.people_coders));
        }
        for (attribute, level, named) in &self.named_levels {
            let known = self.coder(*attribute);
            if !known.values().any(|value| value == level) {
                let hint = crate::suggest::suggestion(level, known.values());
                warnings.push(format!("the {named} `{level}` of `{}` is not in the data{hint}", known.column));
            }
        }
        if self.roles.weight.is_some() && !self.roles.broken_weights {
            warnings.push(
                "every weight is a whole number: if a row stands for that many people, name the column as `count`, not as `weight`"
                    .into(),
            );
        }
        warnings.extend(self.people.as_ref().and_then(|people| people.note.clone()));
        warnings.extend(self.in_both.iter().map(|column| {
            format!("column `{column}` is in the outputs and in the demographics: what the demographics say counts")
        }));
        if !self.unmatched.is_empty() {
            let keys = match self.unmatched.len() {
                1 => "1 key of the outputs is".to_string(),
                count => format!("{count} keys of the outputs are"),
            };
            warnings.push(format!("{keys} not among the demographics"));
        }
        warnings.extend(self.features.iter().flat_map(|(_, feature)| feature.warnings()));
        warnings.extend(self.unusable().into_iter().map(|feature| {
            format!(
                "feature `{feature}` has too many different names to compare, or one of more than {LONGEST_NAME} bytes, and was left out: is it an identifier or free text, or does it mix numbers with names?"
            )
        }));
        warnings
    }

    fn ledger(&mut self) -> Result<Ledger, TallyError> {
        let counters = std::mem::take(&mut self.frames);
        let names = Names {
            attributes: &self.attributes,
            strata: &self.strata,
            stratum_codes: &self.stratum_codes,
            people: &self.people_coders,
            classes: self.roles.classes.as_ref().map(|classes| &classes.classes),
        };
        let order = match &self.roles.ranking {
            None => Vec::new(),
            Some(ranking) => {
                let place = ranking.place.as_ref().map(|place| place.name.as_str());
                self.lists.ordered(&ranking.queries, place.unwrap_or_default(), &self.file)?
            }
        };
        let finished = |counter: FrameCounter| {
            let attributes = counter.attributes.clone();
            let mut frame: Frame = counter.finish(&names, self.roles.weight.is_none());
            // A place in a list cannot be divided among the levels that are possible.
            if frame.membership != Membership::Weighted {
                let name = |codes: &[u32]| names.group(&attributes, codes);
                (frame.rankings, frame.divergence) = self.lists.rank(&order, &attributes, name);
                frame.fill_rankings();
            }
            frame
        };
        let coders: Vec<&Coder> = self.attributes.iter().map(|origin| origin.coder(&self.people_coders)).collect();
        Ok(Ledger {
            intake: Intake {
                rows: self.rows,
                used: self.used,
                people: self.people_counted,
                demographics: self.people.as_ref().map(|people| people.rows),
                counted: self.roles.count.is_some(),
                weighted: self.roles.weight.is_some(),
            },
            exclusions: self.notes.named(&coders),
            frames: counters.into_iter().map(finished).collect(),
            strata: self.stratum_names.clone(),
            features: BTreeMap::new(),
            unusable: self.unusable(),
        })
    }

    /// Features with too many names to compare.
    fn unusable(&self) -> BTreeSet<String> {
        let unusable = self.features.iter().filter(|(_, feature)| feature.kind().is_none());
        unusable.map(|(_, feature)| feature.column.clone()).collect()
    }
}

fn named_levels(plan: &Plan) -> Vec<(usize, String, &'static str)> {
    let mut named = Vec::new();
    for (at, attribute) in plan.attributes.iter().enumerate() {
        if let Reference::Level(level) = &attribute.reference {
            named.push((at, level.clone(), "reference"));
        }
        named.extend(attribute.population.keys().map(|level| (at, level.clone(), "population level")));
    }
    named
}
