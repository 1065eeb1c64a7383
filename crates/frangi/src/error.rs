//! What can go wrong between a scan and its vessels.

use rsom_volume::VolumeError;

/// Why a scan cannot be filtered or a model not be read.
#[derive(Debug, thiserror::Error)]
pub enum FrangiError {
    /// Settings without meaning.
    #[error("{0}")]
    Settings(String),
    /// Scales in µm for a scan whose voxel size nobody knows.
    #[error(
        "scales in µm need a known voxel size, and that of the scan is unknown; give them in voxels"
    )]
    UnknownSpacing,
    /// A scale that is very many voxels.
    #[error("a scale of {sigma_vox} voxels is too large; at most {largest} are allowed")]
    LargeScale {
        /// The scale along one axis.
        sigma_vox: f64,
        /// The largest one allowed.
        largest: f64,
    },
    /// NaN or infinite intensities.
    #[error("{count} voxels are NaN or infinite")]
    NonFiniteVoxels {
        /// How many.
        count: usize,
    },
    /// A file that is no model of this crate.
    #[error("{0}")]
    Model(String),
    /// A file that is no weights file.
    #[error(transparent)]
    Weights(#[from] rsom_weights::WeightsError),
    /// The caller asked to stop.
    #[error("stopped")]
    Stopped,
    /// Volumes that break an invariant or do not belong together.
    #[error(transparent)]
    Volume(#[from] VolumeError),
}
