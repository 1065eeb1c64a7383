//! Surfaces: the depth of one boundary in every column, detected in each B-scan independently.

mod detect;
mod path;
mod response;
mod settings;

pub use detect::{Surface, detect};
pub use settings::{Choice, Detection, Feature};
