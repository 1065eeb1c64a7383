//! Helpers for tests: temporary folders, runs of programs, reference values and real data.
//!
//! For `[dev-dependencies]` only. This crate depends on no other crate of the workspace. If a helper fails, the test fails at
//! the line that calls the helper.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot start has failed"
)]

mod finished;
mod folder;
pub mod json_schema;
mod places;
mod program;

pub use finished::Finished;
pub use folder::{Folder, names};
pub use places::{checkout, golden, shared};
pub use program::{Program, Words};
