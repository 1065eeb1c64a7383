//! Surfaces: the depth of one boundary in every column, found in each B-scan by itself.

mod detect;
mod path;
mod response;
mod settings;

pub use detect::{Surface, detect};
pub use settings::{Choice, Detection, Feature};
