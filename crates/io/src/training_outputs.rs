//! The output files of a training.

use std::path::{Path, PathBuf};

use rsom_stage::{Invocation, Kind, Port, StageError, atomic};

/// The output files of a training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingOutputs {
    /// Weights of the best epoch.
    pub weights: PathBuf,
    /// Weights of the last epoch.
    pub last: Option<PathBuf>,
    /// One row for each epoch.
    pub history: Option<PathBuf>,
    /// The state after the last finished epoch, removed at the end of the training.
    pub checkpoint: PathBuf,
}

impl TrainingOutputs {
    /// Declares the outputs.
    #[must_use]
    pub fn ports() -> [Port; 4] {
        [
            Port::optional(
                "output",
                Kind::Directory,
                "Folder for weights.safetensors, last.safetensors and history.parquet",
            ),
            Port::optional(
                "weights",
                Kind::Weights,
                "Weights of the epoch with the lowest validation loss",
            ),
            Port::optional("last", Kind::Weights, "Weights of the last epoch"),
            Port::optional(
                "history",
                Kind::Table,
                "One row for each epoch: losses, their terms, Dice, status",
            ),
        ]
    }

    /// The files of an invocation: each at its own path if one is given, else in the folder `output`.
    ///
    /// # Errors
    /// Exit code 2: neither a folder nor a path for the weights is given.
    pub fn of(invocation: &Invocation) -> Result<Self, StageError> {
        let folder = invocation.optional_output("output");
        let place = |name: &str, file: &str| {
            let named = invocation.optional_output(name).map(Path::to_path_buf);
            named.or_else(|| folder.map(|folder| folder.join(file)))
        };
        let Some(weights) = place("weights", "weights.safetensors") else {
            return Err(StageError::usage("give --output or --weights"));
        };
        let checkpoint = match folder {
            Some(folder) => folder.join("checkpoint.safetensors"),
            None => weights.with_extension("checkpoint.safetensors"),
        };
        Ok(Self {
            weights,
            last: place("last", "last.safetensors"),
            history: place("history", "history.parquet"),
            checkpoint,
        })
    }

    /// Removes the checkpoint. Call it when all other files are written.
    ///
    /// # Errors
    /// Exit code 4: the checkpoint cannot be removed.
    pub fn remove_checkpoint(&self) -> Result<(), StageError> {
        match std::fs::remove_file(&self.checkpoint) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StageError::output(&self.checkpoint, atomic::plain(&error)))
            }
            _ => Ok(()),
        }
    }
}
