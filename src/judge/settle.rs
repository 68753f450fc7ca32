//! What it would take to decide.

use crate::catalogue::{Comparison, Metric};
use crate::cells::Quantity;
use crate::measure::{Against, Measurement, Measurements};
use crate::plan::{Plan, Rule};
use crate::stats::detectable as detectable_rates;

/// The power at which "this sample could have shown" is meant.
pub const POWER: f64 = 0.8;

/// People that the group would need, all groups growing alike and the estimate
/// staying where it is, for the interval to leave the nearest border of the
/// tolerance: intervals shrink with the square root of the number. `None`
/// where the estimate lies on the border or nothing shrinks.
pub(super) fn people_needed(rule: &Rule, m: &Measurement) -> Option<u64> {
    let (Quantity::Value(value), Some((interval, _))) = (m.quantity, m.interval) else { return None };
    let scale = |x: f64| if m.metric.is_ratio() { x.ln() } else { x };
    let factors =
        [rule.at_least, rule.at_most].into_iter().flatten().filter(|bound| interval.contains(*bound)).map(|bound| {
            let end = if bound < value { interval.low } else { interval.high };
            ((scale(value) - scale(end)) / (scale(value) - scale(bound))).powi(2)
        });
    let factor = factors.fold(f64::NAN, f64::max);
    let people = (m.n as f64 * factor).ceil();
    (factor.is_finite() && factor > 1.0 && people < 1e15).then_some(people as u64)
}

/// The nearest values on either side of parity that a pooled z-test of this
/// sample would have told apart from parity with 80 % power.
pub(super) fn detectable(m: &Measurement, measured: &Measurements, plan: &Plan) -> Option<(Option<f64>, Option<f64>)> {
    let Metric::Compared(base, how) = m.metric else { return None };
    base.rate()?;
    let Some(Against::Group(reference)) = &m.reference else { return None };
    let of = measured.all.iter().find(|other| {
        other.attribute == m.attribute
            && other.stratum.is_none()
            && other.group.as_ref() == Some(reference)
            && other.metric == Metric::Base(base)
    })?;
    let rate = of.quantity.value()?;
    let found = detectable_rates(rate, m.n_eff, of.n_eff, plan.confidence, POWER);
    let odds = |p: f64| p / (1.0 - p);
    let as_metric = |other: f64| {
        let value = match how {
            Comparison::Difference => other - rate,
            Comparison::Ratio => other / rate,
            Comparison::OddsRatio => odds(other) / odds(rate),
            _ => f64::NAN,
        };
        value.is_finite().then_some(value)
    };
    let pair = (found.below.and_then(as_metric), found.above.and_then(as_metric));
    (pair != (None, None)).then_some(pair)
}
