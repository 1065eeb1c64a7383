//! Volumes: a grid of voxels in space and the values of the voxels.
//!
//! Arrays are indexed `(x, y, z)`; z is depth and grows into the tissue. Lengths are in millimeters. In addition, this
//! crate has arithmetic that several crates need: the extent of a mask in each column, the overlap of two masks, the
//! weights of a Gaussian, reflected indices, and vectors ([`point`]).
//!
//! This crate reads no files; every crate that handles scans uses its types.

#![allow(
    clippy::needless_pass_by_value,
    reason = "views of arrays are passed by value, as ndarray does"
)]

mod agreement;
mod axes;
mod column;
mod compact;
mod error;
mod gaussian;
mod grid;
mod label_map;
mod mask;
mod orientation;
mod overlap;
pub mod point;
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
pub use orientation::Orientation;
pub use overlap::OverlapCounts;
pub use raw_scan::{RawChannel, RawScan, SkinSurface};
pub use reflected::reflected;
pub use scan::Scan;
pub use spacing::Spacing;
