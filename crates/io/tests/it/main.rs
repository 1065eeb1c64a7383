//! The tests of `rsom-io` from the outside, in one binary: one module for each subject.

mod command_line;
mod common;
mod hdf5;
mod import;
mod matlab;
mod matlab73;
mod matlab_write;
mod nifti_faults;
mod nifti_round_trip;
mod ports;
mod rsom_mat;
mod table;
