//! The tests of the public API and the command line of `rsom-vesselseg`, in one binary: one module for each subject.

mod command_line;
mod golden_chain;
mod losses;
mod training;
mod unet3d;
