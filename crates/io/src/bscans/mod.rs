//! B-scans and their annotations: pictures, boundary tables and label pictures become one volume and one label map.
//!
//! A B-scan is a cross-section: its columns are x, its rows are depth z; B-scans follow each other along y.

mod annotate;
mod boundary_table;
mod stack;

pub use annotate::{Annotation, labels_from_boundaries, labels_from_pictures};
pub use boundary_table::{BoundaryTable, parse_boundary_table};
pub use stack::{stack_bscans, stack_pages};
