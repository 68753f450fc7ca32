//! Which numbers may leave, one after the other.
//!
//! The gate knows what every published number says about counts, and asks the
//! [`Guard`] whether a small count would follow.

mod admit;

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::guard::{Guard, Sum};
use crate::catalogue::{
    Base, EVERYONE, FN, FP, Metric, Outcomes, QUALIFIED, REJECTED, SELECTED, TN, TP, UNQUALIFIED, bases,
};
use crate::cells::{Frame, Group, Membership, Outcome, Stratum, Tally};
use crate::measure::Measurement;

/// What else than people adds up over groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sums {
    Scores,
    LabelledScores,
    SquaredErrors,
    LogLosses,
    ForecastErrors,
    AbsoluteForecastErrors,
    SquaredForecastErrors,
}

impl Sums {
    const ALL: [Sums; 7] = [
        Sums::Scores,
        Sums::LabelledScores,
        Sums::SquaredErrors,
        Sums::LogLosses,
        Sums::ForecastErrors,
        Sums::AbsoluteForecastErrors,
        Sums::SquaredForecastErrors,
    ];

    /// Whether it adds up over people with a label only.
    fn labelled(self) -> bool {
        matches!(self, Sums::LabelledScores | Sums::SquaredErrors | Sums::LogLosses)
    }
}

/// A count that only publishing makes known.
struct Unknown {
    stratum: Stratum,
    outcome: usize,
    number: usize,
    count: i64,
}

/// Which numbers have been let through so far.
pub(super) struct Gate<'r> {
    report: &'r Report,
    min_cell: u64,
    guard: Option<Guard>,
    /// For each frame the unknown counts of each group.
    index: Vec<BTreeMap<Group, Vec<Unknown>>>,
    unknowns: usize,
    scores: BTreeMap<(Sums, usize, Group), usize>,
    /// For each frame whether its scores tell small counts.
    telling: Vec<bool>,
    by_strata: bool,
    /// Whether the rates within strata are shown: attribute, id.
    strata: BTreeMap<(String, &'static str), bool>,
    /// Groups whose size is shown.
    sized: BTreeSet<(String, Group)>,
    /// Base metrics that are shown: attribute, group, id.
    shown: BTreeSet<(String, Option<Group>, &'static str)>,
}

/// More unknowns than this, and strata are not published.
const MOST_UNKNOWNS: usize = 20_000;

impl<'r> Gate<'r> {
    /// A gate that has let nothing through yet.
    pub(super) fn new(report: &'r Report, min_cell: u64) -> Gate<'r> {
        let mut gate = Gate {
            report,
            min_cell,
            guard: None,
            index: Vec::new(),
            unknowns: 0,
            scores: BTreeMap::new(),
            telling: Vec::new(),
            by_strata: true,
            strata: BTreeMap::new(),
            sized: BTreeSet::new(),
            shown: BTreeSet::new(),
        };
        if min_cell <= 1 {
            return gate;
        }
        gate.telling = gate.frames().iter().map(|frame| gate.scores_tell_counts(frame)).collect();
        gate.number_unknowns();
        if gate.unknowns > MOST_UNKNOWNS {
            gate.by_strata = false;
            gate.number_unknowns();
        }
        let first = gate.frames().get(gate.first_counted());
        let people = first.map_or(0, |frame| frame.everyone().total().n as i64);
        gate.guard = Some(Guard::new((gate.unknowns, people), &gate.facts(), &gate.secrets()));
        gate
    }

    fn frames(&self) -> &'r [Frame] {
        &self.report.ledger.frames
    }

    /// Whether people of a frame were counted one by one. Where everyone is in
    /// every group by a chance, no count follows from sums.
    fn counted(&self, at: usize) -> bool {
        self.frames().get(at).is_some_and(|frame| frame.membership != Membership::Weighted)
    }

    fn first_counted(&self) -> usize {
        (0..self.frames().len()).find(|at| self.counted(*at)).unwrap_or(0)
    }

    fn stratum_key(&self, stratum: &Stratum) -> Stratum {
        if self.by_strata { stratum.clone() } else { Stratum::default() }
    }

    fn number_unknowns(&mut self) {
        let mut places = BTreeSet::new();
        for frame in self.frames().iter().filter(|frame| frame.membership != Membership::Weighted) {
            for tally in frame.groups.values() {
                places.extend(tally.iter().map(|(stratum, outcome, _)| (self.stratum_key(stratum), outcome.index())));
            }
        }
        let mut next = 0;
        let mut unknowns = |tally: &Tally| -> Vec<Unknown> {
            let number = |(stratum, outcome): &(Stratum, usize)| {
                let here = |s: &Stratum, o: Outcome| o.index() == *outcome && self.stratum_key(s) == *stratum;
                next += 1;
                let count = tally.sum(here).n as i64;
                Unknown { stratum: stratum.clone(), outcome: *outcome, number: next - 1, count }
            };
            places.iter().map(number).collect()
        };
        let frames = self.frames().iter();
        let index = frames
            .map(|frame| match frame.membership {
                Membership::Weighted => BTreeMap::new(),
                _ => frame.groups.iter().map(|(group, tally)| (group.clone(), unknowns(tally))).collect(),
            })
            .collect();
        self.index = index;
        self.scores.clear();
        for sums in Sums::ALL {
            for (at, frame) in self.frames().iter().enumerate() {
                if !self.counted(at) {
                    continue;
                }
                for group in frame.groups.keys() {
                    self.scores.insert((sums, at, group.clone()), next);
                    next += 1;
                }
            }
        }
        self.unknowns = next;
    }

    /// What everyone knows: how many people there are in all; that every
    /// division holds the same people, and an intersection refines its
    /// attributes.
    fn facts(&self) -> Vec<Sum> {
        let mut facts = vec![self.sum(self.first_counted(), |_| true, None, EVERYONE)];
        let places = self.index.iter().flat_map(BTreeMap::values).next().map_or(0, Vec::len);
        let counted = || self.frames().iter().enumerate().filter(|(at, _)| self.counted(*at));
        for (at, frame) in counted() {
            for (other_at, other) in counted().take_while(|(other_at, _)| *other_at < at) {
                let [column] = other.columns.as_slice() else { continue };
                // The likeliest level says nothing of a recorded one.
                let same = frame.membership == other.membership;
                let position = frame.columns.iter().position(|name| same && name == column);
                // An intersection adds up to each level of its attributes; two
                // attributes only add up to the same whole.
                let levels: Vec<Option<&Group>> = match position {
                    Some(_) => other.groups.keys().map(Some).collect(),
                    None => vec![None],
                };
                for level in levels {
                    let mine = |group: &&Group| match (level, position) {
                        (Some(level), Some(position)) => group.0[position] == level.0[0],
                        _ => true,
                    };
                    let theirs = |group: &&Group| level.is_none_or(|level| level == *group);
                    for place in 0..places {
                        let unknown = |at: usize, group: &Group| self.index[at][group][place].number;
                        let left = frame.groups.keys().filter(mine).map(|g| (unknown(at, g), 1));
                        let right = other.groups.keys().filter(theirs).map(|g| (unknown(other_at, g), -1));
                        facts.push(Sum { terms: left.chain(right).collect(), value: Some(0) });
                    }
                    for sums in Sums::ALL {
                        let score = |at: usize, group: &Group| self.scores[&(sums, at, group.clone())];
                        let left = frame.groups.keys().filter(mine).map(|g| (score(at, g), 1));
                        let right = other.groups.keys().filter(theirs).map(|g| (score(other_at, g), -1));
                        facts.push(Sum { terms: left.chain(right).collect(), value: None });
                    }
                }
            }
        }
        facts
    }

    /// Every small count that a metric could show, and every score of a small group.
    fn secrets(&self) -> Vec<Sum> {
        let mut secrets = Vec::new();
        let sets = sets();
        if let Some(first) = self.frames().get(self.first_counted()) {
            self.small_sums(self.first_counted(), &|_| true, &first.everyone(), None, &sets, &mut secrets);
        }
        for (at, frame) in self.frames().iter().enumerate().filter(|(at, _)| self.counted(*at)) {
            for (group, tally) in &frame.groups {
                let mut strata: Vec<Option<&Stratum>> = vec![None];
                if self.by_strata && !self.report.ledger.strata.is_empty() {
                    let mut seen: Vec<&Stratum> = tally.iter().map(|(stratum, _, _)| stratum).collect();
                    seen.dedup();
                    strata.extend(seen.into_iter().map(Some));
                }
                for stratum in strata {
                    self.small_sums(at, &|other| other == group, tally, stratum, &sets, &mut secrets);
                }
                let labelled = tally.sum(|_, outcome| QUALIFIED.or(UNQUALIFIED).contains(outcome));
                for sums in Sums::ALL {
                    let people = if sums.labelled() { labelled.n } else { tally.total().n };
                    if self.small(people) {
                        let terms = vec![(self.scores[&(sums, at, group.clone())], 1)];
                        secrets.push(Sum { terms, value: None });
                    }
                }
            }
        }
        secrets
    }

    /// The sets of outcomes that few of some people have.
    fn small_sums(
        &self,
        at: usize,
        keep: &dyn Fn(&Group) -> bool,
        tally: &Tally,
        stratum: Option<&Stratum>,
        sets: &[Outcomes],
        into: &mut Vec<Sum>,
    ) {
        let here = tally.within(stratum);
        let small = sets.iter().filter(|set| self.small(here.sum(|_, outcome| set.contains(outcome)).n));
        into.extend(small.map(|set| self.sum(at, keep, stratum, *set)));
    }

    /// Whether a count has to be withheld.
    pub(super) fn small(&self, count: u64) -> bool {
        count > 0 && count < self.min_cell
    }

    /// The count of an outcome set among some groups, as a sum of unknowns.
    fn sum(&self, at: usize, keep: impl Fn(&Group) -> bool, stratum: Option<&Stratum>, set: Outcomes) -> Sum {
        let groups = self.index.get(at).into_iter().flatten().filter(|(group, _)| keep(group));
        let mut sum = Sum { terms: Vec::new(), value: Some(0) };
        for unknown in groups.flat_map(|(_, unknowns)| unknowns) {
            let wanted = stratum.is_none_or(|wanted| *wanted == unknown.stratum);
            if wanted && set.contains(Outcome::ALL[unknown.outcome]) {
                sum.terms.push((unknown.number, 1));
                sum.value = sum.value.map(|value| value + unknown.count);
            }
        }
        sum
    }

    fn publish(&mut self, sums: &[Sum]) -> bool {
        self.guard.as_mut().is_none_or(|guard| guard.publish(sums))
    }

    fn frame_at(&self, attribute: &str) -> usize {
        self.frames().iter().position(|frame| frame.name() == attribute).unwrap_or(self.first_counted())
    }

    /// The sizes of groups, before everything else.
    pub(super) fn sizes(&mut self, report: &Report) -> BTreeMap<(String, Group), bool> {
        let mut sizes = BTreeMap::new();
        for division in &report.measurements.divisions {
            let at = self.frame_at(&division.attribute);
            for size in &division.groups {
                let sum = self.sum(at, |group| *group == size.group, None, EVERYONE);
                let shown = match (&self.guard, self.counted(at)) {
                    (None, _) => true,
                    (Some(_), false) => !self.small(size.n),
                    (Some(_), true) => !self.any_small(std::slice::from_ref(&sum)) && self.publish(&[sum]),
                };
                if shown {
                    self.sized.insert((division.attribute.clone(), size.group.clone()));
                }
                sizes.insert((division.attribute.clone(), size.group.clone()), shown);
            }
        }
        sizes
    }

    /// The order in which numbers are let through; what comes late gives way.
    /// Rates of groups come before those of everyone: a few people without a
    /// recorded group must not cost the comparison that the audit is about.
    pub(super) fn rows_in_order(&self, all: &[Measurement]) -> Vec<usize> {
        let rank = |m: &Measurement| {
            let stage = match m.metric {
                Metric::Base(base) => match (&m.group, m.attribute.contains('*'), m.stratum.is_some()) {
                    _ if base.rate().is_none() => 5,
                    (_, _, true) => 4,
                    (None, ..) => 1,
                    (Some(group), false, _) if !group.is_missing() => 0,
                    (Some(_), false, _) => 2,
                    (Some(_), true, _) => 3,
                },
                Metric::Compared(..) => 6,
                Metric::Summarised(..) => 7,
                Metric::Composite(_) => 8,
            };
            let base = match m.metric {
                Metric::Base(base) => bases().position(|other| other.id == base.id),
                _ => None,
            };
            (stage, base)
        };
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by_cached_key(|&at| rank(&all[at]));
        order
    }

    /// Whether the scores of a frame would tell small counts.
    fn tells_counts(&self, at: usize) -> bool {
        self.telling.get(at).copied().unwrap_or(false)
    }

    fn any_small(&self, sums: &[Sum]) -> bool {
        sums.iter().filter_map(|sum| sum.value).any(|value| self.small(value.unsigned_abs()))
    }

    /// Whether scores of two values would tell how few people have one of them.
    fn scores_tell_counts(&self, frame: &Frame) -> bool {
        let bins: BTreeSet<i64> = frame.scores.parts().flat_map(|(_, part)| part.bins.keys()).collect();
        if bins.len() > 2 {
            return false;
        }
        let mut counts: BTreeMap<(&Group, i64), f64> = BTreeMap::new();
        for ((group, _), part) in frame.scores.parts() {
            let people = part.cell.n as f64 / part.cell.weight.value();
            for (bin, weight) in part.bins.iter() {
                *counts.entry((group, bin)).or_default() += weight * people;
            }
        }
        counts.values().any(|people| self.small(people.round() as u64))
    }
}

/// Every set whose count a metric shows.
fn sets() -> Vec<Outcomes> {
    let unlabelled = [SELECTED.without(TP.or(FP)), REJECTED.without(FN.or(TN))];
    let mut sets = vec![EVERYONE, TP, FP, FN, TN, unlabelled[0], unlabelled[1], unlabelled[0].or(unlabelled[1])];
    for rate in bases().filter_map(Base::rate) {
        sets.extend([rate.numerator(), rate.denominator(), rate.complement().numerator()]);
    }
    let mut unique: Vec<Outcomes> = Vec::new();
    for set in sets {
        if !unique.contains(&set) {
            unique.push(set);
        }
    }
    unique
}
