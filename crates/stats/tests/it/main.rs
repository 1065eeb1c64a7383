//! The tests of `rsom-stats` from the outside, in one binary: one module for each subject.

mod cli;
mod degenerate;
#[cfg(feature = "cli")]
mod designs;
#[cfg(feature = "cli")]
mod desk;
mod golden;
mod independent;
mod properties;
mod publication;
mod study;
#[cfg(feature = "cli")]
mod tests_table;
