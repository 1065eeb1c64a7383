//! What a volume is: a grid of voxels in space and the values that stand on it.
//!
//! Arrays are indexed `(x, y, z)`; z is depth and grows into the tissue. Lengths are in millimetres.
//! Next to them stands the arithmetic that several crates need: where a mask begins and ends in each column, how two masks
//! overlap, the weights of a Gaussian, and the mirror image of a place beyond an end.
//!
//! This crate knows no files; every crate that handles scans speaks its types.

#![allow(
    clippy::needless_pass_by_value,
    reason = "views of arrays are passed by value, as ndarray does"
)]

mod axes;
mod column;
mod compact;
mod error;
mod gaussian;
mod grid;
mod label_map;
mod mask;
mod overlap;
mod raw_scan;
mod reflected;
mod scan;
mod spacing;

pub use axes::Axes;
pub use column::{Extent, extents};
pub use compact::CompactIntensities;
pub use error::VolumeError;
pub use gaussian::{gaussian_samples, gaussian_weights};
pub use grid::{Affine, Grid};
pub use label_map::LabelMap;
pub use mask::Mask;
pub use overlap::OverlapCounts;
pub use raw_scan::{RawChannel, RawScan, SkinSurface};
pub use reflected::reflected;
pub use scan::Scan;
pub use spacing::Spacing;
