//! The trainer: runs a training task epoch by epoch.

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_nn::{Mode, NeuralNetwork, Optimizer};

use crate::average::Average;
use crate::{
    Collapse, EpochRecord, History, NamedValues, Overlap, Run, Sample, Task, TrainingError,
    Validation, ValidationOutput,
};

/// Trains the network of a [`Task`], one epoch per call.
#[derive(Debug)]
pub struct Trainer<T: Task> {
    task: T,
    network: T::Network,
    run: Run,
}

/// Averages and weights of the loss terms in an epoch of training.
struct Trained {
    terms: NamedValues,
    weights: NamedValues,
}

/// Progress of an epoch: a training step, or a step of validation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Epoch, counted from 1.
    pub epoch: usize,
    /// Loss of the batch; `None` in validation.
    pub loss: Option<f64>,
    /// Number of images finished in this step.
    pub finished: usize,
}

/// A callback for each step that returns `false` if the training should stop.
pub type Watch<'w> = &'w mut dyn FnMut(Step) -> bool;

impl<T: Task> Trainer<T> {
    /// Creates a trainer whose network has initial weights from the seed.
    ///
    /// Without validation data, the training loss determines schedule, early stopping and best weights.
    ///
    /// # Errors
    /// Returns an error if settings are invalid or the device is not available.
    pub fn new(task: T) -> Result<Self, T::Error> {
        let settings = *task.run();
        settings.check()?;
        let device = settings.computing.device.device();
        let device = device.map_err(|e| TrainingError::Settings(e.to_string()))?;
        let network = T::Network::new(task.network(), settings.seed)?;
        task.initialize(&network)?;
        let network = network
            .on(&device)?
            .with_convolutions(settings.computing.convolutions)
            .with_recomputing(settings.recompute);
        let (rate, plateau) = (settings.learning_rate, settings.plateau);
        let history = History::new(task.terms(), task.score_names());
        Ok(Self {
            run: Run::new(network.parameters(), rate, plateau, history)?,
            network,
            task,
        })
    }

    /// The training task.
    #[must_use]
    pub fn task(&self) -> &T {
        &self.task
    }

    /// Whether all epochs are finished, or early stopping applies.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let settings = self.task.run();
        let patience = settings.early_stopping_epochs;
        self.run.is_finished(settings.epochs, patience)
    }

    /// The finished epochs.
    #[must_use]
    pub fn history(&self) -> &History {
        self.run.history()
    }

    /// The network with the weights of the last finished epoch.
    #[must_use]
    pub fn network(&self) -> &T::Network {
        &self.network
    }

    /// The weights of the best epoch by name; empty before the first epoch after the warm-up.
    #[must_use]
    pub fn best_weights(&self) -> &BTreeMap<String, Tensor> {
        self.run.best_weights()
    }

    /// Serializes the run to a checkpoint, as the bytes of a safetensors file.
    ///
    /// `fingerprint` identifies the data and the settings of the run.
    ///
    /// # Errors
    /// Returns an error if parameters cannot be copied to the CPU.
    pub fn checkpoint(&self, fingerprint: &str) -> Result<Vec<u8>, TrainingError> {
        self.run.checkpoint(self.network.parameters(), fingerprint)
    }

    /// Resumes from a checkpoint. The run then ends with the same bytes as an uninterrupted run.
    ///
    /// # Errors
    /// Returns an error if the bytes are not a checkpoint, if the checkpoint is damaged, or if it has another fingerprint.
    /// Then the trainer is unchanged.
    pub fn resume(&mut self, bytes: &[u8], fingerprint: &str) -> Result<(), TrainingError> {
        let parameters = self.network.parameters();
        self.run.resume(parameters, bytes, fingerprint)
    }

    /// Trains one epoch, validates, and keeps the weights if they are the best so far.
    ///
    /// # Errors
    /// Returns [`TrainingError::NotFinite`] if the training diverges, and [`TrainingError::Stopped`] if `watch` returns
    /// `false`. After an error, the run cannot continue.
    pub fn run_epoch(&mut self, watch: Watch) -> Result<(), T::Error> {
        let epoch = self.history().epochs.len() + 1;
        let Trained { terms, weights } = self.train(epoch, watch)?;
        let record = EpochRecord {
            epoch,
            learning_rate: self.run.adam().learning_rate(),
            weights,
            warming_up: self.is_warm_up(epoch),
            train: terms,
            validation: self.validate(epoch, watch)?,
        };
        Ok(self.run.end_epoch(self.network.parameters(), record)?)
    }

    /// Whether weights of loss terms still grow after `epoch`.
    fn is_warm_up(&self, epoch: usize) -> bool {
        let progress = epoch as f64 / self.task.run().epochs as f64;
        let mut terms = self.history().terms.iter();
        terms.any(|term| term.weight_at(progress) < term.weight)
    }

    /// Weights of the loss terms at `progress`, the share of all training steps that are finished.
    fn weights(&self, progress: f64) -> Vec<f64> {
        let terms = self.history().terms.iter();
        terms.map(|term| term.weight_at(progress)).collect()
    }

    fn train(&mut self, epoch: usize, watch: Watch) -> Result<Trained, T::Error> {
        let mut average = Average::default();
        let batches = self.task.batches(epoch);
        let steps = batches.len() as f64;
        let mut weights = Vec::new();
        for (index, batch) in batches.into_iter().enumerate() {
            let finished = (epoch - 1) as f64 + index as f64 / steps;
            let progress = finished / self.task.run().epochs as f64;
            weights = self.weights(progress);
            let Sample { input, reference } = self.task.sample(&batch)?;
            let mode = Mode::Training {
                seed: self.task.run().seed,
                step: self.run.adam().steps(),
            };
            let (gradients, (terms, total)) = rsom_nn::differentiate(
                || self.network.run(&input, &mode),
                |logits| {
                    let loss = self.task.loss(logits, &reference, &weights)?;
                    let total = self.finite(epoch, &loss.terms)?;
                    Ok((loss.total, (loss.terms, total)))
                },
            )?;
            let decay = self.task.run().decay.factor(progress);
            self.run.adam_mut(decay).step(&gradients)?;
            let images = reference.dim(0)?;
            average.add(&terms, self.task.weight(images), images);
            let step = Step {
                epoch,
                loss: Some(total),
                finished: images,
            };
            if !watch(step) {
                return Err(TrainingError::Stopped.into());
            }
        }
        let names = self.history().terms.iter().map(|term| term.name);
        Ok(Trained {
            terms: average.value(),
            weights: names.zip(weights.into_iter().map(Some)).collect(),
        })
    }

    fn validate(&self, epoch: usize, watch: Watch) -> Result<Option<Validation>, T::Error> {
        let parts = self.task.parts();
        if parts.is_empty() {
            return Ok(None);
        }
        let mut average = Average::default();
        let (mut inside, mut all, mut scores) = (0, 0, Vec::new());
        let weights: Vec<f64> = self
            .history()
            .terms
            .iter()
            .map(|term| term.weight)
            .collect();
        for part in parts {
            let mut step = |finished| {
                watch(Step {
                    epoch,
                    loss: None,
                    finished,
                })
            };
            let output = (self.task).predict(&self.network, &part, &mut || step(0))?;
            let ValidationOutput { logits, reference } = &output;
            let loss = self.task.loss(logits, reference, &weights)?;
            self.finite(epoch, &loss.terms)?;
            let images = logits.dim(0)?;
            average.add(&loss.terms, self.task.weight(images), images);
            for overlap in Overlap::of_images(logits, reference)? {
                inside += overlap.counts.prediction as usize;
                all += overlap.all;
            }
            scores.extend(self.task.scores(&output)?);
            if !step(images) {
                return Err(TrainingError::Stopped.into());
            }
        }
        Ok(Some(Validation {
            terms: average.value(),
            scores: self.mean(&scores),
            collapse: Collapse::of_counts(inside, all),
        }))
    }

    /// The mean of each score over images.
    fn mean(&self, images: &[Vec<f64>]) -> NamedValues {
        let names = self.history().scores.iter().enumerate();
        let mean = |(index, name): (usize, &&'static str)| {
            let scores: Vec<f64> = images.iter().map(|image| image[index]).collect();
            (*name, Some(self.task.mean_score(&scores)))
        };
        names.map(mean).collect()
    }

    /// The total loss of these terms, or an error if it is NaN or infinite.
    fn finite(&self, epoch: usize, terms: &NamedValues) -> Result<f64, TrainingError> {
        let total = self.history().total(terms);
        match total.is_finite() {
            true => Ok(total),
            false => Err(TrainingError::NotFinite {
                epoch,
                terms: terms.to_string(),
            }),
        }
    }
}
