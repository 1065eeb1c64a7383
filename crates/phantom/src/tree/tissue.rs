//! Tissue that looks for the place where it lacks oxygen most.

use super::Demand;
use super::cells::Cells;
use crate::geometry::point::{Point, depth_in, distance};
use crate::random::streams::Draw;

/// Places that are compared, drawn by the demand.
const CANDIDATES: usize = 24;
/// No oxygen crosses the faces of the box, so a place near one lacks less than its distance to the ends says: no more
/// than this many times its distance to the face.
const WALL: f64 = 3.0;

/// The tissue and the ends of vessels in it.
pub(super) struct Tissue<'a> {
    demand: &'a Demand,
    extent: Point,
    draw: Draw,
    ends: Vec<Point>,
    cells: Cells,
}

impl<'a> Tissue<'a> {
    /// Tissue for a number of ends, none of them there yet.
    pub fn new(demand: &'a Demand, extent: Point, terminals: usize, draw: Draw) -> Self {
        let volume: f64 = extent.iter().product();
        Self {
            demand,
            extent,
            draw,
            ends: Vec::new(),
            cells: Cells::new(extent, 2.0 * (volume / terminals as f64).cbrt()),
        }
    }

    /// Notes that an end feeds the tissue around it.
    pub fn feed(&mut self, end: Point) {
        self.cells.add(self.ends.len(), [end; 2], 0.0);
        self.ends.push(end);
    }

    /// Any place that demands oxygen.
    pub fn any(&mut self) -> Point {
        self.demand.place(&mut self.draw, self.extent)
    }

    /// The place that lacks oxygen most among some that are drawn by the demand.
    ///
    /// What a place lacks is its distance to the nearest end times the cube root of its demand: the distance in units of
    /// the radius of the sphere that an end could feed there.
    pub fn hungriest(&mut self) -> Point {
        let mut best = (f64::NEG_INFINITY, [0.0; 3]);
        for _ in 0..CANDIDATES {
            let place = self.any();
            let far = self.nearest(place);
            let wall = WALL * depth_in(place, self.extent);
            let lack = far.min(wall) * self.demand.at(place, self.extent).cbrt();
            if lack > best.0 {
                best = (lack, place);
            }
        }
        best.1
    }

    /// Distance to the nearest end.
    fn nearest(&mut self, place: Point) -> f64 {
        let mut half_width = self.cells.size();
        loop {
            let near = self.cells.around(place, half_width);
            let distances = near.iter().map(|id| distance(place, self.ends[*id]));
            let least = distances.fold(f64::INFINITY, f64::min);
            if least <= half_width || self.cells.is_all(place, half_width) {
                return least;
            }
            half_width *= 2.0;
        }
    }
}
