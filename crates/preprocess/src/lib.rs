//! Preparation of scans in separate, named steps: flatten, crop and pad, resample, normalize.
//!
//! Steps that only move voxels ([`Region`], [`Flattening`], [`Nearest`]) share one trait, [`Rearrangement`]: a scan,
//! its labels and its masks go through the same step. Arrays are (x, y, z), z grows into the tissue; a B-scan is one y.
//! Nothing is interpolated across B-scans unless resampling along y is requested.

mod crop;
mod error;
mod flatten;
mod mask_layer;
mod normalize;
mod prepare;
mod rearrange;
mod recipe;
mod resample;
mod surface;

#[cfg(feature = "cli")]
pub mod cli;

pub use crop::Region;
pub use error::PreprocessError;
pub use flatten::{Flattening, Shifts, way_back};
pub use mask_layer::{BelowLayer, mask_layer};
pub use normalize::{Range, Window, normalize};
pub use prepare::{Level, Preparation, PreparedVolumes, prepare};
pub use rearrange::Rearrangement;
pub use recipe::{PreparedRaw, Purpose, Recipe, SPACING_MM, Stretch, cut_depth_vox, prepare_raw};
pub use resample::{Nearest, Target, linear};
pub use surface::{Choice, Detection, Feature, Surface, detect};

/// Largest number of voxels of a result: 2³⁰, four gigabytes per channel in single precision.
pub const MAX_VOXELS: usize = 1 << 30;
