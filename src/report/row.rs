//! The tidy table: one row for each measurement, the same names in every output.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cells::Why;
use crate::measure::{Measurement, Method, TestMethod};

/// One measurement as it may be published. Absent is null, or an empty field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// Attribute, or `race*sex`; empty for everyone.
    pub attribute: String,
    /// Group; empty for everyone, and for a summary over groups.
    pub group: String,
    /// Stratum; empty for all strata together.
    pub stratum: String,
    /// Class against all others; empty for label and decision.
    pub class: String,
    /// The metric's id.
    pub metric: String,
    /// Whom the group is compared with; empty without comparison.
    pub reference: String,
    /// The number.
    pub value: Option<f64>,
    /// Lower end of the interval; absent when it has none.
    pub low: Option<f64>,
    /// Upper end of the interval; absent when it has none or no bound.
    pub high: Option<f64>,
    /// Level of the interval.
    pub level: Option<f64>,
    /// How the interval was made.
    pub method: Option<Method>,
    /// People in the denominator; of the group, in a comparison.
    pub n: Option<u64>,
    /// Their effective number under weights.
    pub n_eff: Option<f64>,
    /// Weight of the numerator.
    pub numerator: Option<f64>,
    /// Weight of the denominator.
    pub denominator: Option<f64>,
    /// The test of parity.
    pub test: Option<TestMethod>,
    /// Its p-value.
    pub p: Option<f64>,
    /// The p-value after Holm's correction over all findings.
    pub p_adjusted: Option<f64>,
    /// Why there is no value.
    pub undefined: Option<Why>,
    /// Numbers were withheld to protect small groups.
    pub suppressed: bool,
}

impl Row {
    /// The names of the columns, in order.
    pub const COLUMNS: [&'static str; 20] = [
        "attribute",
        "group",
        "stratum",
        "class",
        "metric",
        "reference",
        "value",
        "low",
        "high",
        "level",
        "method",
        "n",
        "n_eff",
        "numerator",
        "denominator",
        "test",
        "p",
        "p_adjusted",
        "undefined",
        "suppressed",
    ];

    pub(super) fn withheld(m: &Measurement) -> Row {
        Row {
            attribute: m.attribute.clone(),
            group: m.group.as_ref().map(ToString::to_string).unwrap_or_default(),
            stratum: m.stratum.as_ref().map(ToString::to_string).unwrap_or_default(),
            class: m.class.as_ref().map(ToString::to_string).unwrap_or_default(),
            metric: m.metric.id(),
            reference: m.reference.as_ref().map(ToString::to_string).unwrap_or_default(),
            suppressed: true,
            ..Row::default()
        }
    }

    pub(super) fn shown(m: &Measurement, p_adjusted: Option<f64>) -> Row {
        let finite = |x: f64| x.is_finite().then_some(x);
        Row {
            value: m.quantity.value(),
            low: m.interval.and_then(|(interval, _)| finite(interval.low)),
            high: m.interval.and_then(|(interval, _)| finite(interval.high)),
            level: m.interval.map(|_| m.level.value()),
            method: m.interval.map(|(_, method)| method),
            n: Some(m.n),
            n_eff: Some(m.n_eff),
            numerator: m.numerator,
            denominator: m.denominator,
            test: m.test.map(|test| test.method),
            p: m.test.map(|test| test.p),
            p_adjusted,
            undefined: m.quantity.why(),
            suppressed: false,
            ..Row::withheld(m)
        }
    }
}
