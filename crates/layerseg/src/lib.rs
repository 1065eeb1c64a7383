//! Epidermis segmentation: U-Net and seven-layer FCN, smoothness loss, training and prediction.
//!
//! A B-scan is the slice of a volume at one y; the input of networks has the axes (batch, channel, z, x).
//!
//! - [`Network`]: the networks;
//! - [`LayerTask`]: training of a network from [`Example`]s;
//! - [`Model`]: the content of a weights file;
//! - [`predict()`]: the mask of a scan;
//! - [`postprocess`]: cleaning of a mask.
//!
//! The library works on arrays; only the command line (`cli`) reads and writes files.

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
pub use train::{Example, LayerTask, OutputBias, ShiftedOut, Slices, TrainSettings, balance_of_s};
