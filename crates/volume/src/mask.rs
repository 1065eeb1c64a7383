//! A set of voxels.

use ndarray::Array3;

use crate::{Grid, VolumeError};

/// A binary mask of shape (x, y, z) on a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    grid: Grid,
    voxels: Array3<bool>,
}

// A grid holds no NaN: its constructors refuse them.
impl Eq for Grid {}

impl Mask {
    /// Puts an array of shape (x, y, z) on a grid.
    ///
    /// # Errors
    /// Array and grid differ in shape.
    pub fn new(grid: Grid, voxels: Array3<bool>) -> Result<Self, VolumeError> {
        if voxels.shape() != grid.shape() {
            return Err(VolumeError::ShapeMismatch {
                array: voxels.shape().to_vec(),
                grid: grid.shape(),
            });
        }
        Ok(Self { grid, voxels })
    }

    /// Where the voxels stand.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The voxels, of shape (x, y, z).
    #[must_use]
    pub fn voxels(&self) -> &Array3<bool> {
        &self.voxels
    }

    /// How many voxels are set.
    #[must_use]
    pub fn count(&self) -> usize {
        self.voxels.iter().filter(|v| **v).count()
    }

    /// The parts, to build another mask from without a copy.
    #[must_use]
    pub fn into_parts(self) -> (Grid, Array3<bool>) {
        (self.grid, self.voxels)
    }
}
