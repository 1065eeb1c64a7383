//! Looks at a plan and a workdir without running anything: what would run and why, what a task is made of, what differs.

pub(crate) mod clean;
pub mod diff;
pub(crate) mod explain;
pub(crate) mod find;
pub(crate) mod graph;
pub(crate) mod layers;
pub(crate) mod lines;
pub(crate) mod nodes;
pub(crate) mod plan_lines;
pub(crate) mod recorded;
pub(crate) mod status;
pub(crate) mod svg;
pub(crate) mod task_log;
pub(crate) mod verify;
