//! Holds the steps of a pipeline against what their tools take and give.

pub(crate) mod ask;
pub(crate) mod link;
pub(crate) mod names;
pub(crate) mod order;
pub(crate) mod ports;
pub(crate) mod swap;
pub(crate) mod tool;
