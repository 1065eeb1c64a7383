//! Runs that train for many epochs: where they leave what they make, and how they go on after they were killed.

use std::path::{Path, PathBuf};

use crate::{Invocation, Kind, Port, Progress, StageError, atomic, fingerprint, interrupt, log};

/// Where a training run leaves what it makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingOutputs {
    /// Weights of the best epoch.
    pub weights: PathBuf,
    /// Weights of the last epoch.
    pub last: Option<PathBuf>,
    /// One row for each epoch.
    pub history: Option<PathBuf>,
    /// The state between epochs, gone when the run is done.
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

/// A run that is trained epoch by epoch.
pub trait Epochs {
    /// Whether no epoch is left.
    fn is_finished(&self) -> bool;

    /// How many epochs are done.
    fn done(&self) -> usize;

    /// Trains the next epoch; `step` takes the steps that were done since it was called last, and says whether to go on.
    ///
    /// # Errors
    /// Whatever stops the training, exit code 130 when `step` said so.
    fn run_epoch(&mut self, step: &mut dyn FnMut(u64) -> bool) -> Result<(), StageError>;

    /// One line on the last epoch.
    fn describe(&self) -> String;

    /// The run between two epochs as bytes; `fingerprint` stands for all that it depends on.
    ///
    /// # Errors
    /// None that such a run can cause.
    fn checkpoint(&self, fingerprint: &str) -> Result<Vec<u8>, StageError>;

    /// Goes on from such bytes.
    ///
    /// # Errors
    /// Why these are not the bytes of the same run, which is unchanged then.
    fn resume(&mut self, bytes: &[u8], fingerprint: &str) -> Result<(), String>;
}

/// Trains to the end, with a checkpoint after every epoch; goes on from the one that is there, when it is of the same run,
/// which `provenance` stands for.
///
/// `epochs` are those that the run has at most, `steps` those of an epoch.
///
/// # Errors
/// Those of [`Epochs::run_epoch`]; exit code 4 when the checkpoint cannot be written.
pub fn train_to_the_end(
    run: &mut dyn Epochs,
    [epochs, steps]: [usize; 2],
    checkpoint: &Path,
    provenance: &str,
) -> Result<(), StageError> {
    let fingerprint = fingerprint::of_bytes(provenance.as_bytes());
    let mut progress = Progress::start("train", (epochs * steps) as u64);
    let save = |run: &dyn Epochs| atomic::write_bytes(checkpoint, &run.checkpoint(&fingerprint)?);
    if resume(run, checkpoint, &fingerprint)? {
        let done = run.done();
        let path = checkpoint.display();
        log::info(format_args!("{path}: going on after epoch {done}"));
        progress.skip((done * steps) as u64);
    } else {
        // A place that cannot be written shows now, not after the first epoch.
        save(run)?;
    }
    while !run.is_finished() {
        let mut step = |steps| {
            progress.advance(steps);
            !interrupt::requested()
        };
        run.run_epoch(&mut step)?;
        save(run)?;
        progress.message(run.describe());
    }
    progress.finish();
    Ok(())
}

/// Goes on from a checkpoint of the same run, if there is one; another run's is left out with a warning.
fn resume(run: &mut dyn Epochs, checkpoint: &Path, fingerprint: &str) -> Result<bool, StageError> {
    let bytes = match std::fs::read(checkpoint) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(StageError::output(checkpoint, atomic::plain(&error))),
    };
    let resumed = run.resume(&bytes, fingerprint);
    if let Err(error) = &resumed {
        let path = checkpoint.display();
        log::warn(format_args!(
            "{path}: {error}; training starts from the beginning"
        ));
    }
    Ok(resumed.is_ok())
}
