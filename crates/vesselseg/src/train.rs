//! Training a network on scans and their reference masks.

mod batches;
mod example;
mod history;
mod settings;
mod tiling;
mod trainer;

pub use example::Example;
pub use history::{EpochRecord, History, Validation};
pub use settings::TrainSettings;
pub use tiling::Tiling;
pub use trainer::{Step, Trainer, Watch};
