//! Vessel segmentation: DeepVesselNet on whole scans, tile by tile.
//!
//! A [`Model`] is what a weights file holds, [`predict()`] applies it to a prepared scan. Networks see volumes as
//! (batch, channel, z, y, x), the order of the original weights. Arrays in, arrays out: files are the business of the
//! command line.

mod blocks;
#[cfg(feature = "cli")]
pub mod cli;
mod error;
pub mod model;
mod network;
mod predict;
mod streamed;

pub use blocks::Blocks;
pub use error::VesselsegError;
pub use model::Model;
pub use network::{VesselNet, VesselNetConfig};
pub use predict::{PredictSettings, Prediction, predict};
