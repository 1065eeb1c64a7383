//! Study data: the bridge from a stage's inputs and outputs to files, and the scans that a command reads.
//!
//! [`ports`] reads inputs and writes outputs with their provenance, [`dataset`] chooses scans of a manifest, [`prepared`]
//! reads what networks take, [`rsom_mat`] raw RSOM scans, [`bscans`] stacks of B-scan pictures, and [`inspect`] reports
//! what any file holds. [`fault`] maps errors of libraries to exit codes, [`training_outputs`] declares the files of a
//! training. The formats themselves are in `rsom-formats`.

pub mod bscans;
#[cfg(feature = "cli")]
pub mod cli;
pub mod dataset;
pub mod fault;
pub mod inspect;
pub mod ports;
pub mod prepared;
pub mod rsom_mat;
pub mod sidecar;
pub mod training_outputs;
