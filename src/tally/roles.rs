//! What the columns of the outputs mean, row by row: decision, label, numbers,
//! classes, places.

use std::path::Path;

use super::binary::{Binary, DecisionCounter};
use super::error::TallyError;
use super::intern::{Interner, MISSING_CODE};
use super::line::{Line, Named};
use super::ranking::Candidate;
use crate::cells::{Decision, Exclusion, Forecast, Label, Outcome};

/// Different classes, at most.
const MOST_CLASSES: usize = 50;

/// A predicted number and the true one.
#[derive(Debug)]
pub(super) struct ForecastColumns {
    pub(super) predicted: Named,
    pub(super) actual: Named,
    pub(super) range: (Option<Named>, Option<Named>),
}

impl ForecastColumns {
    /// The numbers of a row; nothing when one is missing.
    fn read(&self, line: Line<'_>) -> Result<Option<Forecast>, TallyError> {
        let predicted = line.number(&self.predicted, "a predicted number")?;
        let actual = line.number(&self.actual, "a true number")?;
        let end = |of: &Option<Named>| match of {
            None => Ok::<_, TallyError>(None),
            Some(of) => line.number(of, "an end of a range"),
        };
        let (low, high) = (end(&self.range.0)?, end(&self.range.1)?);
        if let (Some(low), Some(high), Some(of)) = (low, high, &self.range.0)
            && low > high
        {
            let what = format!("the low end {low} of the range is above the high end {high}");
            return Err(line.wrong(&of.name, what));
        }
        let (Some(predicted), Some(actual)) = (predicted, actual) else { return Ok(None) };
        let known = low.is_some() == self.range.0.is_some() && high.is_some() == self.range.1.is_some();
        let ranged = known && (low.is_some() || high.is_some());
        let covered = ranged.then(|| low.is_none_or(|low| low <= actual) && high.is_none_or(|high| actual <= high));
        Ok(Some(Forecast { predicted, actual, covered }))
    }
}

/// Predicted and true class; both columns share their codes.
#[derive(Debug)]
pub(super) struct ClassColumns {
    pub(super) predicted: Named,
    pub(super) actual: Named,
    pub(super) classes: Interner,
    /// By code: whether it was predicted, and whether it was true.
    pub(super) seen: Vec<(bool, bool)>,
}

impl ClassColumns {
    /// True and predicted class of a row; nothing when one is missing.
    fn read(&mut self, line: Line<'_>) -> Result<Option<(u32, u32)>, TallyError> {
        let mut codes = [MISSING_CODE; 2];
        for (code, of) in codes.iter_mut().zip([&self.actual, &self.predicted]) {
            *code = self.classes.code(line.text(of.column), line.copies);
            if self.classes.len() - 1 > MOST_CLASSES {
                let what = format!("more than {MOST_CLASSES} different classes: merge the rare ones");
                return Err(TallyError::column(line.file, &of.name, what));
            }
        }
        let [actual, predicted] = codes;
        self.seen.resize(self.classes.len(), (false, false));
        self.seen[actual as usize].1 = true;
        self.seen[predicted as usize].0 = true;
        Ok((actual != MISSING_CODE && predicted != MISSING_CODE).then_some((actual, predicted)))
    }

    /// An error when the two columns have no class in common.
    pub(super) fn check(&self, file: &Path) -> Result<(), TallyError> {
        let recorded = self.seen.get(MISSING_CODE as usize + 1..).unwrap_or_default();
        let any = |which: fn(&(bool, bool)) -> bool| recorded.iter().any(which);
        if any(|seen| seen.0) && any(|seen| seen.1) && !any(|seen| seen.0 && seen.1) {
            let what =
                format!("none of its classes is among those of `{}`: write them alike in both", self.actual.name);
            return Err(TallyError::column(file, &self.predicted.name, what));
        }
        Ok(())
    }
}

/// Lists and places in them.
#[derive(Debug)]
pub(super) struct ListColumns {
    pub(super) query: Named,
    pub(super) queries: Interner,
    /// Without it the score decides.
    pub(super) place: Option<Named>,
    /// Whether the lowest score is the first.
    pub(super) lowest_first: bool,
}

impl ListColumns {
    /// The list of a row and what orders it, the smallest first; nothing when
    /// one is missing.
    fn read(&mut self, line: Line<'_>, score: Option<f64>) -> Result<Option<Candidate>, TallyError> {
        let query = self.queries.code(line.text(self.query.column), line.copies);
        let order = match &self.place {
            None => score.map(|score| if self.lowest_first { score } else { -score }),
            Some(of) => line.number(of, "a place")?,
        };
        if let (Some(place), Some(of)) = (order, &self.place)
            && (place < 1.0 || place.fract() != 0.0)
        {
            let what = format!("the place {place} must be a whole number, 1 for the first");
            return Err(line.wrong(&of.name, what));
        }
        let order = order.filter(|_| query != MISSING_CODE);
        Ok(order.map(|order| Candidate { query, order: order + 0.0, row: line.row }))
    }
}

/// Rows that are left out of one part of the audit.
#[derive(Debug, Default)]
struct LeftOut {
    counterfactual: u64,
    forecast: u64,
    classes: u64,
    ranking: u64,
}

/// The columns of the outputs by their role.
#[derive(Debug, Default)]
pub(super) struct Roles {
    pub(super) decision: Option<DecisionCounter>,
    pub(super) label: Option<Binary>,
    pub(super) score: Option<Named>,
    pub(super) weight: Option<Named>,
    pub(super) count: Option<Named>,
    pub(super) counterfactual: Option<Binary>,
    pub(super) forecast: Option<ForecastColumns>,
    pub(super) classes: Option<ClassColumns>,
    pub(super) ranking: Option<ListColumns>,
    /// Whether a weight was seen that is no whole number.
    pub(super) broken_weights: bool,
    left_out: LeftOut,
}

/// A row, understood.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) outcome: Outcome,
    pub(super) score: Option<f64>,
    /// Nothing without weights.
    pub(super) weight: Option<f64>,
    /// How many people it stands for.
    pub(super) times: u64,
    /// Whether the other decision would have been favourable.
    pub(super) counterfactual: Option<bool>,
    pub(super) forecast: Option<Forecast>,
    /// True and predicted class.
    pub(super) classes: Option<(u32, u32)>,
    pub(super) candidate: Option<Candidate>,
}

impl Roles {
    /// The row, or why it is left out.
    pub(super) fn read(&mut self, line: Line<'_>) -> Result<Result<Row, Exclusion>, TallyError> {
        let decision = match &mut self.decision {
            None => Ok(Decision::Unknown),
            Some(decision) => decision.read(line)?.ok_or(Exclusion::MissingDecision),
        };
        let number = |of: &Option<Named>, what, reason| match of {
            None => Ok::<_, TallyError>(Ok(None)),
            Some(of) => Ok(line.number(of, what)?.map(Some).ok_or(reason)),
        };
        let score = number(&self.score, "a score", Exclusion::MissingScore)?;
        let weight = number(&self.weight, "a weight", Exclusion::MissingWeight)?;
        let count = number(&self.count, "a count", Exclusion::MissingCount)?;
        let (decision, score, weight, count) = match (decision, score, weight, count) {
            (Ok(decision), Ok(score), Ok(weight), Ok(count)) => (decision, score, weight, count),
            (decision, score, weight, count) => {
                let reasons = [decision.err(), score.err(), weight.err(), count.err()];
                return Ok(Err(reasons.into_iter().flatten().next().unwrap_or(Exclusion::MissingDecision)));
            }
        };
        if let Some(weight) = weight {
            self.check_weight(line, weight)?;
        }
        let times = self.times(line, count)?.saturating_mul(line.copies);
        let label = match &mut self.label {
            None => Label::Unknown,
            Some(binary) => match binary.read(line)? {
                Some(true) => Label::Favourable,
                Some(false) => Label::Unfavourable,
                None => Label::Unknown,
            },
        };
        Ok(Ok(Row {
            outcome: Outcome { label, decision },
            score,
            weight,
            times,
            counterfactual: part(&mut self.counterfactual, (&mut self.left_out.counterfactual, line.copies), |of| {
                of.read(line)
            })?,
            forecast: part(&mut self.forecast, (&mut self.left_out.forecast, line.copies), |of| of.read(line))?,
            classes: part(&mut self.classes, (&mut self.left_out.classes, line.copies), |of| of.read(line))?,
            candidate: part(&mut self.ranking, (&mut self.left_out.ranking, line.copies), |of| of.read(line, score))?,
        }))
    }

    fn check_weight(&mut self, line: Line<'_>, weight: f64) -> Result<(), TallyError> {
        if weight < 0.0 {
            return Err(self.negative_weight(line, weight));
        }
        self.broken_weights |= weight.fract() != 0.0 || weight < 1.0;
        Ok(())
    }

    /// An error for a weight below 0.
    pub(super) fn negative_weight(&self, line: Line<'_>, weight: f64) -> TallyError {
        let name = self.weight.as_ref().map_or("", |of| of.name.as_str());
        line.wrong(name, format!("the weight {weight} is negative"))
    }

    /// How many people a row stands for.
    pub(super) fn times(&self, line: Line<'_>, count: Option<f64>) -> Result<u64, TallyError> {
        let (Some(count), Some(of)) = (count, &self.count) else { return Ok(1) };
        if count < 0.0 || count.fract() != 0.0 || count > 1e15 {
            return Err(line.wrong(&of.name, format!("the count {count} must be a whole number, 0 or more")));
        }
        if self.ranking.is_some() && count != 1.0 {
            let what = format!("the count {count} must be 1 where lists are ranked: give each candidate a row");
            return Err(line.wrong(&of.name, what));
        }
        Ok(count as u64)
    }

    /// An error when a whole column cannot be what its role says.
    pub(super) fn check(&self, file: &Path) -> Result<(), TallyError> {
        if let Some(DecisionCounter::Column(binary)) = &self.decision {
            binary.check(file, "decision")?;
        }
        if let Some(binary) = &self.label {
            binary.check(file, "label")?;
            binary.check_two(file)?;
        }
        if let Some(binary) = &self.counterfactual {
            binary.check(file, "counterfactual")?;
        }
        self.classes.as_ref().map_or(Ok(()), |classes| classes.check(file))
    }

    /// Where odd values of decisions first are. Of labels they are refused.
    pub(super) fn places(&self, file: &Path) -> Vec<String> {
        let decision = match &self.decision {
            Some(DecisionCounter::Column(binary)) => binary.places(file, "decision"),
            _ => None,
        };
        let counterfactual = self.counterfactual.as_ref().and_then(|binary| binary.places(file, "counterfactual"));
        decision.into_iter().chain(counterfactual).collect()
    }

    /// What is odd about the columns' values, and what they lack.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(DecisionCounter::Column(binary)) = &self.decision {
            warnings.extend(binary.warnings("decision"));
        }
        if let Some(binary) = &self.label {
            warnings.extend(binary.warnings("label"));
        }
        if let Some(binary) = &self.counterfactual {
            warnings.extend(binary.warnings("counterfactual"));
        }
        let left_out = &self.left_out;
        for (rows, lack, part) in [
            (left_out.counterfactual, "no counterfactual decision", "changes of the decision"),
            (left_out.forecast, "no predicted or no true number", "errors of the forecast"),
            (left_out.classes, "no predicted or no true class", "classes"),
            (left_out.ranking, "no list or no place in it", "rankings"),
        ] {
            match rows {
                0 => {}
                1 => warnings.push(format!("1 row has {lack} and is left out of {part}")),
                rows => warnings.push(format!("{rows} rows have {lack} and are left out of {part}")),
            }
        }
        warnings
    }
}

/// Reads a role if the plan names it, and counts rows that lack it.
fn part<R, T>(
    role: &mut Option<R>,
    (lacking, copies): (&mut u64, u64),
    read: impl FnOnce(&mut R) -> Result<Option<T>, TallyError>,
) -> Result<Option<T>, TallyError> {
    let Some(role) = role else { return Ok(None) };
    let found = read(role)?;
    *lacking += if found.is_none() { copies } else { 0 };
    Ok(found)
}
