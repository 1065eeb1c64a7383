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
//! The policy for every measure of this crate:
//!
//! | | both empty | prediction empty | reference empty |
//! |---|---|---|---|
//! | Dice, IoU, clDice | 1 | 0 | 0 |
//! | precision, topology precision | none | none | 0 |
//! | recall, topology sensitivity | none | 0 | none |
//! | hole count | 0 | every reference column | 0 |
//! | coverage, boundary coverage | none | 0 | none |
//! | [gaps](gaps::Gaps) within the reference: count, columns, largest | 0 | the reference's pieces | 0 |
//! | pieces of the layer ([continuity](continuity::Continuity)) | 0 | 0 | as usual |
//! | `precision_bscan_coverage` | 0 | 0 | as usual |
//! | `recall_bscan_coverage` | 0 | as usual | 0 |
//! | measures of the prediction alone (Ra and its coverage, Rq, spectrum, thickness, normals, shares of continuity) | none | none | as usual, `ok` |
//! | measures of the reference alone | none | as usual, `ok` | none |
//! | boundary error and bias, thickness bias and agreement, distance of angles | none | none | none |
//!
//! [`biomarkers`](crate::biomarkers()) have no reference: an empty mask counts as an empty prediction. Its voxels,
//! volumes and shares are 0, and measures inside it (thickness, depth of vessels) are none.
//!
//! "None" is a missing value. Except for entries marked `ok`, the status states which mask is empty, even if there is a
//! value. Other software defines Dice of two empty masks as 0, 1 or NaN; the paper's authors use 1.

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
