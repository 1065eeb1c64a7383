//! What every training shares, whatever the network, the loss and the batches.
//!
//! A [`Task`] says what is learned: the network, the terms of the loss, the batches of an epoch, and how a part of the
//! validation data is predicted. A [`Trainer`] does the rest: epochs and steps, validation, a learning rate that falls on a
//! plateau, early stopping, the [`History`], the best and the last weights, and checkpoints to resume from.
//!
//! With the feature `cli`, `cli` is the command line around it: outputs, parameters, progress, the history as a table,
//! the summary, and exit codes.

mod average;
mod checkpoint;
#[cfg(feature = "cli")]
pub mod cli;
mod collapse;
mod error;
mod history;
mod named;
mod overlap;
mod run;
mod schedule;
mod settings;
mod task;
mod trainer;

pub use checkpoint::Checkpoint;
pub use collapse::Collapse;
pub use error::TrainingError;
pub use history::{EpochRecord, History, Validation};
pub use named::Named;
pub use overlap::{DICE, Overlap};
pub use run::Run;
pub use schedule::{PlateauConfig, ReduceOnPlateau};
pub use settings::RunSettings;
pub use task::{GoOn, Loss, Predicted, Sample, Task, Term};
pub use trainer::{Step, Trainer, Watch};
