//! A training run of a command, from the first epoch to the output files.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::Tensor;
use rsom_io::fault::{Fault, of_run};
use rsom_io::ports;
use rsom_io::training_outputs::TrainingOutputs;
use rsom_nn::NeuralNetwork;
use rsom_stage::{Invocation, Progress, StageError, Summary, atomic, fingerprint, interrupt, log};

use super::history;
use crate::{Collapse, DICE, EpochRecord, Step, Task, Trainer};

/// Function from weights and provenance to the bytes of a weights file.
type ToFile<'a, E> = dyn Fn(&BTreeMap<String, Tensor>, &str) -> Result<Vec<u8>, E> + 'a;

/// Outputs and callbacks of a `train` command.
pub struct Session<'a, E> {
    /// Paths of the output files.
    pub outputs: &'a TrainingOutputs,
    /// The invocation for the provenance of the outputs.
    pub stated: &'a Invocation,
    /// Function from weights and provenance to the bytes of a weights file.
    pub file: &'a ToFile<'a, E>,
    /// Warning for a network whose validation masks are all empty or all full.
    pub advice: &'a dyn Fn(Collapse) -> Option<String>,
}

impl<E: Fault> Session<'_, E> {
    /// Trains until the end, writes a checkpoint after each epoch, and writes the outputs. If there is a checkpoint of the
    /// same run, resumes from it.
    ///
    /// # Errors
    /// Returns an error if the training fails, with exit code 4 if an output cannot be written, and with exit code 130 on
    /// interruption.
    pub fn run<T: Task<Error = E>>(&self, mut trainer: Trainer<T>) -> Result<Summary, StageError> {
        // Whoever asks for the last weights does not need the best ones.
        let uses_best = self.stated.optional_output("last").is_none();
        if uses_best && trainer.task().parts().is_empty() {
            log::warn(
                "there are no validation scans: the weights with the lowest training loss are kept as the best",
            );
        }
        self.train(&mut trainer)?;
        self.write(&trainer)?;
        self.summary(&trainer)
    }

    fn train<T: Task<Error = E>>(&self, trainer: &mut Trainer<T>) -> Result<(), StageError> {
        let checkpoint = &self.outputs.checkpoint;
        let provenance = self.stated.provenance()?.to_string();
        let fingerprint = fingerprint::of_bytes(provenance.as_bytes());
        let images = trainer.task().images();
        let epochs = trainer.task().run().epochs;
        let mut progress = Progress::start("train", (epochs * images) as u64);
        let save = |trainer: &Trainer<T>| {
            let bytes = trainer.checkpoint(&fingerprint).map_err(of_run)?;
            atomic::write_bytes(checkpoint, &bytes)
        };
        if resume(trainer, checkpoint, &fingerprint)? {
            let done = trainer.history().epochs.len();
            let path = checkpoint.display();
            log::info(format_args!("{path}: resuming after epoch {done}"));
            progress.skip((done * images) as u64);
        } else {
            // Fail now, not after the first epoch, if the checkpoint cannot be written.
            save(trainer)?;
        }
        while !trainer.is_finished() {
            let mut watch = |step: Step| {
                progress.advance(step.finished as u64);
                !interrupt::requested()
            };
            trainer.run_epoch(&mut watch).map_err(of_run)?;
            save(trainer)?;
            progress.message(described(trainer));
        }
        progress.finish();
        Ok(())
    }

    fn write<T: Task<Error = E>>(&self, trainer: &Trainer<T>) -> Result<(), StageError> {
        let provenance = self.stated.provenance()?.to_string();
        let save = |path: &Path, weights: &BTreeMap<String, Tensor>| {
            let bytes = (self.file)(weights, &provenance).map_err(of_run)?;
            atomic::write_bytes(path, &bytes)
        };
        save(&self.outputs.weights, trainer.best_weights())?;
        if let Some(path) = &self.outputs.last {
            let last = trainer.network().parameters().snapshot();
            save(path, &last.map_err(StageError::failure)?)?;
        }
        if let Some(path) = &self.outputs.history {
            let table = history::table(trainer.history()).map_err(StageError::failure)?;
            ports::save_table(self.stated, path, &table)?;
        }
        self.outputs.remove_checkpoint()
    }

    fn summary<T: Task<Error = E>>(&self, trainer: &Trainer<T>) -> Result<Summary, StageError> {
        let history = trainer.history();
        let Some(best) = history.best() else {
            return Err(StageError::failure(
                "the training run has no finished epoch",
            ));
        };
        let status = best.validation.as_ref().map(|v| v.collapse);
        if let Some(advice) = status.and_then(self.advice) {
            log::warn(advice);
        }
        let (epochs, loss) = (history.epochs.len(), history.watched(best));
        let of = match best.validation {
            Some(_) => "validation",
            None => "training",
        };
        let (number, scores) = (best.epoch, shown_scores(best));
        let mut summary = Summary::new()
            .with("epochs", epochs)
            .with("best_epoch", number)
            .with("best_loss", loss)
            .with("status", status.map(Collapse::as_str))
            .with("parameters", trainer.network().parameters().count());
        for name in &history.scores {
            let score = best.validation.as_ref().and_then(|v| v.scores.get(name));
            summary = summary.with(&format!("validation_{name}"), score);
        }
        Ok(summary.text(format!(
            "best epoch {number} of {epochs}: {of} loss {loss:.5}{scores}"
        )))
    }
}

/// Resumes from a checkpoint of the same run, if there is one. Logs a warning and returns `false` if the checkpoint cannot
/// be used.
fn resume<T: Task>(
    trainer: &mut Trainer<T>,
    checkpoint: &Path,
    fingerprint: &str,
) -> Result<bool, StageError> {
    let bytes = match std::fs::read(checkpoint) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(StageError::output(checkpoint, atomic::plain(&error))),
    };
    let resumed = trainer.resume(&bytes, fingerprint);
    if let Err(error) = &resumed {
        let path = checkpoint.display();
        log::warn(format_args!(
            "{path}: {error}; training starts from the beginning"
        ));
    }
    Ok(resumed.is_ok())
}

/// One line with the losses and scores of the last epoch.
fn described<T: Task>(trainer: &Trainer<T>) -> String {
    let history = trainer.history();
    let Some(record) = history.epochs.last() else {
        return String::new();
    };
    let validation = record.validation.as_ref().map_or(String::new(), |v| {
        let loss = history.total(&v.terms);
        format!(", validation loss {loss:.5}{}", shown_scores(record))
    });
    let loss = history.total(&record.train);
    format!("epoch {}: loss {loss:.5}{validation}", record.epoch)
}

/// `, Dice 0.812`, or nothing without validation.
fn shown_scores(record: &EpochRecord) -> String {
    let scores = record.validation.iter().flat_map(|v| v.scores.iter());
    let shown = |(name, score): (&str, Option<f64>)| {
        let name = if name == DICE { "Dice" } else { name };
        score.map(|score| format!(", {name} {score:.3}"))
    };
    scores.filter_map(shown).collect()
}
