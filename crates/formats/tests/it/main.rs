//! The tests of `rsom-formats` from the outside, in one binary: one module for each subject.

mod common;
mod matlab;
mod matlab73;
mod nifti_doubts;
mod nifti_faults;
mod nifti_round_trip;
mod png;
mod spreadsheet;
mod table;
mod tiff;
