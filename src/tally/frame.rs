//! One attribute or intersection while it is being counted.

use std::collections::{BTreeMap, HashMap};

use super::intern::TupleInterner;
use crate::cells::{Cell, Frame, Group, Histogram, Label, Level, Outcome, Stratum, Tally};
use crate::plan::Plan;

/// How many distinct scores are buffered before they go into histograms.
const BUFFER: usize = 200_000;

/// How one frame's group is found, and what was counted in it.
#[derive(Debug, Default)]
pub(super) struct FrameCounter {
    pub(super) columns: Vec<String>,
    /// Positions among the attributes.
    pub(super) attributes: Vec<usize>,
    pub(super) tuples: TupleInterner,
    pub(super) cells: HashMap<(u32, u32), Box<[Cell; 9]>>,
    pub(super) scores: Histogram<(u32, Label)>,
    /// (group, label, score, weight), the last two as bits → how many.
    pub(super) buffer: HashMap<(u32, Label, u64, u64), u64>,
}

impl FrameCounter {
    /// Counts `times` people; without weights the sums are the count, and are
    /// filled in at the end.
    pub(super) fn add(
        &mut self,
        groups: &[u32],
        stratum: u32,
        outcome: Outcome,
        score: Option<f64>,
        (weight, times): (Option<f64>, u64),
    ) {
        let tuple: Vec<u32> = self.attributes.iter().map(|&attribute| groups[attribute]).collect();
        let group = self.tuples.code(&tuple);
        let cell = &mut self.cells.entry((group, stratum)).or_default()[outcome.index()];
        match weight {
            None => cell.n += times,
            Some(weight) => cell.add(weight, times),
        }
        if let Some(score) = score {
            let key = (group, outcome.label, (score + 0.0).to_bits(), weight.unwrap_or(1.0).to_bits());
            *self.buffer.entry(key).or_default() += times;
            if self.buffer.len() > BUFFER {
                self.flush();
            }
        }
    }

    /// The frame. `level` tells the level of an attribute's code, `stratum` that
    /// of a stratum's.
    pub(super) fn finish(
        mut self,
        level: impl Fn(usize, u32) -> Level,
        stratum: impl Fn(u32) -> Stratum,
        unweighted: bool,
    ) -> Frame {
        self.flush();
        let group = |code: u32| {
            let levels = self.tuples.tuple(code).iter().zip(&self.attributes);
            Group(levels.map(|(code, attribute)| level(*attribute, *code)).collect())
        };
        let mut groups: BTreeMap<Group, Tally> = BTreeMap::new();
        for ((code, in_stratum), cells) in std::mem::take(&mut self.cells) {
            let in_stratum = stratum(in_stratum);
            let tally = groups.entry(group(code)).or_default();
            for (outcome, mut cell) in Outcome::ALL.into_iter().zip(*cells) {
                if cell.n == 0 {
                    continue;
                }
                if unweighted {
                    let people = std::mem::take(&mut cell.n);
                    cell.add(1.0, people);
                }
                tally.cell_mut(&in_stratum, outcome).merge(&cell);
            }
        }
        let scores = std::mem::take(&mut self.scores).rekey(|(code, label)| (group(*code), *label));
        Frame { columns: self.columns, groups, scores, ..Frame::default() }
    }

    fn flush(&mut self) {
        for ((group, label, score, weight), times) in self.buffer.drain() {
            self.scores.add(&(group, label), f64::from_bits(score), f64::from_bits(weight), times);
        }
        self.scores.settle();
    }
}

/// A counter for each attribute, then for each intersection.
pub(super) fn frames(plan: &Plan) -> Vec<FrameCounter> {
    let position = |column: &String| plan.attributes.iter().position(|a| a.column == *column);
    let frame = |columns: Vec<String>| FrameCounter {
        attributes: columns.iter().filter_map(position).collect(),
        columns,
        ..FrameCounter::default()
    };
    let singles = plan.attributes.iter().map(|attribute| frame(vec![attribute.column.clone()]));
    singles.chain(plan.crosses.iter().map(|cross| frame(cross.attributes.clone()))).collect()
}
