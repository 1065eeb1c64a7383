//! What a volume is: a grid of voxels in space and the values that stand on it.
//!
//! Arrays are indexed `(x, y, z)`; z is depth and grows into the tissue. Lengths are in millimetres.
//! This crate knows no files and no algorithms; every other crate of the workspace speaks its types.

mod error;
mod grid;
mod label_map;
mod mask;
mod scan;
mod spacing;

pub use error::VolumeError;
pub use grid::{Affine, Grid};
pub use label_map::LabelMap;
pub use mask::Mask;
pub use scan::Scan;
pub use spacing::Spacing;
