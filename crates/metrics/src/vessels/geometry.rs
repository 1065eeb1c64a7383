//! Vectors in physical space.

/// A position or a vector along (x, y, z), in the unit of the spacing.
pub(crate) type Point = [f64; 3];

pub(crate) fn plus(a: Point, b: Point) -> Point {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(crate) fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(crate) fn times(a: Point, factor: f64) -> Point {
    a.map(|v| v * factor)
}

pub(crate) fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: Point, b: Point) -> Point {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

pub(crate) fn norm(a: Point) -> f64 {
    dot(a, a).sqrt()
}

pub(crate) fn distance(a: Point, b: Point) -> f64 {
    norm(minus(a, b))
}

/// The vector of length 1 in this direction; `None` for a vector of length 0.
pub(crate) fn unit(a: Point) -> Option<Point> {
    let length = norm(a);
    (length > 0.0).then(|| times(a, 1.0 / length))
}

/// The point at a share of the way from `a` to `b`.
pub(crate) fn between(a: Point, b: Point, share: f64) -> Point {
    plus(a, times(minus(b, a), share))
}

/// The center of a voxel.
pub(crate) fn center(voxel: [usize; 3], spacing: [f64; 3]) -> Point {
    [0, 1, 2].map(|axis| voxel[axis] as f64 * spacing[axis])
}

/// The angle between two vectors, in radians; 0 if one has length 0.
pub(crate) fn angle(a: Point, b: Point) -> f64 {
    libm::atan2(norm(cross(a, b)), dot(a, b))
}
