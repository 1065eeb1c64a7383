//! What can be wrong with a volume.

use crate::Grid;

/// A volume, or a pair of volumes, that breaks an invariant of this crate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VolumeError {
    /// A grid without voxels.
    #[error("a volume of {0:?} voxels is empty; every extent must be at least 1")]
    EmptyGrid([usize; 3]),
    /// A voxel size that is zero, negative or not finite.
    #[error("voxel spacing {0:?} mm is not positive and finite")]
    BadSpacing([f64; 3]),
    /// An affine with a non-finite entry or without an inverse.
    #[error("the affine {0:?} is not finite and invertible")]
    BadAffine([[f64; 4]; 3]),
    /// The array and the grid differ in shape.
    #[error("the array has shape {array:?} but the grid {grid:?}")]
    ShapeMismatch {
        /// Shape of the array.
        array: Vec<usize>,
        /// Shape of the grid.
        grid: [usize; 3],
    },
    /// The number of channel names and of channels differ.
    #[error("{names} channel names for {channels} channels")]
    ChannelMismatch {
        /// How many names were given.
        names: usize,
        /// How many channels the array has.
        channels: usize,
    },
    /// Two volumes that belong together lie on different grids.
    #[error("the grids differ: {left} against {right}")]
    GridMismatch {
        /// The first grid.
        left: Box<Grid>,
        /// The second grid.
        right: Box<Grid>,
    },
}
