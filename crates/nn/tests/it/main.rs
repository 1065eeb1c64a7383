//! The tests of the public API of `rsom-nn`, in one binary: one module for each subject.

mod adam;
mod common;
mod forward;
mod gradients;
mod tape;
mod weights;
