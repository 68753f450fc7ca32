//! One attribute or intersection while it is being counted.

use std::collections::BTreeMap;
use std::path::Path;

use hashbrown::HashMap;

use super::cluster::{Cluster, ClusterCounter};
use super::error::TallyError;
use super::estimate::Chances;
use super::intern::{MISSING_CODE, TupleInterner};
use super::leaf::Leaves;
use super::origin::Names;
use super::roles::Row;
use super::spread::Spreads;
use crate::cells::{
    Cell, Decision, Flips, Frame, Group, Label, Level, Membership, Outcome, Regression, Summand, Tally,
};
use crate::plan::Plan;

/// Where a row belongs.
pub(super) struct Place<'r> {
    /// A code for each attribute.
    pub(super) groups: &'r [u32],
    /// The chances of each attribute; empty where its level is recorded.
    pub(super) chances: &'r [Chances],
    pub(super) stratum: u32,
    /// Its cluster, where the plan names them.
    pub(super) cluster: Option<Cluster>,
}

/// More groups of an intersection than this are not compared: their pairs are millions.
const MOST_GROUPS: usize = 2_000;

/// How one frame's group is found, and what was counted in it.
#[derive(Debug, Default)]
pub(super) struct FrameCounter {
    pub(super) columns: Vec<String>,
    /// Positions among the attributes.
    pub(super) attributes: Vec<usize>,
    pub(super) membership: Membership,
    tuples: TupleInterner,
    /// The codes of the row at hand, kept so as not to be made anew.
    codes: Vec<u32>,
    cells: HashMap<(u32, u32), Box<[Cell; 9]>>,
    /// Where the scores of a group's people with a label are.
    score_places: HashMap<(u32, Label), usize>,
    scores: Spreads,
    /// People who are alike, by the codes of this frame's attributes.
    own: Option<Leaves>,
    flips: HashMap<u32, Flips>,
    regressions: HashMap<u32, Regression>,
    /// By group, true and predicted class.
    classes: HashMap<(u32, u32, u32), Cell>,
    clusters: ClusterCounter,
}

impl FrameCounter {
    /// The name that the frame will have.
    pub(super) fn name(&self) -> String {
        Frame { columns: self.columns.clone(), membership: self.membership, ..Frame::default() }.name()
    }

    /// An error when there are too many groups to compare all with all.
    pub(super) fn limited(&self, file: &Path) -> Result<(), TallyError> {
        if self.tuples.len() <= MOST_GROUPS {
            return Ok(());
        }
        let what = format!(
            "the intersection `{}` has more than {MOST_GROUPS} groups: merge levels, or take it out of the plan",
            self.name()
        );
        Err(TallyError::Header { file: file.into(), what })
    }

    /// Counts a row in its group, or in each that it may belong to.
    pub(super) fn add(&mut self, row: &Row, place: &Place<'_>) {
        if self.membership != Membership::Weighted {
            let mut codes = std::mem::take(&mut self.codes);
            codes.clear();
            codes.extend(self.attributes.iter().map(|&attribute| place.groups[attribute]));
            self.count(&codes, row, row.weight, place);
            self.codes = codes;
            return;
        }
        // An estimated attribute is alone in its frame.
        let possible = self.attributes.iter().flat_map(|&attribute| &place.chances[attribute]);
        let possible: Vec<(u32, f64)> = possible.copied().collect();
        let whole = row.weight.unwrap_or(1.0);
        if possible.is_empty() {
            self.count(&[MISSING_CODE], row, Some(whole), place);
        }
        for (level, chance) in possible {
            self.count(&[level], row, Some(whole * chance), place);
        }
    }

    /// Counts a row in one group; without weights the sums are the count, and
    /// are filled in at the end.
    fn count(&mut self, codes: &[u32], row: &Row, weight: Option<f64>, place: &Place<'_>) {
        let (group, times, outcome) = (self.tuples.code(codes), row.times, row.outcome);
        let cells = self.cells.entry((group, place.stratum)).or_default();
        count(&mut cells[outcome.index()], weight, times);
        let known = weight.unwrap_or(1.0);
        if let Some(score) = row.score {
            let place = score_place(&mut self.score_places, (group, outcome.label));
            self.scores.add(place, score, known, times);
        }
        if let Some(other) = row.counterfactual {
            let flips = self.flips.entry(group).or_default();
            count(&mut flips.all, weight, times);
            match (outcome.decision, other) {
                (Decision::Unfavourable, true) => count(&mut flips.to_favourable, weight, times),
                (Decision::Favourable, false) => count(&mut flips.to_unfavourable, weight, times),
                _ => {}
            }
        }
        if let Some(forecast) = row.forecast {
            self.regressions.entry(group).or_default().add(forecast, known, times);
        }
        if let Some((actual, predicted)) = row.classes {
            count(self.classes.entry((group, actual, predicted)).or_default(), weight, times);
        }
        if let Some(cluster) = place.cluster {
            let of_score = row.score.map(|score| {
                let label = outcome.label;
                [(Summand::Score(label), known * score), (Summand::SquaredScore(label), known * score * score)]
            });
            let addends = std::iter::once((Summand::Weight(outcome), known)).chain(of_score.into_iter().flatten());
            self.clusters.add((cluster, group), addends, times);
        }
    }

    /// Counts people by kind, and their scores.
    pub(super) fn add_leaves(&mut self, leaves: &Leaves) {
        let attributes = self.attributes.clone();
        let mut codes = Vec::new();
        self.add_kinds(leaves, |groups, tuples| {
            codes.clear();
            codes.extend(attributes.iter().map(|&attribute| groups[attribute]));
            tuples.code(&codes)
        });
    }

    /// Counts people who are alike by the codes of this frame's attributes alone.
    pub(super) fn add_own(&mut self, weighted: bool, people: impl FnOnce(&mut Leaves)) {
        let own = self.own.get_or_insert_with(|| Leaves::new(weighted));
        people(own);
        if own.settle() {
            self.empty_own();
        }
    }

    /// Counts those who were kept by kind.
    pub(super) fn empty_own(&mut self) {
        if let Some(own) = self.own.take() {
            self.add_kinds(&own, |groups, tuples| tuples.code(groups));
        }
    }

    /// Counts people by kind; `group` gives the code of the kind's group here.
    fn add_kinds(&mut self, leaves: &Leaves, mut group: impl FnMut(&[u32], &mut TupleInterner) -> u32) {
        let tuples = &mut self.tuples;
        let mut group = |groups: &[u32]| group(groups, tuples);
        for (kind, cell) in leaves.cells() {
            let code = group(&kind.groups);
            self.cells.entry((code, kind.stratum)).or_default()[kind.outcome.index()].merge(&cell);
            if let Some(other) = kind.counterfactual {
                let flips = self.flips.entry(code).or_default();
                flips.all.merge(&cell);
                match (kind.outcome.decision, other) {
                    (Decision::Unfavourable, true) => flips.to_favourable.merge(&cell),
                    (Decision::Favourable, false) => flips.to_unfavourable.merge(&cell),
                    _ => {}
                }
            }
            if let Some((actual, predicted)) = kind.classes {
                self.classes.entry((code, actual, predicted)).or_default().merge(&cell);
            }
        }
        let (labels, scores) = leaves.scores();
        let places: Vec<usize> =
            labels.iter().map(|(groups, label)| score_place(&mut self.score_places, (group(groups), *label))).collect();
        self.scores.absorb(scores, |at| places[at]);
    }

    /// To be called after every batch of rows.
    pub(super) fn settle(&mut self) {
        self.scores.settle();
    }

    /// The frame. Places in lists are not in it.
    pub(super) fn finish(mut self, names: &Names<'_>, unweighted: bool) -> Frame {
        self.empty_own();
        self.settle();
        let group = |code: u32| names.group(&self.attributes, self.tuples.tuple(code));
        let filled = |cell: Cell| filled(cell, unweighted && self.membership != Membership::Weighted);
        let mut groups: BTreeMap<Group, Tally> = BTreeMap::new();
        for ((code, in_stratum), cells) in std::mem::take(&mut self.cells) {
            let in_stratum = names.stratum(in_stratum);
            let tally = groups.entry(group(code)).or_default();
            for (outcome, cell) in Outcome::ALL.into_iter().zip(*cells) {
                if cell.n > 0 {
                    tally.cell_mut(&in_stratum, outcome).merge(&filled(cell));
                }
            }
        }
        let flips = std::mem::take(&mut self.flips).into_iter().map(|(code, flips)| {
            let Flips { all, to_favourable, to_unfavourable } = flips;
            let [all, to_favourable, to_unfavourable] = [all, to_favourable, to_unfavourable].map(filled);
            (group(code), Flips { all, to_favourable, to_unfavourable })
        });
        let classes: BTreeMap<(Group, Level, Level), Cell> = std::mem::take(&mut self.classes)
            .into_iter()
            .map(|((code, actual, predicted), cell)| {
                ((group(code), names.class(actual), names.class(predicted)), filled(cell))
            })
            .collect();
        let of_place: HashMap<usize, (Group, Label)> =
            self.score_places.iter().map(|((code, label), place)| (*place, (group(*code), *label))).collect();
        let scores = std::mem::take(&mut self.scores).histogram(|place| of_place[&place].clone());
        Frame {
            groups,
            membership: self.membership,
            scores,
            regressions: std::mem::take(&mut self.regressions)
                .into_iter()
                .map(|(code, of)| (group(code), of))
                .collect(),
            classes,
            flips: flips.collect(),
            clusters: std::mem::take(&mut self.clusters).finish(group),
            columns: self.columns.clone(),
            ..Frame::default()
        }
    }
}

fn score_place(places: &mut HashMap<(u32, Label), usize>, of: (u32, Label)) -> usize {
    let next = places.len();
    *places.entry(of).or_insert(next)
}

/// Counts people; without weights the number alone.
fn count(cell: &mut Cell, weight: Option<f64>, times: u64) {
    match weight {
        None => cell.n += times,
        Some(weight) => cell.add(weight, times),
    }
}

/// The cell with its sums, where only the number was counted.
fn filled(mut cell: Cell, unweighted: bool) -> Cell {
    if unweighted {
        let people = std::mem::take(&mut cell.n);
        cell.add(1.0, people);
    }
    cell
}

/// A counter for each attribute, then for each intersection, then for the
/// likeliest level of each estimated attribute.
pub(super) fn frames(plan: &Plan) -> Vec<FrameCounter> {
    let position = |column: &String| plan.attributes.iter().position(|a| a.column == *column);
    let frame = |columns: Vec<String>, membership| FrameCounter {
        attributes: columns.iter().filter_map(position).collect(),
        columns,
        membership,
        scores: Spreads::new(plan.roles.weight.is_some() || membership == Membership::Weighted),
        ..FrameCounter::default()
    };
    let singles = plan.attributes.iter().map(|attribute| {
        let estimated = attribute.probabilities.is_some();
        let membership = if estimated { Membership::Weighted } else { Membership::Recorded };
        frame(vec![attribute.column.clone()], membership)
    });
    let crosses = plan.crosses.iter().map(|cross| frame(cross.attributes.clone(), Membership::Recorded));
    let estimated = plan.attributes.iter().filter(|attribute| attribute.probabilities.is_some());
    let likeliest = estimated.map(|attribute| frame(vec![attribute.column.clone()], Membership::Thresholded));
    singles.chain(crosses).chain(likeliest).collect()
}
