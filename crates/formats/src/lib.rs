//! File formats of this workspace, one folder per format.
//!
//! [`nifti`] reads and writes volumes, masks and label maps; [`table`] Parquet and CSV; [`matlab`] MATLAB files;
//! [`hdf5`] HDF5 files; [`images`] PNG and TIFF; [`spreadsheet`] delimited text of users.
//! Formats depend on `rsom-volume` and know nothing of stages or studies.
//!
//! A [`FormatError`] states the fault of a file without its name; the caller that knows the path adds it once.

mod error;
mod guarded;
pub mod hdf5;
pub mod images;
mod mask_values;
pub mod matlab;
pub mod nifti;
mod numbers;
mod opened;
mod single;
pub mod spreadsheet;
pub mod table;

pub use error::FormatError;
pub use mask_values::require_mask;
pub use numbers::Numbers;
pub use single::Changed;
