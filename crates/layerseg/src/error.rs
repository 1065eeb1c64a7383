//! What can go wrong between a scan and its mask.

use rsom_volume::VolumeError;

/// Why a network cannot be built, trained or applied.
#[derive(Debug, thiserror::Error)]
pub enum LayersegError {
    /// A B-scan that has nothing left after cropping.
    #[error(
        "a B-scan of {rows} × {columns} pixels is too small for this network: both must be at least {multiple}"
    )]
    SliceTooSmall {
        /// Extent along z.
        rows: usize,
        /// Extent along x.
        columns: usize,
        /// What the extents are cropped to a multiple of.
        multiple: usize,
    },
    /// NaN or infinite intensities.
    #[error("{count} voxels are NaN or infinite")]
    NonFiniteVoxels {
        /// How many.
        count: usize,
    },
    /// A scan with another number of channels than the network takes.
    #[error("the scan has {scan} channels but the network takes {network}")]
    Channels {
        /// Channels of the scan.
        scan: usize,
        /// Channels of the network.
        network: usize,
    },
    /// Weights that belong to no network of this crate, or settings that make none.
    #[error("{0}")]
    Network(String),
    /// Probabilities that are no numbers: intensities beyond what the network can take.
    #[error("the network gives NaN for B-scan {y}: its weights do not fit intensities this large")]
    NotFinitePrediction {
        /// Index of the B-scan.
        y: usize,
    },
    /// The caller asked to stop.
    #[error("stopped")]
    Stopped,
    /// Volumes that break an invariant.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// A run that cannot start or go on.
    #[error(transparent)]
    Training(#[from] rsom_training::TrainingError),
    /// Parameters, weights or layers that do not fit.
    #[error(transparent)]
    Nn(#[from] rsom_nn::NnError),
    /// A weights file that cannot be read or written.
    #[error(transparent)]
    Weights(#[from] rsom_weights::WeightsError),
    /// The tensor library's own errors.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
}
