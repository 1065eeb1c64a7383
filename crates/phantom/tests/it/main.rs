//! The tests of `rsom-phantom` from the outside, in one binary: one module for each subject.

mod command;
mod gerl2020;
mod physical;
mod simple;
mod tree;
mod truth;
