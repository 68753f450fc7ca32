//! The ledger: everything an audit needs to know about the rows.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Cell, Clusters, EXACT_VALUES, Group, Histogram, Label, Level, Ranking, RatioSums, Regression, Tally, pairs,
};

/// One way of dividing everyone into groups: an attribute or an intersection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The attribute columns: one, or two and more for an intersection.
    pub columns: Vec<String>,
    /// What was counted in each group.
    #[serde(with = "pairs")]
    pub groups: BTreeMap<Group, Tally>,
    /// How people came into the groups.
    pub membership: Membership,
    /// Scores by group and label; empty without a score.
    pub scores: Histogram<(Group, Label)>,
    /// Predictions of a number; empty without.
    #[serde(with = "pairs")]
    pub regressions: BTreeMap<Group, Regression>,
    /// People by group, true class and predicted class; empty without classes.
    #[serde(with = "pairs")]
    pub classes: BTreeMap<(Group, Level, Level), Cell>,
    /// What a counterfactual decision would change; empty without.
    #[serde(with = "pairs")]
    pub flips: BTreeMap<Group, Flips>,
    /// Clusters by group, and of everyone under none; empty without clusters.
    #[serde(with = "pairs")]
    pub clusters: BTreeMap<Option<Group>, Clusters>,
    /// Places in ranked lists, a row counting once whatever its weight; empty
    /// without lists, and where membership is weighted.
    #[serde(with = "pairs")]
    pub rankings: BTreeMap<Group, Ranking>,
    /// By list, against 1: the normalised discounted divergence of the order
    /// from the shares of the groups.
    pub divergence: RatioSums,
}

/// How people came into the groups of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// By a recorded level.
    #[default]
    Recorded,
    /// Everyone is in every group with a probability, as part of their weight.
    Weighted,
    /// By the likeliest level, where its probability reaches a threshold.
    Thresholded,
}

/// How often another attribute value would have changed the decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flips {
    /// People with both decisions.
    pub all: Cell,
    /// A no that would have been a yes.
    pub to_favourable: Cell,
    /// A yes that would have been a no.
    pub to_unfavourable: Cell,
}

impl Flips {
    /// Adds other people.
    pub fn merge(&mut self, other: &Flips) {
        self.all.merge(&other.all);
        self.to_favourable.merge(&other.to_favourable);
        self.to_unfavourable.merge(&other.to_unfavourable);
    }
}

impl Frame {
    /// The attribute as it is written in outputs: `race`, `race*sex`, or
    /// `race:thresholded` for the likeliest level.
    pub fn name(&self) -> String {
        match self.membership {
            Membership::Thresholded => format!("{}:thresholded", self.columns.join("*")),
            Membership::Recorded | Membership::Weighted => self.columns.join("*"),
        }
    }

    fn merge(&mut self, other: &Frame) {
        for (group, tally) in &other.groups {
            self.groups.entry(group.clone()).or_default().merge(tally);
        }
        self.scores.merge(&other.scores);
        for (group, regression) in &other.regressions {
            self.regressions.entry(group.clone()).or_default().merge(regression);
        }
        for (key, cell) in &other.classes {
            self.classes.entry(key.clone()).or_default().merge(cell);
        }
        for (group, flips) in &other.flips {
            self.flips.entry(group.clone()).or_default().merge(flips);
        }
        for (group, clusters) in &other.clusters {
            self.clusters.entry(group.clone()).or_default().merge(clusters);
        }
        for (group, ranking) in &other.rankings {
            self.rankings.entry(group.clone()).or_default().merge(ranking);
        }
        self.divergence.merge(&other.divergence);
        self.fill_rankings();
    }

    /// Gives every group its share of the top of every list, also of those where
    /// nobody of it is: there it has none.
    pub fn fill_rankings(&mut self) {
        let lists = self.divergence.units;
        if lists == 0 {
            return;
        }
        for group in self.groups.keys() {
            let ranking = self.rankings.entry(group.clone()).or_default();
            ranking.top.units = lists;
        }
    }

    /// Everyone, over all groups.
    pub fn everyone(&self) -> Tally {
        let mut all = Tally::default();
        for tally in self.groups.values() {
            all.merge(tally);
        }
        all
    }
}

/// Whether a feature is a number or a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeatureKind {
    /// A number, compared by size.
    Numeric,
    /// A name, compared for equality.
    Categorical,
}

/// One feature against one attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureTable {
    /// The feature's distribution in each group.
    Numeric(Histogram<Group>),
    /// People by group and level of the feature.
    Categorical(#[serde(with = "pairs")] BTreeMap<(Group, Level), Cell>),
}

impl FeatureTable {
    /// Whether the feature is a number or a name.
    pub fn kind(&self) -> FeatureKind {
        match self {
            FeatureTable::Numeric(_) => FeatureKind::Numeric,
            FeatureTable::Categorical(_) => FeatureKind::Categorical,
        }
    }

    /// Different names; 0 for numbers.
    fn levels(&self) -> usize {
        match self {
            FeatureTable::Numeric(_) => 0,
            FeatureTable::Categorical(cells) => {
                let names = cells.keys().map(|(_, level)| level).filter(|level| **level != Level::Missing);
                names.collect::<BTreeSet<_>>().len()
            }
        }
    }
}

/// What befell a row on its way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// No decision (or no score to threshold): left out.
    MissingDecision,
    /// No score: left out.
    MissingScore,
    /// No weight: left out.
    MissingWeight,
    /// No count: left out.
    MissingCount,
    /// No label: kept for the metrics that need none.
    MissingLabel,
    /// The key is not among the demographics: kept, attributes missing.
    NoDemographics,
    /// A person in the demographics without any row of outputs: not audited.
    NoOutputs,
    /// The key occurred before among the outputs: kept.
    RepeatedKey,
}

impl Exclusion {
    /// All, in order of reporting.
    pub const ALL: [Exclusion; 8] = [
        Exclusion::MissingDecision,
        Exclusion::MissingScore,
        Exclusion::MissingWeight,
        Exclusion::MissingCount,
        Exclusion::MissingLabel,
        Exclusion::NoDemographics,
        Exclusion::NoOutputs,
        Exclusion::RepeatedKey,
    ];

    /// Whether the row still counts in the audit.
    pub fn kept(self) -> bool {
        matches!(self, Exclusion::MissingLabel | Exclusion::NoDemographics | Exclusion::RepeatedKey)
    }
}

/// How many rows met one fate: in all, and by group of each attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    /// Rows in all.
    pub rows: u64,
    /// Rows by attribute and group, as far as known.
    #[serde(with = "pairs")]
    pub by_group: BTreeMap<(String, Group), u64>,
}

/// How many rows were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Intake {
    /// Rows of model outputs that were read.
    pub rows: u64,
    /// Rows that the audit counts.
    pub used: u64,
    /// People that those rows stand for: as many, unless rows carry counts.
    pub people: u64,
    /// Rows of demographics that were read; absent when in the same file.
    pub demographics: Option<u64>,
    /// Whether each row stands for as many people as its count says.
    pub counted: bool,
    /// Whether rows carry weights.
    pub weighted: bool,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Its name, without the folder.
    pub name: String,
    /// By what its bytes were hashed: `blake3` or `sha256`.
    pub algorithm: String,
    /// The hash of its bytes, in hexadecimal.
    pub hash: String,
}

/// All that leaves the tally.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// How much was read.
    pub intake: Intake,
    /// What befell the rows that are not plainly used.
    pub exclusions: BTreeMap<Exclusion, Excluded>,
    /// Every attribute and intersection, in the order of the plan.
    pub frames: Vec<Frame>,
    /// The stratum columns.
    pub strata: Vec<String>,
    /// Every feature against every single attribute: (feature, attribute).
    #[serde(with = "pairs")]
    pub features: BTreeMap<(String, String), FeatureTable>,
    /// Features that turned out to have too many names to compare.
    pub unusable: BTreeSet<String>,
}

/// Two ledgers that do not describe the same columns.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ledgers differ in {what}, so they cannot be merged: tally both with the same plan")]
pub struct MergeError {
    what: &'static str,
}

impl Ledger {
    /// Adds the ledger of other rows, counted by the same plan. In any order
    /// the result is what counting all rows together gives, provided that each
    /// person, and what the demographics say of them, is in one part only: a
    /// part cannot see that a key of its own is repeated in another. Clusters and
    /// ranked lists, too, are whole in one part.
    ///
    /// # Errors
    /// When attributes or strata differ, or a feature holds numbers in one part
    /// and names in the other.
    pub fn merge(&mut self, other: &Ledger) -> Result<(), MergeError> {
        let same_frames = self.frames.iter().map(Frame::name).eq(other.frames.iter().map(Frame::name));
        if !same_frames {
            return Err(MergeError { what: "their attributes" });
        }
        if self.strata != other.strata {
            return Err(MergeError { what: "their strata" });
        }
        self.merge_features(other)?;
        for (mine, theirs) in self.frames.iter_mut().zip(&other.frames) {
            mine.merge(theirs);
        }
        for (exclusion, theirs) in &other.exclusions {
            let mine = self.exclusions.entry(*exclusion).or_default();
            mine.rows += theirs.rows;
            for (key, rows) in &theirs.by_group {
                *mine.by_group.entry(key.clone()).or_default() += rows;
            }
        }
        self.intake = Intake {
            rows: self.intake.rows + other.intake.rows,
            used: self.intake.used + other.intake.used,
            people: self.intake.people + other.intake.people,
            demographics: match (self.intake.demographics, other.intake.demographics) {
                (None, None) => None,
                (mine, theirs) => Some(mine.unwrap_or(0) + theirs.unwrap_or(0)),
            },
            counted: self.intake.counted || other.intake.counted,
            weighted: self.intake.weighted || other.intake.weighted,
        };
        Ok(())
    }

    fn merge_features(&mut self, other: &Ledger) -> Result<(), MergeError> {
        let differs = other
            .features
            .iter()
            .any(|(key, theirs)| self.features.get(key).is_some_and(|mine| mine.kind() != theirs.kind()));
        if differs {
            return Err(MergeError { what: "the kind of a feature" });
        }
        for (key, theirs) in &other.features {
            match (self.features.get_mut(key), theirs) {
                (None, _) => {
                    self.features.insert(key.clone(), theirs.clone());
                }
                (Some(FeatureTable::Numeric(mine)), FeatureTable::Numeric(theirs)) => mine.merge(theirs),
                (Some(FeatureTable::Categorical(mine)), FeatureTable::Categorical(theirs)) => {
                    for (key, cell) in theirs {
                        mine.entry(key.clone()).or_default().merge(cell);
                    }
                }
                (Some(_), _) => return Err(MergeError { what: "the kind of a feature" }),
            }
        }
        self.unusable.extend(other.unusable.iter().cloned());
        let outgrown = self.features.iter().filter(|(_, table)| table.levels() >= EXACT_VALUES);
        self.unusable.extend(outgrown.map(|((feature, _), _)| feature.clone()));
        self.features.retain(|(feature, _), _| !self.unusable.contains(feature));
        Ok(())
    }

    /// The frame of an attribute or intersection by its written name.
    pub fn frame(&self, name: &str) -> Option<&Frame> {
        self.frames.iter().find(|frame| frame.name() == name)
    }
}
