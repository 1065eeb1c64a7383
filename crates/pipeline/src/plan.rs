//! Makes the tasks of a pipeline: steps by scans and factors, each with its inputs and outputs.

pub(crate) mod build;
pub(crate) mod condition;
pub(crate) mod draft;
pub(crate) mod expand;
pub(crate) mod gather;
pub(crate) mod inputs;
pub(crate) mod manifest;
pub(crate) mod output_paths;
pub(crate) mod parameters;
pub(crate) mod scans;
pub(crate) mod scope;
pub(crate) mod task;
pub(crate) mod tasks;
