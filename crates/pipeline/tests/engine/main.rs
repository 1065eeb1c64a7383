//! The engine end to end, on a small stage that is a shell script.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod edits;
mod errors;
mod failures;
mod fan_out;
mod foreign;
mod inputs;
mod inspect;
mod jobs;
mod kept;
mod left_out;
mod limits;
#[cfg(unix)]
mod links;
mod mend;
mod names;
mod outputs;
mod profiles;
mod recipes;
mod reruns;
mod revisions;
mod selection;
mod shared;
mod store;
mod study;
mod taken;
mod watching;
mod workers;
