//! A batch at once. What rows say in words is understood once for all that say the
//! same; their numbers go to where people of their kind are.

use rayon::prelude::*;

use super::alike::{Kinds, alike};
use super::binary::DecisionCounter;
use super::count::{Counter, Joined, Meaning};
use super::engine::column::{Coded, Column};
use super::engine::source::Place;
use super::error::TallyError;
use super::feature::{NOBODY, Rows};
use super::frame::FrameCounter;
use super::key::{Key, key_of, keys};
use super::leaf::{Kind, Leaves};
use super::line::{Line, Named};
use super::origin::Origin;
use super::sample::Describe;
use crate::cells::Label;
use crate::plan::Side;

/// The numbers of a batch: not a number where one is missing.
#[derive(Default)]
pub(super) struct Numbers {
    pub(super) score: Option<Vec<f64>>,
    pub(super) weight: Option<Vec<f64>>,
    count: Option<Vec<f64>>,
    /// Which of them are missing, and on which side of a threshold the decision is: what
    /// tells rows apart besides words. None where nothing does.
    pub(super) flags: Option<Column<'static>>,
    /// The first row with a number that cannot be, and what is wrong.
    pub(super) wrong: Option<(usize, TallyError)>,
}

/// Values of [`Numbers::flags`] stay below it.
const FLAGS: u32 = 1 << 5;

impl Numbers {
    fn keep(&mut self, wrong: Option<(usize, TallyError)>) {
        if let Some((row, error)) = wrong
            && self.wrong.as_ref().is_none_or(|(first, _)| row < *first)
        {
            self.wrong = Some((row, error));
        }
    }

    fn flag(&mut self, which: u32, of: impl ExactSizeIterator<Item = bool>) {
        let none = || Column::Coded(Coded { codes: vec![0; of.len()], texts: vec![None; FLAGS as usize] });
        if let Column::Coded(flags) = self.flags.get_or_insert_with(none) {
            flags.codes.iter_mut().zip(of).for_each(|(flags, is)| *flags |= u32::from(is) << which);
        }
    }

    /// Whether people are told by words alone.
    pub(super) fn plain(&self) -> bool {
        self.score.is_none() && self.weight.is_none() && self.count.is_none()
    }
}

impl Counter {
    /// Counts a batch.
    pub(super) fn batch(&mut self, columns: &[Column<'_>], rows: usize, place: Place<'_>) -> Result<(), TallyError> {
        if self.part != place.file {
            self.part = place.file.to_path_buf();
        }
        self.before_part = self.rows - place.before;
        self.frames.iter().try_for_each(|frame| frame.limited(place.file))?;
        let joined = self.join(columns, rows);
        if !self.at_once() {
            return self.one_by_one(columns, rows, &joined);
        }
        let numbers = self.numbers(columns, rows);
        let people = self.kinds_of_people(&joined);
        let words = columns[..self.role_columns].iter().enumerate().filter(|(at, _)| self.is_word(*at));
        if let Some(kinds) = alike(words.map(|(_, column)| column).chain(&numbers.flags).chain(&people), rows) {
            return self.all_at_once(columns, kinds, numbers, &joined);
        }
        if self.recording.is_none() && self.apart((columns, rows), &numbers, &joined)? {
            return Ok(());
        }
        self.one_by_one(columns, rows, &joined)
    }

    /// Whether what a column says is a word about somebody: not who they are, and no number,
    /// of which it is known whether there is one.
    pub(super) fn is_word(&self, column: usize) -> bool {
        Some(column) != self.key && !self.only_numbers.contains(&column)
    }

    /// Who every row is about; nothing where there are no demographics.
    fn join(&mut self, columns: &[Column<'_>], rows: usize) -> Vec<Joined> {
        let Some(people) = &self.people else { return Vec::new() };
        let keys = keys(self.key.map(|at| &columns[at]), rows, &self.missing);
        let find = |key: &Option<Key<'_>>| key.as_ref().and_then(|key| people.find(key));
        let persons: Vec<Option<u32>> = keys.par_iter().map(find).collect();
        keys.into_iter().zip(persons).map(|(key, person)| self.person(key, person)).collect()
    }

    /// As a column of codes: what the demographics say of a row, and of the join.
    pub(super) fn kinds_of_people(&self, joined: &[Joined]) -> Option<Column<'static>> {
        let people = self.people.as_ref()?;
        let code = |joined: &Joined| joined.code(|person| people.kind(person));
        let texts = vec![None; 2 + 2 * people.kinds()];
        Some(Column::Coded(Coded { codes: joined.iter().map(code).collect(), texts }))
    }

    /// Whether rows are no more than their words and a few numbers: nothing asks for a
    /// place in a list, a cluster, a forecast, chances, or each row by itself.
    fn at_once(&self) -> bool {
        let plain = |origin: &Origin| match origin {
            Origin::Outputs(column, _) => Some(*column) != self.key,
            Origin::People(_) => true,
            Origin::Estimated(_) => false,
        };
        self.clusters.is_none()
            && self.roles.ranking.is_none()
            && self.roles.forecast.is_none()
            && self.attributes.iter().chain(&self.strata).all(plain)
    }

    fn one_by_one(&mut self, columns: &[Column<'_>], rows: usize, joined: &[Joined]) -> Result<(), TallyError> {
        let (file, missing) = (self.part.clone(), self.missing.clone());
        for at in 0..rows {
            self.rows += 1;
            let row = self.rows - self.before_part;
            let line = Line { columns, at, row, copies: 1, file: &file, missing: &missing, reach: self.reach };
            self.row(line, joined.get(at).copied().unwrap_or_default())?;
        }
        self.frames.iter_mut().for_each(FrameCounter::settle);
        self.features.iter_mut().for_each(|(_, feature)| feature.settle());
        Ok(())
    }

    fn numbers(&self, columns: &[Column<'_>], rows: usize) -> Numbers {
        let mut found = Numbers::default();
        let line = |at: usize| self.line(columns, at, 1);
        let read =
            |of: &Option<Named>, what| of.as_ref().map(|of| read_column(&columns[of.column], of, what, rows, line));
        let (score, weight, count) = (
            read(&self.roles.score, "a score"),
            read(&self.roles.weight, "a weight"),
            read(&self.roles.count, "a count"),
        );
        let decision = match &self.roles.decision {
            Some(DecisionCounter::Threshold { of, threshold, above }) => {
                let (numbers, wrong) = read_column(&columns[of.column], of, "a score", rows, line);
                Some((numbers, wrong, *threshold, *above))
            }
            _ => None,
        };
        let missing = |numbers: &[f64]| numbers.iter().map(|number| number.is_nan()).collect::<Vec<bool>>();
        if let Some((numbers, wrong)) = score {
            found.keep(wrong);
            found.flag(0, missing(&numbers).into_iter());
            found.score = Some(numbers);
        }
        if let Some((numbers, wrong)) = weight {
            found.keep(wrong);
            found.flag(1, missing(&numbers).into_iter());
            found.weight = Some(numbers);
        }
        if let Some((numbers, wrong)) = count {
            found.keep(wrong);
            found.flag(2, missing(&numbers).into_iter());
            found.count = Some(numbers);
        }
        if let Some((numbers, wrong, threshold, above)) = decision {
            found.keep(wrong);
            found.flag(3, missing(&numbers).into_iter());
            let favourable = |score: &f64| (*score >= threshold) == (above == Side::Favourable);
            found.flag(4, numbers.iter().map(favourable).collect::<Vec<bool>>().into_iter());
        }
        found
    }

    pub(super) fn line<'r>(&'r self, columns: &'r [Column<'r>], at: usize, copies: u64) -> Line<'r> {
        let row = self.rows - self.before_part + at as u64 + 1;
        Line { columns, at, row, copies, file: &self.part, missing: &self.missing, reach: self.reach }
    }

    fn all_at_once(
        &mut self,
        columns: &[Column<'_>],
        kinds: Kinds,
        mut numbers: Numbers,
        joined: &[Joined],
    ) -> Result<(), TallyError> {
        let (file, missing) = (self.part.clone(), self.missing.clone());
        let before = self.rows;
        let (mut understood, mut wrong) = (Vec::with_capacity(kinds.first.len()), numbers.wrong.take());
        let mut recorded: Vec<u32> = Vec::new();
        for (first, copies) in &kinds.first {
            if wrong.as_ref().is_some_and(|(row, _)| row <= first) {
                break;
            }
            let row = before - self.before_part + *first as u64 + 1;
            let reach = self.reach;
            let line = Line { columns, at: *first, row, copies: *copies, file: &file, missing: &missing, reach };
            match self.understand(line, joined.get(*first).copied().unwrap_or_default()) {
                Ok(Meaning { groups, said, .. }) => {
                    if let Some(recording) = &mut self.recording {
                        let label = said.as_ref().map_or(Label::Unknown, |said| said.row.outcome.label);
                        recorded.push(recording.kind(&groups, label));
                    }
                    understood.push(said.map(|said| Kind::of(groups, said.stratum, &said.row)));
                }
                Err(error) => {
                    wrong = Some((*first, error));
                    break;
                }
            }
        }
        let checked = wrong.as_ref().map_or(kinds.of.len(), |(row, _)| *row);
        let counts: Vec<bool> = understood.iter().map(Option::is_some).collect();
        let times = self.check_numbers(columns, &kinds.of[..checked], &counts, &numbers)?;
        if let Some((_, error)) = wrong {
            return Err(error);
        }
        let places: Vec<Option<usize>> =
            understood.iter().map(|kind| kind.as_ref().map(|kind| self.leaves.place(kind))).collect();
        let joint = |kind: &Option<Kind>| kind.as_ref().map_or(NOBODY, |kind| self.joints.code(&kind.groups));
        let joints: Vec<u32> = understood.iter().map(joint).collect();
        if let Some(mut recording) = self.recording.take() {
            for (at, kind) in kinds.of.iter().enumerate() {
                let own = numbers.weight.as_ref().filter(|_| counts[*kind as usize]).map_or(1.0, |own| own[at]);
                recording.add(recorded[*kind as usize], self.key_of(columns, at), own);
            }
            self.recording = Some(recording);
        }
        let joints: Vec<u32> = match self.features.is_empty() {
            true => Vec::new(),
            false => kinds.of.iter().map(|kind| joints[*kind as usize]).collect(),
        };
        let rows = Rows { joints: &joints, weights: numbers.weight.as_deref(), times: times.as_deref() };
        let (tuples, features, leaves) = (&self.joints, &mut self.features, &mut self.leaves);
        let mut count_people = || leaves.add_rows(&kinds, &places, &numbers, times.as_deref());
        if features.is_empty() {
            self.people_counted += count_people();
        } else {
            let coders = self.attributes.iter().map(|origin| origin.coder(&self.people_coders)).collect();
            let describe = Describe::new(columns, coders, features, &missing);
            let count_features =
                || features.par_iter_mut().for_each(|(at, feature)| feature.add_rows(&columns[*at], &rows, tuples));
            let (sample, key) = (&self.sample, (self.key, missing.as_slice()));
            let find_sampled = || {
                let hash = |at: usize| sample.hash(key_of(key, columns, at), before + at as u64 + 1);
                let row = |at: usize, hash: u64| {
                    let kind = understood[kinds.of[at] as usize].as_ref()?;
                    let weight = rows.weight(at) * rows.times(at) as f64;
                    Some(describe.row(at, hash, &kind.groups, kind.outcome, weight))
                };
                sample.find(kinds.of.len(), |at| rows.counts(at).then(|| hash(at)), row)
            };
            let (people, (sampled, ())) = rayon::join(count_people, || rayon::join(find_sampled, count_features));
            self.people_counted += people;
            self.sample.take(sampled);
        }
        self.rows += kinds.of.len() as u64;
        if self.leaves.settle() {
            self.empty_leaves();
        }
        Ok(())
    }

    /// Weights and counts of the rows that are not left out; how many people these are.
    pub(super) fn check_numbers(
        &mut self,
        columns: &[Column<'_>],
        kinds: &[u32],
        counts: &[bool],
        numbers: &Numbers,
    ) -> Result<Option<Vec<u64>>, TallyError> {
        if numbers.weight.is_none() && numbers.count.is_none() {
            return Ok(None);
        }
        let mut times = numbers.count.as_ref().map(|count| vec![0; count.len()]);
        for (at, _) in kinds.iter().enumerate().filter(|(_, kind)| counts[**kind as usize]) {
            if let Some(weights) = &numbers.weight {
                let (weight, line) = (weights[at], self.line(columns, at, 1));
                if weight < 0.0 {
                    return Err(self.roles.negative_weight(line, weight));
                }
                self.roles.broken_weights |= weight.fract() != 0.0 || weight < 1.0;
            }
            if let (Some(times), Some(count)) = (&mut times, &numbers.count) {
                times[at] = self.roles.times(self.line(columns, at, 1), Some(count[at]))?;
            }
        }
        Ok(times)
    }

    /// Counts the people of every kind in the frames.
    pub(super) fn empty_leaves(&mut self) {
        let leaves = std::mem::replace(&mut self.leaves, Leaves::new(self.roles.weight.is_some()));
        self.frames.par_iter_mut().for_each(|frame| frame.add_leaves(&leaves));
    }
}

impl Leaves {
    /// Counts the rows of a batch, which are of so many `times` as many people; how many people
    /// these are.
    fn add_rows(&mut self, kinds: &Kinds, places: &[Option<usize>], numbers: &Numbers, times: Option<&[u64]>) -> u64 {
        if numbers.plain() {
            let placed = places.iter().zip(&kinds.first).filter_map(|(place, (_, copies))| Some(((*place)?, *copies)));
            return self.add_all(placed.map(|(place, copies)| (place, 1.0, None, copies)));
        }
        self.add_all(kinds.of.iter().enumerate().filter_map(|(at, kind)| {
            let weight = numbers.weight.as_ref().map_or(1.0, |weights| weights[at]);
            let score = numbers.score.as_ref().map(|scores| scores[at]);
            Some((places[*kind as usize]?, weight, score, times.map_or(1, |times| times[at])))
        }))
    }
}

/// The numbers of a column; what is wrong with the first that cannot be.
fn read_column<'r>(
    column: &Column<'_>,
    of: &Named,
    what: &str,
    rows: usize,
    line: impl Fn(usize) -> Line<'r>,
) -> (Vec<f64>, Option<(usize, TallyError)>) {
    let mut numbers = vec![f64::NAN; rows];
    let mut first = None;
    let mut known: Vec<Option<f64>> = Vec::new();
    let reach = line(0).reach;
    let within = |number: f64| number == 0.0 || (1.0 / reach..=reach).contains(&number.abs());
    for (at, into) in numbers.iter_mut().enumerate() {
        // What was read before is not read again.
        let quick = match column {
            Column::Number(all) => all.get(at).filter(|number| within(*number)),
            Column::Coded(coded) => known.get(coded.codes[at] as usize).copied().flatten(),
            Column::Text(_) | Column::Whole(_) => None,
        };
        let number = match quick {
            Some(number) => Some(number),
            None => match line(at).number(of, what) {
                Ok(number) => number,
                Err(error) => {
                    first = Some((at, error));
                    break;
                }
            },
        };
        if let (Column::Coded(coded), Some(number), None) = (column, number, quick) {
            let code = coded.codes[at] as usize;
            known.resize(known.len().max(code + 1), None);
            known[code] = Some(number);
        }
        *into = number.unwrap_or(f64::NAN);
    }
    (numbers, first)
}
