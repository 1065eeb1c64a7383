//! Measures of segmented layers and vessels: overlap, center lines, roughness, boundary error, holes, thickness, surface normals.
//!
//! Arrays in, numbers out. A [`Pair`] holds a reference and a prediction on one grid; [`evaluate`] computes its
//! measures and returns [`Measurement`]s, the rows of a long table. A missing value is `None` with a [`Status`] that
//! states the reason. [`biomarkers`] measures the masks of one scan without a reference.
//!
//! A B-scan is one y: arrays are (x, y, z), z is depth.
//!
//! # Empty masks
//!
//! Each metric declares its values for empty masks ([`Metric::empty`]), and a test holds all of them: a score of two empty masks is 1, a
//! share of nothing is missing, a measure of the prediction alone does not need the reference. A missing value has a status that states
//! which mask is empty. Other software defines Dice of two empty masks as 0, 1 or NaN; the paper's authors use 1.
//!
//! [`biomarkers`](crate::biomarkers()) have no reference: an empty mask counts as an empty prediction.

#![allow(
    clippy::needless_pass_by_value,
    reason = "views of arrays are passed by value, as ndarray does"
)]

pub mod agreement;
pub mod biomarkers;
#[cfg(feature = "cli")]
pub mod cli;
mod columns;
mod evaluate;
mod moving_mean;
mod pair;
mod percentile;
mod pieces;
mod region;
pub mod surface;
mod within;

// The measures. A new one is a file with a `measure` function, its line here, and its variant of `evaluate::Measure`; each
// metric that it gives is a line of `rsom_measures::schema`.
pub mod boundary;
pub mod cldice;
pub mod continuity;
pub mod gaps;
pub mod holes;
pub mod normals;
pub mod overlap;
pub mod roughness;
pub mod surface_distance;
pub mod thickness;
pub mod topology;
pub mod vessels;

pub use biomarkers::biomarkers;
pub use columns::Columns;
pub use evaluate::{Measure, Settings, TOLERANCE_UM, evaluate};
pub use pair::Pair;
pub use region::Region;
pub use rsom_measures::{Measurement, Metric, Status, Surface};
pub use within::Within;
