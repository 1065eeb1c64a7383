//! Distances between the surfaces of two masks, in mm: Hausdorff distance, its 95th percentile, average distances, and the share of
//! both surfaces that lies within a tolerance.
//!
//! Libraries differ in what a surface is, and in which percentile and mean they take. Both definitions of a surface are here, under
//! their own names:
//!
//! - **Surfels** ([`of_surfels`]): the surface between voxel centers, in pieces with an area. Distances are weighted by area, so that
//!   anisotropic voxels do not make steep parts count more. As google-deepmind's `surface-distance`.
//! - **Voxels** ([`of_voxels`]): the voxels of a mask that have a neighbor outside of it; each counts once. As MedPy and MONAI.

mod areas;
mod border;
mod cropped;
mod measure;
mod surfels;
mod voxels;
mod weighted;

pub use border::Border;
pub use measure::{measure, measure_voxels};
pub(crate) use measure::{metrics, metrics_of_voxels};
pub use surfels::of_surfels;
pub use voxels::of_voxels;
pub use weighted::{SurfaceDistances, Weighted};
