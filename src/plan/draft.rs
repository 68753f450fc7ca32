//! A plan being put together.

use std::path::{Path, PathBuf};

use super::problem::{At, Place, Problems};
use super::{
    Attribute, ClassesRole, Cross, Data, DecisionRole, Demographics, Features, ForecastRole, Hash, LabelRole,
    OnInconclusive, Plan, RankingRole, Review, Roles, Rule, ScoreRole,
};
use crate::catalogue::Needs;
use crate::stats::{Intervals, Level};

/// How often cells are resampled, unless the plan says otherwise; and how often they may be.
const RESAMPLES: (u64, std::ops::RangeInclusive<u64>) = (10_000, 100..=1_000_000);

/// How many places are the top of a list, unless the plan says otherwise.
const TOP: u64 = 10;

#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) title: Option<String>,
    pub(super) confidence: Option<At<f64>>,
    pub(super) min_group_size: Option<At<u64>>,
    pub(super) seed: Option<At<u64>>,
    pub(super) resamples: Option<At<u64>>,
    pub(super) bayes: bool,
    pub(super) intervals: Intervals,
    pub(super) paths: Vec<At<String>>,
    pub(super) path_from_flag: bool,
    pub(super) delimiter: Option<At<String>>,
    pub(super) hash: Option<Hash>,
    pub(super) key: Option<String>,
    pub(super) missing: Vec<String>,
    pub(super) demographics: Option<At<Demographics>>,
    pub(super) demographics_from_flag: bool,
    /// Roles that are written, even if wrongly: not to be called missing too.
    pub(super) written: Needs,
    pub(super) attributes_written: bool,
    pub(super) decision: Option<At<DecisionRole>>,
    pub(super) label: Option<At<LabelRole>>,
    pub(super) score: Option<At<ScoreRole>>,
    pub(super) weight: Option<At<String>>,
    pub(super) count: Option<At<String>>,
    pub(super) strata: Vec<At<String>>,
    pub(super) features: Option<Features>,
    pub(super) cluster: Option<At<String>>,
    pub(super) counterfactual: Option<At<LabelRole>>,
    pub(super) forecast: Option<At<ForecastRole>>,
    pub(super) classes: Option<At<ClassesRole>>,
    pub(super) query: Option<At<String>>,
    pub(super) rank: Option<At<String>>,
    pub(super) top_k: Option<At<u64>>,
    pub(super) attributes: Vec<At<Attribute>>,
    pub(super) crosses: Vec<At<Cross>>,
    pub(super) rules: Vec<At<Rule>>,
    pub(super) on_inconclusive: Option<OnInconclusive>,
    pub(super) min_cell: Option<At<u64>>,
    pub(super) store: Option<At<String>>,
    pub(super) every: Option<At<String>>,
}

impl Draft {
    /// The valid plan, or nothing with the problems added. Paths written in
    /// the file are relative to `base`.
    pub(super) fn finish(self, base: &Path, problems: &mut Problems) -> Option<Plan> {
        let confidence = self.level(problems);
        let resamples = self.resamples(problems);
        let delimiter = self.delimiter(problems);
        self.check_roles(problems);
        self.check_attributes(problems);
        self.check_rules(problems);
        if let Some(every) = &self.every
            && every.value.parse::<jiff::Span>().is_err()
        {
            problems.add(
                &every.place,
                format!("`every` must be an ISO 8601 duration such as \"P1M\", not \"{}\"", every.value),
            );
        }
        let resolve = |path: PathBuf, from_flag: bool| match from_flag
            || path == Path::new("-")
            || path.to_string_lossy().contains("://")
        {
            true => path,
            false => base.join(path),
        };
        if self.paths.is_empty() {
            return None;
        }
        let demographics = self.demographics.map(|at| Demographics {
            paths: at.value.paths.into_iter().map(|path| resolve(path, self.demographics_from_flag)).collect(),
            on: at.value.on,
        });
        Some(Plan {
            title: self.title,
            confidence: confidence?,
            min_group_size: self.min_group_size.map_or(30, |at| at.value),
            seed: self.seed.map_or(1, |at| at.value),
            resamples: resamples?,
            intervals: self.intervals,
            bayes: self.bayes,
            data: Data {
                paths: self.paths.into_iter().map(|at| resolve(at.value.into(), self.path_from_flag)).collect(),
                delimiter: delimiter?,
                hash: self.hash.unwrap_or_default(),
                key: self.key.or_else(|| demographics.as_ref().map(|d| d.on.clone())),
                missing: self.missing,
                demographics,
            },
            roles: Roles {
                decision: self.decision.map(|at| at.value),
                label: self.label.map(|at| at.value),
                score: self.score.map(|at| at.value),
                weight: self.weight.map(|at| at.value),
                count: self.count.map(|at| at.value),
                strata: self.strata.into_iter().map(|at| at.value).collect(),
                features: self.features,
                cluster: self.cluster.map(|at| at.value),
                counterfactual: self.counterfactual.map(|at| at.value),
                forecast: self.forecast.map(|at| at.value),
                classes: self.classes.map(|at| at.value),
                ranking: self.query.map(|query| RankingRole {
                    query: query.value,
                    place: self.rank.map(|at| at.value),
                    top: self.top_k.map_or(TOP, |at| at.value),
                }),
            },
            attributes: self.attributes.into_iter().map(|at| at.value).collect(),
            crosses: self.crosses.into_iter().map(|at| at.value).collect(),
            rules: self.rules.into_iter().map(|at| at.value).collect(),
            on_inconclusive: self.on_inconclusive.unwrap_or_default(),
            min_cell: self.min_cell.map_or(10, |at| at.value),
            review: Review {
                store: self.store.map(|at| match at.place {
                    Place::Flag(_) => PathBuf::from(at.value),
                    _ => base.join(at.value),
                }),
                every: self.every.map(|at| at.value),
            },
        })
    }

    fn level(&self, problems: &mut Problems) -> Option<Level> {
        let Some(at) = &self.confidence else { return Some(Level::P95) };
        let level = Level::new(at.value).filter(|level| level.value() >= 0.5);
        if level.is_none() {
            problems.add(&at.place, format!("`confidence` must lie in [0.5, 1), such as 0.95, not {}", at.value));
        }
        level
    }

    fn resamples(&self, problems: &mut Problems) -> Option<u32> {
        let (usual, allowed) = RESAMPLES;
        let Some(at) = &self.resamples else { return Some(usual as u32) };
        if !allowed.contains(&at.value) {
            let (low, high) = allowed.into_inner();
            problems.add(&at.place, format!("`resamples` must lie between {low} and {high}, not {}", at.value));
            return None;
        }
        Some(at.value as u32)
    }

    fn delimiter(&self, problems: &mut Problems) -> Option<Option<u8>> {
        let Some(at) = &self.delimiter else { return Some(None) };
        match at.value.replace("\\t", "\t").as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(Some(*byte)),
            _ => {
                problems.add(&at.place, format!("`delimiter` must be one character, not \"{}\"", at.value));
                None
            }
        }
    }
}
