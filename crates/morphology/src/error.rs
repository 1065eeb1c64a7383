//! What can be wrong with the arguments of an operation.

/// An argument outside its range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum MorphologyError {
    /// The radius of a ball.
    #[error("the radius of a ball is {radius_vox} voxels, but it must be from 0 to {most}")]
    BadRadius {
        /// The radius asked for.
        radius_vox: f64,
        /// Largest radius.
        most: f64,
    },
}
