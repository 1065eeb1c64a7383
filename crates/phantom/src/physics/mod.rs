//! The physics of light and sound in tissue.

pub(crate) mod band;
pub(crate) mod focus;
pub(crate) mod light;
pub(crate) mod reflection;
pub(crate) mod settings;
