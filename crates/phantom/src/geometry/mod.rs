//! Points, line segments and tubes in space.

pub(crate) mod clip;
pub(crate) mod piece;
pub(crate) mod point;
pub(crate) mod tube_volume;
