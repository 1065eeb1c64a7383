//! Shared parts of the `train` commands: examples, progress, history, summary.

mod collapsed;
mod examples;
mod fault;
mod history;
mod session;

pub use collapsed::collapsed;
pub use examples::{LoadedExample, fitting, load};
pub use session::Session;
