//! Vessel segmentation: DeepVesselNet or a 3-D U-Net on whole scans, tile by tile.
//!
//! A [`VesselTask`] teaches a [`Network`] from [`Example`]s, a [`Model`] is what a weights file holds, [`predict()`] applies it
//! to a prepared scan, [`calibrate`] chooses the threshold of its masks. Networks see volumes as
//! (batch, channel, z, y, x), the order of the original weights. Arrays in, arrays out: files are the business of the
//! command line.

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
