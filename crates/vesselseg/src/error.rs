//! What can go wrong between a scan and its vessels.

use rsom_volume::VolumeError;

/// Why a network cannot be built, trained or applied.
#[derive(Debug, thiserror::Error)]
pub enum VesselsegError {
    /// A scan with another number of channels than the network takes.
    #[error("the scan has {scan} channels but the network takes {network}")]
    Channels {
        /// Channels of the scan.
        scan: usize,
        /// Channels of the network.
        network: usize,
    },
    /// NaN or infinite intensities.
    #[error("{count} voxels are NaN or infinite")]
    NonFiniteVoxels {
        /// How many.
        count: usize,
    },
    /// More blocks than voxels.
    #[error("a scan of {shape:?} voxels cannot be cut into {blocks:?} blocks")]
    Blocks {
        /// Extents of the scan along x, y, z.
        shape: [usize; 3],
        /// Blocks along x, y, z.
        blocks: [usize; 3],
    },
    /// Scans whose x and y are to be exchanged although their voxels are not square.
    #[error("x and y cannot be exchanged (transpose): voxels are {} by {} mm", spacing[0], spacing[1])]
    NotSquare {
        /// Voxel size along x and y in mm.
        spacing: [f64; 2],
    },
    /// Weights that belong to no network of this crate, or settings that make none.
    #[error("{0}")]
    Network(String),
    /// Probabilities that are no numbers: intensities beyond what the network can take.
    #[error("the network gives NaN: its weights do not fit intensities this large")]
    NotFinitePrediction,
    /// Probabilities, references or curves that do not belong together.
    #[error("{0}")]
    Settings(String),
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
