//! `rsom-layerseg` as its users run it: files in, files out, exit codes.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod cleaning;
mod faults;
mod instructions;
mod resuming;
mod study;
mod training;
mod weights;
