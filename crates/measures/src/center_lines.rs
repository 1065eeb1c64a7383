//! The columns of the center lines of vessels: `metrics biomarkers` writes them, `report projections` draws them.
//!
//! One row is a point of a center line, in the order along it.

/// Number of the vessel segment.
pub const SEGMENT: &str = "segment";
/// Position along x, y and z in µm, from the center of the first voxel of the vessel mask.
pub const PLACE_UM: [&str; 3] = ["x_um", "y_um", "z_um"];
/// Diameter of the vessel there in µm; missing where no surface was found.
pub const DIAMETER_UM: &str = "diameter_um";
