//! Readers under mutated files: each returns a value or one clear line, quickly, and never panics.
//!
//! `RSOM_FUZZ_CASES` is the number of inputs of each target, `RSOM_FUZZ_SEED` the seed. The same seed gives the same
//! inputs. `RSOM_FUZZ_INPUT` names one file that every selected target reads instead, to replay a failure.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot start has failed; what it read is shown by the test runner"
)]

mod attempt;
mod edit;
mod harness;
mod input;
mod memory;
mod place;
mod seed;
mod targets;
mod verdict;
mod words;
