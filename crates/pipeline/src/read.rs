//! Reads a pipeline file into a model that keeps the line and column of every part.

pub(crate) mod defaults;
pub(crate) mod include;
pub(crate) mod input;
pub(crate) mod limits;
pub(crate) mod model;
pub(crate) mod node;
pub(crate) mod params;
pub(crate) mod parts;
pub(crate) mod pipeline;
pub(crate) mod place;
pub(crate) mod placeholders;
pub(crate) mod schema;
pub(crate) mod template;
pub(crate) mod words;
