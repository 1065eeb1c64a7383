//! Random numbers and fields from seeds.

pub(crate) mod field;
pub(crate) mod streams;
