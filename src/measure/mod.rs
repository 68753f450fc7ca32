//! Ledger × catalogue × statistics → measurements. Total: what has no answer
//! is a value with its reason.

mod base;
mod compare;
mod measurement;
mod part;
mod strata;
mod summary;

pub use base::CalibrationBin;
pub(crate) use measurement::Measured;
pub use measurement::{Against, Division, GroupSize, Measurement, Measurements, Method, Reversal, Test, TestMethod};

use crate::catalogue::{BASES, Base, Comparison, Metric, Needs, Role, Summary, base as base_metric};
use crate::cells::{Cell, Frame, Grid, Group, Ledger, Quantity, Why};
use crate::plan::{ForecastRole, Plan, Reference, Side};
use crate::stats::{Interval, Level};
use compare::{Sides, compare};
use part::{Part, Scale};

/// Measures everything that the plan's roles allow.
pub fn all(ledger: &Ledger, plan: &Plan) -> Measurements {
    let has = roles(plan);
    let bases: Vec<&'static Base> = BASES.iter().filter(|base| base.needs().within(has)).collect();
    let mut measurements = Measurements { divisions: Vec::new(), all: Vec::new() };
    let Some(first) = ledger.frames.first() else { return measurements };
    let scale = plan.roles.score.as_ref().map(|score| scale(first, score.higher));
    let everyone = Part::of(first, |_| true);
    for base in &bases {
        let measured = base::measure(base, &everyone, scale, plan.confidence);
        measurements.all.push(place(measured, "", None, Metric::Base(base), plan.confidence));
    }
    for frame in &ledger.frames {
        let reference = plan.reference(&frame.columns);
        let looker =
            FrameLook { frame, name: frame.name(), scale, plan, bases: &bases, weighted: ledger.intake.weighted };
        looker.measure(reference, &mut measurements);
    }
    measurements
}

/// What the plan names.
fn roles(plan: &Plan) -> Needs {
    let roles = &plan.roles;
    Needs::when(&[
        (Role::Decision, roles.decision.is_some()),
        (Role::Label, roles.label.is_some()),
        (Role::Score, roles.score.is_some()),
        (Role::Stratum, !roles.strata.is_empty()),
        (Role::Forecast, roles.forecast.is_some()),
        (Role::Range, roles.forecast.as_ref().is_some_and(ForecastRole::has_range)),
        (Role::Classes, roles.classes.is_some()),
        (Role::Query, roles.ranking.is_some()),
        (Role::Counterfactual, roles.counterfactual.is_some()),
        (Role::Features, roles.features.is_some()),
        (Role::Population, plan.attributes.iter().any(|attribute| !attribute.population.is_empty())),
    ])
}

fn place(measured: Measured, attribute: &str, group: Option<&Group>, metric: Metric, level: Level) -> Measurement {
    Measurement {
        attribute: attribute.to_string(),
        group: group.cloned(),
        stratum: None,
        metric,
        reference: None,
        quantity: measured.quantity,
        interval: measured.interval,
        level,
        n: measured.n,
        n_eff: measured.n_eff,
        numerator: measured.numerator,
        denominator: measured.denominator,
        test: measured.test,
        error_bound: measured.error_bound,
    }
}

fn scale(frame: &Frame, higher: Side) -> Scale {
    let grid = frame.scores.grid();
    let slack = match grid {
        Grid::Exact => 0.0,
        Grid::Significant { .. } => grid.width(),
    };
    let bins = || frame.scores.parts().flat_map(|(_, part)| part.bins.keys()).map(|bin| grid.centre(*bin));
    let probability = bins().all(|score| score >= -slack && score <= 1.0 + slack);
    Scale { grid, higher, probability }
}

/// One frame being measured.
struct FrameLook<'a> {
    frame: &'a Frame,
    name: String,
    scale: Option<Scale>,
    plan: &'a Plan,
    bases: &'a [&'static Base],
    weighted: bool,
}

impl FrameLook<'_> {
    fn measure(&self, reference: &Reference, into: &mut Measurements) {
        let level = self.plan.confidence;
        let parts: Vec<(&Group, Part)> =
            self.frame.groups.keys().map(|group| (group, Part::of(self.frame, |other| other == group))).collect();
        for (group, part) in &parts {
            for base in self.bases {
                let measured = base::measure(base, part, self.scale, level);
                into.all.push(place(measured, &self.name, Some(group), Metric::Base(base), level));
            }
        }
        let compared: Vec<&(&Group, Part)> = parts.iter().filter(|(group, _)| !group.is_missing()).collect();
        let (against, data_chosen) = self.reference(reference, &compared);
        let mut reversals = Vec::new();
        if let Some(against) = &against {
            let level = match data_chosen {
                true => level.bonferroni(compared.len() * compared.len().saturating_sub(1) / 2),
                false => level,
            };
            self.comparisons(&compared, against, level, data_chosen, &mut reversals, into);
        }
        self.summaries(&compared, into);
        self.within_strata(&compared, into);
        let whole = self.frame.everyone().total().weight.value();
        let groups = parts.iter().map(|(group, part)| self.size(group, part, whole)).collect();
        into.divisions.push(Division {
            attribute: self.name.clone(),
            groups,
            reference: against,
            data_chosen,
            reversals,
        });
    }

    fn size(&self, group: &Group, part: &Part, whole: f64) -> GroupSize {
        let people = part.people();
        let has_label = self.plan.roles.label.is_some();
        let calibration = match self.scale {
            Some(scale) if scale.probability && has_label => base::calibration(part, scale),
            _ => Vec::new(),
        };
        GroupSize {
            group: group.clone(),
            n: people.n,
            n_eff: people.effective(),
            share: if whole > 0.0 { people.weight.value() / whole } else { 0.0 },
            too_small: people.n < self.plan.min_group_size,
            calibration,
        }
    }

    /// Whether a group has the reference level of every attribute that names
    /// one: the largest of those is what an intersection is compared with.
    fn has_named_levels(&self, group: &Group) -> bool {
        self.frame.columns.iter().zip(&group.0).all(|(column, level)| {
            let attribute = self.plan.attributes.iter().find(|attribute| attribute.column == *column);
            match attribute.map(|attribute| &attribute.reference) {
                Some(Reference::Level(name)) => level.to_string() == *name,
                _ => true,
            }
        })
    }

    fn reference(&self, wanted: &Reference, compared: &[&(&Group, Part)]) -> (Option<Against>, bool) {
        let first_largest = |pick: &dyn Fn(&Group, &Part) -> Option<f64>| {
            let mut best: Option<(f64, &Group)> = None;
            for (group, part) in compared {
                if let Some(value) = pick(group, part)
                    && best.is_none_or(|(most, _)| value > most)
                {
                    best = Some((value, group));
                }
            }
            best.map(|(_, group)| Against::Group(group.clone()))
        };
        match wanted {
            Reference::Overall => (Some(Against::Overall), false),
            Reference::Rest => (Some(Against::Rest), false),
            Reference::Largest => {
                let size = |_: &Group, part: &Part| Some(part.people().n as f64);
                let named = |group: &Group, part: &Part| size(group, part).filter(|_| self.has_named_levels(group));
                (first_largest(&named).or_else(|| first_largest(&size)), false)
            }
            Reference::Highest => {
                let base = base_metric("selection_rate").filter(|base| self.bases.iter().any(|b| b.id == base.id));
                let base = base.or(base_metric("base_rate"));
                let rate = |_: &Group, part: &Part| {
                    let large = part.people().n >= self.plan.min_group_size;
                    base.filter(|_| large).and_then(|base| base::as_proportion(base, part)).map(|p| p.estimate())
                };
                (first_largest(&rate), true)
            }
            Reference::Level(name) => {
                let found = compared.iter().find(|(group, _)| group.to_string() == *name);
                (found.map(|(group, _)| Against::Group((*group).clone())), false)
            }
        }
    }

    fn comparisons(
        &self,
        compared: &[&(&Group, Part)],
        against: &Against,
        level: Level,
        data_chosen: bool,
        reversals: &mut Vec<Reversal>,
        into: &mut Measurements,
    ) {
        let everyone = Part::of(self.frame, |group| !group.is_missing());
        let family = compared.len() * compared.len().saturating_sub(1) / 2;
        for (group, part) in compared {
            let reference = match against {
                Against::Group(reference) if reference == *group => continue,
                Against::Group(reference) => Part::of(self.frame, |other| other == reference),
                Against::Overall => everyone.clone(),
                Against::Rest => Part::of(self.frame, |other| other != *group && !other.is_missing()),
            };
            let rest = (*against == Against::Overall)
                .then(|| Part::of(self.frame, |other| other != *group && !other.is_missing()));
            let sides = Sides { group: part, reference: &reference, rest: rest.as_ref(), weighted: self.weighted };
            let mut push = |metric: Metric, mut measured: Measured| {
                if data_chosen && let Some(test) = &mut measured.test {
                    test.p = (test.p * family as f64).min(1.0);
                }
                let placed = place(measured, &self.name, Some(group), metric, level);
                into.all.push(Measurement { reference: Some(against.clone()), ..placed });
            };
            for base in self.bases {
                for how in Comparison::ALL.into_iter().filter(|how| how.applies_to(base) && !how.stratified()) {
                    push(Metric::Compared(base, how), compare(base, how, &sides, self.scale, level));
                }
                if !self.plan.roles.strata.is_empty() && base.rate().is_some() {
                    let found = match against {
                        Against::Overall => None,
                        _ => strata::pool(base, part, &reference, level),
                    };
                    for how in Comparison::ALL.into_iter().filter(|how| how.stratified()) {
                        let measured = strata::pooled(how, found.as_ref(), &part.people());
                        push(
                            Metric::Compared(base, how),
                            match against {
                                Against::Overall => Measured::undefined(Why::ReferenceContainsGroup, &part.people()),
                                _ => measured,
                            },
                        );
                    }
                }
            }
            self.means(&sides, level, &mut push);
            reversals.extend(self.reversal(group, &sides, level));
        }
    }

    /// The composites that are the mean of two comparisons.
    fn means(&self, sides: &Sides<'_>, level: Level, push: &mut dyn FnMut(Metric, Measured)) {
        let people = sides.group.people();
        for metric in Metric::all() {
            let Some((Metric::Compared(one, how), Metric::Compared(two, other))) = metric.parts() else { continue };
            if [one, two].iter().any(|part| !self.bases.iter().any(|base| base.id == part.id)) {
                continue;
            }
            let one = compare(one, how, sides, self.scale, level);
            let two = compare(two, other, sides, self.scale, level);
            let measured = match (one.quantity, two.quantity) {
                (Quantity::Value(a), Quantity::Value(b)) => {
                    let mean = (a + b) / 2.0;
                    let (low, high) = metric.range();
                    let interval = one.estimate().zip(two.estimate()).map(|(one, two)| {
                        (crate::stats::mover_mean(one, two).clamp(low, high).around(mean), Method::Mover)
                    });
                    Measured { interval, ..Measured::new(mean, &people) }
                }
                (Quantity::Undefined(why), _) | (_, Quantity::Undefined(why)) => Measured::undefined(why, &people),
            };
            push(metric, measured);
        }
    }

    /// Whether strata contradict the comparison of everyone.
    fn reversal(&self, group: &Group, sides: &Sides<'_>, level: Level) -> Option<Reversal> {
        if self.plan.roles.strata.is_empty() || sides.rest.is_some() {
            return None;
        }
        let base = self.bases.iter().find(|base| base.id == "selection_rate").or(self.bases.first())?;
        let overall = compare(base, Comparison::Difference, sides, self.scale, level);
        let within = strata::pool(base, sides.group, sides.reference, level)?;
        let difference = overall.quantity.value()?;
        if difference * within.difference >= 0.0 {
            return None;
        }
        let alpha = level.alpha();
        let beyond_chance =
            within.test.is_some_and(|(_, p)| p < alpha) && overall.test.is_some_and(|test| test.p < alpha);
        let metric = base.id;
        Some(Reversal { group: group.clone(), metric, overall: difference, within: within.difference, beyond_chance })
    }

    fn summaries(&self, compared: &[&(&Group, Part)], into: &mut Measurements) {
        let level = self.plan.confidence;
        let parts: Vec<&Part> = compared.iter().map(|(_, part)| part).collect();
        let of = |base: &Base, summary, level| summary::summarise(base, summary, &parts, self.scale, level);
        for base in self.bases {
            for summary in Summary::ALL.into_iter().filter(|summary| summary.applies_to(base)) {
                let measured = of(base, summary, level);
                into.all.push(place(measured, &self.name, None, Metric::Summarised(base, summary), level));
            }
        }
        for metric in Metric::all() {
            let Some((Metric::Summarised(one, summary), Metric::Summarised(two, _))) = metric.parts() else { continue };
            if [one, two].iter().any(|part| !self.bases.iter().any(|base| base.id == part.id)) {
                continue;
            }
            // Both must hold together: half of the error each.
            let both = level.bonferroni(2);
            let (one, two) = (of(one, summary, both), of(two, summary, both));
            let choose: fn(f64, f64) -> f64 = if summary == Summary::MinRatio { f64::min } else { f64::max };
            let mut people = Cell::default();
            parts.iter().for_each(|part| people.merge(&part.people()));
            let measured = match (one.quantity, two.quantity) {
                (Quantity::Value(a), Quantity::Value(b)) => {
                    let interval = one.estimate().zip(two.estimate()).map(|(a, b)| {
                        let (a, b) = (a.interval, b.interval);
                        (Interval::new(choose(a.low, b.low), choose(a.high, b.high)), Method::Simultaneous)
                    });
                    Measured { interval, ..Measured::new(choose(a, b), &people) }
                }
                (Quantity::Undefined(why), _) | (_, Quantity::Undefined(why)) => Measured::undefined(why, &people),
            };
            into.all.push(place(measured, &self.name, None, metric, level));
        }
    }

    /// The selection rate and the base rate in each stratum.
    fn within_strata(&self, compared: &[&(&Group, Part)], into: &mut Measurements) {
        if self.plan.roles.strata.is_empty() {
            return;
        }
        let level = self.plan.confidence;
        let bases = self.bases.iter().filter(|base| base.id == "selection_rate" || base.id == "base_rate");
        for base in bases {
            for (group, part) in compared {
                for stratum in strata::strata_of(part) {
                    let measured = base::measure(base, &part.within(&stratum), None, level);
                    let placed = place(measured, &self.name, Some(group), Metric::Base(base), level);
                    into.all.push(Measurement { stratum: Some(stratum), ..placed });
                }
            }
        }
    }
}
