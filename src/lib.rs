//! evenhand
pub mod cells;
pub mod catalogue;
