//! What this sample could have shown.

use crate::catalogue::{Comparison, Metric};
use crate::measure::{Evidence, Known, Measurement};
use crate::plan::Plan;
use crate::stats::{Level, Proportion, all_pairs_level, detectable as detectable_rates, normal_quantile};

/// The power at which "this sample could have shown" is meant.
pub const POWER: f64 = 0.8;

/// The nearest values below and above parity.
pub(super) type Detectable = (Option<f64>, Option<f64>);

/// The two proportions behind a comparison of rates.
pub(super) fn rates(m: &Measurement) -> Option<(Comparison, Proportion, Proportion)> {
    let Metric::Compared(_, how) = m.metric else { return None };
    match unchosen(&m.evidence) {
        Evidence::Pair(_, sides) => Some((how, sides.0.evidence.proportion()?, sides.1.evidence.proportion()?)),
        _ => None,
    }
}

fn unchosen(evidence: &Evidence) -> &Evidence {
    match evidence {
        Evidence::Chosen(inner, _) => inner,
        other => other,
    }
}

/// The level at which a finding is looked at: that of all pairs, where the
/// reference or the pair was chosen by looking.
fn level_of(m: &Measurement, plan: &Plan) -> Level {
    match &m.evidence {
        Evidence::Chosen(_, groups) => all_pairs_level(plan.confidence, *groups),
        Evidence::AllPairs(_, groups) => all_pairs_level(plan.confidence, groups.len()),
        _ => plan.confidence,
    }
}

/// The nearest values of the metric on either side of parity that this sample
/// would have told apart from parity with 80 % power: for rates by a pooled z-test,
/// else by the error that the interval shows. `None` where parity has no two sides.
pub(super) fn detectable(m: &Measurement, plan: &Plan) -> Option<Detectable> {
    let found = match (m.metric, unchosen(&m.evidence)) {
        (Metric::Compared(..), Evidence::Pair(..)) if rates(m).is_some() => of_rates(m, plan)?,
        (Metric::Compared(_, how), Evidence::OfWhole { group, rest, share, .. }) => {
            of_whole(how, *group, *rest, *share, level_of(m, plan))
        }
        (_, Evidence::AllPairs(how, groups)) => of_all_pairs(*how, groups, m, plan)?,
        (Metric::Compared(_, how), _) if how.has_two_sides() => by_error(m, plan)?,
        (Metric::Composite(_), Evidence::MeanOf { absolute: false, .. }) => by_error(m, plan)?,
        _ => return None,
    };
    let possible = |value: &f64| value.is_finite() && (m.range.0..=m.range.1).contains(value);
    let found = (found.0.filter(possible), found.1.filter(possible));
    (found != (None, None)).then_some(found)
}

/// A rate that is told apart from another, as the metric.
fn as_metric(how: Comparison, other: f64, rate: f64) -> f64 {
    let odds = |p: f64| p / (1.0 - p);
    match how {
        Comparison::Difference => other - rate,
        Comparison::Ratio => other / rate,
        Comparison::OddsRatio => odds(other) / odds(rate),
        Comparison::CohensH => 2.0 * (other.sqrt().asin() - rate.sqrt().asin()),
        _ => f64::NAN,
    }
}

fn of_rates(m: &Measurement, plan: &Plan) -> Option<Detectable> {
    let (how, one, two) = rates(m)?;
    let rate = two.estimate();
    let found = detectable_rates(rate, one.trials(), two.trials(), level_of(m, plan), POWER);
    let value = |other: f64| as_metric(how, other, rate);
    Some((found.below.map(value), found.above.map(value)))
}

/// Against everyone, of whom the group is a share: it is told apart from the rest.
fn of_whole(how: Comparison, group: Proportion, rest: Proportion, share: f64, level: Level) -> Detectable {
    let found = detectable_rates(rest.estimate(), group.trials(), rest.trials(), level, POWER);
    let value = |other: f64| as_metric(how, other, share * other + (1.0 - share) * rest.estimate());
    (found.below.map(value), found.above.map(value))
}

/// Of the two groups that lie farthest apart.
fn of_all_pairs(how: Comparison, groups: &[Known], m: &Measurement, plan: &Plan) -> Option<Detectable> {
    let by_value = |one: &&Known, two: &&Known| one.value.total_cmp(&two.value);
    let (low, high) = (groups.iter().min_by(by_value)?, groups.iter().max_by(by_value)?);
    let level = level_of(m, plan);
    let value = if let (Some(one), Some(two)) = (low.evidence.proportion(), high.evidence.proportion()) {
        let pooled = (one.successes() + two.successes()) / (one.trials() + two.trials());
        let found = detectable_rates(pooled, two.trials(), one.trials(), level, POWER);
        match how {
            Comparison::Difference => found.above.map(|rate| rate - pooled),
            _ => found.above.map(|rate| pooled / rate),
        }
    } else {
        let pair = Evidence::Pair(how, std::sync::Arc::new((low.clone(), high.clone())));
        let value = if how == Comparison::Difference { low.value - high.value } else { low.value / high.value };
        let (interval, _) = pair.at(value, level, &m.choice)?;
        let (below, _) = around_parity(how == Comparison::Ratio, value, interval.low, interval.high, level);
        if how == Comparison::Difference { below.map(|difference| -difference) } else { below }
    };
    Some(if how == Comparison::Difference { (None, value) } else { (value, None) })
}

fn by_error(m: &Measurement, plan: &Plan) -> Option<Detectable> {
    let (value, (interval, _)) = (m.quantity.value()?, m.interval?);
    Some(around_parity(m.metric.is_ratio(), value, interval.low, interval.high, level_of(m, plan)))
}

/// An interval reaches z of its level times the error to each side, on the log
/// scale for ratios; what is detected lies z of the power farther from parity.
fn around_parity(ratio: bool, value: f64, low: f64, high: f64, level: Level) -> Detectable {
    let times = 1.0 + normal_quantile(POWER) / level.z();
    match ratio {
        false => (Some((low - value) * times), Some((high - value) * times)),
        true if low > 0.0 && value > 0.0 => (Some((low / value).powf(times)), Some((high / value).powf(times))),
        true => (None, None),
    }
}
