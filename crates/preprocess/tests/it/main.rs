//! The tests of `rsom-preprocess` from the outside, in one binary: one module for each subject.

mod command;
mod golden_preparation;
mod octlayers;
mod prepare;
mod surface;
