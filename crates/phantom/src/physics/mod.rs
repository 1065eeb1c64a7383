//! What light and sound do on their way.

pub(crate) mod band;
pub(crate) mod focus;
pub(crate) mod light;
pub(crate) mod reflection;
pub(crate) mod settings;
