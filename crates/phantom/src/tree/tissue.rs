//! Finds the position in tissue with the largest oxygen deficit.

use super::Demand;
use super::cells::Cells;
use crate::geometry::point::{Point, depth_in, distance};
use crate::random::streams::Draw;

/// Number of candidate positions, drawn with the density of the demand.
const CANDIDATES: usize = 24;
/// Factor that limits the deficit near a face of the box: no oxygen crosses the faces, so the distance counts at most
/// as this many times the distance to the face.
const WALL: f64 = 3.0;

/// The tissue and the terminals in it.
pub(super) struct Tissue<'a> {
    demand: &'a Demand,
    extent: Point,
    draw: Draw,
    ends: Vec<Point>,
    cells: Cells,
}

impl<'a> Tissue<'a> {
    /// Tissue for a number of terminals, initially without any.
    pub fn new(demand: &'a Demand, extent: Point, terminals: usize, draw: Draw) -> Self {
        let volume: f64 = extent.iter().product();
        Self {
            demand,
            extent,
            draw,
            ends: Vec::new(),
            cells: Cells::new(extent, 2.0 * libm::cbrt(volume / terminals as f64)),
        }
    }

    /// Adds a terminal.
    pub fn feed(&mut self, end: Point) {
        self.cells.add(self.ends.len(), [end; 2], 0.0);
        self.ends.push(end);
    }

    /// A random position with demand.
    pub fn any(&mut self) -> Point {
        self.demand.place(&mut self.draw, self.extent)
    }

    /// The position with the largest deficit among candidates drawn with the density of the demand.
    ///
    /// The deficit is the distance to the nearest terminal times the cube root of the demand: the distance relative to
    /// the radius of the sphere that a terminal could supply there.
    pub fn hungriest(&mut self) -> Point {
        let mut best = (f64::NEG_INFINITY, [0.0; 3]);
        for _ in 0..CANDIDATES {
            let place = self.any();
            let far = self.nearest(place);
            let wall = WALL * depth_in(place, self.extent);
            let lack = far.min(wall) * libm::cbrt(self.demand.at(place, self.extent));
            if lack > best.0 {
                best = (lack, place);
            }
        }
        best.1
    }

    /// Distance to the nearest terminal.
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
