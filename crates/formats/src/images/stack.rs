//! The pictures of a file.

use super::Picture;

/// The pictures of a file, in order, with what the file says about them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stack {
    /// The slices. All have the same size, channels and type; the channels of a slice are together.
    pub slices: Vec<Picture>,
    /// Size of a pixel along columns and rows, and distance of the slices, in mm, where the file states it.
    pub pixel_mm: [Option<f64>; 3],
    /// What was left out or taken in one of several ways: one sentence each.
    pub notes: Vec<String>,
}

impl Stack {
    /// Size of a voxel in mm (column, row, slice), when the file states all of it.
    #[must_use]
    pub fn spacing_mm(&self) -> Option<[f64; 3]> {
        let [x, y, z] = self.pixel_mm;
        Some([x?, y?, z?])
    }
}
