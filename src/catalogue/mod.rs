//! What every metric *is*: data, and the algebra that makes hundreds of few.
//!
//! Help, `explain`, the schema, the report's glossary and the tests are folds
//! over these tables. Nothing here has a threshold, a group or a file.

mod base;
mod metric;
mod needs;
mod notion;
mod outcomes;
mod source;

pub use base::{BASES, Base, Value, Worse, base};
pub use metric::{Comparison, Metric, Summary, UnknownMetric};
pub use needs::{Needs, Role};
pub use notion::{Meaning, NOTIONS, Notion, notion};
pub use outcomes::{FN, FP, Outcomes, QUALIFIED, REJECTED, Rate, SELECTED, TN, TP, UNQUALIFIED};
pub use source::Source;
