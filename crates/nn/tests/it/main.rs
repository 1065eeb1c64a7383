//! The tests of `rsom-nn` from the outside, in one binary: one module for each subject.

mod adam;
mod common;
mod forward;
mod gradients;
mod tape;
mod weights;
