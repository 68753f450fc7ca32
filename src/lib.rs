//! Evenhand audits decisions for disparities between groups.
pub mod catalogue;
pub mod cells;
pub mod plan;
pub mod stats;
pub mod tally;
pub mod measure;
pub mod judge;
pub mod proxy;
pub mod remedy;
pub mod report;
