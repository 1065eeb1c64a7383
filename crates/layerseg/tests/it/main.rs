//! The tests of `rsom-layerseg` from the outside, in one binary: one module for each subject.

mod command_line;
mod golden_chain;
mod golden_networks;
mod training;
