//! A study that is killed, or whose files and disk fail, is finished by running it again: same bytes, nothing left behind.
//!
//! `RSOM_KILLS` is the number of kills, `RSOM_KILLS_SEED` the seed of their kinds and moments.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot start has failed"
)]
#![cfg(unix)]

mod kill;
mod rounds;
mod states;
mod study;

use rsom_testing::Program;

/// The command line of the whole program.
const RSOM: Program = Program::new(env!("CARGO_BIN_EXE_rsom-under-test"));
