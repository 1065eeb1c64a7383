//! The boundaries of a layer in one B-scan.

/// The boundaries of a layer in one B-scan: it fills the voxels upper(x)..lower(x).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Boundaries {
    pub(super) upper: Vec<usize>,
    pub(super) lower: Vec<usize>,
}
