//! What a volume is: a grid of voxels in space and the values that stand on it.
//!
//! Arrays are indexed `(x, y, z)`; z is depth and grows into the tissue. Lengths are in millimetres.
//! Of masks it also says where each column begins and ends, and how two of them overlap.
//! This crate knows no files and no other algorithms; every other crate of the workspace speaks its types.

mod axes;
mod column;
mod error;
mod grid;
mod label_map;
mod mask;
mod overlap;
mod raw_scan;
mod scan;
mod spacing;

pub use axes::Axes;
pub use column::{Extent, extents};
pub use error::VolumeError;
pub use grid::{Affine, Grid};
pub use label_map::LabelMap;
pub use mask::Mask;
pub use overlap::OverlapCounts;
pub use raw_scan::{RawChannel, RawScan, SkinSurface};
pub use scan::Scan;
pub use spacing::Spacing;
