//! Errors of layer segmentation.

use rsom_volume::VolumeError;

/// An error of building, training or applying a layer network.
#[derive(Debug, thiserror::Error)]
pub enum LayersegError {
    /// A B-scan is smaller than the network allows.
    #[error(
        "a B-scan of {rows} × {columns} pixels (z × x) is too small for this network: both must be at least {multiple}; use a smaller depth of the U-Net"
    )]
    SliceTooSmall {
        /// Extent along z in pixels.
        rows: usize,
        /// Extent along x in pixels.
        columns: usize,
        /// The extents are cropped to multiples of this number.
        multiple: usize,
    },
    /// A scan has intensities that are NaN or infinite.
    #[error("{count} voxels are NaN or infinite; replace them by numbers")]
    NonFiniteVoxels {
        /// Number of these voxels.
        count: usize,
    },
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
    /// Weights do not belong to a layer network, or the size of a network is invalid.
    #[error("{0}")]
    Network(String),
    /// The network returns NaN, because the intensities are too large for it.
    #[error(
        "the network returns NaN for B-scan {y}: the intensities are too large for its weights; prepare the scan like the training scans"
    )]
    NotFinitePrediction {
        /// Index of the B-scan along y, counted from 0.
        y: usize,
    },
    /// A B-scan is too deep for the common search of both surfaces.
    #[error(
        "the layer is unclear in B-scan {} of {depth} voxels of depth, and a common search of both surfaces would need {} GiB; crop the scan around the layer, or use another postprocess",
        bscan + 1,
        bytes.div_ceil(1 << 30)
    )]
    TooDeep {
        /// Index of the B-scan along y, from 0.
        bscan: usize,
        /// Extent along z in voxels.
        depth: usize,
        /// Memory of the search in bytes.
        bytes: u64,
    },
    /// The most probable surfaces are wanted for a prediction without probabilities.
    #[error("the most probable surfaces need the probabilities of the prediction")]
    NoProbabilities,
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
