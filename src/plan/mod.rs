//! What to audit: `evenhand.toml` and flags → a valid [`Plan`].
//!
//! All problems are found in one run, each with its line and column. Nothing
//! here opens a data file.

mod check;
mod draft;
mod file;
mod file_roles;
mod flags;
mod problem;
mod reader;
mod roles;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use flags::Flags;
pub use problem::{Place, PlanError, Problem};
pub use roles::{
    ClassesRole, DecisionRole, Features, ForecastRole, LabelRole, RankingRole, Roles, ScoreRole, Side, Values,
};
pub(crate) use roles::{is_same, number};

use crate::catalogue::Metric;
use crate::stats::{Intervals, Level};
use draft::Draft;
use problem::{At, Problems};

/// A valid plan: every name in it that can be checked without data is right.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Title of the report.
    pub title: Option<String>,
    /// Level of all intervals.
    pub confidence: Level,
    /// Groups with fewer rows are shown and not judged.
    pub min_group_size: u64,
    /// Seed of everything drawn by lot.
    pub seed: u64,
    /// How often cells are resampled where an interval needs it.
    pub resamples: u32,
    /// Which intervals rates, differences and ratios get.
    pub intervals: Intervals,
    /// Whether findings say how probable it is that the tolerance is broken.
    pub bayes: bool,
    /// Where the rows are.
    pub data: Data,
    /// What the columns mean.
    pub roles: Roles,
    /// The attributes whose groups are compared.
    pub attributes: Vec<Attribute>,
    /// Intersections of attributes.
    pub crosses: Vec<Cross>,
    /// What must hold.
    pub rules: Vec<Rule>,
    /// What a gate makes of "cannot tell".
    pub on_inconclusive: OnInconclusive,
    /// Counts below this are withheld.
    pub min_cell: u64,
    /// Periodic review.
    pub review: Review,
}

/// Where the rows are.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// The files of model outputs: at least one path, each of a file, a pattern such as
    /// `outputs/*.parquet`, a folder, or `-` for standard input.
    pub paths: Vec<PathBuf>,
    /// The delimiter of text files; by default from the file's name.
    pub delimiter: Option<u8>,
    /// By what the record tells the files.
    pub hash: Hash,
    /// A column that identifies a row, for sampling.
    pub key: Option<String>,
    /// Words that mean "no value", besides nothing at all.
    pub missing: Vec<String>,
    /// The second file, with the attributes.
    pub demographics: Option<Demographics>,
}

/// A second file with attributes, joined on a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Demographics {
    /// The files, as for the outputs.
    pub paths: Vec<PathBuf>,
    /// The key column, in both files.
    pub on: String,
}

/// The group that others are compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reference {
    /// The group with most rows.
    #[default]
    Largest,
    /// The group with the highest selection rate among those large enough.
    Highest,
    /// Everyone together.
    Overall,
    /// Everyone outside the group.
    Rest,
    /// A named group.
    Level(String),
}

impl Reference {
    pub(crate) fn parse(word: &str) -> Reference {
        match word {
            "largest" => Reference::Largest,
            "highest" => Reference::Highest,
            "overall" => Reference::Overall,
            "rest" => Reference::Rest,
            level => Reference::Level(level.to_string()),
        }
    }
}

/// An attribute whose groups are compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attribute {
    /// The column.
    pub column: String,
    /// Borders of groups of numbers, rising.
    pub bins: Option<Vec<f64>>,
    /// Compared with whom.
    pub reference: Reference,
    /// Where the level is not recorded but estimated: the chance of each.
    pub probabilities: Option<Probabilities>,
    /// Shares of the population to compare with, by level; empty without.
    pub population: BTreeMap<String, f64>,
}

impl Attribute {
    /// How outputs call its groups by the likeliest level, where levels are estimated.
    pub fn thresholded(&self) -> String {
        format!("{}:thresholded", self.column)
    }
}

/// Chances of the levels of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Probabilities {
    /// The levels, each with the column of its chance.
    pub levels: Vec<(String, String)>,
    /// From this chance on the likeliest level is taken for the person's.
    pub threshold: f64,
}

/// What a rule makes of people without a recorded group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unknown {
    /// They are left out.
    #[default]
    Ignore,
    /// They are in whatever groups would be worst, and best.
    Worst,
}

impl Unknown {
    /// The words of the plan file and the command line.
    pub const WORDS: [(&'static str, Unknown); 2] = [("ignore", Unknown::Ignore), ("worst", Unknown::Worst)];

    /// The word of the plan file.
    pub fn word(self) -> &'static str {
        match self {
            Unknown::Ignore => "ignore",
            Unknown::Worst => "worst",
        }
    }
}

/// An intersection of attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Cross {
    /// The attributes, two or more.
    pub attributes: Vec<String>,
    /// Compared with whom.
    pub reference: Reference,
}

impl Cross {
    /// As it is written in outputs: `race*sex`.
    pub fn name(&self) -> String {
        self.attributes.join("*")
    }
}

/// How much a broken rule matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Fails a gate.
    Error,
    /// Is shown.
    Warn,
}

impl Severity {
    const WORDS: [(&'static str, Severity); 2] = [("error", Severity::Error), ("warn", Severity::Warn)];
}

/// What of a measurement a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The whole interval.
    Interval,
    /// The estimate alone, as the letter of some rules has it.
    Point,
}

impl Reading {
    const WORDS: [(&'static str, Reading); 2] = [("interval", Reading::Interval), ("point", Reading::Point)];
}

/// How the bytes of a file become a number by which it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hash {
    /// BLAKE3 (O’Connor, Aumasson, Neves & Wilcox-O’Hearn 2020), which is fast.
    #[default]
    Blake3,
    /// SHA-256 (FIPS 180-4), where a policy asks for it.
    Sha256,
}

impl Hash {
    /// The words of the plan file and the command line.
    pub const WORDS: [(&'static str, Hash); 2] = [("blake3", Hash::Blake3), ("sha256", Hash::Sha256)];

    /// The word of the plan file, the command line and the record.
    pub fn word(self) -> &'static str {
        match self {
            Hash::Blake3 => "blake3",
            Hash::Sha256 => "sha256",
        }
    }
}

/// What a gate makes of "cannot tell".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnInconclusive {
    /// Exit code 11.
    #[default]
    Fail,
    /// Said, and exit code 0.
    Warn,
    /// Exit code 0.
    Pass,
}

impl OnInconclusive {
    /// The words of the plan file and the command line.
    pub const WORDS: [(&'static str, OnInconclusive); 3] =
        [("fail", OnInconclusive::Fail), ("warn", OnInconclusive::Warn), ("pass", OnInconclusive::Pass)];

    /// The word of the plan file.
    pub fn word(self) -> &'static str {
        match self {
            OnInconclusive::Fail => "fail",
            OnInconclusive::Warn => "warn",
            OnInconclusive::Pass => "pass",
        }
    }
}

/// Something that must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// What is looked at.
    pub metric: Metric,
    /// Attributes and intersections it applies to; all when empty.
    pub attributes: Vec<String>,
    /// Groups it applies to; all when empty.
    pub groups: Vec<String>,
    /// The lower end of the tolerance.
    pub at_least: Option<f64>,
    /// The upper end of the tolerance.
    pub at_most: Option<f64>,
    /// How much it matters.
    pub severity: Severity,
    /// What it looks at.
    pub reading: Reading,
    /// What it makes of people without a recorded group.
    pub unknown: Unknown,
    /// The class it is about, where there are several; none for all together.
    pub class: Option<String>,
    /// The law, policy or person behind it.
    pub basis: Option<String>,
}

/// Periodic review.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Review {
    /// The history file.
    pub store: Option<PathBuf>,
    /// How often, as an ISO 8601 duration.
    pub every: Option<String>,
}

impl Rule {
    /// What to say of a tolerance that no value could break, or meet: a slip, per
    /// cent most likely.
    pub fn out_of_reach(&self) -> Option<String> {
        let (low, high) = self.metric.range();
        let bounds = [("at_least", self.at_least), ("at_most", self.at_most)];
        let (key, bound) = bounds.into_iter().find_map(|(key, bound)| {
            let bound = bound.filter(|bound| *bound < low || *bound > high)?;
            Some((key, bound))
        })?;
        let range = match high.is_finite() {
            true => format!("between {low} and {high}"),
            false => format!("from {low} up"),
        };
        let id = self.metric.id();
        Some(format!(
            "rule `{}`: {key} {bound} is out of reach, since {id} lies {range} (a tenth is written 0.1, not 10)",
            self.id
        ))
    }
}

impl Plan {
    /// The plan in `text`, with flags laid over it. `file` is how messages
    /// call it; paths in it are relative to `base`.
    ///
    /// # Errors
    /// With every problem of the text and of the flags.
    pub fn from_text(text: &str, file: &str, base: &Path, flags: &Flags) -> Result<Plan, PlanError> {
        let mut problems = Problems::default();
        let mut draft = Draft::default();
        let plan = file::read(text, &mut draft, &mut problems)
            .then(|| {
                flags::apply(flags, &mut draft, &mut problems);
                draft.finish(base, &mut problems)
            })
            .flatten();
        problems.or(Some(file.to_string()), plan)
    }

    /// The plan of a data file and flags alone.
    ///
    /// # Errors
    /// With every problem of the flags.
    pub fn from_flags(data: &Path, flags: &Flags) -> Result<Plan, PlanError> {
        let mut problems = Problems::default();
        let mut draft = Draft {
            paths: vec![At::new(data.display().to_string(), Place::Flag("DATA"))],
            path_from_flag: true,
            ..Draft::default()
        };
        flags::apply(flags, &mut draft, &mut problems);
        let plan = draft.finish(Path::new(""), &mut problems);
        problems.or(None, plan)
    }

    /// What puts a row into one group: attributes by name, by the likeliest
    /// level where levels are estimated, and intersections.
    pub fn names(&self) -> Vec<String> {
        let attributes = self.attributes.iter().map(|attribute| match attribute.probabilities {
            None => attribute.column.clone(),
            Some(_) => attribute.thresholded(),
        });
        attributes.chain(self.crosses.iter().map(Cross::name)).collect()
    }

    /// The reference of an attribute or intersection, by the columns of its frame.
    pub fn reference(&self, columns: &[String]) -> &Reference {
        let attribute = self.attributes.iter().find(|attribute| [attribute.column.clone()] == *columns);
        let cross = self.crosses.iter().find(|cross| cross.attributes == *columns);
        let found = attribute.map(|a| &a.reference).or(cross.map(|c| &c.reference));
        found.unwrap_or(&Reference::Largest)
    }
}

/// A text as it is written in a plan file.
pub(crate) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_string()).to_string()
}
