//! What can go wrong between a scan and its vessels.

use rsom_volume::VolumeError;

/// Why a network cannot be built or applied.
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
    /// Weights that belong to no network of this crate, or settings that make none.
    #[error("{0}")]
    Network(String),
    /// Probabilities that are no numbers: intensities beyond what the network can take.
    #[error("the network gives NaN: its weights do not fit intensities this large")]
    NotFinitePrediction,
    /// The caller asked to stop.
    #[error("stopped")]
    Stopped,
    /// Volumes that break an invariant.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// Parameters, weights or layers that do not fit.
    #[error(transparent)]
    Nn(#[from] rsom_nn::NnError),
    /// The tensor library's own errors.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
}
