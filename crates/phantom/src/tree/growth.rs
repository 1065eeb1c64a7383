//! The state of growing trees: their vessels and positions.

use super::cells::Cells;
use super::config::TreeConfig;
use super::murray::Law;
use crate::geometry::point::Point;

/// Clearance during growth, as a multiple of the radii: some vessels later supply a larger share of the terminals.
const RESERVE: f64 = 1.25;

/// A vessel of a growing tree: a straight line from its parent's end, or from its root, to its own end.
#[derive(Debug, Clone)]
pub(super) struct Vessel {
    pub parent: Option<usize>,
    pub daughters: Option<[usize; 2]>,
    /// Number of the root.
    pub tree: usize,
    pub end: Point,
    /// Number of terminals that it supplies.
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
    /// Number of terminals.
    pub placed: usize,
    pub cells: Cells,
    /// Clearance of new and moved vessels, as a multiple of the radii.
    pub reserve: f64,
    /// Distance around its line within which each vessel is listed in the cells.
    pub reach: Vec<f64>,
}

impl<'a> Growth<'a> {
    pub fn new(config: &'a TreeConfig, roots: Vec<Point>) -> Self {
        let volume: f64 = config.extent_um.iter().product();
        let cell = libm::cbrt(volume / config.terminals as f64).max(config.radius_um[0]);
        Self {
            config,
            law: config.law(),
            // From the start, because radii during growth are relative to the number of terminals.
            placed: roots.len(),
            trunks: Vec::new(),
            vessels: Vec::new(),
            cells: Cells::new(config.extent_um, cell),
            reserve: RESERVE,
            reach: Vec::new(),
            roots,
        }
    }

    /// Start of a vessel.
    pub fn start(&self, vessel: usize) -> Point {
        let vessel = &self.vessels[vessel];
        let parent = vessel.parent.map(|p| self.vessels[p].end);
        parent.unwrap_or(self.roots[vessel.tree])
    }

    /// Both ends of a vessel.
    pub fn ends(&self, vessel: usize) -> [Point; 2] {
        [self.start(vessel), self.vessels[vessel].end]
    }

    /// Final radius in µm of a vessel that now supplies `terminals` terminals, when all terminals exist.
    pub fn future_radius_um(&self, terminals: usize) -> f64 {
        let share = self.config.terminals as f64 / self.placed as f64;
        let radius = self.law.radius_um(terminals as f64 * share);
        radius.min(self.config.radius_um[1])
    }

    /// The vessels from a vessel's parent up to the root.
    pub fn above(&self, vessel: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.vessels[vessel].parent, |v| self.vessels[*v].parent)
    }

    /// Lists a vessel in the cells around it, with half the clearance on either side, so that two vessels that are too
    /// close share a cell.
    pub fn list(&mut self, vessel: usize) {
        // With a margin, so that slowly growing radii rarely require another listing.
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
