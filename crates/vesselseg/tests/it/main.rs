//! The tests of `rsom-vesselseg` from the outside, in one binary: one module for each subject.

mod command_line;
mod golden_chain;
mod losses;
mod training;
mod unet3d;
