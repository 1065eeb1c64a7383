//! The tests of the public API and the command line of `rsom-layerseg`, in one binary: one module for each subject.

mod command_line;
mod golden_chain;
mod golden_networks;
mod golden_trajectory;
mod penalties;
mod training;
