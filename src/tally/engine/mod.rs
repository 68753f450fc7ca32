//! Ways to count. An engine turns a plan into a ledger and nothing else; every
//! engine must give the identical ledger.

mod diagnose;
pub(super) mod embedded;
pub(super) mod source;

pub use embedded::Embedded;

use super::{Tallied, TallyError};
use crate::plan::Plan;

/// A way to count rows.
pub trait Engine {
    /// Counts what the plan asks for.
    ///
    /// # Errors
    /// When the data cannot be read or are not what the plan says.
    fn tally(&self, plan: &Plan) -> Result<Tallied, TallyError>;
}
