//! Files: what this workspace reads and writes, and the faults it refuses.
//!
//! [`table`] holds Parquet and CSV, [`nifti`] volumes, masks and label maps, [`ports`] the bridge from a stage's
//! inputs and outputs to both, [`manifest`] data sets, [`dataset`] those of their scans that a command reads. An [`IoError`] says what is wrong with a file without naming it;
//! whoever knows the path adds it once.

pub mod axes;
pub mod bscans;
#[cfg(feature = "cli")]
pub mod cli;
pub mod dataset;
mod error;
mod guarded;
pub mod hdf5;
pub mod images;
pub mod inspect;
pub mod manifest;
pub mod matlab;
pub mod nifti;
pub mod ports;
pub mod prepared;
pub mod rsom_mat;
pub mod sidecar;
pub mod table;

pub use error::IoError;
