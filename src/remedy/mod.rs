//! What could be done, with its price.

mod reweigh;

pub use reweigh::{Reweighing, Weight, reweighings, row_weights};
