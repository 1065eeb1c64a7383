//! The long table of measurements: its columns, its metrics, and the reasons for missing values.
//!
//! One measurement is one row. Stages that measure (`metrics`, `phantom`) and stages that read measurements (`stats`,
//! `report`, `io`) use the names of this crate. A new metric is one entry in [`schema`].
//!
//! [`threshold_curve`] names the columns of the table that `vesselseg calibrate` writes, [`center_lines`] those of the center lines of
//! vessels.
//!
//! This crate reads no files and has no arrays: `rsom-formats` converts [`Row`]s to a table.

pub mod center_lines;
pub mod column;
mod empty;
mod measurement;
mod metric;
mod row;
pub mod schema;
mod status;
mod surface;
pub mod threshold_curve;
mod unit;
mod units;

pub use empty::{Empty, EmptyCases};
pub use measurement::Measurement;
pub use metric::{Metric, of_reference};
pub use row::Row;
pub use status::Status;
pub use surface::Surface;
pub use unit::Unit;
pub use units::{TwoUnits, Units};
