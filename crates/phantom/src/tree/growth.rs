//! Trees that grow in one box: their vessels so far, and where they are.

use super::cells::Cells;
use super::config::TreeConfig;
use super::murray::Law;
use crate::geometry::point::Point;

/// What vessels keep free while the tree grows, as a multiple of the radii: some come to feed a larger share of the ends
/// than they did when they were young.
const RESERVE: f64 = 1.25;

/// A vessel of a tree that grows: from its parent's end, or from its root, straight to its own end.
#[derive(Debug, Clone)]
pub(super) struct Vessel {
    pub parent: Option<usize>,
    pub daughters: Option<[usize; 2]>,
    /// Number of the root.
    pub tree: usize,
    pub end: Point,
    /// How many ends it feeds.
    pub terminals: usize,
}

/// Trees that grow in one box.
pub(super) struct Growth<'a> {
    pub config: &'a TreeConfig,
    pub law: Law,
    pub roots: Vec<Point>,
    /// The first vessel of each root.
    pub trunks: Vec<usize>,
    pub vessels: Vec<Vessel>,
    /// How many ends there are.
    pub placed: usize,
    pub cells: Cells,
    /// What new and moved vessels keep free around them, as a multiple of the radii.
    pub reserve: f64,
    /// How far around its line each vessel is listed in the cells.
    pub reach: Vec<f64>,
}

impl<'a> Growth<'a> {
    pub fn new(config: &'a TreeConfig, roots: Vec<Point>) -> Self {
        let volume: f64 = config.extent_um.iter().product();
        let cell = (volume / config.terminals as f64)
            .cbrt()
            .max(config.radius_um[0]);
        Self {
            config,
            law: config.law(),
            // From the start, as the radii during growth are shares of the number of ends.
            placed: roots.len(),
            trunks: Vec::new(),
            vessels: Vec::new(),
            cells: Cells::new(config.extent_um, cell),
            reserve: RESERVE,
            reach: Vec::new(),
            roots,
        }
    }

    /// The place where a vessel begins.
    pub fn start(&self, vessel: usize) -> Point {
        let vessel = &self.vessels[vessel];
        let parent = vessel.parent.map(|p| self.vessels[p].end);
        parent.unwrap_or(self.roots[vessel.tree])
    }

    /// Both ends of a vessel.
    pub fn ends(&self, vessel: usize) -> [Point; 2] {
        [self.start(vessel), self.vessels[vessel].end]
    }

    /// Radius in µm that a vessel which feeds `terminals` of the present ends will have when all are there.
    pub fn future_radius_um(&self, terminals: usize) -> f64 {
        let share = self.config.terminals as f64 / self.placed as f64;
        let radius = self.law.radius_um(terminals as f64 * share);
        radius.min(self.config.radius_um[1])
    }

    /// The vessels from a vessel's parent up to its root.
    pub fn above(&self, vessel: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.vessels[vessel].parent, |v| self.vessels[*v].parent)
    }

    /// Lists a vessel in the cells around it; half the clearance on either side, so that two that come too near share
    /// a cell.
    pub fn list(&mut self, vessel: usize) {
        // Some more, so that a radius that grows slowly seldom needs another listing.
        let reach = 1.1 * self.reserve * self.needed_reach(vessel);
        if self.reach.len() <= vessel {
            self.reach.resize(vessel + 1, 0.0);
        }
        self.reach[vessel] = reach;
        self.cells.remove(vessel);
        self.cells.add(vessel, self.ends(vessel), reach);
    }

    pub fn needed_reach(&self, vessel: usize) -> f64 {
        self.future_radius_um(self.vessels[vessel].terminals) + self.config.clearance_um / 2.0
    }
}
