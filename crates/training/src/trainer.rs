//! A training run, epoch by epoch.

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_nn::{Mode, NeuralNetwork, Optimizer};

use crate::average::Average;
use crate::{
    Collapse, EpochRecord, History, Named, Overlap, Predicted, Run, Sample, Task, TrainingError,
    Validation,
};

/// A training run between two epochs.
#[derive(Debug)]
pub struct Trainer<T: Task> {
    task: T,
    network: T::Network,
    run: Run,
}

/// Something that was done in an epoch, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Epoch, counted from 1.
    pub epoch: usize,
    /// Loss of the batch; `None` in validation.
    pub loss: Option<f64>,
    /// How many images were finished.
    pub finished: usize,
}

/// Looks at each step and says whether to go on.
pub type Watch<'w> = &'w mut dyn FnMut(Step) -> bool;

impl<T: Task> Trainer<T> {
    /// A run that has not started, with the first weights of its seed.
    ///
    /// Without validation data, schedule, early stopping and the best weights follow the training loss.
    ///
    /// # Errors
    /// Settings that cannot be; a device that is not there.
    pub fn new(task: T) -> Result<Self, T::Error> {
        let settings = *task.run();
        settings.check()?;
        let device = settings.computing.device.device();
        let device = device.map_err(|e| TrainingError::Settings(e.to_string()))?;
        let network = T::Network::new(task.network(), settings.seed)?
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

    /// What is learned.
    #[must_use]
    pub fn task(&self) -> &T {
        &self.task
    }

    /// Whether all epochs are done or the loss has stopped falling for as long as the settings allow.
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

    /// The weights of the best epoch; empty before the first.
    #[must_use]
    pub fn best_weights(&self) -> &BTreeMap<String, Tensor> {
        self.run.best_weights()
    }

    /// The run as the bytes of a safetensors file.
    ///
    /// `fingerprint` stands for everything that the run depends on, data and settings.
    ///
    /// # Errors
    /// None that a run between two epochs can cause.
    pub fn checkpoint(&self, fingerprint: &str) -> Result<Vec<u8>, TrainingError> {
        self.run.checkpoint(self.network.parameters(), fingerprint)
    }

    /// Resumes from a checkpoint; the run then ends in the bytes of one that was never interrupted.
    ///
    /// # Errors
    /// Bytes that are no checkpoint, a damaged one, or one of another run (told by the fingerprint). The trainer is
    /// unchanged then.
    pub fn resume(&mut self, bytes: &[u8], fingerprint: &str) -> Result<(), TrainingError> {
        let parameters = self.network.parameters();
        self.run.resume(parameters, bytes, fingerprint)
    }

    /// Trains one epoch, validates, and keeps the weights when they are the best so far.
    ///
    /// # Errors
    /// [`TrainingError::NotFinite`] when the training diverges, [`TrainingError::Stopped`] when `watch` says so. The
    /// run cannot go on after an error.
    pub fn run_epoch(&mut self, watch: Watch) -> Result<(), T::Error> {
        let record = EpochRecord {
            epoch: self.history().epochs.len() + 1,
            learning_rate: self.run.adam().learning_rate(),
            train: Named::default(),
            validation: None,
        };
        let record = EpochRecord {
            train: self.train(record.epoch, watch)?,
            validation: self.validate(record.epoch, watch)?,
            ..record
        };
        Ok(self.run.end_epoch(self.network.parameters(), record)?)
    }

    fn train(&mut self, epoch: usize, watch: Watch) -> Result<Named, T::Error> {
        let mut average = Average::default();
        for batch in self.task.batches(epoch) {
            let Sample { input, reference } = self.task.sample(&batch)?;
            let mode = Mode::Training {
                seed: self.task.run().seed,
                step: self.run.adam().steps(),
            };
            let (gradients, (terms, total)) = rsom_nn::differentiate(
                || self.network.run(&input, &mode),
                |logits| {
                    let loss = self.task.loss(logits, &reference)?;
                    let total = self.finite(epoch, &loss.terms)?;
                    Ok((loss.total, (loss.terms, total)))
                },
            )?;
            self.run.adam_mut().step(&gradients)?;
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
        Ok(average.value())
    }

    fn validate(&self, epoch: usize, watch: Watch) -> Result<Option<Validation>, T::Error> {
        let parts = self.task.parts();
        if parts.is_empty() {
            return Ok(None);
        }
        let mut average = Average::default();
        let (mut inside, mut all, mut scores) = (0, 0, Vec::new());
        for part in parts {
            let mut step = |finished| {
                watch(Step {
                    epoch,
                    loss: None,
                    finished,
                })
            };
            let predicted = (self.task).predicted(&self.network, &part, &mut || step(0))?;
            let Predicted { logits, reference } = &predicted;
            let loss = self.task.loss(logits, reference)?;
            self.finite(epoch, &loss.terms)?;
            let images = logits.dim(0)?;
            average.add(&loss.terms, self.task.weight(images), images);
            for overlap in Overlap::of_images(logits, reference)? {
                inside += overlap.counts.prediction as usize;
                all += overlap.all;
            }
            scores.extend(self.task.scores(&predicted)?);
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

    /// The mean over images of each score.
    fn mean(&self, images: &[Vec<f64>]) -> Named {
        let names = self.history().scores.iter().enumerate();
        let mean = |(index, name): (usize, &&'static str)| {
            let scores: Vec<f64> = images.iter().map(|image| image[index]).collect();
            (*name, Some(self.task.mean_score(&scores)))
        };
        names.map(mean).collect()
    }

    /// The loss that these terms make, which must be a number.
    fn finite(&self, epoch: usize, terms: &Named) -> Result<f64, TrainingError> {
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
