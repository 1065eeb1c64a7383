//! What arterial trees promise: Murray's law, minimal work, connection, clearance, volume, and their files.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[cfg(feature = "cli")]
mod command;
mod common;
mod growth;
mod laws;
mod swc;
mod voxels;
