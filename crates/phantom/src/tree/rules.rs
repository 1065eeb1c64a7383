//! Constraints on vessels: length, angles, the faces of the box and the distance to other vessels.

use super::growth::Growth;
use crate::geometry::point::{cosine, depth_in, distance, minus, separation};

/// Cosine of the smallest angle between vessels that meet, 30°: below it their walls would run side by side.
/// Unobstructed bifurcations have at least 48° for every allowed γ.
const MOST_COSINE: f64 = 0.866_025_403_784_438_6;

impl Growth<'_> {
    /// Whether a new or moved vessel satisfies all constraints, with a reserve for growth.
    pub fn fits(&mut self, vessel: usize) -> bool {
        let reserve = self.reserve;
        self.is_inside(vessel, reserve)
            && self.is_long(vessel)
            && self.parts(vessel)
            && self.is_clear(vessel, reserve)
    }

    /// Whether a vessel that became thicker still satisfies all constraints.
    pub fn still_fits(&mut self, vessel: usize) -> bool {
        self.is_inside(vessel, 1.0) && self.is_clear(vessel, 1.0)
    }

    /// Smallest length in µm of a vessel that supplies `terminals` terminals below one that supplies `above`: it must
    /// leave its parent's wall.
    pub fn least_length_um(&self, terminals: usize, above: usize) -> f64 {
        let radii = self.future_radius_um(terminals) + self.future_radius_um(above);
        self.config
            .least_length_um
            .max(radii + self.config.clearance_um)
    }

    fn is_inside(&self, vessel: usize, reserve: f64) -> bool {
        let vessel = &self.vessels[vessel];
        let radius = self.future_radius_um(vessel.terminals);
        depth_in(vessel.end, self.config.extent_um) >= reserve * radius
    }

    fn is_long(&self, vessel: usize) -> bool {
        let [start, end] = self.ends(vessel);
        let terminals = self.vessels[vessel].terminals;
        let parent = self.vessels[vessel].parent;
        let above = parent.map_or(terminals, |p| self.vessels[p].terminals);
        // Bifurcations are placed at exactly this distance.
        distance(start, end) >= self.least_length_um(terminals, above) * (1.0 - 1e-9)
    }

    /// Whether the angles at both ends of the vessel are large enough.
    fn parts(&self, vessel: usize) -> bool {
        let [start, end] = self.ends(vessel);
        let apart = |a, b| cosine(a, b) <= MOST_COSINE;
        let own = &self.vessels[vessel];
        let above = own.parent.is_none_or(|parent| {
            let back = minus(self.start(parent), start);
            let sister = self.vessels[parent].daughters.unwrap_or([vessel; 2]);
            let sisters = sister.iter().filter(|s| **s != vessel);
            apart(minus(end, start), back)
                && sisters
                    .map(|s| minus(self.vessels[*s].end, start))
                    .all(|way| apart(minus(end, start), way))
        });
        let below = own.daughters.is_none_or(|daughters| {
            daughters
                .iter()
                .all(|d| apart(minus(start, end), minus(self.vessels[*d].end, end)))
        });
        above && below
    }

    /// Whether the vessel keeps the clearance to all vessels that it does not meet.
    fn is_clear(&mut self, vessel: usize, reserve: f64) -> bool {
        let ends = self.ends(vessel);
        let radius = self.future_radius_um(self.vessels[vessel].terminals);
        let near = self.cells.neighbors(vessel);
        near.into_iter().all(|other| {
            let far = radius + self.future_radius_um(self.vessels[other].terminals);
            self.meet(vessel, other)
                || separation(ends, self.ends(other)) >= reserve * far + self.config.clearance_um
        })
    }

    /// Whether two vessels share a bifurcation.
    pub fn meet(&self, one: usize, other: usize) -> bool {
        let (a, b) = (self.vessels[one].parent, self.vessels[other].parent);
        a == Some(other) || b == Some(one) || (a.is_some() && a == b)
    }
}
