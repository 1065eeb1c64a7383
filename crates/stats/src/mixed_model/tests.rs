//! Whole models: compared with R, with dense matrices and with themselves, and models that are refused.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod against_r;
mod data;
mod degenerate;
mod invariance;
mod refused;
mod study;
