//! Runs the tasks that are not up to date as processes, and reports the result.

pub(crate) mod arguments;
pub(crate) mod command;
pub(crate) mod corrections;
pub(crate) mod display;
pub(crate) mod duration;
pub(crate) mod execute;
pub(crate) mod group;
pub(crate) mod kept;
pub(crate) mod left_out;
pub(crate) mod log_warnings;
pub(crate) mod logs;
pub(crate) mod original;
pub(crate) mod orphans;
pub(crate) mod outcome;
pub(crate) mod outputs;
pub(crate) mod process;
pub(crate) mod programs;
pub(crate) mod queue;
pub(crate) mod report;
pub(crate) mod scan_lines;
pub(crate) mod session;
pub(crate) mod signals;
pub(crate) mod stale;
pub(crate) mod warnings;
