//! Training of a network: epochs, validation, history, checkpoints, learning rate schedule, early stopping.
//!
//! A [`Task`] defines what to learn: the network, the terms of the loss, the batches of an epoch, and the prediction of
//! validation data. A [`Trainer`] runs it: epochs and steps, validation, a learning rate that falls on a plateau, early
//! stopping, the [`History`], the best and the last weights, and checkpoints.
//!
//! With the feature `cli`, the module `cli` holds the shared parts of the `train` commands: examples, progress, the history
//! as a table, the summary, and exit codes.

mod average;
mod checkpoint;
#[cfg(feature = "cli")]
pub mod cli;
mod collapse;
mod decay;
mod error;
mod history;
mod named_values;
mod overlap;
mod run;
mod schedule;
mod settings;
mod task;
mod trainer;
mod warm_up;

pub use checkpoint::Checkpoint;
pub use collapse::Collapse;
pub use decay::{Decay, DecayConfig};
pub use error::TrainingError;
pub use history::{EpochRecord, History, Validation};
pub use named_values::NamedValues;
pub use overlap::{DICE, Overlap};
pub use run::Run;
pub use schedule::{PlateauConfig, ReduceOnPlateau};
pub use settings::RunSettings;
pub use task::{Loss, Sample, ShouldContinue, Task, Term, ValidationOutput};
pub use trainer::{Step, Trainer, Watch};
pub use warm_up::WarmUp;
