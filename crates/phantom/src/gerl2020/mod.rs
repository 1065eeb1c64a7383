//! The rule of Gerl's vessel generator (2020): renders an arterial tree as a synthetic RSOM scan.
//!
//! The rule is morphology on the voxels of the tree, without physics: thick vessels are bright in LF, thin ones in HF.
//! A network must learn to ignore the added artifacts (arcs, sticks, background, reflections). Lengths are in voxels,
//! independent of the voxel size.

mod arcs;
mod config;
mod exposure;
mod reflections;
mod render;
mod sticks;
mod vessels;

pub use config::Gerl2020Config;
pub use render::{RenderedScan, render};
