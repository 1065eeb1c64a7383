//! Straight pieces of tubes.

use super::geometry::{Point, dot, minus};

/// A straight piece of a tube: all that lies within the radius of its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub start: Point,
    pub way: Point,
    /// One over the squared length; 0 for a piece without length.
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

    /// Whether a place lies in the piece's tube.
    #[inline]
    pub fn holds(&self, place: Point) -> bool {
        self.square_distance(place) <= self.radius * self.radius
    }

    /// The square of the distance from a place to the piece's line.
    #[inline]
    pub fn square_distance(&self, place: Point) -> f64 {
        let from = minus(place, self.start);
        let foot = (dot(from, self.way) * self.inverse).clamp(0.0, 1.0);
        let gap: Point = std::array::from_fn(|a| from[a] - foot * self.way[a]);
        dot(gap, gap)
    }

    /// The range of a coordinate that the piece's tube takes.
    pub fn range(&self, axis: usize) -> [f64; 2] {
        let (a, b) = (self.start[axis], self.start[axis] + self.way[axis]);
        [a.min(b) - self.radius, a.max(b) + self.radius]
    }
}
