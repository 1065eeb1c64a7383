//! The tests of `rsom-io` from the outside, in one binary: one module for each subject.

mod command_line;
#[path = "../../../formats/tests/it/common/mod.rs"]
mod common;
mod geometry;
mod hdf5;
mod hdf5_conventions;
mod import;
mod manifest;
mod matlab_write;
mod participants;
mod ports;
mod rsom_mat;
mod show;
mod tables;
mod update;
