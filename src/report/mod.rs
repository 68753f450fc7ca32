//! What an audit found, and the only road from there to a file.
//!
//! A [`Report`] holds everything; a [`Release`] holds what may leave. Formats
//! take a `Release`, and [`suppress`] is the only way to make one.

mod bounds;
pub mod chart;
pub mod format;
mod gate;
mod guard;
mod release;
mod roles;
mod row;
mod suppress;
pub mod words;

use crate::cells::{Input, Ledger};
use crate::judge::Judgement;
use crate::measure::Measurements;
use crate::plan::Plan;
use crate::proxy::Proxies;
use crate::remedy::Reweighing;

pub use release::{
    Calibrated, CalibrationCurve, Change, ExcludedRows, Exclusions, OverTime, Provenance, Release, ReleasedDivision,
    ReleasedEstimate, ReleasedFinding, ReleasedGroup, ReleasedJoint, ReleasedPractice, ReleasedProxy,
    ReleasedReweighing, ReleasedRole, ReleasedRule, ReleasedWeight, ReleasedWithin, Shown, Side, Tolerance, Trend,
    TrendPoint,
};
pub use row::Row;
pub use suppress::suppress;

/// Everything that an audit found, small cells included. Cannot be written.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was asked.
    pub plan: Plan,
    /// What was counted.
    pub ledger: Ledger,
    /// What was measured.
    pub measurements: Measurements,
    /// What that means by the rules.
    pub judgement: Judgement,
    /// Columns that might stand in for an attribute.
    pub proxies: Proxies,
    /// Weights that would level the labels, one table for each attribute.
    pub reweighings: Vec<Reweighing>,
    /// What a careful person would want to know about the data.
    pub warnings: Vec<String>,
    /// The files that were read.
    pub inputs: Vec<Input>,
    /// Where it comes from.
    pub provenance: Provenance,
}
