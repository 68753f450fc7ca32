//! The algebra: base, base compared with a reference, base summarised over groups.

use std::fmt;

use super::base::{Base, Worse, base, bases};
use super::comparison::{Comparison, Summary};
use super::limits;
use super::needs::{Needs, Role};
use super::notion::{Meaning, NOTIONS, Notion, notion};
use super::peer::{self, Peer};
use super::source::{SHORROCKS_1980, Source};
use super::value::Value;
use crate::suggest::nearest;

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
#[error("no metric is called `{id}`{}", hint(.elsewhere, .suggestion))]
pub struct UnknownMetric {
    /// What was asked for.
    pub id: String,
    /// The nearest that exists.
    pub suggestion: Option<String>,
    /// Tools that call one so, and its id here.
    pub elsewhere: Vec<(&'static str, String)>,
}

fn hint(elsewhere: &[(&'static str, String)], suggestion: &Option<String>) -> String {
    if elsewhere.is_empty() {
        return suggestion.as_ref().map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
    }
    let names: Vec<String> =
        elsewhere.iter().map(|(tool, id)| format!("what {tool} calls so is `{id}` here")).collect();
    format!("; {}", names.join(", "))
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
        Err(UnknownMetric { id: id.to_string(), suggestion, elsewhere: Metric::elsewhere(id) })
    }

    /// The tools that call a metric so, each with its id here.
    fn elsewhere(name: &str) -> Vec<(&'static str, String)> {
        let calls_so = |peer: &Peer| {
            let plain = peer.name.split([' ', '(', ',']).next().unwrap_or_default();
            peer.name.eq_ignore_ascii_case(name) || plain.eq_ignore_ascii_case(name)
        };
        let of = |metric: Metric| {
            metric.peers().into_iter().filter(calls_so).map(move |peer| (peer.tool, metric.id())).collect::<Vec<_>>()
        };
        Metric::all().flat_map(of).collect()
    }

    fn find(id: &str) -> Option<Metric> {
        if let Some(notion) = notion(id) {
            return match notion.meaning {
                Meaning::Alias(id) => Metric::find(id),
                _ => Some(Metric::Composite(notion)),
            };
        }
        let Some((first, second)) = id.split_once('.') else {
            return base(id).filter(|base| base.is_number()).map(Metric::Base);
        };
        let base = base(first)?;
        let comparison = Comparison::ALL.into_iter().find(|c| c.id() == second && c.applies_to(base));
        let summary = Summary::ALL.into_iter().find(|s| s.id() == second && s.applies_to(base));
        comparison
            .map(move |comparison| Metric::Compared(base, comparison))
            .or(summary.map(|summary| Metric::Summarised(base, summary)))
    }

    /// Every metric: all bases, all that apply to them, all composites.
    pub fn all() -> impl Iterator<Item = Metric> {
        let of_bases = bases().flat_map(|base: &'static Base| {
            let comparisons = Comparison::ALL
                .into_iter()
                .filter(|comparison| comparison.applies_to(base))
                .map(move |comparison| Metric::Compared(base, comparison));
            let summaries = Summary::ALL
                .into_iter()
                .filter(|summary| summary.applies_to(base))
                .map(move |summary| Metric::Summarised(base, summary));
            let own = base.is_number().then_some(Metric::Base(base));
            own.into_iter().chain(comparisons).chain(summaries)
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
            Meaning::Larger(a, b) | Meaning::Smaller(a, b) | Meaning::Mean(a, b) | Meaning::MeanAbsolute(a, b) => {
                Some((Metric::find(a)?, Metric::find(b)?))
            }
        }
    }

    /// Whether another metric is this one, or one of the two that it is made of.
    pub fn is_or_holds(&self, other: &Metric) -> bool {
        self == other || self.parts().is_some_and(|(one, two)| one == *other || two == *other)
    }

    /// The base metrics that it is made of: one, or the two of a composite.
    pub fn bases(&self) -> Vec<&'static Base> {
        match (self, self.parts()) {
            (Metric::Base(base) | Metric::Compared(base, _) | Metric::Summarised(base, _), _) => vec![*base],
            (Metric::Composite(_), Some((one, two))) => [one.bases(), two.bases()].concat(),
            (Metric::Composite(_), None) => Vec::new(),
        }
    }

    /// The question that it answers.
    pub fn asks(&self) -> String {
        match self {
            Metric::Base(base) => base.asks.to_string(),
            Metric::Compared(base, comparison) => format!("{} And {}?", base.asks, comparison.asks()),
            Metric::Summarised(base, summary) => format!("{} And {}?", base.asks, summary.asks()),
            Metric::Composite(notion) => match notion.meaning {
                Meaning::Mean(a, b) => format!("What is the mean of {a} and {b}?"),
                Meaning::MeanAbsolute(a, b) => format!("What is the mean of {a} and {b}, whatever their signs?"),
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
            Metric::Compared(base, comparison) => comparison.formula(base.id),
            Metric::Summarised(base, summary) => summary.formula(base),
            Metric::Composite(notion) => match notion.meaning {
                Meaning::Mean(a, b) => format!("({a} + {b}) / 2"),
                Meaning::MeanAbsolute(a, b) => format!("(|{a}| + |{b}|) / 2"),
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
                matches!(base.value, Value::Score(score) if score.needs_probability())
            }
            Metric::Composite(_) => false,
        }
    }

    /// The value at parity, or the best value of a base.
    pub fn ideal(&self) -> Option<f64> {
        match self {
            Metric::Base(base) => base.ideal,
            Metric::Compared(_, comparison) => Some(comparison.ideal()),
            Metric::Summarised(base, summary) => summary.ideal(base),
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
            Metric::Compared(base, comparison) => comparison.range(base.range()),
            Metric::Summarised(base, summary) => summary.range(base.range()),
            Metric::Composite(notion) => match notion.meaning {
                Meaning::Mean(..) => (-1.0, 1.0),
                _ => (0.0, 1.0),
            },
        }
    }

    /// Where it comes from.
    pub fn source(&self) -> Source {
        match self {
            Metric::Compared(base, comparison) => comparison.source().unwrap_or(base.source),
            Metric::Summarised(_, Summary::Between | Summary::Within) => SHORROCKS_1980,
            Metric::Base(base) | Metric::Summarised(base, _) => base.source,
            Metric::Composite(notion) => notion.source,
        }
    }

    /// Named notions that mean this metric.
    pub fn notions(&self) -> impl Iterator<Item = &'static Notion> {
        let id = self.id();
        NOTIONS.iter().filter(move |notion| notion.meaning_is(&id) || notion.id == id)
    }

    /// What other tools call it.
    pub fn peers(&self) -> Vec<Peer> {
        let own: &[Peer] = match self {
            Metric::Base(base) => base.peers,
            Metric::Compared(base, how) => how.peers(base),
            _ => &[],
        };
        let notions = self.notions().flat_map(|notion| notion.peers.iter().copied());
        let mut all: Vec<Peer> = Vec::new();
        for peer in own.iter().copied().chain(notions).chain(peer::by_id(&self.id())) {
            if !all.iter().any(|known| (known.tool, known.name) == (peer.tool, peer.name)) {
                all.push(peer);
            }
        }
        all
    }

    /// What its interval cannot be trusted with, where that is known.
    pub fn limits(&self) -> Option<&'static str> {
        limits::of(&self.id())
    }

    /// Which way it gets worse for the people of a group, as far as one direction is.
    pub fn worse(&self) -> Option<Worse> {
        match self {
            Metric::Summarised(_, Summary::MinRatio) => Some(Worse::Lower),
            Metric::Summarised(base, Summary::Worst | Summary::Largest) | Metric::Base(base) => Some(base.worse),
            Metric::Summarised(..) => Some(Worse::Higher),
            Metric::Compared(base, _) => Some(base.worse),
            Metric::Composite(_) => None,
        }
    }

    /// Whether it stands on the logarithmic scale of ratios.
    pub fn is_ratio(&self) -> bool {
        self.ideal() == Some(1.0)
            && !matches!(self, Metric::Base(_) | Metric::Summarised(_, Summary::Worst | Summary::Largest))
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
