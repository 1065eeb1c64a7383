//! Training a network on scans and their reference masks.

mod example;
mod history;
mod order;
mod overlap;
mod settings;
mod shifted_out;
mod trainer;

pub use example::Example;
pub use history::{EpochRecord, History, Validation};
pub use settings::{Plateau, TrainSettings};
pub use shifted_out::ShiftedOut;
pub use trainer::{Step, Trainer, Watch};
