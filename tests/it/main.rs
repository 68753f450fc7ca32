//! One binary for all integration tests: each test binary links all of the
//! reader's library, which takes longer than running the tests.

mod support;

mod bad_input;
mod catalogue;
#[cfg(feature = "cloud")]
mod cloud;
mod commands;
mod determinism;
mod files;
mod fixtures;
mod gallery;
mod inputs;
mod laws;
mod layers;
mod oracles;
mod privacy;
mod published;
mod report;
mod roles;
mod unknown;
mod verdicts;
