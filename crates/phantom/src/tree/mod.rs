//! Arterial trees grown by the demand of tissue for oxygen.
//!
//! After Schneider, Reichold, Weber, Székely, Hirsch: Tissue metabolism driven arterial tree generation, Medical Image
//! Analysis 16 (2012) 1397–1414. In short: tissue far from any end of an artery lacks oxygen and calls for vessels; a
//! sprout grows towards the place that lacks most, from the vessel that can feed it at the least cost; radii follow Murray's law
//! up to the root, and bifurcations move to where they need the least work. The first ends are far apart, later ones
//! fill the gaps, so the tree grows from coarse to fine.
//!
//! Where this differs from the paper: oxygen and its growth factor are no fields that are solved for on a grid; what a
//! place lacks is its distance to the nearest end in units of the sphere that an end could feed there ([`Demand`]). Sprouts reach their
//! place in one step, then every bifurcation above them moves.
//!
//! Lengths are in µm. Places are (x, y, z) from the corner of a box of tissue; z is depth and grows into the tissue.

mod cells;
mod check;
mod config;
mod demand;
mod face;
mod graph;
mod growth;
mod murray;
mod relaxation;
mod roots;
mod rules;
mod sprouting;
mod swc;
mod tissue;
mod voxels;
mod wobble;

pub use config::TreeConfig;
pub use demand::Demand;
pub use face::Face;
pub use graph::{Node, NodeKind, Segment, Tree};
pub use sprouting::grow;
pub use swc::to_swc;
pub use voxels::{coverage, mask};

pub use crate::error::TreeError;
