//! Training of a vessel network on scans and their reference masks.

mod batches;
mod example;
mod settings;
mod task;
mod tiling;

pub use example::Example;
pub use settings::TrainSettings;
pub use task::{Tiles, VesselTask};
pub use tiling::Tiling;
