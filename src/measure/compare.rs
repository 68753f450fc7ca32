//! One group against its reference.

use std::sync::Arc;

use super::base::{Look, Seat, measure};
use super::distribution;
use super::evidence::{Evidence, Known};
use super::part::Part;
use super::{Measured, Test, TestMethod};
use crate::catalogue::{Base, Comparison, Outcomes, Rate, Value};
use crate::cells::{Quantity, Why};
use crate::stats::{
    Moments, cohens_h, fisher_two_sided, min_expected, odds_ratio, pooled_z, standardized_mean_difference, welch,
};

/// The two sides of a comparison.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides<'p> {
    pub(super) group: Seat<'p>,
    pub(super) reference: Seat<'p>,
    /// Those outside the group, when the reference contains the group.
    pub(super) apart: Option<&'p Part>,
}

impl<'p> Sides<'p> {
    /// The side that shares nobody with the group.
    pub(super) fn other(&self) -> &'p Part {
        self.apart.unwrap_or(self.reference.part)
    }
}

/// The value, evidence and test of a comparison, not within strata.
pub(super) fn compare(base: &Base, how: Comparison, sides: &Sides<'_>, look: &Look<'_>) -> Measured {
    if let Value::Distribution(of) = base.value {
        return distribution::compare(of, how, sides, look);
    }
    let group = measure(base, &sides.group, look);
    let reference = measure(base, &sides.reference, look);
    let (Some(one), Some(two)) = (group.known(), reference.known()) else {
        let why = if group.known().is_none() { Why::UndefinedGroup } else { Why::UndefinedReference };
        return group.became(why);
    };
    let quantity = value(how, &one, &two, sides);
    let test = test_of(base, sides, look);
    let Quantity::Value(_) = quantity else {
        return Measured { quantity, evidence: Evidence::None, test, error_bound: None, range: None, ..group };
    };
    let evidence = match (how, sides.apart) {
        (Comparison::StandardizedDifference, _) => standardized_evidence(&one, &two),
        (Comparison::Imbalance, _) => imbalance(sides),
        (_, Some(rest)) => of_whole(base, how, sides, rest, look, (one, two)),
        (_, None) => Evidence::Pair(how, Arc::new((one, two))),
    };
    Measured { quantity, evidence, test, error_bound: None, range: None, ..group }
}

/// The difference or ratio of two numbers that share nobody.
pub(super) fn numbers(how: Comparison, group: Measured, reference: Measured) -> Measured {
    let (Some(one), Some(two)) = (group.known(), reference.known()) else {
        let why = if group.known().is_none() { Why::UndefinedGroup } else { Why::UndefinedReference };
        return group.became(why);
    };
    let quantity = match how {
        Comparison::Difference => Quantity::Value(one.value - two.value),
        _ if one.value == 0.0 && two.value == 0.0 => Quantity::Undefined(Why::BothZero),
        _ => Quantity::ratio(one.value, two.value, Why::ZeroReference),
    };
    match quantity {
        Quantity::Value(_) => {
            Measured { quantity, evidence: Evidence::Pair(how, Arc::new((one, two))), range: None, ..group }
        }
        Quantity::Undefined(why) => group.became(why),
    }
}

fn value(how: Comparison, one: &Known, two: &Known, sides: &Sides<'_>) -> Quantity {
    let (a, b) = (one.value, two.value);
    match how {
        Comparison::Difference => Quantity::Value(a - b),
        Comparison::Ratio if a == 0.0 && b == 0.0 => Quantity::Undefined(Why::BothZero),
        Comparison::Ratio => Quantity::ratio(a, b, Why::ZeroReference),
        Comparison::OddsRatio => odds(one, two),
        Comparison::CohensH => match (one.evidence.proportion(), two.evidence.proportion()) {
            (Some(one), Some(two)) => Quantity::Value(cohens_h(one, two)),
            _ => Quantity::Undefined(Why::UndefinedGroup),
        },
        Comparison::StandardizedDifference => match (&one.evidence, &two.evidence) {
            (Evidence::Mean(one), Evidence::Mean(two)) => {
                standardized_mean_difference(*one, *two).map_or(Quantity::Undefined(Why::Constant), Quantity::Value)
            }
            _ => Quantity::Undefined(Why::UndefinedGroup),
        },
        Comparison::Imbalance => {
            let size = |seat: &Seat<'_>| seat.part.people().weight.value();
            let (group, reference) = (size(&sides.group), size(&sides.reference));
            Quantity::ratio(reference - group, reference + group, Why::EmptyGroup)
        }
        _ => Quantity::Undefined(Why::UndefinedGroup),
    }
}

fn odds(group: &Known, reference: &Known) -> Quantity {
    let (Some(one), Some(two)) = (group.evidence.proportion(), reference.evidence.proportion()) else {
        return Quantity::Undefined(Why::UndefinedGroup);
    };
    match odds_ratio(one, two) {
        Some(odds) => Quantity::Value(odds),
        None if one.failures() == 0.0 && two.failures() == 0.0 => Quantity::Undefined(Why::Constant),
        None if one.successes() * two.failures() == 0.0 => Quantity::Undefined(Why::BothZero),
        None if two.successes() == 0.0 => Quantity::Undefined(Why::ZeroReference),
        // Nobody of the group is without: its odds have no bound.
        None => Quantity::Undefined(Why::ZeroDenominator),
    }
}

fn standardized_evidence(one: &Known, two: &Known) -> Evidence {
    match (&one.evidence, &two.evidence) {
        (Evidence::Mean(one), Evidence::Mean(two)) => Evidence::Standardized(*one, *two),
        _ => Evidence::None,
    }
}

/// With q the group's share of both, the imbalance is 1 − 2q.
fn imbalance(sides: &Sides<'_>) -> Evidence {
    use super::evidence::Of;
    let (own, mut both) = (sides.group.part.people(), sides.reference.part.people());
    both.merge(&own);
    let share = super::part::proportion(&own, &both);
    share.map_or(Evidence::None, |share| Evidence::Proportion(share, Of::Linear { times: -2.0, plus: 1.0 }))
}

/// Against everyone, the group included. A rate and a mean of everyone are
/// mixtures of that of the group and that of the rest; of other numbers the ends
/// of both intervals are put together, which is safe whatever they share.
fn of_whole(
    base: &Base,
    how: Comparison,
    sides: &Sides<'_>,
    rest: &Part,
    look: &Look<'_>,
    (one, two): (Known, Known),
) -> Evidence {
    if let Some(rate) = base.rate() {
        let of = |part: &Part| part.proportion(rate.numerator(), rate.denominator(), look.level);
        return match (of(sides.group.part), of(rest), share(rate, sides)) {
            (Some(group), Some(rest), Some(share)) => Evidence::OfWhole { how, group, rest, share },
            // No proportion on the other side: everyone is in the group.
            _ => Evidence::None,
        };
    }
    let rest = measure(base, &Seat::alone(rest), look).known();
    if let (Comparison::Difference, Some(own), Some(all), Some(rest)) =
        (how, one.evidence.moments(), two.evidence.moments(), rest)
    {
        let outside = 1.0 - own.weight / all.weight;
        return Evidence::Combination(Arc::new(vec![(outside, one), (-outside, rest)]));
    }
    Evidence::Ends(how, Arc::new((one, two)))
}

/// The group's share of the weight in the denominator of a rate.
fn share(rate: Rate, sides: &Sides<'_>) -> Option<f64> {
    let weight = |part: &Part| part.cell(rate.denominator()).weight.value();
    let (part, all) = (weight(sides.group.part), weight(sides.reference.part));
    (all > 0.0).then(|| part / all)
}

/// The test of equality: for rates pooled z, or Fisher's when any expected
/// count is under 5; for other proportions pooled z; for means Welch's.
fn test_of(base: &Base, sides: &Sides<'_>, look: &Look<'_>) -> Option<Test> {
    if let Some(rate) = base.rate() {
        return rate_test(rate, sides.group.part, sides.other(), look);
    }
    // Shares of one whole are not independent.
    if matches!(base.value, Value::Share(_)) {
        return None;
    }
    let known = |seat: &Seat<'_>| measure(base, seat, look).known();
    let other = match sides.apart {
        Some(rest) => known(&Seat::alone(rest)),
        None => known(&sides.reference),
    };
    let proportion = |known: Option<&Known>| known?.evidence.proportion();
    if let (Some(one), Some(two)) = (proportion(known(&sides.group).as_ref()), proportion(other.as_ref())) {
        let test = pooled_z(one, two)?;
        return Some(Test { method: TestMethod::PooledZ, statistic: Some(test.z), p: test.p });
    }
    let moments = |known: Option<Known>| known?.evidence.moments();
    let one: Moments = moments(known(&sides.group))?;
    let two: Moments = moments(other)?;
    let test = welch(one, two)?;
    Some(Test { method: TestMethod::Welch, statistic: Some(test.t), p: test.p })
}

/// The counts of a 2×2 table of one rate: group, then the other side.
pub(super) fn table(rate: Rate, group: &Part, other: &Part) -> [u64; 4] {
    let count = |part: &Part| {
        let n = |set: Outcomes| part.cell(set).n;
        let (hits, all) = (n(rate.numerator()), n(rate.denominator()));
        [hits, all - hits]
    };
    let ([a, b], [c, d]) = (count(group), count(other));
    [a, b, c, d]
}

fn rate_test(rate: Rate, group: &Part, other: &Part, look: &Look<'_>) -> Option<Test> {
    if look.exact {
        let cells @ [a, b, c, d] = table(rate, group, other);
        if a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0 && min_expected(cells) < 5.0 {
            return Some(Test { method: TestMethod::Fisher, statistic: None, p: fisher_two_sided(cells) });
        }
    }
    let of = |part: &Part| part.proportion(rate.numerator(), rate.denominator(), look.level);
    let test = pooled_z(of(group)?, of(other)?)?;
    Some(Test { method: TestMethod::PooledZ, statistic: Some(test.z), p: test.p })
}
