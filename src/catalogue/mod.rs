//! What every metric *is*: data, and the algebra that makes hundreds of few.
//!
//! Help, `explain`, the schema, the report's glossary and the tests are folds
//! over these tables. Nothing here has a threshold, a group or a file.

mod base;
mod bases;
mod comparison;
mod limits;
mod metric;
mod needs;
mod notion;
mod outcomes;
mod peer;
mod source;
mod value;

pub use base::{Base, Worse, base, bases};
pub use comparison::{Comparison, Summary};
pub use metric::{Metric, UnknownMetric};
pub use needs::{Needs, Role};
pub use notion::{Meaning, NOTIONS, Notion, notion};
pub use outcomes::{
    EVERYONE, FN, FP, NOBODY, Outcomes, QUALIFIED, REJECTED, Rate, SELECTED, TN, TP, UNLABELLED, UNQUALIFIED,
};
pub use peer::{Peer, TOOLS, Tool};
pub use source::Source;
pub use value::{
    ClassesValue, DisparityOf, DistributionOf, Flip, ForecastValue, Inequality, RankedValue, ScoreValue, ShareValue,
    Value,
};
