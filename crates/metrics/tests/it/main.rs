//! The tests of `rsom-metrics` from the outside, in one binary: one module for each subject.

mod agreement;
mod command;
mod golden;
mod labels;
