//! The tests of the whole program, in one binary: one module for each subject.

mod conformance;
mod failures;
mod quickstart;
mod segment;
mod tidy;
mod vessel_swap;
