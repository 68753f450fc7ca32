//! Attributes whose level is not recorded but estimated: a chance of each.

use super::error::TallyError;
use super::intern::{Coder, MISSING_CODE};
use super::line::{Line, Named};

/// How far from 1 the chances of a row may sum.
const ROUNDING: f64 = 0.001;

/// Chances below this are none: their squares would be lost.
const NEGLIGIBLE: f64 = 1e-50;

/// The levels that a row may have, each with its chance; empty where they are missing.
pub(super) type Chances = Vec<(u32, f64)>;

/// The columns of one file that hold the chances of an attribute.
#[derive(Clone, Debug)]
pub(super) struct ChanceColumns {
    pub(super) attribute: String,
    pub(super) columns: Vec<Named>,
}

impl ChanceColumns {
    /// The chances of a row, summing to 1; all 0 where all are missing.
    pub(super) fn read(&self, line: Line<'_>) -> Result<Vec<f64>, TallyError> {
        let attribute = &self.attribute;
        let mut chances = Vec::with_capacity(self.columns.len());
        let mut absent = None;
        for column in &self.columns {
            match line.any_number(column, "a probability")? {
                Some(chance) if (0.0..=1.0).contains(&chance) => chances.push(chance),
                Some(chance) => {
                    let what = format!("the probability {chance} of `{attribute}` must lie between 0 and 1");
                    return Err(line.wrong(&column.name, what));
                }
                None => absent = Some(column),
            }
        }
        if chances.is_empty() {
            return Ok(vec![0.0; self.columns.len()]);
        }
        if let Some(column) = absent {
            let what = format!("the probability is missing while others of `{attribute}` are there: give all or none");
            return Err(line.wrong(&column.name, what));
        }
        let sum: f64 = chances.iter().sum();
        if (sum - 1.0).abs() > ROUNDING {
            let what =
                format!("the probabilities of `{attribute}` sum to {sum:.4}, not to 1: give one for every level");
            let first = self.columns.first().map(|column| column.name.as_str());
            return Err(line.wrong(first.unwrap_or_default(), what));
        }
        Ok(chances.into_iter().map(|chance| if chance < NEGLIGIBLE { 0.0 } else { chance / sum }).collect())
    }
}

/// Where the chances of a row are.
#[derive(Debug)]
pub(super) enum ChanceSource {
    /// In columns of the outputs.
    Outputs(ChanceColumns),
    /// The n-th estimated attribute of the demographics.
    People(usize),
}

/// An estimated attribute.
#[derive(Debug)]
pub(super) struct Estimate {
    pub(super) coder: Coder,
    /// The code of each level, in the order of the plan.
    pub(super) codes: Vec<u32>,
    pub(super) source: ChanceSource,
    pub(super) threshold: f64,
}

impl Estimate {
    /// The levels that are possible.
    pub(super) fn possible(&self, chances: &[f64]) -> Chances {
        self.codes.iter().copied().zip(chances.iter().copied()).filter(|(_, chance)| *chance > 0.0).collect()
    }

    /// The likeliest level, the first of the plan among equals, or missing
    /// where its chance does not reach the threshold.
    pub(super) fn likeliest(&self, chances: &Chances) -> u32 {
        let best = chances.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best });
        // A half is to reach a half, whatever the division by the sum did to it.
        let reached = best.filter(|(_, chance)| *chance >= self.threshold - 1e-12);
        reached.map_or(MISSING_CODE, |(code, _)| code)
    }
}
