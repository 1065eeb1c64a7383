//! Manifests: which scans a study has, whose they are, and the sha256 of every file.
//!
//! A manifest is YAML that people read and edit. It names the source, licence and citation of the data, never holds the
//! data, and finds the files under a folder given elsewhere. Splits and folds go by subject: two scans of one subject on
//! both sides of a split would leak.

mod create;
mod leak;
mod model;
mod pattern;
mod read;
mod verify;

pub use create::{Description, create, natural};
pub use leak::{Leak, leaks};
pub use model::{FileEntry, Manifest, ScanEntry};
pub use pattern::Pattern;
pub use read::{data_root, read, to_yaml};
pub use verify::{Fault, verify};
