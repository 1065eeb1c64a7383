//! Errors of volumes.

use crate::Grid;

/// A volume, or a pair of volumes, that breaks an invariant of this crate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VolumeError {
    /// A grid without voxels.
    #[error("a volume of {0:?} voxels is empty; every extent must be at least 1")]
    EmptyGrid([usize; 3]),
    /// A voxel size that is zero, negative or not finite.
    #[error("the voxel spacing {0:?} mm must be positive and finite")]
    BadSpacing([f64; 3]),
    /// An affine with a non-finite entry or without an inverse.
    #[error("the affine {0:?} must be finite and invertible")]
    BadAffine([[f64; 4]; 3]),
    /// The array and the grid differ in shape.
    #[error("the array has shape {array:?}, but the grid has {grid:?}")]
    ShapeMismatch {
        /// Shape of the array.
        array: Vec<usize>,
        /// Shape of the grid.
        grid: [usize; 3],
    },
    /// The numbers of channel names and of channels differ.
    #[error("{names} channel names for {channels} channels")]
    ChannelMismatch {
        /// Number of names.
        names: usize,
        /// Number of channels of the array.
        channels: usize,
    },
    /// Two volumes that belong together lie on different grids.
    #[error("the grids differ: one has {left}, the other {right}")]
    GridMismatch {
        /// The first grid.
        left: Box<Grid>,
        /// The second grid.
        right: Box<Grid>,
    },
}
