//! Manifests: the scans of a data set, their subjects, and the sha256 of every file.
//!
//! A manifest is a YAML file that users read and edit. It states the source, license and citation of the data, but does not
//! contain the data. The files are in a folder given elsewhere. Splits and folds go by subject: two scans of one subject on
//! different sides of a split would be a data leak.

mod comments;
mod create;
mod creation;
mod edit;
mod fold_number;
mod folds;
mod leak;
mod model;
mod natural;
mod pattern;
mod read;
mod relative;
mod update;
mod verify;

pub use create::{Created, Description, Left, create};
pub use creation::Creation;
pub use edit::edited;
pub use folds::{Folds, MOST_FOLDS, fold_counts};
pub use leak::{Leak, leaks};
pub use model::{FileEntry, Manifest, ScanEntry};
pub use natural::natural;
pub use pattern::{Match, Pattern};
pub use read::{check, data_root, read, to_yaml};
pub use relative::relative;
pub use update::{Change, Changed, Update, update};
pub use verify::{Fault, verify};
