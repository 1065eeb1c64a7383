//! Checkpoints: the full state of a training run, to resume it.

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_nn::{Adam, AdamConfig, AdamState, Moments, Parameters};
use rsom_weights::{Metadata, Weights};

use crate::{ReduceOnPlateau, TrainingError};

/// The state of a training run between two steps.
///
/// It is stored as a safetensors file with the tensors `parameters.*`, `adam.first.*`, `adam.second.*` and `extra.*`; all
/// other state is JSON in the metadata.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// Parameters and buffers by name.
    pub parameters: BTreeMap<String, Tensor>,
    /// State of the optimizer.
    pub adam: AdamState,
    /// Learning rate schedule and its state.
    pub schedule: ReduceOnPlateau,
    /// Further tensors of the trainer by name: the best weights so far.
    pub extra: BTreeMap<String, Tensor>,
    /// Further state of the trainer, such as the history, as JSON text.
    pub trainer: String,
}

const FORMAT: &str = "rsom-checkpoint 1";

impl Checkpoint {
    /// Captures the current state of a run.
    ///
    /// # Errors
    /// Returns an error if parameters cannot be copied to the CPU.
    pub fn of(
        parameters: &Parameters,
        adam: &Adam,
        schedule: &ReduceOnPlateau,
        trainer: String,
    ) -> Result<Self, TrainingError> {
        Ok(Self {
            parameters: parameters.snapshot()?,
            adam: adam.state()?,
            schedule: schedule.clone(),
            extra: BTreeMap::new(),
            trainer,
        })
    }

    /// Restores parameters and optimizer. The caller restores schedule and trainer.
    ///
    /// # Errors
    /// Returns [`rsom_nn::NnError::Mismatch`] if the checkpoint belongs to another network.
    pub fn restore(&self, parameters: &Parameters, adam: &mut Adam) -> Result<(), TrainingError> {
        parameters.load_from(&self.parameters)?;
        Ok(adam.restore(&self.adam)?)
    }

    /// Serializes the checkpoint to the bytes of a file.
    ///
    /// # Errors
    /// Returns an error if a tensor is not `f32`.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TrainingError> {
        let mut tensors = BTreeMap::new();
        let mut insert = |prefix: &str, name: &str, tensor: &Tensor| {
            tensors.insert(format!("{prefix}{name}"), tensor.clone());
        };
        for (name, tensor) in &self.parameters {
            insert(PARAMETERS, name, tensor);
        }
        for (name, moments) in &self.adam.moments {
            insert(FIRST, name, &moments.first);
            insert(SECOND, name, &moments.second);
        }
        for (name, tensor) in &self.extra {
            insert(EXTRA, name, tensor);
        }
        let metadata = Metadata::of_format(FORMAT)
            .with("adam", &(self.adam.config, self.adam.step))?
            .with("schedule", &self.schedule)?
            .with_text("trainer", &self.trainer);
        Ok(rsom_weights::to_bytes(&tensors, &metadata)?)
    }

    /// Reads a checkpoint from the bytes of a file.
    ///
    /// # Errors
    /// Returns [`TrainingError::Weights`] if the bytes are not a valid safetensors file, and [`TrainingError::Corrupt`] if
    /// the file is not a complete checkpoint.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TrainingError> {
        let Weights { tensors, metadata } = rsom_weights::from_bytes(bytes)?;
        if metadata.format() != Some(FORMAT) {
            let text = "this is a weights file, not a checkpoint of a training run";
            return Err(TrainingError::Corrupt(text.to_string()));
        }
        let (config, step): (AdamConfig, u64) = metadata.get("adam")?;
        let mut groups = Groups::default();
        for (name, tensor) in tensors {
            groups.insert(&name, tensor)?;
        }
        Ok(Self {
            parameters: groups.parameters,
            adam: AdamState {
                config,
                step,
                moments: pair(groups.first, groups.second)?,
            },
            schedule: metadata.get("schedule")?,
            extra: groups.extra,
            trainer: metadata.text("trainer").unwrap_or_default().to_owned(),
        })
    }
}

const PARAMETERS: &str = "parameters.";
const FIRST: &str = "adam.first.";
const SECOND: &str = "adam.second.";
const EXTRA: &str = "extra.";

#[derive(Default)]
struct Groups {
    parameters: BTreeMap<String, Tensor>,
    first: BTreeMap<String, Tensor>,
    second: BTreeMap<String, Tensor>,
    extra: BTreeMap<String, Tensor>,
}

impl Groups {
    fn insert(&mut self, name: &str, tensor: Tensor) -> Result<(), TrainingError> {
        let groups = [
            (PARAMETERS, &mut self.parameters),
            (FIRST, &mut self.first),
            (SECOND, &mut self.second),
            (EXTRA, &mut self.extra),
        ];
        for (prefix, group) in groups {
            if let Some(rest) = name.strip_prefix(prefix) {
                group.insert(rest.to_string(), tensor);
                return Ok(());
            }
        }
        Err(TrainingError::Corrupt(format!(
            "the checkpoint has an unknown tensor '{name}'"
        )))
    }
}

fn pair(
    first: BTreeMap<String, Tensor>,
    mut second: BTreeMap<String, Tensor>,
) -> Result<BTreeMap<String, Moments>, TrainingError> {
    let lacking = |name: &str| {
        TrainingError::Corrupt(format!("the checkpoint lacks an Adam moment of '{name}'"))
    };
    let mut moments = BTreeMap::new();
    for (name, first) in first {
        let second = second.remove(&name).ok_or_else(|| lacking(&name))?;
        moments.insert(name, Moments { first, second });
    }
    match second.keys().next() {
        Some(name) => Err(lacking(name)),
        None => Ok(moments),
    }
}
