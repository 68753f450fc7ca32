//! The algebra: base, base compared with a reference, base summarised over groups.

use std::fmt;

use super::base::{BASES, Base, Value, base};
use super::needs::{Needs, Role};
use super::notion::{Meaning, NOTIONS, Notion, notion};
use super::source::{MANTEL_HAENSZEL_1959, Source};
use crate::suggest::nearest;

/// How a group is compared with the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comparison {
    /// Group less reference.
    Difference,
    /// Group over reference.
    Ratio,
    /// Odds of the group over odds of the reference.
    OddsRatio,
    /// Odds ratio within strata, pooled.
    MantelHaenszelOddsRatio,
    /// Difference within strata, pooled.
    MantelHaenszelDifference,
}

impl Comparison {
    /// All comparisons.
    pub const ALL: [Comparison; 5] = [
        Comparison::Difference,
        Comparison::Ratio,
        Comparison::OddsRatio,
        Comparison::MantelHaenszelOddsRatio,
        Comparison::MantelHaenszelDifference,
    ];

    /// The last part of the id.
    pub fn id(self) -> &'static str {
        match self {
            Comparison::Difference => "difference",
            Comparison::Ratio => "ratio",
            Comparison::OddsRatio => "odds_ratio",
            Comparison::MantelHaenszelOddsRatio => "mantel_haenszel_odds_ratio",
            Comparison::MantelHaenszelDifference => "mantel_haenszel_difference",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Comparison::Difference => "difference",
            Comparison::Ratio => "ratio",
            Comparison::OddsRatio => "odds ratio",
            Comparison::MantelHaenszelOddsRatio => "odds ratio within strata",
            Comparison::MantelHaenszelDifference => "difference within strata",
        }
    }

    /// Whether it compares within strata.
    pub fn stratified(self) -> bool {
        matches!(self, Comparison::MantelHaenszelOddsRatio | Comparison::MantelHaenszelDifference)
    }

    /// The value at parity.
    pub fn ideal(self) -> f64 {
        match self {
            Comparison::Difference | Comparison::MantelHaenszelDifference => 0.0,
            Comparison::Ratio | Comparison::OddsRatio | Comparison::MantelHaenszelOddsRatio => 1.0,
        }
    }

    /// Whether the comparison is meaningful for a base: odds and strata need a
    /// part of a whole, a ratio needs numbers that cannot be negative.
    pub fn applies_to(self, base: &Base) -> bool {
        match self {
            Comparison::Difference => true,
            Comparison::Ratio => base.range().0 == 0.0,
            _ => base.rate().is_some(),
        }
    }
}

/// How the groups of an attribute are summed up in one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Summary {
    /// Largest less smallest.
    MaxDifference,
    /// Smallest over largest.
    MinRatio,
    /// The value of the worst group.
    Worst,
    /// The standard deviation between groups, each group counting once.
    Std,
}

impl Summary {
    /// All summaries.
    pub const ALL: [Summary; 4] = [Summary::MaxDifference, Summary::MinRatio, Summary::Worst, Summary::Std];

    /// The last part of the id.
    pub fn id(self) -> &'static str {
        match self {
            Summary::MaxDifference => "max_difference",
            Summary::MinRatio => "min_ratio",
            Summary::Worst => "worst",
            Summary::Std => "std",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Summary::MaxDifference => "largest difference between groups",
            Summary::MinRatio => "smallest ratio between groups",
            Summary::Worst => "worst group",
            Summary::Std => "spread between groups",
        }
    }

    /// Whether the summary is meaningful for a base.
    pub fn applies_to(self, base: &Base) -> bool {
        self != Summary::MinRatio || base.range().0 == 0.0
    }
}

/// A metric: what a rule names and a measurement measures.
#[derive(Clone, Copy, Debug)]
pub enum Metric {
    /// One number for one group.
    Base(&'static Base),
    /// One group against the reference.
    Compared(&'static Base, Comparison),
    /// One number for an attribute.
    Summarised(&'static Base, Summary),
    /// Two of the above made one.
    Composite(&'static Notion),
}

/// An id that the catalogue does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no metric is called `{id}`{}", .suggestion.as_ref().map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
pub struct UnknownMetric {
    /// What was asked for.
    pub id: String,
    /// The nearest that exists.
    pub suggestion: Option<String>,
}

impl Metric {
    /// The metric of an id or of a notion's name.
    ///
    /// # Errors
    /// When there is none, with the nearest id that exists.
    pub fn parse(id: &str) -> Result<Metric, UnknownMetric> {
        if let Some(found) = Metric::find(id) {
            return Ok(found);
        }
        let known: Vec<String> =
            Metric::all().map(|metric| metric.id()).chain(NOTIONS.iter().map(|notion| notion.id.to_string())).collect();
        let suggestion = nearest(id, known.iter().map(String::as_str)).map(str::to_string);
        Err(UnknownMetric { id: id.to_string(), suggestion })
    }

    fn find(id: &str) -> Option<Metric> {
        if let Some(notion) = notion(id) {
            return match notion.meaning {
                Meaning::Alias(id) => Metric::find(id),
                _ => Some(Metric::Composite(notion)),
            };
        }
        let Some((first, second)) = id.split_once('.') else {
            return base(id).map(Metric::Base);
        };
        let base = base(first)?;
        let comparison = Comparison::ALL.into_iter().find(|c| c.id() == second && c.applies_to(base));
        let summary = Summary::ALL.into_iter().find(|s| s.id() == second && s.applies_to(base));
        comparison
            .map(|comparison| Metric::Compared(base, comparison))
            .or(summary.map(|summary| Metric::Summarised(base, summary)))
    }

    /// Every metric: all bases, all that apply to them, all composites.
    pub fn all() -> impl Iterator<Item = Metric> {
        let of_bases = BASES.iter().flat_map(|base| {
            let comparisons = Comparison::ALL
                .into_iter()
                .filter(|comparison| comparison.applies_to(base))
                .map(|comparison| Metric::Compared(base, comparison));
            let summaries = Summary::ALL
                .into_iter()
                .filter(|summary| summary.applies_to(base))
                .map(|summary| Metric::Summarised(base, summary));
            std::iter::once(Metric::Base(base)).chain(comparisons).chain(summaries)
        });
        let composites = NOTIONS.iter().filter(|n| !matches!(n.meaning, Meaning::Alias(_))).map(Metric::Composite);
        of_bases.chain(composites)
    }

    /// The id, as in rules and tables.
    pub fn id(&self) -> String {
        match self {
            Metric::Base(base) => base.id.to_string(),
            Metric::Compared(base, comparison) => format!("{}.{}", base.id, comparison.id()),
            Metric::Summarised(base, summary) => format!("{}.{}", base.id, summary.id()),
            Metric::Composite(notion) => notion.id.to_string(),
        }
    }

    /// The name for people.
    pub fn title(&self) -> String {
        match self {
            Metric::Base(base) => base.title.to_string(),
            Metric::Compared(base, comparison) => format!("{}, {}", base.title, comparison.title()),
            Metric::Summarised(base, summary) => format!("{}, {}", base.title, summary.title()),
            Metric::Composite(notion) => notion.title.to_string(),
        }
    }

    /// The two members of a composite.
    pub fn parts(&self) -> Option<(Metric, Metric)> {
        let Metric::Composite(notion) = self else { return None };
        match notion.meaning {
            Meaning::Alias(_) => None,
            Meaning::Larger(a, b) | Meaning::Smaller(a, b) | Meaning::Mean(a, b) => {
                Some((Metric::find(a)?, Metric::find(b)?))
            }
        }
    }

    /// The question that it answers.
    pub fn asks(&self) -> String {
        match self {
            Metric::Base(base) => base.asks.to_string(),
            Metric::Compared(base, comparison) => {
                let how = match comparison {
                    Comparison::Difference => "by how much does the answer for the group exceed that for the reference",
                    Comparison::Ratio => "what share of the reference's answer does the group reach",
                    Comparison::OddsRatio => "how do the odds of the group stand to those of the reference",
                    Comparison::MantelHaenszelOddsRatio => {
                        "how do the odds of the group stand to those of the reference among people of the same stratum"
                    }
                    Comparison::MantelHaenszelDifference => {
                        "by how much does the group exceed the reference among people of the same stratum"
                    }
                };
                format!("{} And {how}?", base.asks)
            }
            Metric::Summarised(base, summary) => {
                let how = match summary {
                    Summary::MaxDifference => "how far apart are the groups with the largest and the smallest answer",
                    Summary::MinRatio => "what share of the largest answer does the smallest reach",
                    Summary::Worst => "what is the answer for the worst group",
                    Summary::Std => "how widely do the answers spread over the groups",
                };
                format!("{} And {how}?", base.asks)
            }
            Metric::Composite(notion) => match notion.meaning {
                Meaning::Mean(a, b) => format!("What is the mean of {a} and {b}?"),
                Meaning::Larger(a, b) => format!("What is the larger of {a} and {b}?"),
                Meaning::Smaller(a, b) => format!("What is the smaller of {a} and {b}?"),
                Meaning::Alias(id) => format!("The same as {id}."),
            },
        }
    }

    /// The formula in words.
    pub fn formula(&self) -> String {
        match self {
            Metric::Base(base) => base.formula(),
            Metric::Compared(base, comparison) => match comparison {
                Comparison::Difference => format!("{0}(group) − {0}(reference)", base.id),
                Comparison::Ratio => format!("{0}(group) / {0}(reference)", base.id),
                Comparison::OddsRatio => format!("odds of {0}(group) / odds of {0}(reference)", base.id),
                Comparison::MantelHaenszelOddsRatio => {
                    format!("Mantel–Haenszel common odds ratio of {} over strata", base.id)
                }
                Comparison::MantelHaenszelDifference => {
                    format!("Mantel–Haenszel common difference of {} over strata", base.id)
                }
            },
            Metric::Summarised(base, summary) => match summary {
                Summary::MaxDifference => format!("max {0} − min {0} over groups", base.id),
                Summary::MinRatio => format!("min {0} / max {0} over groups", base.id),
                Summary::Worst => match base.worse {
                    super::base::Worse::Lower => format!("min {} over groups", base.id),
                    super::base::Worse::Higher => format!("max {} over groups", base.id),
                },
                Summary::Std => format!("standard deviation of {} over groups", base.id),
            },
            Metric::Composite(notion) => match notion.meaning {
                Meaning::Mean(a, b) => format!("({a} + {b}) / 2"),
                Meaning::Larger(a, b) => format!("max({a}, {b})"),
                Meaning::Smaller(a, b) => format!("min({a}, {b})"),
                Meaning::Alias(id) => id.to_string(),
            },
        }
    }

    /// What the plan must name.
    pub fn needs(&self) -> Needs {
        match self {
            Metric::Compared(base, how) if how.stratified() => base.needs().and(Needs::of(&[Role::Stratum])),
            Metric::Base(base) | Metric::Compared(base, _) | Metric::Summarised(base, _) => base.needs(),
            Metric::Composite(_) => self.parts().map(|(a, b)| a.needs().and(b.needs())).unwrap_or_default(),
        }
    }

    /// Whether the score must be a probability.
    pub fn needs_probability(&self) -> bool {
        match self {
            Metric::Base(base) | Metric::Compared(base, _) | Metric::Summarised(base, _) => {
                matches!(base.value, Value::Brier | Value::ExpectedCalibrationError)
            }
            Metric::Composite(_) => false,
        }
    }

    /// The value at parity, or the best value of a base.
    pub fn ideal(&self) -> Option<f64> {
        match self {
            Metric::Base(base) => base.ideal,
            Metric::Compared(_, comparison) => Some(comparison.ideal()),
            Metric::Summarised(base, summary) => match summary {
                Summary::MaxDifference | Summary::Std => Some(0.0),
                Summary::MinRatio => Some(1.0),
                Summary::Worst => base.ideal,
            },
            Metric::Composite(notion) => Some(match notion.meaning {
                Meaning::Smaller(..) => 1.0,
                _ => 0.0,
            }),
        }
    }

    /// Smallest and largest possible value.
    pub fn range(&self) -> (f64, f64) {
        match self {
            Metric::Base(base) => base.range(),
            Metric::Compared(base, comparison) => match comparison {
                Comparison::Difference | Comparison::MantelHaenszelDifference => {
                    let (low, high) = base.range();
                    (low - high, high - low)
                }
                _ => (0.0, f64::INFINITY),
            },
            Metric::Summarised(base, summary) => {
                let (low, high) = base.range();
                match summary {
                    Summary::MaxDifference => (0.0, high - low),
                    Summary::MinRatio => (0.0, 1.0),
                    Summary::Worst => (low, high),
                    Summary::Std => (0.0, (high - low) / 2.0),
                }
            }
            Metric::Composite(notion) => match notion.meaning {
                Meaning::Mean(..) => (-1.0, 1.0),
                _ => (0.0, 1.0),
            },
        }
    }

    /// Where it comes from.
    pub fn source(&self) -> Source {
        match self {
            Metric::Compared(_, comparison) if comparison.stratified() => MANTEL_HAENSZEL_1959,
            Metric::Base(base) | Metric::Compared(base, _) | Metric::Summarised(base, _) => base.source,
            Metric::Composite(notion) => notion.source,
        }
    }

    /// Named notions that mean this metric.
    pub fn notions(&self) -> impl Iterator<Item = &'static Notion> {
        let id = self.id();
        NOTIONS.iter().filter(move |notion| notion.meaning_is(&id) || notion.id == id)
    }

    /// What other tools call it.
    pub fn peers(&self) -> Vec<(&'static str, &'static str)> {
        let own: &[(&str, &str)] = match self {
            Metric::Base(base) => base.peers,
            _ => &[],
        };
        own.iter().copied().chain(self.notions().flat_map(|notion| notion.peers.iter().copied())).collect()
    }

    /// Whether it stands on the logarithmic scale of ratios.
    pub fn is_ratio(&self) -> bool {
        self.ideal() == Some(1.0) && !matches!(self, Metric::Base(_) | Metric::Summarised(_, Summary::Worst))
    }
}

impl Notion {
    fn meaning_is(&self, id: &str) -> bool {
        matches!(self.meaning, Meaning::Alias(other) if other == id)
    }
}

impl PartialEq for Metric {
    fn eq(&self, other: &Metric) -> bool {
        self.id() == other.id()
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_found_again() {
        for metric in Metric::all() {
            assert_eq!(Metric::parse(&metric.id()).map(|m| m.id()), Ok(metric.id()));
        }
    }

    #[test]
    fn every_notion_stands_for_something() {
        for notion in NOTIONS {
            let metric = Metric::parse(notion.id).expect(notion.id);
            match notion.meaning {
                Meaning::Alias(id) => assert_eq!(metric.id(), id),
                _ => assert!(metric.parts().is_some(), "{}", notion.id),
            }
        }
    }

    #[test]
    fn near_misses_get_a_suggestion() {
        let unknown = Metric::parse("selection_rat.ratio").expect_err("misspelt");
        assert_eq!(unknown.suggestion.as_deref(), Some("selection_rate.ratio"));
        assert_eq!(Metric::parse("wibble").expect_err("unknown").suggestion, None);
        assert!(Metric::parse("mcc.ratio").is_err(), "a correlation may be negative");
    }

    #[test]
    fn rates_and_their_complements_are_both_there() {
        for (one, other) in [("tpr", "fnr"), ("tnr", "fpr"), ("ppv", "fdr"), ("npv", "for"), ("accuracy", "error_rate")]
        {
            let rate = |id| base(id).and_then(Base::rate).expect(id);
            assert_eq!(rate(one).complement(), rate(other));
        }
    }
}
