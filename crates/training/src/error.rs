//! Errors of training.

use rsom_nn::NnError;
use rsom_parameters::ParameterFault;
use rsom_weights::WeightsError;

/// An error that prevents a training run from starting or continuing.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// Settings are invalid.
    #[error("{0}")]
    Settings(String),
    /// A parameter is out of bounds.
    #[error(transparent)]
    Parameter(#[from] ParameterFault),
    /// The loss is NaN or infinite: the training has diverged.
    #[error(
        "the loss is NaN or infinite in epoch {epoch} ({terms}): lower learning_rate, the weights of the loss terms, or input_scale"
    )]
    NotFinite {
        /// Epoch, counted from 1.
        epoch: usize,
        /// Names and values of the loss terms.
        terms: String,
    },
    /// The caller stopped the run.
    #[error("stopped")]
    Stopped,
    /// A checkpoint is damaged or belongs to another run.
    #[error("{0}")]
    Corrupt(String),
    /// A file is not a valid weights file or checkpoint.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Parameters or weights do not fit the network.
    #[error(transparent)]
    Nn(#[from] NnError),
}
