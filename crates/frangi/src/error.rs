//! Errors of the filter and its model files.

use rsom_volume::VolumeError;

/// A scan that cannot be filtered, or a model that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FrangiError {
    /// Invalid settings.
    #[error("{0}")]
    Settings(String),
    /// Scales in µm for a scan with unknown voxel size.
    #[error(
        "scales in µm need a known voxel size, but that of the scan is unknown; give scales in voxels"
    )]
    UnknownSpacing,
    /// A scale of too many voxels.
    #[error("a scale of {sigma_vox} voxels is too large; the maximum is {largest}")]
    LargeScale {
        /// The scale along one axis.
        sigma_vox: f64,
        /// The largest one allowed.
        largest: f64,
    },
    /// A picture instead of a volume.
    #[error(
        "the scan has a single voxel along {axis}; the filter needs a volume: in a single slice, vessels look like plates. \
         Filter the whole scan and cut the slice out of the result"
    )]
    SingleSlice {
        /// x, y or z.
        axis: char,
    },
    /// NaN or infinite intensities.
    #[error(
        "{count} voxels are NaN or infinite; replace them with 'rsom io convert --replace-non-finite'"
    )]
    NonFiniteVoxels {
        /// Number of such voxels.
        count: usize,
    },
    /// A file that is not a model of this crate.
    #[error("{0}")]
    Model(String),
    /// A file that is not a weights file.
    #[error(transparent)]
    Weights(#[from] rsom_weights::WeightsError),
    /// The caller stopped the work.
    #[error("stopped")]
    Stopped,
    /// Volumes that break an invariant or do not belong together.
    #[error(transparent)]
    Volume(#[from] VolumeError),
}
