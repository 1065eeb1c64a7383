//! The tests of `rsom-training` from the outside, in one binary: one module for each subject.

mod checkpoint;
mod common;
mod trainer;
