//! Renders a scene as intensities of both channels, by the simple or the physical rule.

pub(crate) mod blur;
pub(crate) mod channel;
pub(crate) mod noise;
pub(crate) mod physical;
pub(crate) mod raster;
pub(crate) mod simple;
