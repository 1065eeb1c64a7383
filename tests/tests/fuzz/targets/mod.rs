//! One module for each target: its seeds, and what its readers promise.

mod hdf5;
mod images;
mod manifest;
mod matlab;
mod nifti;
// Its pipelines name programs of Unix.
#[cfg(unix)]
mod pipeline;
mod sidecar;
mod tables;
mod weights;
