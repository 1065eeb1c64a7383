//! Morphometry of vessels: the graph of their center lines, with radii and lengths, and measures of it.
//!
//! ```text
//! mask -> skeleton -> graph of voxels -> pruned graph -> center lines and radii -> measures
//! ```
//!
//! [`VesselGraph::of`] does all steps but the last. Its unit of length is that of `spacing`; in this system, that is µm. Every
//! position is a physical one: index times spacing, so that the first voxel's center is the origin.
//!
//! A mask whose extent along one axis is 1 is an image. Its vessels are flat: a radius is half the width, and the missing axis
//! holds no background.
//!
//! The border of the array is no surface. A vessel that leaves the scan goes on outside: its length ends at the border, and its
//! radius there is taken from the directions that lie inside.
//!
//! # Accuracy
//!
//! On tubes of 600 µm and longer whose voxels are set if their centers lie inside, at voxels of 12 × 12 × 12 µm and 12 × 12 × 3 µm and
//! at any orientation, each mean diameter and each length is within 5 % of the truth from a radius of 12 µm (one voxel) upward, and
//! within 3 % from 18 µm upward; so are helices, tori, bifurcations and trees by Murray's law, whose counts are exact
//! (`vessels/tests`). Limits:
//!
//! - Along rows of voxels, all sections of a tube are alike, and its mask itself may be too wide or too narrow by a tenth at a radius of
//!   two voxels. The diameter is then that of the mask.
//! - The length of a vessel with two free ends is within 6 % from six radii upward, within 20 % from four, and means little below three: a
//!   blunt end is uncertain by a third of a radius.
//! - Two branch points within one radius are one. A branch must reach 0.6 radii out of its vessel.
//! - A rough surface makes the skeleton wander: with 2 % of the voxels on both sides of the surface flipped, lengths grow by up to 2 %,
//!   with 5 % by 13 % and with up to 0.7 false branches per tube. Diameters stay within 2 %.

mod balls;
mod center_line;
mod diameters;
mod distances;
mod fractal;
mod geometry;
mod graph;
mod junctions;
mod lengths;
mod lumen;
mod network;
mod polyline;
mod reconstruction;
mod settings;
mod short_loops;
mod skeleton;
mod skeleton_voxels;
mod spurs;
mod tip;
mod tortuosity;
mod tracing;

#[cfg(test)]
mod tests;

pub use diameters::{Diameters, SizeSplit, length_by_diameter};
pub use distances::{VesselDistances, nearest_neighbor_distances};
pub use fractal::{FractalDimension, fractal_dimension};
pub use graph::{Node, Piece, Segment, VesselGraph};
pub use lengths::Lengths;
pub use settings::GraphSettings;
pub use skeleton::vessel_skeleton;
pub use tortuosity::Tortuosity;
