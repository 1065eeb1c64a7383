//! Straight pieces of tubes.

use super::point::{Point, dot, minus, norm};

/// A straight piece of a tube: all that lies within the radius of its line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
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
        let foot = self.foot(place).clamp(0.0, 1.0);
        let gap: Point = std::array::from_fn(|a| from[a] - foot * self.way[a]);
        dot(gap, gap)
    }

    /// Where along the line the foot of a place lies: 0 at its start, 1 at its end, beyond them outside 0 to 1.
    #[inline]
    pub fn foot(&self, place: Point) -> f64 {
        dot(minus(place, self.start), self.way) * self.inverse
    }

    /// Length of the line.
    pub fn length(&self) -> f64 {
        norm(self.way)
    }

    /// Ranges of y and z that hold all of the piece's tube in the plane at `x`.
    pub fn ranges_at(&self, x: f64) -> [[f64; 2]; 2] {
        // The foot of a place in the tube is no farther from the plane than the radius.
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

    /// The range of a coordinate that the piece's tube takes.
    pub fn range(&self, axis: usize) -> [f64; 2] {
        let (a, b) = (self.start[axis], self.start[axis] + self.way[axis]);
        [a.min(b) - self.radius, a.max(b) + self.radius]
    }
}
