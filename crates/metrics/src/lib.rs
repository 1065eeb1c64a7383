//! Measures of segmented layers and vessels: overlap, center lines, roughness, holes, thickness, surface normals.
//!
//! Arrays in, numbers out. A [`Pair`] holds a reference and a prediction on one grid; [`evaluate`] takes every
//! registered measure of it and gives [`Measurement`]s, the rows of a long table. A value that does not exist is
//! `None` with a [`Status`] that says why. [`biomarkers`] measures the masks of one scan by themselves.
//!
//! A B-scan is one y: arrays are (x, y, z), z is depth.
//!
//! # Empty masks
//!
//! The policy for every measure of this crate:
//!
//! | | both empty | prediction empty | reference empty |
//! |---|---|---|---|
//! | Dice, IoU, clDice | 1 | 0 | 0 |
//! | precision, topology precision | none | none | 0 |
//! | recall, topology sensitivity | none | 0 | none |
//! | hole count | 0 | every reference column | 0 |
//! | coverage | none | 0 | none |
//! | `precision_bscan_coverage` | 0 | 0 | as usual |
//! | `recall_bscan_coverage` | 0 | as usual | 0 |
//! | measures of the prediction alone (Ra and its coverage, thickness, normals) | none | none | as usual, `ok` |
//! | measures of the reference alone | none | as usual, `ok` | none |
//! | thickness bias | none | none | none |
//!
//! [`biomarkers`](crate::biomarkers()) have no reference: an empty mask is an empty prediction, its voxels, volumes and
//! shares of columns or of the grid are 0, and what is measured inside it (thickness, depth of vessels) is none.
//!
//! "None" is a missing value. The status names the empty mask next to every other entry, whether or not a value stands.
//! Other software gives Dice of two empty masks as 0, 1 or not a number; 1 is what the paper's authors used.

#![allow(
    clippy::needless_pass_by_value,
    reason = "views of arrays are passed by value, as ndarray does"
)]

pub mod biomarkers;
#[cfg(feature = "cli")]
pub mod cli;
mod evaluate;
mod moving_mean;
mod pair;
mod region;
pub mod surface;

// The measures. A new one is a file with a `measure` function, its line here, and its variant of `evaluate::Measure`; each
// metric that it gives is a line of `rsom_measures::schema`.
pub mod cldice;
pub mod holes;
pub mod normals;
pub mod overlap;
pub mod roughness;
pub mod thickness;

pub use biomarkers::biomarkers;
pub use evaluate::{Measure, Settings, evaluate};
pub use pair::Pair;
pub use region::Region;
pub use rsom_measures::{Measurement, Metric, Status, Surface};
