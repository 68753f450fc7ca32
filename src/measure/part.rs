//! The people that one number is about.

use crate::catalogue::Outcomes;
use crate::cells::{Cell, Distribution, Frame, Grid, Group, Label, Stratum, Tally};
use crate::plan::Side;
use crate::stats::Proportion;

/// What scores mean in this audit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) grid: Grid,
    pub(super) higher: Side,
    /// Whether all scores lie in [0, 1].
    pub(super) probability: bool,
}

/// Some people: their cells, and their scores by label.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) tally: Tally,
    pub(super) favourable: Distribution,
    pub(super) unfavourable: Distribution,
    pub(super) unlabelled: Distribution,
}

impl Part {
    /// The people of the groups that `keep` accepts.
    pub(super) fn of(frame: &Frame, keep: impl Fn(&Group) -> bool) -> Part {
        let mut part = Part::default();
        for (group, tally) in frame.groups.iter().filter(|(group, _)| keep(group)) {
            part.tally.merge(tally);
            for (label, into) in [
                (Label::Favourable, &mut part.favourable),
                (Label::Unfavourable, &mut part.unfavourable),
                (Label::Unknown, &mut part.unlabelled),
            ] {
                if let Some(scores) = frame.scores.part(&(group.clone(), label)) {
                    into.merge(scores);
                }
            }
        }
        part
    }

    /// The part of it in one stratum, without scores.
    pub(super) fn within(&self, stratum: &Stratum) -> Part {
        Part { tally: self.tally.within(Some(stratum)), ..Part::default() }
    }

    /// The people with one of the outcomes.
    pub(super) fn cell(&self, outcomes: Outcomes) -> Cell {
        self.tally.sum(|_, outcome| outcomes.contains(outcome))
    }

    pub(super) fn people(&self) -> Cell {
        self.tally.total()
    }
}

/// A share of weights as a proportion of effective people; `None` for 0/0.
pub(super) fn proportion(numerator: &Cell, denominator: &Cell) -> Option<Proportion> {
    let (part, whole, n) = (numerator.weight.value(), denominator.weight.value(), denominator.effective());
    if whole <= 0.0 || n <= 0.0 {
        return None;
    }
    // Everyone is everyone: no rounding may leave a splinter of a failure.
    let successes = if part >= whole { n } else { (part * n / whole).clamp(0.0, n) };
    Proportion::new(successes, n)
}
