//! Measures of segmented layers and vessels: overlap, center lines, roughness, holes, thickness, surface normals.
//!
//! Arrays in, numbers out. A [`Pair`] holds a reference and a prediction on one grid; [`evaluate`] takes every
//! registered measure of it and gives [`Measurement`]s, the rows of a long table. A value that does not exist is
//! `None` with a [`Status`] that says why. [`biomarkers`] measures the masks of one scan by themselves.
//!
//! A B-scan is one y: arrays are (x, y, z), z is depth.

#![allow(
    clippy::needless_pass_by_value,
    reason = "views of arrays are passed by value, as ndarray does"
)]

pub mod biomarkers;
#[cfg(feature = "cli")]
pub mod cli;
mod evaluate;
mod measurement;
mod moving_mean;
mod pair;
mod region;
mod status;
pub mod surface;

// The measures. A new one is a file with a `measure` function, its line here, and its variant of
// `evaluate::Measure`.
pub mod cldice;
pub mod holes;
pub mod normals;
pub mod overlap;
pub mod roughness;
pub mod thickness;

pub use biomarkers::biomarkers;
pub use evaluate::{Measure, Settings, evaluate};
pub use measurement::{Measurement, Quantity, Unit};
pub use pair::Pair;
pub use region::Region;
pub use status::Status;
pub use surface::Surface;
