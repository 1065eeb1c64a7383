//! Binary masks.

use ndarray::Array3;

use crate::{Grid, Spacing, VolumeError};

/// A binary mask of shape (x, y, z) on a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    grid: Grid,
    voxels: Array3<bool>,
}

// A grid contains no NaN, because its constructors refuse it.
impl Eq for Grid {}

impl Mask {
    /// Creates a mask from an array of shape (x, y, z) and a grid.
    ///
    /// # Errors
    /// The array and the grid differ in shape.
    pub fn new(grid: Grid, voxels: Array3<bool>) -> Result<Self, VolumeError> {
        if voxels.shape() != grid.shape() {
            return Err(VolumeError::ShapeMismatch {
                array: voxels.shape().to_vec(),
                grid: grid.shape(),
            });
        }
        Ok(Self { grid, voxels })
    }

    /// The grid.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The voxels, of shape (x, y, z).
    #[must_use]
    pub fn voxels(&self) -> &Array3<bool> {
        &self.voxels
    }

    /// Number of set voxels.
    #[must_use]
    pub fn count(&self) -> usize {
        self.voxels.iter().filter(|v| **v).count()
    }

    /// The same mask with another statement of its voxel size.
    ///
    /// # Errors
    /// A spacing that is not positive and finite.
    pub fn with_spacing(self, spacing: Spacing) -> Result<Self, VolumeError> {
        let grid = self.grid.with_spacing(spacing)?;
        Self::new(grid, self.voxels)
    }

    /// The parts, for building another mask without a copy.
    #[must_use]
    pub fn into_parts(self) -> (Grid, Array3<bool>) {
        (self.grid, self.voxels)
    }
}
