//! The long table of measurements: which columns it has, which metrics stand in it, and why a value is missing.
//!
//! One measurement is one row. The stages that measure (`metrics`, `phantom`) and the stages that read measurements
//! (`stats`, `report`, `io`) take every name from here. A new metric is one line in [`schema`].
//!
//! This crate knows no files and no arrays: `rsom-formats` turns [`Row`]s into a table.

pub mod column;
mod measurement;
mod metric;
mod row;
pub mod schema;
mod status;
mod surface;
mod unit;

pub use measurement::Measurement;
pub use metric::{Metric, of_reference};
pub use row::Row;
pub use status::Status;
pub use surface::Surface;
pub use unit::Unit;
