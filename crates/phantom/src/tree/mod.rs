//! Arterial trees that supply the oxygen demand of tissue.
//!
//! After Schneider, Reichold, Weber, Székely, Hirsch: Tissue metabolism driven arterial tree generation, Medical Image
//! Analysis 16 (2012) 1397–1414. In short: tissue far from any terminal lacks oxygen. A sprout grows to the position
//! with the largest deficit, from the vessel that can supply it with the least work. Radii follow Murray's law up to
//! the root, and bifurcations move to the position of least work. The first terminals are far apart and later ones fill
//! the gaps, so the tree grows from coarse to fine.
//!
//! Differences from the paper: oxygen and its growth factor are not fields solved on a grid; the deficit of a position
//! is its distance to the nearest terminal, relative to the sphere that a terminal could supply there ([`Demand`]).
//! Sprouts reach their position in one step, then every bifurcation above them moves.
//!
//! Lengths are in µm. Positions are (x, y, z) from the corner of a box of tissue; z is depth and grows into the tissue.

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
