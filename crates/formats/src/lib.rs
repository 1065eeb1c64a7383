//! File formats: what this workspace reads and writes, one folder for each format.
//!
//! [`nifti`] holds volumes, masks and label maps, [`table`] Parquet and CSV, [`matlab`] MATLAB files, [`hdf5`] HDF5
//! files, [`images`] PNG and TIFF. Each format knows `rsom-volume` and nothing of stages or studies.
//!
//! A [`FormatError`] says what is wrong with a file without naming it; whoever knows the path adds it once.

mod error;
mod guarded;
pub mod hdf5;
pub mod images;
pub mod matlab;
pub mod nifti;
mod numbers;
pub mod table;

pub use error::FormatError;
pub use numbers::Numbers;
