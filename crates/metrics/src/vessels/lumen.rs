//! The inside of vessels: rays to their surface, and cross-sections.

use ndarray::ArrayView3;

use super::geometry::{Point, cross, dot, minus, plus, times, unit};

/// Number of rays of a cross-section.
const RAYS: i32 = 24;

/// A mask in physical space: the union of its voxels, which are boxes around their centers.
#[derive(Clone, Copy)]
pub(crate) struct Lumen<'a> {
    pub mask: ArrayView3<'a, bool>,
    pub spacing: [f64; 3],
    /// The axis of extent 1 of an image.
    pub flat: Option<usize>,
}

/// Where a ray ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Hit {
    /// At the surface, after this length.
    Surface(f64),
    /// At the border of the array, after this length.
    Border(f64),
    /// Still inside after the longest length.
    Far,
}

/// The cross-section around a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Section {
    /// Radius of the disk of the same area; half the width in an image.
    pub radius: f64,
    /// From the point to the centroid; `None` if the surface was not found on every side.
    pub to_centroid: Option<Point>,
}

impl Lumen<'_> {
    /// The voxel that contains a point.
    pub fn voxel(&self, point: Point) -> Option<[usize; 3]> {
        let mut voxel = [0; 3];
        for axis in 0..3 {
            let place = (point[axis] / self.spacing[axis] + 0.5).floor();
            if !(place >= 0.0 && place < self.mask.shape()[axis] as f64) {
                return None;
            }
            voxel[axis] = place as usize;
        }
        Some(voxel)
    }

    /// Whether a point lies in a set voxel.
    pub fn contains(&self, point: Point) -> bool {
        self.voxel(point).is_some_and(|voxel| self.mask[voxel])
    }

    /// Follows a ray from a point inside, along a direction of length 1, voxel by voxel.
    ///
    /// Method: Amanatides and Woo (1987), "A fast voxel traversal algorithm for ray tracing", Eurographics.
    pub fn ray(&self, from: Point, direction: Point, longest: f64) -> Hit {
        let Some(mut voxel) = self.voxel(from) else {
            return Hit::Border(0.0);
        };
        let (mut next, mut step) = ([f64::INFINITY; 3], [f64::INFINITY; 3]);
        for axis in 0..3 {
            let (way, spacing) = (direction[axis], self.spacing[axis]);
            if way != 0.0 {
                let face = (voxel[axis] as f64 + 0.5 * way.signum()) * spacing;
                next[axis] = ((face - from[axis]) / way).max(0.0);
                step[axis] = spacing / way.abs();
            }
        }
        let mut length = 0.0;
        loop {
            if !self.mask[voxel] {
                return Hit::Surface(length);
            }
            let axis = if next[0] <= next[1] && next[0] <= next[2] {
                0
            } else if next[1] <= next[2] {
                1
            } else {
                2
            };
            length = next[axis];
            if length > longest {
                return Hit::Far;
            }
            next[axis] += step[axis];
            let moved = if direction[axis] > 0.0 {
                voxel[axis] + 1
            } else {
                voxel[axis].wrapping_sub(1)
            };
            if moved >= self.mask.shape()[axis] {
                return Hit::Border(length);
            }
            voxel[axis] = moved;
        }
    }

    /// The cross-section around a point inside, across a tangent of length 1.
    ///
    /// Rays leave the point at equal angles. With the lengths ρ of those that find the surface, area and centroid of the
    /// star-shaped section are ½ Σ ρ² Δφ and 2 Σ ρ³ u / (3 Σ ρ²), wherever the point lies in it; the radius is that of the disk
    /// of this area, √(mean ρ²). So a skeleton beside the axis does not change the radius, and the voxels' corners, which lie as
    /// often outside as inside of the surface, change it little. The distance transform would give the largest ball, whose
    /// radius falls by the distance from the skeleton's voxel to the axis, about 0.4 voxels.
    ///
    /// Rays that leave the array or are longer than `longest` (into another branch, or along a sheet) are left out; `None` if
    /// fewer than a quarter are left.
    pub fn section(&self, point: Point, tangent: Point, longest: f64) -> Option<Section> {
        let (first, second) = self.across(tangent)?;
        let directions = if self.flat.is_some() { 2 } else { RAYS };
        let (mut found, mut squares, mut moment) = (0, 0.0, [0.0; 3]);
        for (cos, sin) in circle(directions) {
            let direction = plus(times(first, cos), times(second, sin));
            if let Hit::Surface(length) = self.ray(point, direction, longest)
                && length > 0.0
            {
                found += 1;
                squares += length * length;
                let weight = if self.flat.is_some() {
                    0.5 * length
                } else {
                    length * length * length
                };
                moment = plus(moment, times(direction, weight));
            }
        }
        if 4 * found < directions || found == 0 {
            return None;
        }
        let complete = found == directions;
        Some(if self.flat.is_some() {
            // Half the sum of both lengths, which does not depend on the point either: with m their half difference, the mean
            // square is (half the sum)² + m².
            let offset = if complete { dot(moment, moment) } else { 0.0 };
            Section {
                radius: (squares / f64::from(found) - offset).max(0.0).sqrt(),
                to_centroid: complete.then_some(moment),
            }
        } else {
            Section {
                radius: (squares / f64::from(found)).sqrt(),
                to_centroid: (complete && squares > 0.0)
                    .then(|| times(moment, 2.0 / (3.0 * squares))),
            }
        })
    }

    /// Two directions across a tangent; in an image the first one lies in it.
    fn across(&self, tangent: Point) -> Option<(Point, Point)> {
        let axis = self.flat.unwrap_or_else(|| {
            let sizes = tangent.map(f64::abs);
            (0..3)
                .min_by(|a, b| sizes[*a].total_cmp(&sizes[*b]))
                .unwrap_or(0)
        });
        let mut along = [0.0; 3];
        along[axis] = 1.0;
        let first = unit(cross(along, tangent))?;
        let second = unit(minus(along, times(tangent, dot(along, tangent))))?;
        Some((first, second))
    }
}

/// Cosine and sine of equal angles of a full turn.
fn circle(count: i32) -> impl Iterator<Item = (f64, f64)> {
    (0..count).map(move |i| {
        let angle = std::f64::consts::TAU * f64::from(i) / f64::from(count);
        (libm::cos(angle), libm::sin(angle))
    })
}
