//! The entries of the catalogue, one file for each family.

mod classes;
mod confusion;
mod data;
mod forecast;
mod individual;
mod inequality;
mod ranking;
mod score;

use super::base::Base;

/// Every family, in the order of listing.
pub(super) const FAMILIES: &[&[Base]] = &[
    confusion::BASES,
    score::BASES,
    data::BASES,
    inequality::BASES,
    forecast::BASES,
    classes::BASES,
    ranking::BASES,
    individual::BASES,
];
