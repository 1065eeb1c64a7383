//! Compares a plan with what is in the work folder: what is done, what is to run, and why.

pub(crate) mod assessor;
pub(crate) mod file_hashes;
pub(crate) mod hashes;
pub(crate) mod identity;
pub(crate) mod records;
pub(crate) mod survey;
pub(crate) mod workdir;
