//! The rule of Gerl's vessel generator (2020): from an arterial tree to what an RSOM scanner might show of it.
//!
//! All of it is morphology on the voxels of the tree, with no physics: thick vessels shine in LF, thin ones in HF, and
//! what is made up around them (arcs, sticks, background, reflections) a network has to learn to leave out. Lengths are
//! in voxels, whatever their size.

mod arcs;
mod config;
mod exposure;
mod reflections;
mod render;
mod sticks;
mod vessels;

pub use config::Gerl2020Config;
pub use render::{Rendered, render};
