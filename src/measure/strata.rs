//! Comparisons within strata, pooled; what they say of the gap between groups;
//! and what it means when they disagree with the comparison of everyone.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::evidence::Evidence;
use super::part::Part;
use super::{Measured, Test, TestMethod};
use crate::catalogue::{Base, Comparison, Rate};
use crate::cells::{Cell, Quantity, Stratum, Why};
use crate::stats::{
    Kitagawa, Level, MantelHaenszel, StratumSide, StratumTable, breslow_day_tarone, kitagawa, mantel_haenszel,
};

/// The strata in which anyone is.
pub(super) fn strata_of(part: &Part) -> BTreeSet<Stratum> {
    part.tally.iter().map(|(stratum, _, _)| stratum.clone()).collect()
}

/// Two sides by stratum.
pub(super) struct Pooled {
    /// Effective numbers of people: what intervals and tests are made of.
    pub(super) tables: Arc<Vec<StratumTable>>,
    pub(super) found: MantelHaenszel,
    /// The common odds ratio and difference, of the weights themselves.
    odds_ratio: Option<f64>,
    pub(super) difference: f64,
}

/// Pools the strata of a group and a reference that share nobody.
pub(super) fn pool(base: &Base, group: &Part, reference: &Part, level: Level) -> Option<Pooled> {
    let rate = base.rate()?;
    let (design, other_design) = (design(rate, group, level), design(rate, reference, level));
    let tables: Vec<StratumTable> = strata_of(group)
        .into_iter()
        .filter_map(|stratum| {
            let of = |part: &Part| part.within(&stratum).proportion(rate.numerator(), rate.denominator(), level);
            let (one, two) = (of(group)?, of(reference)?);
            Some(StratumTable {
                a: one.successes() * design,
                b: one.failures() * design,
                c: two.successes() * other_design,
                d: two.failures() * other_design,
            })
        })
        .collect();
    let found = mantel_haenszel(&tables, level)?;
    let weights = |stratum: &Stratum| {
        let of = |part: &Part| {
            let part = part.within(stratum);
            let [hits, all] = [rate.numerator(), rate.denominator()].map(|set| part.cell(set).weight.value());
            (hits, all - hits)
        };
        let ((a, b), (c, d)) = (of(group), of(reference));
        StratumTable { a, b, c, d }
    };
    let weighted: Vec<StratumTable> = strata_of(group).iter().map(weights).collect();
    let plain = mantel_haenszel(&weighted, level)?;
    Some(Pooled { tables: Arc::new(tables), found, odds_ratio: plain.odds_ratio, difference: plain.difference })
}

/// How much fewer people clusters make of a part, by its rate over all strata.
fn design(rate: Rate, part: &Part, level: Level) -> f64 {
    let people = part.cell(rate.denominator()).effective();
    let found = part.proportion(rate.numerator(), rate.denominator(), level);
    found.filter(|_| people > 0.0).map_or(1.0, |found| found.trials() / people)
}

/// A pooled comparison as a measurement about `people`.
pub(super) fn pooled(how: Comparison, pooled: Option<&Pooled>, people: &Cell) -> Measured {
    let Some(Pooled { tables, found, odds_ratio, difference }) = pooled else {
        return Measured::undefined(Why::NoSharedStratum, people);
    };
    let method = TestMethod::CochranMantelHaenszel;
    let test = found.test.map(|(statistic, p)| Test { method, statistic: Some(statistic), p });
    let quantity = match how {
        Comparison::MantelHaenszelDifference => Quantity::Value(*difference),
        _ => {
            let why = if found.test.is_none() { Why::NoSharedStratum } else { Why::ZeroReference };
            odds_ratio.map_or(Quantity::Undefined(why), Quantity::Value)
        }
    };
    let evidence = match quantity {
        Quantity::Value(_) => Evidence::Strata(how, Arc::clone(tables)),
        Quantity::Undefined(_) => Evidence::None,
    };
    Measured { quantity, evidence, test, ..Measured::new(0.0, people) }
}

/// Whether the odds ratio is the same in all strata: Breslow and Day's test
/// with Tarone's correction.
pub(super) fn homogeneity(Pooled { tables, found, .. }: &Pooled) -> Option<Test> {
    let test = breslow_day_tarone(tables, found.odds_ratio?)?;
    Some(Test { method: TestMethod::BreslowDayTarone, statistic: Some(test.statistic), p: test.p })
}

/// The gap between a group and its reference, split into what comes of their
/// spread over the strata and what comes of their rates within strata. `None`
/// where no stratum has both.
pub(super) fn split(base: &Base, group: &Part, reference: &Part) -> Option<Kitagawa> {
    let rate = base.rate()?;
    let strata: BTreeSet<Stratum> = strata_of(group).into_iter().chain(strata_of(reference)).collect();
    let side = |part: &Part| {
        let (hits, all) = (part.cell(rate.numerator()), part.cell(rate.denominator()));
        let (weight, people) = (all.weight.value(), all.effective());
        StratumSide { weight, people, rate: if weight > 0.0 { hits.weight.value() / weight } else { 0.0 } }
    };
    let tables: Vec<(StratumSide, StratumSide)> =
        strata.iter().map(|stratum| (side(&group.within(stratum)), side(&reference.within(stratum)))).collect();
    kitagawa(&tables)
}
