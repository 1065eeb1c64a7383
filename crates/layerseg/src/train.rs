//! Training of a layer network on scans and their reference masks.

mod example;
mod order;
mod settings;
mod shifted_out;
mod task;

pub use example::Example;
pub use settings::TrainSettings;
pub use shifted_out::ShiftedOut;
pub use task::{LayerTask, Slices};
