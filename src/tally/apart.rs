//! A batch whose rows differ in too many attributes to be alike: every attribute and
//! intersection is counted by itself, each with the few kinds of rows that it tells apart.

use rayon::prelude::*;

use super::alike::{Kinds, alike};
use super::batch::Numbers;
use super::count::{Counter, Joined, Said};
use super::engine::column::{Coded, Column};
use super::error::TallyError;
use super::intern::MISSING_CODE;
use super::leaf::{Kind, Leaves};
use super::line::Line;
use super::origin::Origin;
use super::sample::Describe;
use crate::cells::Exclusion;

/// Who a row is about, besides their groups: nobody, somebody, somebody seen before.
const FATES: usize = 4;

/// The rows of a batch, each of a kind that says all but the groups.
struct Batch<'b> {
    kinds: &'b Kinds,
    /// What each kind says; or why it is left out.
    said: &'b [Result<Said, Exclusion>],
    numbers: &'b Numbers,
    times: Option<&'b [u64]>,
    /// By attribute the code of every row, and how many there may be.
    groups: &'b [(Vec<u32>, usize)],
}

impl Counter {
    /// Counts a batch by its attributes, one after the other; false where it cannot be
    /// done, or where something is wrong, which is then found row by row.
    pub(super) fn apart(
        &mut self,
        (columns, rows): (&[Column<'_>], usize),
        numbers: &Numbers,
        joined: &[Joined],
    ) -> Result<bool, TallyError> {
        if numbers.wrong.is_some() {
            return Ok(false);
        }
        let person = self.who(joined);
        let beside = |at: usize| self.is_word(at) && !self.only_attributes.contains(&at);
        let words = columns[..self.role_columns].iter().enumerate().filter(|(at, _)| beside(*at));
        let words = words.map(|(_, column)| column).chain(&numbers.flags).chain(&person);
        let Some(kinds) = alike(words, rows) else { return Ok(false) };
        let Some(groups) = self.groups(columns, rows, joined) else { return Ok(false) };
        let mut said = Vec::with_capacity(kinds.first.len());
        let (file, missing, reach) = (self.part.clone(), self.missing.clone(), self.reach);
        for (first, copies) in &kinds.first {
            let row = self.rows - self.before_part + *first as u64 + 1;
            let line = Line { columns, at: *first, row, copies: *copies, file: &file, missing: &missing, reach };
            let person = joined.get(*first).and_then(|joined| joined.person);
            match self.said(line, person) {
                Ok(found) => said.push(found),
                Err(_) => return Ok(false),
            }
        }
        let counts: Vec<bool> = said.iter().map(Result::is_ok).collect();
        let times = self.check_numbers(columns, &kinds.of, &counts, numbers)?;
        let batch = Batch { kinds: &kinds, said: &said, numbers, times: times.as_deref(), groups: &groups };
        self.count_apart(columns, &batch, joined);
        self.rows += rows as u64;
        Ok(true)
    }

    /// What has to be known of the person of a row besides their groups: all that the
    /// demographics say where a stratum is among it, else only whether they are there.
    fn who(&self, joined: &[Joined]) -> Option<Column<'static>> {
        if self.strata.iter().any(|origin| matches!(origin, Origin::People(_))) {
            return self.kinds_of_people(joined);
        }
        self.people.as_ref()?;
        let codes = joined.iter().map(|joined| joined.code(|_| 0)).collect();
        Some(Column::Coded(Coded { codes, texts: vec![None; FATES] }))
    }

    /// By attribute the code of every row. None where a value cannot be.
    fn groups(&mut self, columns: &[Column<'_>], rows: usize, joined: &[Joined]) -> Option<Vec<(Vec<u32>, usize)>> {
        let (people, part, before) = (self.people.as_ref(), &self.part, self.rows - self.before_part);
        let coded = |origin: &mut Origin| -> Option<Vec<u32>> {
            match origin {
                Origin::Outputs(column, coder) => coder.codes(&columns[*column], rows, before, part).ok(),
                Origin::People(column) => {
                    let level = |joined: &Joined| {
                        people.zip(joined.person).map_or(MISSING_CODE, |(people, person)| people.code(person, *column))
                    };
                    Some(joined.iter().map(level).collect())
                }
                Origin::Estimated(_) => None,
            }
        };
        let found: Vec<Vec<u32>> = self.attributes.par_iter_mut().map(coded).collect::<Option<_>>()?;
        let values = |codes: &[u32]| codes.iter().max().map_or(1, |most| *most as usize + 1);
        let values: Vec<usize> = found.iter().map(|codes| values(codes)).collect();
        Some(found.into_iter().zip(values).collect())
    }

    fn count_apart(&mut self, columns: &[Column<'_>], batch: &Batch<'_>, joined: &[Joined]) {
        let weighted = self.roles.weight.is_some();
        self.frames.par_iter_mut().for_each(|frame| {
            let attributes = frame.attributes.clone();
            frame.add_own(weighted, |leaves| batch.count(&attributes, leaves));
        });
        let kept = batch.said.iter().zip(&batch.kinds.first).filter(|(said, _)| said.is_ok());
        self.used += kept.map(|(_, (_, copies))| copies).sum::<u64>();
        self.note_apart(batch, joined);
        self.people_counted += (0..batch.kinds.of.len()).map(|at| batch.times(at)).sum::<u64>();
        if !self.features.is_empty() {
            self.features_apart(columns, batch);
        }
    }

    /// What is to be noted of rows, and of their groups.
    fn note_apart(&mut self, batch: &Batch<'_>, joined: &[Joined]) {
        let of_kind = |(said, (first, _)): (&Result<Said, Exclusion>, &(usize, u64))| -> Vec<Exclusion> {
            let fates = joined.get(*first).into_iter().flat_map(|joined| joined.fates());
            let reason = match said {
                Err(reason) => Some(*reason),
                Ok(said) => self.lacks_label(&said.row).then_some(Exclusion::MissingLabel),
            };
            fates.chain(reason).collect()
        };
        let noted: Vec<Vec<Exclusion>> = batch.said.iter().zip(&batch.kinds.first).map(of_kind).collect();
        for (noted, (_, copies)) in noted.iter().zip(&batch.kinds.first) {
            noted.iter().for_each(|exclusion| self.notes.add(*exclusion, *copies, []));
        }
        if noted.iter().all(Vec::is_empty) {
            return;
        }
        for (attribute, (codes, values)) in batch.groups.iter().enumerate() {
            let split = batch.kinds.split(codes, *values);
            for (first, copies) in &split.first {
                for exclusion in &noted[batch.kinds.of[*first] as usize] {
                    self.notes.add_group(*exclusion, (attribute, codes[*first]), *copies);
                }
            }
        }
    }

    fn features_apart(&mut self, columns: &[Column<'_>], batch: &Batch<'_>) {
        let groups = |at: usize| batch.groups.iter().map(move |(codes, _)| codes[at]);
        let by_row: Vec<u32> = (0..batch.kinds.of.len()).flat_map(groups).collect();
        let width = batch.groups.len().max(1);
        self.features.par_iter_mut().for_each(|(column, feature)| {
            for (at, groups) in by_row.chunks_exact(width).enumerate() {
                let times = batch.times(at);
                if times > 0 {
                    feature.add(&columns[*column], at, groups, (batch.weight(at), times));
                }
            }
            feature.settle();
        });
        let coders = self.attributes.iter().map(|origin| origin.coder(&self.people_coders)).collect();
        let describe = Describe::new(columns, coders, &self.features, &self.missing);
        let hash = |at: usize| self.sample.hash(self.key_of(columns, at), self.rows + at as u64 + 1);
        let row = |at: usize, hash: u64| {
            let said = batch.said[batch.kinds.of[at] as usize].as_ref().ok()?;
            let (groups, weight) = (by_row.get(at * width..)?, batch.weight(at) * batch.times(at) as f64);
            Some(describe.row(at, hash, groups, said.row.outcome, weight))
        };
        let found = self.sample.find(batch.kinds.of.len(), |at| (batch.times(at) > 0).then(|| hash(at)), row);
        self.sample.take(found);
    }
}

impl Batch<'_> {
    fn weight(&self, at: usize) -> f64 {
        self.numbers.weight.as_ref().map_or(1.0, |weights| weights[at])
    }

    /// How many people a row is; none where it is left out.
    fn times(&self, at: usize) -> u64 {
        match self.said[self.kinds.of[at] as usize] {
            Ok(_) => self.times.map_or(1, |times| times[at]),
            Err(_) => 0,
        }
    }

    /// Counts the people by some attributes.
    fn count(&self, attributes: &[usize], leaves: &mut Leaves) {
        let mut split: Option<Kinds> = None;
        for &attribute in attributes {
            let (codes, values) = &self.groups[attribute];
            split = Some(split.as_ref().unwrap_or(self.kinds).split(codes, *values));
        }
        let kinds = split.as_ref().unwrap_or(self.kinds);
        let place = |(first, _): &(usize, u64)| {
            let said = self.said[self.kinds.of[*first] as usize].as_ref().ok()?;
            let groups = attributes.iter().map(|&attribute| self.groups[attribute].0[*first]).collect();
            Some(leaves.place(&Kind::of(groups, said.stratum, &said.row)))
        };
        let places: Vec<Option<usize>> = kinds.first.iter().map(place).collect();
        if self.numbers.plain() {
            let placed = places.iter().zip(&kinds.first).filter_map(|(place, (_, copies))| Some(((*place)?, *copies)));
            leaves.add_all(placed.map(|(place, copies)| (place, 1.0, None, copies)));
            return;
        }
        leaves.add_all(kinds.of.iter().enumerate().filter_map(|(at, kind)| {
            let score = self.numbers.score.as_ref().map(|scores| scores[at]);
            Some((places[*kind as usize]?, self.weight(at), score, self.times(at)))
        }));
    }
}
