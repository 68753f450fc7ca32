//! Evenhand audits the decisions of a model for disparities between groups.
//!
//! Rows are counted once, into a small [`cells::Ledger`]; everything after it
//! is a pure function of that ledger, and only a [`report::Release`], from
//! which small cells have been withheld, can be written.

mod audit;
pub mod catalogue;
pub mod cells;
mod cli;
pub mod history;
pub mod judge;
pub mod measure;
pub mod plan;
pub mod proxy;
pub mod remedy;
pub mod report;
pub mod stats;
mod suggest;
pub mod tally;
mod unfinished;
pub mod watch;

pub use audit::{audit, audit_watched, reweigh, reweigh_watched};
pub use cells::Ledger;
pub use cli::run;
pub use plan::Plan;
pub use report::{Provenance, Release};

/// The examples of the README, so that they stay true.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
