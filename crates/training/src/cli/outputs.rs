//! Where a training run writes its results.

use std::path::{Path, PathBuf};

use rsom_stage::{Invocation, Kind, Port, StageError, atomic};

/// Where a training run writes its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs {
    /// Weights of the best epoch.
    pub weights: PathBuf,
    /// Weights of the last epoch.
    pub last: Option<PathBuf>,
    /// One row for each epoch.
    pub history: Option<PathBuf>,
    /// The state between epochs, gone when the run is done.
    pub checkpoint: PathBuf,
}

impl Outputs {
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

    /// Those that an invocation names, in its folder where they are not named one by one.
    ///
    /// # Errors
    /// Exit code 2: there is no place for the weights.
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

    /// Removes the checkpoint, when all else is written.
    ///
    /// # Errors
    /// Exit code 4.
    pub fn done(&self) -> Result<(), StageError> {
        match std::fs::remove_file(&self.checkpoint) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StageError::output(&self.checkpoint, atomic::plain(&error)))
            }
            _ => Ok(()),
        }
    }
}
