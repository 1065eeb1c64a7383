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
