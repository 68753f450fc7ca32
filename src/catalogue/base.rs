//! The base metrics: one number for one group.

use super::bases::FAMILIES;
use super::needs::Needs;
use super::outcomes::Rate;
use super::peer::Peer;
use super::source::Source;
use super::value::{RankedValue, Value};

/// Which way a number gets worse for the people of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worse {
    /// Smaller is worse.
    Lower,
    /// Larger is worse.
    Higher,
    /// Farther from the ideal is worse, on either side.
    Farther,
}

/// A base metric.
#[derive(Clone, Copy, Debug)]
pub struct Base {
    /// Its name in rules, tables and files, for ever.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The question it answers.
    pub asks: &'static str,
    /// What is computed.
    pub value: Value,
    /// Which way it gets worse.
    pub worse: Worse,
    /// The best value, where there is one.
    pub ideal: Option<f64>,
    /// Where it comes from.
    pub source: Source,
    /// What other tools call it.
    pub peers: &'static [Peer],
}

impl Base {
    /// What the plan must name for this metric.
    pub fn needs(&self) -> Needs {
        self.value.needs()
    }

    /// The formula in words.
    pub fn formula(&self) -> String {
        self.value.formula()
    }

    /// Smallest and largest possible value.
    pub fn range(&self) -> (f64, f64) {
        self.value.range()
    }

    /// The sets, when the metric is a part of a whole.
    pub fn rate(&self) -> Option<Rate> {
        match self.value {
            Value::Rate(rate) => Some(rate),
            _ => None,
        }
    }

    /// Whether it is one number for a whole attribute, and of no single group.
    pub fn of_attribute(&self) -> bool {
        self.value == Value::Ranked(RankedValue::Divergence)
    }

    /// Whether it is a number, and not a distribution that waits for a comparison.
    pub fn is_number(&self) -> bool {
        !matches!(self.value, Value::Distribution(_))
    }
}

/// Every base metric, in a fixed order.
pub fn bases() -> impl Iterator<Item = &'static Base> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// A base metric by its id.
pub fn base(id: &str) -> Option<&'static Base> {
    bases().find(|base| base.id == id)
}
