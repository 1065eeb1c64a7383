//! Hands a plan to an engine that knows many machines. Each of its jobs calls `rsom task`, which checks, runs and records tasks as
//! `rsom run` does; afterwards `rsom run` finds nothing to do.

pub(crate) mod call;
pub(crate) mod cli;
pub(crate) mod cwl;
pub(crate) mod estimate;
pub(crate) mod names;
pub(crate) mod pattern;
pub(crate) mod slurm;
pub(crate) mod snakemake;
