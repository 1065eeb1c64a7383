//! B-scans and their annotations: converts pictures, boundary tables and label pictures to a volume and a label map.
//!
//! A B-scan is a cross-section: its columns are x and its rows are depth z. Successive B-scans lie along y.

mod annotate;
mod boundary_table;
mod stack;

pub use annotate::{Annotation, labels_from_boundaries, labels_from_pictures};
pub use boundary_table::{BoundaryTable, parse_boundary_table};
pub use stack::{stack_bscans, stack_pages};
