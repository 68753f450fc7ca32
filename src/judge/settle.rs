//! What it would take to decide, and how near the decision was.

use super::power::rates;
use super::{beyond, judged_interval, within};
use crate::catalogue::{Comparison, Metric};
use crate::cells::Quantity;
use crate::measure::Measurement;
use crate::plan::{Rule, Unknown};
use crate::stats::{Interval, Level, probability_difference_below, probability_ratio_below};

/// More than so many times the people is no plan.
const MOST_TIMES: f64 = 1e9;

/// Nor is a group of more people than live on earth.
const MOST_PEOPLE: f64 = 8e9;

/// People that the group would need, all groups growing alike and the estimate
/// staying where it is, for the interval to leave the nearest border of the
/// tolerance: inside at its own level, outside at the level at which a failure among
/// so many verdicts stands whatever the others are. `None` where the estimate lies on
/// the border or nothing shrinks, and where people without a recorded group keep it
/// open whatever their number.
pub(super) fn people_needed(rule: &Rule, m: &Measurement, family: usize) -> Option<u64> {
    let Quantity::Value(value) = m.quantity else { return None };
    let outside = beyond(rule, value, value);
    let level = if outside { m.level.bonferroni(family) } else { m.level };
    let interval = judged_interval(rule, m, level)?;
    let settled =
        |i: Interval| if outside { beyond(rule, i.low, i.high) } else { within(rule, i.low) && within(rule, i.high) };
    if settled(interval) {
        return None;
    }
    let worst = rule.unknown == Unknown::Worst;
    let factor = match larger(m, 2.0, worst).and_then(|larger| judged_interval(rule, &larger, level)) {
        Some(_) => factor_by_evidence(rule, m, level, &settled),
        None if worst && m.unknown.is_some() => None,
        None => factor_by_root(rule, m, value, interval),
    }?;
    let people = (m.n as f64 * factor).ceil();
    (factor > 1.0 && people <= MOST_PEOPLE).then_some(people as u64)
}

/// The measurement with so many times the people; `None` where its interval
/// cannot be made for other counts.
fn larger(m: &Measurement, factor: f64, worst: bool) -> Option<Measurement> {
    let unknown = match &m.unknown {
        Some(unknown) if worst => Some(unknown.scaled(factor)?),
        _ => None,
    };
    Some(Measurement { evidence: m.evidence.scaled(factor)?, unknown, ..m.clone() })
}

/// The factor by which counts have to grow, found on the interval itself.
fn factor_by_evidence(rule: &Rule, m: &Measurement, level: Level, settled: &dyn Fn(Interval) -> bool) -> Option<f64> {
    let worst = rule.unknown == Unknown::Worst;
    let at = |factor: f64| judged_interval(rule, &larger(m, factor, worst)?, level);
    let (mut open, mut closed) = (0.0, MOST_TIMES.ln());
    if !at(MOST_TIMES).is_some_and(settled) {
        return None;
    }
    for _ in 0..50 {
        let middle: f64 = 0.5 * (open + closed);
        if at(middle.exp()).is_some_and(settled) { closed = middle } else { open = middle }
    }
    Some(closed.exp())
}

/// Where an interval cannot be made for other counts: intervals shrink with the
/// square root of the number.
fn factor_by_root(rule: &Rule, m: &Measurement, value: f64, interval: Interval) -> Option<f64> {
    let scale = |x: f64| if m.metric.is_ratio() { x.ln() } else { x };
    let factors =
        [rule.at_least, rule.at_most].into_iter().flatten().filter(|bound| interval.contains(*bound)).map(|bound| {
            let end = if bound < value { interval.low } else { interval.high };
            ((scale(value) - scale(end)) / (scale(value) - scale(bound))).powi(2)
        });
    let factor = factors.fold(f64::NAN, f64::max);
    (factor.is_finite() && factor < MOST_TIMES).then_some(factor)
}

/// The smallest number of decisions that would have to move between the two
/// sides for the estimate to cross the tolerance (UGESP Q&A 21 asks whether one
/// is enough). Only of whole counts of selections that share nobody.
pub(super) fn moves(rule: &Rule, m: &Measurement) -> Option<u64> {
    let Metric::Compared(base, _) = m.metric else { return None };
    let (how, one, two) = rates(m)?;
    let whole = |x: f64| x.fract() == 0.0;
    let counts = [one.successes(), one.trials(), two.successes(), two.trials()];
    if base.id != "selection_rate" || !counts.into_iter().all(whole) || m.n as f64 != one.trials() {
        return None;
    }
    let value = |moved: f64| {
        let (a, b) = (counts[0] + moved, counts[2] - moved);
        let (a, b) = (a / counts[1], b / counts[3]);
        match how {
            Comparison::Difference => a - b,
            _ => a / b,
        }
    };
    if !matches!(how, Comparison::Difference | Comparison::Ratio) {
        return None;
    }
    let now = within(rule, value(0.0));
    let toward = |sign: f64, room: f64| {
        let crosses = |moved: u64| within(rule, value(sign * moved as f64)) != now;
        // Moving on changes the value in one direction: the first crossing is found by halves,
        // as long as the tolerance has one border on that side.
        let (mut low, mut high) = (0, room as u64);
        if high == 0 || !crosses(high) {
            return (1..=high.min(1_000)).find(|moved| crosses(*moved));
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if crosses(middle) { high = middle } else { low = middle }
        }
        Some(high)
    };
    let more = toward(1.0, (counts[1] - counts[0]).min(counts[2]));
    let fewer = toward(-1.0, counts[0].min(counts[3] - counts[2]));
    more.into_iter().chain(fewer).min()
}

/// The probability that the tolerance is broken, with Jeffreys' prior for both
/// rates.
pub(super) fn probability(rule: &Rule, m: &Measurement) -> Option<f64> {
    let (how, one, two) = rates(m)?;
    let below = |bound: f64| match how {
        Comparison::Difference => Some(probability_difference_below(one, two, bound)),
        Comparison::Ratio => Some(probability_ratio_below(one, two, bound)),
        _ => None,
    };
    let low = rule.at_least.map_or(Some(0.0), below)?;
    let high = rule.at_most.map_or(Some(0.0), |bound| Some(1.0 - below(bound)?))?;
    Some((low + high).clamp(0.0, 1.0))
}
