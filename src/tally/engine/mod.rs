//! Ways to count. An engine turns a plan into a ledger and nothing else; every
//! engine must give the identical ledger.

pub(super) mod column;
mod diagnose;
pub(super) mod embedded;
mod inputs;
pub(super) mod source;

pub use embedded::Embedded;
pub use inputs::Inputs;

use super::{Tallied, TallyError};
use std::sync::Arc;

use crate::plan::Plan;
use crate::watch::Watch;

/// A way to count rows.
pub trait Engine {
    /// Counts what the plan asks for, and tells how far it is.
    ///
    /// # Errors
    /// When the data cannot be read or are not what the plan says.
    fn tally(&self, plan: &Plan, watch: &Arc<dyn Watch>) -> Result<Tallied, TallyError>;
}
