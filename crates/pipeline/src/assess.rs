//! Compares a plan with the workdir: which tasks are up to date, which must run, and why.

pub(crate) mod assessor;
pub(crate) mod document;
pub(crate) mod edited;
pub(crate) mod file_hashes;
pub(crate) mod finished;
pub(crate) mod hashes;
pub(crate) mod identity;
pub(crate) mod in_the_way;
pub(crate) mod inbox;
pub(crate) mod journal;
pub(crate) mod leftovers;
pub(crate) mod links;
pub(crate) mod records;
pub(crate) mod standing;
pub(crate) mod survey;
pub(crate) mod unrecorded;
pub(crate) mod workdir;
