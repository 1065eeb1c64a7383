//! B-scans and their annotations: converts pictures, boundary tables and label pictures to a volume and a label map.
//!
//! A B-scan is a cross-section: its columns are x and its rows are depth z. Successive B-scans lie along y.

mod annotate;
mod boundary_table;
mod label_pictures;
mod pairing;
mod stack;

pub use annotate::{Annotation, labels_from_boundaries, ordered_depths_vox};
pub use boundary_table::{BoundaryTable, parse_boundary_table};
pub use label_pictures::labels_from_pictures;
pub use pairing::disagreement;
pub use stack::{stack_bscans, stack_pages};
