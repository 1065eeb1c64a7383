//! Whether a network is being trained, and at which step of the random streams.

/// How a forward pass is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Batch statistics are used and the running ones updated, dropout is on, parameters are on the tape.
    Training {
        /// Seed of the run.
        seed: u64,
        /// Number of the optimizer step. With the seed and the name of the layer it fixes the dropout mask, so that a
        /// run that goes on from a checkpoint draws the masks that an uninterrupted run draws.
        step: u64,
    },
    /// Running statistics are used, dropout is off, parameters are detached: no graph is kept, nothing is updated.
    Evaluation,
}

impl Mode {
    /// Whether this is a training pass.
    #[must_use]
    pub fn is_training(&self) -> bool {
        matches!(self, Self::Training { .. })
    }

    /// The parameter as this mode sees it: on the tape in training, detached in evaluation.
    #[must_use]
    pub fn parameter(&self, variable: &candle_core::Var) -> candle_core::Tensor {
        match self {
            Self::Training { .. } => variable.as_tensor().clone(),
            Self::Evaluation => variable.as_detached_tensor(),
        }
    }
}
