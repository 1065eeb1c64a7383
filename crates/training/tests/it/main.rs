//! The tests of the public API of `rsom-training`, in one binary: one module for each subject.

mod checkpoint;
mod common;
mod trainer;
