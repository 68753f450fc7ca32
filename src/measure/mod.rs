//! Ledger × catalogue × statistics → measurements. Total: what has no answer
//! is a value with its reason.

mod base;
mod compare;
mod distribution;
mod evidence;
mod frame;
mod individual;
mod measurement;
mod pairs;
mod part;
mod practice;
mod scores;
mod strata;
mod summary;
mod unknown;

pub use base::CalibrationBin;
pub(crate) use evidence::{Evidence, Known};
pub(crate) use measurement::Measured;
pub use measurement::{
    Against, Class, Division, GroupSize, Measurement, Measurements, Method, Practice, Reversal, Test, TestMethod,
    Unknown, WithinStrata,
};

use rayon::prelude::*;

use crate::catalogue::{Base, Needs, Role, Value, bases};
use crate::cells::{Frame, Grid, Ledger, Level as ClassLevel, Matrix};
use crate::plan::{ForecastRole, Plan, Side};
use crate::stats::Resampling;
use base::{Look, Memory};
use frame::FrameLook;
use individual::Neighbourhood;
use part::Scale;

/// Measures everything that the plan's roles allow.
pub fn all(ledger: &Ledger, matrix: &Matrix, plan: &Plan) -> Measurements {
    let mut measurements = Measurements { divisions: Vec::new(), all: Vec::new() };
    let counted = ledger.frames.iter().find(|frame| part::whole_people(frame));
    let Some(first) = counted.or(ledger.frames.first()) else { return measurements };
    let has = roles(plan);
    let known: Vec<&'static Base> = bases().filter(|base| base.needs().within(has)).collect();
    // One class against the rest has label and decision.
    let binary = Needs::of(&[Role::Label, Role::Decision]);
    let of_class: Vec<&'static Base> =
        bases().filter(|base| base.needs().within(binary) && !is_about_all(base)).collect();
    let classes = if has.lacks(Role::Classes) { Vec::new() } else { classes(first) };
    let neighbourhood = (!has.lacks(Role::Features) && !has.lacks(Role::Decision)).then(|| Neighbourhood::new(matrix));
    let scale = plan.roles.score.as_ref().map(|score| scale(first, score.higher));
    let exact = !ledger.intake.weighted && plan.roles.cluster.is_none();
    let audit = Audit { plan, known, of_class, classes, neighbourhood: neighbourhood.as_ref() };
    let memory = Memory::default();
    FrameLook::new(&audit, first, look(plan, scale, exact, &memory)).everyone(&mut measurements);
    // Every frame is measured on its own; they are put together in their order.
    let of_frame = |frame: &Frame| {
        let mut found = Measurements { divisions: Vec::new(), all: Vec::new() };
        let reference = plan.reference(&frame.columns);
        let memory = Memory::default();
        FrameLook::new(&audit, frame, look(plan, scale, exact, &memory)).measure(reference, &mut found);
        found
    };
    for found in ledger.frames.par_iter().map(of_frame).collect::<Vec<Measurements>>() {
        measurements.divisions.extend(found.divisions);
        measurements.all.extend(found.all);
    }
    // One by one: summaries of many groups take as long as all the rest, and stand together.
    measurements.all.par_iter_mut().with_max_len(1).for_each(|measurement| {
        measurement.interval = measurement.interval_at(measurement.level);
    });
    measurements
}

fn look<'m>(plan: &Plan, scale: Option<Scale>, exact: bool, memory: &'m Memory) -> Look<'m> {
    Look {
        memory,
        scale,
        level: plan.confidence,
        choice: plan.intervals,
        resampling: Resampling { resamples: plan.resamples, seed: plan.seed, stream: 0 },
        exact,
    }
}

/// What is measured of every frame.
struct Audit<'a> {
    plan: &'a Plan,
    known: Vec<&'static Base>,
    /// The metrics of one class against the rest.
    of_class: Vec<&'static Base>,
    classes: Vec<ClassLevel>,
    neighbourhood: Option<&'a Neighbourhood<'a>>,
}

/// Metrics that need neither label nor decision, or say nothing of a class.
fn is_about_all(base: &Base) -> bool {
    matches!(base.value, Value::Share(_) | Value::Disparity(_) | Value::Inequality(_))
        || base.needs() == Needs::default()
        || base.id == "missing_label_rate"
}

fn classes(frame: &Frame) -> Vec<ClassLevel> {
    let pairs = frame.classes.keys().flat_map(|(_, actual, predicted)| [actual, predicted]);
    pairs.collect::<std::collections::BTreeSet<_>>().into_iter().cloned().collect()
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

fn scale(frame: &Frame, higher: Side) -> Scale {
    let grid = frame.scores.grid();
    let slack = match grid {
        Grid::Exact => 0.0,
        Grid::Significant { .. } => grid.width(),
    };
    let bins = || frame.scores.parts().flat_map(|(_, part)| part.bins.keys()).map(|bin| grid.centre(bin));
    let probability = bins().all(|score| score >= -slack && score <= 1.0 + slack);
    Scale { grid, higher, probability }
}
