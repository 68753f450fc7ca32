//! Sets of outcomes, and the quotients made of two of them.
//!
//! A rate is two sets of the nine combinations of label and decision. Its
//! formula in words, what it needs and its complement follow from the sets, so
//! that text and arithmetic cannot part.

use crate::cells::{Decision, Label, Outcome};

/// A set of outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcomes(u16);

/// Qualified, and decided favourably.
pub const TP: Outcomes = Outcomes::of(Label::Favourable, Decision::Favourable);
/// Not qualified, and decided favourably.
pub const FP: Outcomes = Outcomes::of(Label::Unfavourable, Decision::Favourable);
/// Qualified, and decided unfavourably.
pub const FN: Outcomes = Outcomes::of(Label::Favourable, Decision::Unfavourable);
/// Not qualified, and decided unfavourably.
pub const TN: Outcomes = Outcomes::of(Label::Unfavourable, Decision::Unfavourable);
/// Decided favourably, whatever the label and even without one.
pub const SELECTED: Outcomes = TP.or(FP).or(Outcomes::of(Label::Unknown, Decision::Favourable));
/// Decided unfavourably, whatever the label and even without one.
pub const REJECTED: Outcomes = FN.or(TN).or(Outcomes::of(Label::Unknown, Decision::Unfavourable));
/// Label favourable, whatever the decision and even without one.
pub const QUALIFIED: Outcomes = TP.or(FN).or(Outcomes::of(Label::Favourable, Decision::Unknown));
/// Label unfavourable, whatever the decision and even without one.
pub const UNQUALIFIED: Outcomes = FP.or(TN).or(Outcomes::of(Label::Unfavourable, Decision::Unknown));
/// No label recorded, whatever the decision and even without one.
pub const UNLABELLED: Outcomes = Outcomes::of(Label::Unknown, Decision::Favourable)
    .or(Outcomes::of(Label::Unknown, Decision::Unfavourable))
    .or(Outcomes::of(Label::Unknown, Decision::Unknown));
/// Everyone.
pub const EVERYONE: Outcomes = QUALIFIED.or(UNQUALIFIED).or(UNLABELLED);

/// No one.
pub const NOBODY: Outcomes = EVERYONE.without(EVERYONE);

impl Outcomes {
    /// The set of one outcome.
    pub const fn of(label: Label, decision: Decision) -> Outcomes {
        Outcomes(1 << Outcome { label, decision }.index())
    }

    /// Union.
    pub const fn or(self, other: Outcomes) -> Outcomes {
        Outcomes(self.0 | other.0)
    }

    /// Whether every outcome of `self` is in `other`.
    pub const fn within(self, other: Outcomes) -> bool {
        self.0 & !other.0 == 0
    }

    /// What is in `self` and not in `other`.
    pub const fn without(self, other: Outcomes) -> Outcomes {
        Outcomes(self.0 & !other.0)
    }

    /// Whether an outcome is in the set.
    pub const fn contains(self, outcome: Outcome) -> bool {
        self.0 & (1 << outcome.index()) != 0
    }

    /// Whether belonging to the set depends on the label.
    pub fn needs_label(self) -> bool {
        Outcome::ALL.into_iter().any(|outcome| {
            self.contains(outcome) != self.contains(Outcome { label: Label::Unknown, decision: outcome.decision })
        })
    }

    /// Whether belonging to the set depends on the decision.
    pub fn needs_decision(self) -> bool {
        Outcome::ALL.into_iter().any(|outcome| {
            self.contains(outcome) != self.contains(Outcome { label: outcome.label, decision: Decision::Unknown })
        })
    }

    /// The set in words: `TP + FN`, `selected`.
    pub fn words(self) -> String {
        let names: [(Outcomes, &str); 10] = [
            (EVERYONE, "people"),
            (UNLABELLED, "people without a label"),
            (SELECTED, "selected"),
            (REJECTED, "not selected"),
            (QUALIFIED, "qualified"),
            (UNQUALIFIED, "not qualified"),
            (TP, "TP"),
            (FP, "FP"),
            (FN, "FN"),
            (TN, "TN"),
        ];
        let mut rest = self;
        let mut words = Vec::new();
        for (set, name) in names {
            if set.within(rest) {
                words.push(name);
                rest = rest.without(set);
            }
        }
        words.join(" + ")
    }
}

/// A part of a whole: always between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    numerator: Outcomes,
    denominator: Outcomes,
}

impl Rate {
    /// A rate. In a constant, one that is no part of its whole does not compile.
    pub const fn new(numerator: Outcomes, denominator: Outcomes) -> Rate {
        assert!(numerator.within(denominator), "the numerator of a rate must be a part of its denominator");
        Rate { numerator, denominator }
    }

    /// The part.
    pub const fn numerator(self) -> Outcomes {
        self.numerator
    }

    /// The whole.
    pub const fn denominator(self) -> Outcomes {
        self.denominator
    }

    /// The rest of the whole.
    pub const fn complement(self) -> Rate {
        Rate { numerator: self.denominator.without(self.numerator), denominator: self.denominator }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_needs_follow_from_the_sets() {
        assert_eq!(TP.or(FN).words(), "TP + FN");
        assert_eq!(SELECTED.or(REJECTED).words(), "selected + not selected");
        assert!(SELECTED.needs_decision() && !SELECTED.needs_label());
        assert!(QUALIFIED.needs_label() && !QUALIFIED.needs_decision());
        assert!(TP.needs_label() && TP.needs_decision());
    }
}
