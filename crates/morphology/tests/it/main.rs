//! The tests of `rsom-morphology` from the outside, in one binary: one module for each subject.

mod components;
mod thinning;
