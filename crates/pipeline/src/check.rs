//! Checks the steps of a pipeline against the specifications of their tools.

pub(crate) mod ask;
pub(crate) mod link;
pub(crate) mod names;
pub(crate) mod order;
pub(crate) mod ports;
pub(crate) mod recipe;
pub(crate) mod swap;
pub(crate) mod tool;
