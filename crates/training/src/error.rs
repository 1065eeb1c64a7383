//! What can go wrong in training.

use rsom_nn::NnError;
use rsom_parameters::ParameterFault;
use rsom_weights::WeightsError;

/// Why a training run cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// Settings that contradict each other.
    #[error("{0}")]
    Settings(String),
    /// A parameter out of its bounds.
    #[error(transparent)]
    Parameter(#[from] ParameterFault),
    /// A loss that is no number: the training has diverged.
    #[error(
        "the loss is not finite in epoch {epoch} ({terms}): lower learning_rate or the weights of the loss terms, or scale the input down (input_scale)"
    )]
    NotFinite {
        /// Epoch, counted from 1.
        epoch: usize,
        /// The terms of the loss.
        terms: String,
    },
    /// The caller asked to stop.
    #[error("stopped")]
    Stopped,
    /// A checkpoint whose content is not what it says it is.
    #[error("{0}")]
    Corrupt(String),
    /// A file that is no checkpoint.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Parameters or weights that do not fit.
    #[error(transparent)]
    Nn(#[from] NnError),
}
