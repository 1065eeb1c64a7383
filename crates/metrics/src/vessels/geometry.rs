//! Vectors in physical space, of voxels and angles.

pub(crate) use rsom_volume::point::{
    Point, between, cross, distance, dot, minus, norm, plus, times, unit,
};

/// The center of a voxel.
pub(crate) fn center(voxel: [usize; 3], spacing: [f64; 3]) -> Point {
    [0, 1, 2].map(|axis| voxel[axis] as f64 * spacing[axis])
}

/// The angle between two vectors, in radians; 0 if one has length 0.
pub(crate) fn angle(a: Point, b: Point) -> f64 {
    libm::atan2(norm(cross(a, b)), dot(a, b))
}
