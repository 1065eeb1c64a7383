//! Study data: connects inputs and outputs of stages with files, and selects the scans that a command reads.
//!
//! [`ports`] reads inputs and writes outputs with their provenance, [`dataset`] selects scans of a manifest,
//! [`prepared`] reads the input of networks, [`rsom_mat`] reads raw RSOM scans, [`bscans`] reads stacks of B-scan
//! pictures, and [`inspect`] reports the content of any file.
//! [`finding`] finds the scans of a folder with the [`participants`] of a spreadsheet; [`overview`] shows a manifest at a glance.
//! [`surface_tables`] reads and writes sub-voxel depths of surfaces.
//! [`channels`] puts the channels of a scan in the order of the training scans, [`fault`] maps errors of libraries to exit
//! codes, [`training_outputs`] declares the files of a training, [`long_table`] the contents of a table of measures,
//! and [`output_check`] examines the files of foreign programs. The formats themselves are in `rsom-formats`.

pub mod bscans;
pub mod channels;
#[cfg(feature = "cli")]
pub mod cli;
pub mod dataset;
pub mod fault;
pub mod finding;
pub mod inspect;
pub mod long_table;
pub mod output_check;
pub mod overview;
pub mod participants;
pub mod ports;
pub mod prepared;
pub mod rsom_mat;
pub mod sidecar;
pub mod surface_tables;
mod text_table;
pub mod training_outputs;
