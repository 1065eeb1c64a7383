//! The tests of `rsom-morphology` from the outside, in one binary: one module for each subject.

mod closing;
mod components;
mod holes;
mod thinning;
