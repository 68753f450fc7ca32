//! evenhand
pub mod cells;
