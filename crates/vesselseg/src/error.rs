//! Errors of vessel segmentation.

use rsom_volume::VolumeError;

/// An error of building, training or applying a vessel network.
#[derive(Debug, thiserror::Error)]
pub enum VesselsegError {
    /// A scan has a wrong number of channels for the network.
    #[error(
        "the scan has {scan} channels, but the network needs {network}; use other weights or another scan"
    )]
    Channels {
        /// Channels of the scan.
        scan: usize,
        /// Channels of the network.
        network: usize,
    },
    /// A scan has intensities that are NaN or infinite.
    #[error("{count} voxels are NaN or infinite; replace them by numbers")]
    NonFiniteVoxels {
        /// Number of these voxels.
        count: usize,
    },
    /// There are more blocks than voxels along an axis.
    #[error(
        "a scan of {shape:?} voxels cannot be cut into {blocks:?} blocks; choose at least 1 block and at most one per voxel along each axis"
    )]
    Blocks {
        /// Extents of the scan along x, y, z in voxels.
        shape: [usize; 3],
        /// Numbers of blocks along x, y, z.
        blocks: [usize; 3],
    },
    /// The augmentation `transpose` needs equal voxel sizes along x and y.
    #[error(
        "the voxel sizes along x and y differ ({} and {} mm), so that transpose cannot exchange x and y; turn transpose off",
        spacing[0],
        spacing[1]
    )]
    NotSquare {
        /// Voxel size along x and y in mm.
        spacing: [f64; 2],
    },
    /// Weights do not belong to a vessel network, or the size of a network is invalid.
    #[error("{0}")]
    Network(String),
    /// The network returns NaN, because the intensities are too large for it.
    #[error(
        "the network returns NaN: the intensities are too large for its weights; prepare the scan like the training scans"
    )]
    NotFinitePrediction,
    /// Arguments of a calibration do not match: probabilities, references or curves.
    #[error("{0}")]
    Settings(String),
    /// The caller stopped the computation.
    #[error("stopped")]
    Stopped,
    /// A volume is invalid, or two volumes have different grids.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// A training run cannot start or continue.
    #[error(transparent)]
    Training(#[from] rsom_training::TrainingError),
    /// Parameters, weights or layers do not fit.
    #[error(transparent)]
    Nn(#[from] rsom_nn::NnError),
    /// A weights file cannot be read or written.
    #[error(transparent)]
    Weights(#[from] rsom_weights::WeightsError),
    /// A tensor operation failed.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
}
