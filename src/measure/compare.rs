//! One group against its reference.

use super::base::{as_proportion, measure, score_moments};
use super::part::{Part, Scale};
use super::{Measured, Method, Test, TestMethod};
use crate::catalogue::{Base, Comparison, Value};
use crate::cells::{Quantity, Why};
use crate::stats::{
    Interval, Level, Moments, Proportion, fisher_two_sided, miettinen_nurminen_ratio, min_expected, mover_difference,
    mover_ratio, newcombe, odds_ratio, odds_ratio_interval, pooled_z, welch, welch_interval,
};

/// The two sides of a comparison. When the reference is everyone, `reference`
/// holds everyone and `rest` those outside the group.
#[derive(Clone, Debug)]
pub(super) struct Sides<'p> {
    pub(super) group: &'p Part,
    pub(super) reference: &'p Part,
    /// Set when the reference contains the group.
    pub(super) rest: Option<&'p Part>,
    pub(super) weighted: bool,
}

impl<'p> Sides<'p> {
    /// The side that shares nobody with the group.
    fn apart(&self) -> &'p Part {
        self.rest.unwrap_or(self.reference)
    }
}

/// One side of a comparison, with what intervals are made of.
pub(super) struct Known {
    pub(super) measured: Measured,
    proportion: Option<Proportion>,
    moments: Option<Moments>,
}

impl Known {
    pub(super) fn of(base: &Base, part: &Part, scale: Option<Scale>, level: Level) -> Known {
        let grid = scale.filter(|_| base.value == Value::MeanScore).map(|scale| scale.grid);
        let moments = grid.and_then(|grid| score_moments(part, grid));
        Known { measured: measure(base, part, scale, level), proportion: as_proportion(base, part), moments }
    }
}

/// The value, interval and test of a comparison, not within strata.
pub(super) fn compare(base: &Base, how: Comparison, sides: &Sides<'_>, scale: Option<Scale>, level: Level) -> Measured {
    let group = Known::of(base, sides.group, scale, level);
    let reference = Known::of(base, sides.reference, scale, level);
    let (value, other) = match (group.measured.quantity, reference.measured.quantity) {
        (Quantity::Undefined(_), _) => return group.measured.became(Why::UndefinedGroup),
        (_, Quantity::Undefined(_)) => return group.measured.became(Why::UndefinedReference),
        (Quantity::Value(value), Quantity::Value(other)) => (value, other),
    };
    let quantity = match how {
        Comparison::Difference => Quantity::Value(value - other),
        Comparison::OddsRatio => odds(&group, &reference),
        _ if other == 0.0 && value == 0.0 => Quantity::Undefined(Why::BothZero),
        _ if other == 0.0 => Quantity::Undefined(Why::ZeroReference),
        _ => Quantity::ratio(value, other, Why::ZeroReference),
    };
    let interval = match (quantity, sides.rest) {
        (Quantity::Undefined(_), _) => None,
        (Quantity::Value(_), Some(rest)) => against_whole(base, how, sides, rest, level),
        (Quantity::Value(_), None) => between(base, how, &group, &reference, level),
    };
    let number = quantity.value().unwrap_or_default();
    let interval = interval.map(|(interval, method)| (interval.around(number), method));
    Measured { quantity, interval, test: test_of(base, sides, scale), error_bound: None, ..group.measured }
}

fn odds(group: &Known, reference: &Known) -> Quantity {
    let (Some(one), Some(two)) = (group.proportion, reference.proportion) else {
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

/// The interval of a comparison of two that share nobody.
pub(super) fn between(
    base: &Base,
    how: Comparison,
    one: &Known,
    two: &Known,
    level: Level,
) -> Option<(Interval, Method)> {
    if base.rate().is_some() {
        let (one, two) = (one.proportion?, two.proportion?);
        return match how {
            Comparison::Difference => Some((newcombe(one, two, level), Method::Newcombe)),
            Comparison::Ratio => {
                miettinen_nurminen_ratio(one, two, level).map(|interval| (interval, Method::MiettinenNurminen))
            }
            Comparison::OddsRatio => Some((odds_ratio_interval(one, two, level), Method::Woolf)),
            _ => None,
        };
    }
    if base.value == Value::MeanScore {
        let difference = how == Comparison::Difference;
        let interval = difference.then(|| welch_interval(one.moments?, two.moments?, level)).flatten();
        return interval.map(|interval| (interval, Method::Welch));
    }
    let (one, two) = (one.measured.estimate()?, two.measured.estimate()?);
    match how {
        Comparison::Difference => Some((mover_difference(one, two), Method::Mover)),
        Comparison::Ratio => mover_ratio(one, two).map(|interval| (interval, Method::Mover)),
        _ => None,
    }
}

/// The interval of a rate against that of everyone, from the comparison with
/// the rest. With a share s of everyone, group − overall = (1 − s)·(group −
/// rest), and group/overall = r/(s·r + 1 − s) with r = group/rest; s is taken
/// as known.
fn against_whole(
    base: &Base,
    how: Comparison,
    sides: &Sides<'_>,
    rest: &Part,
    level: Level,
) -> Option<(Interval, Method)> {
    // No proportion on the other side: everyone is in the group.
    let (one, two) = (as_proportion(base, sides.group)?, as_proportion(base, rest)?);
    let share = share(base, sides)?;
    match how {
        Comparison::Difference => Some((newcombe(one, two, level).map(|d| (1.0 - share) * d), Method::Newcombe)),
        Comparison::Ratio => {
            let of = |r: f64| if r.is_infinite() { 1.0 / share } else { r / (share * r + 1.0 - share) };
            miettinen_nurminen_ratio(one, two, level).map(|interval| (interval.map(of), Method::MiettinenNurminen))
        }
        _ => None,
    }
}

/// The group's share of the weight in the denominator of a rate.
fn share(base: &Base, sides: &Sides<'_>) -> Option<f64> {
    let whole = base.rate()?.denominator();
    let (part, all) = (sides.group.cell(whole).weight.value(), sides.reference.cell(whole).weight.value());
    (all > 0.0).then(|| part / all)
}

/// The test of equality: for rates pooled z, or Fisher's when any expected
/// count is under 5; for mean scores Welch's.
fn test_of(base: &Base, sides: &Sides<'_>, scale: Option<Scale>) -> Option<Test> {
    if base.value == Value::MeanScore {
        let grid = scale?.grid;
        let test = welch(score_moments(sides.group, grid)?, score_moments(sides.apart(), grid)?)?;
        return Some(Test { method: TestMethod::Welch, statistic: Some(test.t), p: test.p });
    }
    let rate = base.rate()?;
    if !sides.weighted {
        let count = |part: &Part| {
            let (hits, all) = (part.cell(rate.numerator()).n, part.cell(rate.denominator()).n);
            [hits, all - hits]
        };
        let ([a, b], [c, d]) = (count(sides.group), count(sides.apart()));
        if a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0 && min_expected([a, b, c, d]) < 5.0 {
            return Some(Test { method: TestMethod::Fisher, statistic: None, p: fisher_two_sided([a, b, c, d]) });
        }
    }
    let test = pooled_z(as_proportion(base, sides.group)?, as_proportion(base, sides.apart())?)?;
    Some(Test { method: TestMethod::PooledZ, statistic: Some(test.z), p: test.p })
}
