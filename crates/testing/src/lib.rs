//! What the tests of every crate share: a temporary folder, a program that runs in it, reference values and real data.
//!
//! For development only: no crate may name this one but in its `[dev-dependencies]`. It knows no other crate of ours.
//! Its functions fail the test at the place that calls them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot start has failed"
)]

mod finished;
mod folder;
mod places;
mod program;

pub use finished::Finished;
pub use folder::{Folder, names};
pub use places::{checkout, golden, shared};
pub use program::{Program, Words};
