//! `rsom pipeline check`: finds the problems of a pipeline file, and mends what is certain.

pub(crate) mod cli;
mod edit;
mod mending;
