//! The tests of `rsom-frangi` from the outside, in one binary: one module for each subject.

mod choice;
mod command_line;
mod filter;
