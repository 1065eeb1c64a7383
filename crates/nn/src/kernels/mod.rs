//! The arithmetic behind the ops: functions over slices, parallel by rayon, with results that do not depend on the
//! number of threads. Work is cut by shapes alone, and partial sums are added in a fixed order.

pub(crate) mod correlate;
pub(crate) mod correlate_data;
pub(crate) mod correlate_weights;
pub(crate) mod disjoint;
pub(crate) mod geometry;
pub(crate) mod instructions;
pub(crate) mod lanes;
pub(crate) mod norm;
pub(crate) mod peak;
pub(crate) mod planes;
pub(crate) mod pool;
pub(crate) mod spare;
pub(crate) mod sum;
mod tiles;
pub(crate) mod transpose;
pub(crate) mod winograd;
