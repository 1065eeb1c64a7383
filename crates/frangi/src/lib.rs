//! Vessel segmentation without a network: multi-scale Frangi vesselness and hysteresis thresholds.
//!
//! The classical counterpart of a vessel network: [`search()`] finds thresholds and settings on scans with reference
//! masks, [`predict()`] applies the [`Model`] to a scan. Arrays in, arrays out: only the command line handles files.
//!
//! Source: Frangi, Niessen, Vincken, Viergever, "Multiscale vessel enhancement filtering", MICCAI 1998.

#[cfg(feature = "cli")]
pub mod cli;
mod components;
mod curve;
mod eigenvalues;
mod error;
mod hessian;
mod kernel;
mod level;
pub mod model;
mod predict;
mod scales;
mod search;
mod settings;
mod thresholds;
mod vesselness;

pub use eigenvalues::by_magnitude;
pub use error::FrangiError;
pub use model::Model;
pub use predict::{Prediction, predict};
pub use scales::Scales;
pub use search::{Choice, Search, search};
pub use settings::{Polarity, Settings};
pub use thresholds::{Thresholds, hysteresis};
pub use vesselness::vesselness;
