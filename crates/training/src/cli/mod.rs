//! What the `train` commands of stages share: outputs, parameters, examples, progress, history, summary, exit codes.

mod collapsed;
mod examples;
mod fault;
mod history;
mod outputs;
mod parameters;
mod session;

pub use collapsed::collapsed;
pub use examples::{Loaded, fitting, load};
pub use fault::{Blame, Fault, load_weights, of_file, of_run};
pub use outputs::Outputs;
pub use parameters::{RunParameters, convolutions, device, optimization, recompute};
pub use session::Session;
