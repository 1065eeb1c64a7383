//! Vessel segmentation: DeepVesselNet or a 3-D U-Net on whole scans, tile by tile.
//!
//! - [`Network`]: the networks; their input has the axes (batch, channel, z, y, x), as the original weights;
//! - [`VesselTask`]: training of a network from [`Example`]s;
//! - [`Model`]: the content of a weights file;
//! - [`predict()`]: the mask of a prepared scan;
//! - [`calibrate`]: the choice of the threshold.
//!
//! The library works on arrays; only the command line (`cli`) reads and writes files.

pub mod augment;
mod blocks;
pub mod calibrate;
#[cfg(feature = "cli")]
pub mod cli;
mod error;
pub mod loss;
pub mod model;
mod network;
mod predict;
mod streamed;
mod sweep;
mod train;
mod voxels;

pub use blocks::Blocks;
pub use error::VesselsegError;
pub use model::{Calibration, Model};
pub use network::{
    Filter, Network, NetworkConfig, Unet3d, Unet3dConfig, VesselNet, VesselNetConfig,
};
pub use predict::{PredictSettings, Prediction, predict};
pub use train::{Example, Tiles, Tiling, TrainSettings, VesselTask};
