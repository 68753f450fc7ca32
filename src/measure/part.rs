//! The people that one number is about.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::scores::{Everyone, Held, Scores};
use crate::catalogue::Outcomes;
use crate::cells::{
    Cell, Clusters, Decision, Distribution, Flips, Frame, Grid, Group, Label, Level, Membership, Outcome, Ranking,
    Regression, Stratum, Summand, Tally, together,
};
use crate::plan::Side;
use crate::stats::{self, Proportion, effective_trials, student_shrink};

/// What scores mean in this audit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) grid: Grid,
    pub(super) higher: Side,
    /// Whether all scores lie in [0, 1].
    pub(super) probability: bool,
}

/// Some people: their cells, their scores by label, and whatever else was
/// counted of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Whose numbers are remembered under it; none for people looked at once.
    pub(super) id: Option<usize>,
    pub(super) tally: Tally,
    pub(super) held: Held,
    pub(super) regression: Regression,
    pub(super) classes: BTreeMap<(Level, Level), Cell>,
    pub(super) flips: Flips,
    pub(super) clusters: Option<Clusters>,
    pub(super) ranking: Ranking,
    /// Whether several groups have their places in the same lists.
    pub(super) lists_shared: bool,
}

impl Part {
    /// The people of the groups that `keep` accepts.
    pub(super) fn of(frame: &Frame, keep: impl Fn(&Group) -> bool) -> Part {
        let mut scores = Scores::default();
        frame.groups.keys().filter(|group| keep(group)).for_each(|group| scores.add(frame, group));
        Part { held: scores.into(), ..Part::without_scores(frame, &keep) }
    }

    /// Of every group all others with a recorded level.
    pub(super) fn rests(frame: &Frame, names: &[&Group], parts: &[Part]) -> Vec<Part> {
        let mut all = Scores::default();
        names.iter().for_each(|group| all.add(frame, group));
        let all = Everyone::new(all);
        let rest = |(name, part): (&&Group, &Part)| Part {
            held: Held::Others { of: Rc::clone(&all), group: part.scores() },
            ..Part::without_scores(frame, |other| other != *name && !other.is_missing())
        };
        names.iter().zip(parts).map(rest).collect()
    }

    fn without_scores(frame: &Frame, keep: impl Fn(&Group) -> bool) -> Part {
        let mut part = Part::default();
        let kept: Vec<&Group> = frame.groups.keys().filter(|group| keep(group)).collect();
        for group in &kept {
            part.add(frame, group);
        }
        // The same lists, not further ones: sums of products over groups are not known.
        let listed = |group: &&&Group| frame.rankings.get(**group).is_some_and(|ranking| ranking.candidates > 0);
        part.lists_shared = kept.iter().filter(listed).count() > 1;
        part.ranking.top.units = part.ranking.top.units.min(frame.divergence.units);
        // Clusters may reach over groups: those of everyone were counted as such.
        let recorded = frame.groups.keys().filter(|group| !group.is_missing());
        if kept.len() > 1 && recorded.clone().all(&keep) && frame.clusters.contains_key(&None) && whole_people(frame) {
            let everyone = [None].into_iter().chain(kept.iter().filter(|g| g.is_missing()).map(|g| Some((*g).clone())));
            let mut clusters = Clusters::default();
            everyone.filter_map(|key| frame.clusters.get(&key)).for_each(|found| clusters.merge(found));
            part.clusters = Some(clusters);
        }
        part
    }

    /// Their scores.
    pub(super) fn scores(&self) -> Rc<Scores> {
        self.held.scores()
    }

    fn add(&mut self, frame: &Frame, group: &Group) {
        if let Some(tally) = frame.groups.get(group) {
            match whole_people(frame) {
                true => self.tally.merge(tally),
                false => self.tally.merge(&expected(tally)),
            }
        }
        if let Some(regression) = frame.regressions.get(group) {
            self.regression.merge(regression);
        }
        for ((of, actual, predicted), cell) in &frame.classes {
            if of == group {
                self.classes.entry((actual.clone(), predicted.clone())).or_default().merge(cell);
            }
        }
        if let Some(flips) = frame.flips.get(group) {
            self.flips.merge(flips);
        }
        if let Some(clusters) = frame.clusters.get(&Some(group.clone())) {
            self.clusters.get_or_insert_default().merge(clusters);
        }
        if let Some(ranking) = frame.rankings.get(group) {
            self.ranking.merge(ranking);
        }
    }

    /// The part of it in one stratum, without scores.
    pub(super) fn within(&self, stratum: &Stratum) -> Part {
        Part { tally: self.tally.within(Some(stratum)), ..Part::default() }
    }

    /// The same people with one class against the rest as label and decision.
    pub(super) fn of_class(&self, class: &Level) -> Part {
        let mut tally = Tally::default();
        for ((actual, predicted), cell) in &self.classes {
            let label = if actual == class { Label::Favourable } else { Label::Unfavourable };
            let decision = if predicted == class { Decision::Favourable } else { Decision::Unfavourable };
            tally.cell_mut(&Stratum::default(), Outcome { label, decision }).merge(cell);
        }
        Part { id: self.id, tally, ..Part::default() }
    }

    /// The people with one of the outcomes.
    pub(super) fn cell(&self, outcomes: Outcomes) -> Cell {
        self.tally.sum(|_, outcome| outcomes.contains(outcome))
    }

    pub(super) fn people(&self) -> Cell {
        self.tally.total()
    }

    /// A share of weights as a proportion of effective people; `None` for 0/0.
    /// With clusters the effective number is that at which independent people
    /// would give the variance between clusters.
    pub(super) fn proportion(
        &self,
        numerator: Outcomes,
        denominator: Outcomes,
        level: stats::Level,
    ) -> Option<Proportion> {
        let plain = proportion(&self.cell(numerator), &self.cell(denominator))?;
        let Some(clusters) = &self.clusters else { return Some(plain) };
        let (p, whole) = (plain.estimate(), self.cell(denominator).weight.value());
        let coefficients: Vec<(Summand, f64)> = Outcome::ALL
            .into_iter()
            .map(|outcome| {
                let of = |set: Outcomes| f64::from(u8::from(set.contains(outcome)));
                (Summand::Weight(outcome), of(numerator) - p * of(denominator))
            })
            .filter(|(_, coefficient)| *coefficient != 0.0)
            .collect();
        let of_denominator = Outcome::ALL.into_iter().filter(|outcome| denominator.contains(*outcome));
        let units = alike_in_size(clusters, of_denominator, whole);
        let variance = between(clusters, units, &coefficients, whole);
        let n = variance.and_then(|variance| effective_trials(p, variance, units, level)).unwrap_or(units);
        let n = n.min(plain.trials());
        Proportion::new((p * n).clamp(0.0, n), n)
    }

    /// The effective number of the people behind the scores of some labels, for
    /// their mean: smaller where scores of a cluster are alike.
    pub(super) fn clustered(
        &self,
        labels: &[Label],
        cell: &Cell,
        variance: f64,
        mean: f64,
        level: stats::Level,
    ) -> f64 {
        let weights = Outcome::ALL.into_iter().filter(|outcome| labels.contains(&outcome.label));
        let scores = labels.iter().map(|label| (Summand::Score(*label), 1.0));
        let coefficients: Vec<(Summand, f64)> =
            scores.chain(weights.map(|outcome| (Summand::Weight(outcome), -mean))).collect();
        self.clustered_mean(&coefficients, cell, variance, level)
    }

    /// The effective number of people for a mean whose deviations within a
    /// cluster are the given combination of its sums: the variance of one
    /// over that of the mean, and fewer where there are few clusters.
    pub(super) fn clustered_mean(
        &self,
        coefficients: &[(Summand, f64)],
        cell: &Cell,
        variance: f64,
        level: stats::Level,
    ) -> f64 {
        let plain = cell.effective();
        let Some(clusters) = &self.clusters else { return plain };
        let counted = coefficients.iter().filter_map(|(summand, _)| match summand {
            Summand::Weight(outcome) => Some(*outcome),
            _ => None,
        });
        let units = alike_in_size(clusters, counted, cell.weight.value());
        let of_mean = between(clusters, units, coefficients, cell.weight.value()).filter(|found| *found > 0.0);
        let n = of_mean.filter(|_| variance > 0.0).map(|of_mean| variance / of_mean * student_shrink(units, level));
        n.unwrap_or(units).min(plain).max(1.0)
    }
}

/// The number of clusters of equal size worth as much as those there are,
/// (Σb)²/Σb² with b the weight of a cluster's people who count: a cluster with none of
/// them tells nothing, and a few large ones outweigh the others. The variance
/// between clusters is as uncertain as that between so many. Kish (1965);
/// Carter, Schnepel & Steigerwald (2017), Rev. Econ. Stat. 99.
fn alike_in_size(clusters: &Clusters, people: impl Iterator<Item = Outcome>, whole: f64) -> f64 {
    let all = clusters.clusters as f64;
    let sums: Vec<(Summand, f64)> = people.map(|outcome| (Summand::Weight(outcome), 1.0)).collect();
    let square = clusters.square_of(&sums);
    if square > 0.0 { (whole * whole / square).min(all) } else { all }
}

/// The linearised variance between clusters of Σ coefficient·sum / whole.
fn between(clusters: &Clusters, units: f64, coefficients: &[(Summand, f64)], whole: f64) -> Option<f64> {
    (units > 1.0 && whole > 0.0).then(|| units / (units - 1.0) * clusters.square_of(coefficients) / (whole * whole))
}

/// A share of weights as a proportion of effective people; `None` for 0/0.
///
/// The effective number is Kish's, and less where weights go with what is counted:
/// p(1 − p)/V with the linearised variance V = Σw²(y − p)²/(Σw)². Korn & Graubard
/// (1998), Survey Methodology 24.
pub(super) fn proportion(numerator: &Cell, denominator: &Cell) -> Option<Proportion> {
    let (part, whole, kish) = (numerator.weight.value(), denominator.weight.value(), denominator.effective());
    if whole <= 0.0 || kish <= 0.0 {
        return None;
    }
    let p = part / whole;
    let (of_part, of_rest) = (numerator.square.value(), denominator.square.value() - numerator.square.value());
    let variance = (of_part * (1.0 - p).powi(2) + of_rest.max(0.0) * p * p) / (whole * whole);
    let linearised = p * (1.0 - p) / variance;
    // What rounding takes off is no loss.
    let n = if p > 0.0 && p < 1.0 && linearised < kish * (1.0 - 1e-9) { linearised } else { kish };
    // Everyone is everyone: no rounding may leave a splinter of a failure.
    let successes = if part >= whole { n } else { (part * n / whole).clamp(0.0, n) };
    Proportion::new(successes, n)
}

/// Scores with the weights of both labels, in rising order.
pub(super) fn by_score<'p>(
    favourable: &'p Distribution,
    unfavourable: &'p Distribution,
) -> impl Iterator<Item = (i64, f64, f64)> + 'p {
    together(&favourable.bins, &unfavourable.bins)
}

/// The same cells with the expected number of people, where everyone is in the
/// group by a chance: the rows counted are all that may belong to it.
fn expected(tally: &Tally) -> Tally {
    let mut all = Tally::default();
    // What one cell loses by rounding the next one has, so that their sum is right.
    let (mut sum, mut told) = (0.0, 0.0);
    for (stratum, outcome, cell) in tally.iter() {
        sum += cell.weight.value();
        let n = (f64::round(sum) - told).clamp(0.0, cell.n as f64);
        told += n;
        *all.cell_mut(stratum, outcome) = Cell { n: n as u64, ..cell.clone() };
    }
    all
}

/// Whether a frame's people were counted one by one, and not by chances.
pub(super) fn whole_people(frame: &Frame) -> bool {
    frame.membership != Membership::Weighted
}
