//! The tests of `rsom-stats` from the outside, in one binary: one module for each subject.

mod cli;
mod golden;
mod properties;
mod publication;
mod study;
