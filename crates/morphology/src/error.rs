//! Errors of arguments.

/// An argument outside its range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum MorphologyError {
    /// An invalid radius of a ball.
    #[error("the radius of a ball is {radius_vox} voxels, but it must be from 0 to {most}")]
    BadRadius {
        /// The requested radius.
        radius_vox: f64,
        /// Largest allowed radius.
        most: f64,
    },
}
