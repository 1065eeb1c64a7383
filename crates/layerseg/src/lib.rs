//! Epidermis segmentation: U-Net and seven-layer FCN, smoothness loss, training and prediction.
//!
//! A B-scan is one y of a volume; networks see it as (batch, channel, z, x). A [`LayerTask`] teaches a [`Network`] from
//! [`Example`]s, [`Model`] is what a weights file holds, [`predict()`] applies it to a scan, [`postprocess`] cleans the
//! mask. Arrays in, arrays out: files are the
//! business of the command line.

pub mod augment;
#[cfg(feature = "cli")]
pub mod cli;
mod crop;
mod error;
pub mod loss;
pub mod model;
mod network;
pub mod postprocess;
mod predict;
pub mod slices;
mod train;

pub use crop::{Crop, Span};
pub use error::LayersegError;
pub use model::Model;
pub use network::{Fcn7, Fcn7Config, Network, NetworkConfig, Unet, UnetConfig};
pub use predict::{OddSlices, PredictSettings, Prediction, predict};
pub use train::{Example, LayerTask, ShiftedOut, Slices, TrainSettings};
