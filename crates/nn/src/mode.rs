//! Training or evaluation mode of a forward pass.

/// Mode of a forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Batch norm uses batch statistics and updates the running statistics; dropout is on; parameters are on the tape.
    Training {
        /// Seed of the training run.
        seed: u64,
        /// Number of the optimizer step. Seed, step and name of a layer determine its dropout mask, so that a resumed run
        /// draws the same masks as an uninterrupted run.
        step: u64,
    },
    /// Batch norm uses running statistics; dropout is off; parameters are detached, so that nothing is recorded for
    /// gradients.
    Evaluation,
}

impl Mode {
    /// Whether this is a training pass.
    #[must_use]
    pub fn is_training(&self) -> bool {
        matches!(self, Self::Training { .. })
    }

    /// A parameter as a tensor: tracked for gradients in training, detached in evaluation.
    #[must_use]
    pub fn parameter(&self, variable: &candle_core::Var) -> candle_core::Tensor {
        match self {
            Self::Training { .. } => variable.as_tensor().clone(),
            Self::Evaluation => variable.as_detached_tensor(),
        }
    }
}
