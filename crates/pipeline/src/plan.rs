//! Expands the steps of a pipeline into tasks: one for each scan and combination of factors.

pub(crate) mod build;
pub(crate) mod condition;
pub(crate) mod correction;
pub(crate) mod corrections;
pub(crate) mod draft;
pub(crate) mod expand;
pub(crate) mod gather;
pub(crate) mod inputs;
pub(crate) mod label;
pub(crate) mod local_files;
pub(crate) mod manifest;
pub(crate) mod options;
pub(crate) mod output_paths;
pub(crate) mod parameters;
pub(crate) mod scans;
pub(crate) mod scope;
pub(crate) mod select;
pub(crate) mod selection;
pub(crate) mod sources;
pub(crate) mod table_names;
pub(crate) mod task;
pub(crate) mod tasks;
