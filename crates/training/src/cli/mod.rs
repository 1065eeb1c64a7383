//! What the `train` commands of stages share: examples, progress, history, summary.

mod collapsed;
mod examples;
mod fault;
mod history;
mod session;

pub use collapsed::collapsed;
pub use examples::{Loaded, fitting, load};
pub use session::Session;
