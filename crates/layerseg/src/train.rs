//! Training of a layer network on scans and their reference masks.

mod balance;
mod example;
mod order;
mod settings;
mod shifted_out;
mod task;

pub use balance::balance_of_s;
pub use example::Example;
pub use settings::{OutputBias, TrainSettings};
pub use shifted_out::ShiftedOut;
pub use task::{LayerTask, Slices};
