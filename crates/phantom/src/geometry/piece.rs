//! Straight pieces of tubes.

use super::point::{Point, dot, minus, norm};

/// A straight piece of a tube: all points within the radius of a line segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    pub start: Point,
    pub way: Point,
    /// One over the squared length; 0 for a piece of length zero.
    inverse: f64,
    pub radius: f64,
}

impl Piece {
    pub fn new(start: Point, end: Point, radius: f64) -> Self {
        let way = minus(end, start);
        let square = dot(way, way);
        let inverse = if square > 0.0 { 1.0 / square } else { 0.0 };
        Self {
            start,
            way,
            inverse,
            radius,
        }
    }

    /// Whether a point lies in the piece's tube.
    #[inline]
    pub fn holds(&self, place: Point) -> bool {
        self.square_distance(place) <= self.radius * self.radius
    }

    /// The squared distance from a point to the piece's line.
    #[inline]
    pub fn square_distance(&self, place: Point) -> f64 {
        let from = minus(place, self.start);
        let foot = self.foot(place).clamp(0.0, 1.0);
        let gap: Point = std::array::from_fn(|a| from[a] - foot * self.way[a]);
        dot(gap, gap)
    }

    /// Position along the line of the foot of the perpendicular from a point: 0 at the start, 1 at the end.
    #[inline]
    pub fn foot(&self, place: Point) -> f64 {
        dot(minus(place, self.start), self.way) * self.inverse
    }

    /// Length of the line.
    pub fn length(&self) -> f64 {
        norm(self.way)
    }

    /// Ranges of y and z that contain the piece's tube in the plane at `x`.
    pub fn ranges_at(&self, x: f64) -> [[f64; 2]; 2] {
        // The foot of a point in the tube is at most a radius away from the plane.
        let share = |x: f64| ((x - self.start[0]) / self.way[0]).clamp(0.0, 1.0);
        let ends = if self.way[0] == 0.0 {
            [0.0, 1.0]
        } else {
            [share(x - self.radius), share(x + self.radius)]
        };
        [1, 2].map(|axis| {
            let [a, b] = ends.map(|t| self.start[axis] + t * self.way[axis]);
            [a.min(b) - self.radius, a.max(b) + self.radius]
        })
    }

    /// The range of the piece's tube along an axis.
    pub fn range(&self, axis: usize) -> [f64; 2] {
        let (a, b) = (self.start[axis], self.start[axis] + self.way[axis]);
        [a.min(b) - self.radius, a.max(b) + self.radius]
    }
}
