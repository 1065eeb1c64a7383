//! Random numbers and fields, each from a seed.

pub(crate) mod field;
pub(crate) mod streams;
