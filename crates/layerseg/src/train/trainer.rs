//! A training run, epoch by epoch.

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_nn::{Mode, Optimizer, PlateauConfig, TrainingRun};

use super::history::{EpochRecord, History, Validation};
use super::order::{self, Batch};
use super::{Example, TrainSettings, overlap::Overlap};
use crate::augment::Placement;
use crate::loss::{self, Reduction, Terms};
use crate::slices::{InputScaling, View};
use crate::{LayersegError, Network};

/// A training run between two epochs.
#[derive(Debug)]
pub struct Trainer<'a> {
    pub(super) settings: &'a TrainSettings,
    network: Network,
    run: TrainingRun<History>,
    pub(super) training: &'a [Example],
    validation: &'a [Example],
}

/// A finished step of an epoch, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Epoch, counted from 1.
    pub epoch: usize,
    /// Loss of the batch; `None` for a validation batch.
    pub loss: Option<f64>,
}

/// Looks at each finished step and says whether to go on.
pub type Watch<'w> = &'w mut dyn FnMut(Step) -> bool;

impl<'a> Trainer<'a> {
    /// A run that has not started, with the first weights of its seed.
    ///
    /// Without validation volumes, schedule, early stopping and the best weights follow the training loss.
    ///
    /// # Errors
    /// Settings that cannot be; no training volumes; volumes that do not fit the network.
    pub fn new(
        settings: &'a TrainSettings,
        training: &'a [Example],
        validation: &'a [Example],
    ) -> Result<Self, LayersegError> {
        settings.check()?;
        if training.is_empty() {
            return Err(LayersegError::Settings(
                "there are no training volumes".into(),
            ));
        }
        for example in training.iter().chain(validation) {
            example.crop(&settings.network)?;
        }
        let device = settings.device.device();
        let device = device.map_err(|e| LayersegError::Settings(e.to_string()))?;
        let network = Network::new(&settings.network, settings.seed)?
            .on(&device)?
            .with_convolutions(settings.convolutions)
            .with_recomputing(settings.recompute);
        let plateau = PlateauConfig {
            factor: settings.plateau.factor,
            patience: settings.plateau.patience,
            threshold: settings.plateau.threshold,
            least_learning_rate: 0.0,
        };
        let history = History {
            epochs: Vec::new(),
            s: settings.loss.s,
        };
        let (parameters, rate) = (network.parameters(), settings.learning_rate);
        Ok(Self {
            settings,
            run: TrainingRun::new(parameters, rate, plateau, history)?,
            network,
            training,
            validation,
        })
    }

    /// Steps that an epoch takes, validation included.
    #[must_use]
    pub fn steps_per_epoch(&self) -> usize {
        let batches = |examples: &[Example]| -> usize {
            let counts = examples.iter().map(Example::count);
            counts
                .map(|count| count.div_ceil(self.settings.batch_size))
                .sum()
        };
        batches(self.training) + batches(self.validation)
    }

    /// Whether all epochs are done or the loss has stopped falling for as long as the settings allow.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let patience = self.settings.early_stopping_epochs;
        self.run.is_finished(self.settings.epochs, patience)
    }

    /// The finished epochs.
    #[must_use]
    pub fn history(&self) -> &History {
        self.run.history()
    }

    /// The network with the weights of the last finished epoch.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The weights of the best epoch; empty before the first.
    #[must_use]
    pub fn best_weights(&self) -> &BTreeMap<String, Tensor> {
        self.run.best_weights()
    }

    /// The run as the bytes of a safetensors file.
    ///
    /// `fingerprint` stands for everything that the run depends on, volumes and settings.
    ///
    /// # Errors
    /// None that a run between two epochs can cause.
    pub fn checkpoint(&self, fingerprint: &str) -> Result<Vec<u8>, LayersegError> {
        let parameters = self.network.parameters();
        Ok(self.run.checkpoint(parameters, fingerprint)?)
    }

    /// Goes on from a checkpoint; the run then ends in the bytes of one that was never interrupted.
    ///
    /// # Errors
    /// Bytes that are no checkpoint, a damaged one, or one of another run (told by the fingerprint). The trainer is
    /// unchanged then.
    pub fn resume(&mut self, bytes: &[u8], fingerprint: &str) -> Result<(), LayersegError> {
        let parameters = self.network.parameters();
        Ok(self.run.resume(parameters, bytes, fingerprint)?)
    }

    /// Trains one epoch, validates, and keeps the weights when they are the best so far.
    ///
    /// # Errors
    /// [`LayersegError::NotFinite`] when the training diverges, [`LayersegError::Stopped`] when `watch` says so. The
    /// run cannot go on after an error.
    pub fn run_epoch(&mut self, watch: Watch) -> Result<(), LayersegError> {
        let epoch = self.history().epochs.len() + 1;
        let learning_rate = self.run.adam().learning_rate();
        let train = self.train(epoch, watch)?;
        let validation = match self.validation {
            [] => None,
            _ => Some(self.validate(epoch, watch)?),
        };
        let record = EpochRecord {
            epoch,
            learning_rate,
            train,
            validation,
        };
        Ok(self.run.end_epoch(self.network.parameters(), record)?)
    }

    fn train(&mut self, epoch: usize, watch: Watch) -> Result<Terms, LayersegError> {
        let TrainSettings {
            batch_size, seed, ..
        } = *self.settings;
        let counts: Vec<usize> = self.training.iter().map(Example::count).collect();
        let mut average = Average::new(self.settings.loss.reduction);
        for batch in order::shuffled(&counts, batch_size, seed, epoch) {
            let example = &self.training[batch.volume];
            let placement =
                self.settings
                    .augmentation
                    .draw(seed, epoch, batch.volume, example.image.rows());
            let step = self.run.adam().steps();
            let mode = Mode::Training { seed, step };
            let (input, target) = self.tensors(example, &batch, placement)?;
            let (gradients, (terms, total)) = rsom_nn::differentiate(
                || self.network.forward(&input, &mode),
                |logits| {
                    let loss = loss::combined(logits, &target, &self.settings.loss)?;
                    let total = self.finite(epoch, loss.terms)?;
                    Ok::<_, LayersegError>((loss.total, (loss.terms, total)))
                },
            )?;
            self.run.adam_mut().step(&gradients)?;
            average.add(terms, batch.ys.len());
            if !watch(Step {
                epoch,
                loss: Some(total),
            }) {
                return Err(LayersegError::Stopped);
            }
        }
        Ok(average.value())
    }

    fn validate(&self, epoch: usize, watch: Watch) -> Result<Validation, LayersegError> {
        let counts: Vec<usize> = self.validation.iter().map(Example::count).collect();
        let mut average = Average::new(self.settings.loss.reduction);
        let mut overlap = Overlap::default();
        for batch in order::sequential(&counts, self.settings.batch_size) {
            let example = &self.validation[batch.volume];
            let (input, target) = self.tensors(example, &batch, Placement::NONE)?;
            let logits = self.network.forward(&input, &Mode::Evaluation)?;
            let loss = loss::combined(&logits, &target, &self.settings.loss)?;
            self.finite(epoch, loss.terms)?;
            average.add(loss.terms, batch.ys.len());
            overlap.add(&logits, &target)?;
            if !watch(Step { epoch, loss: None }) {
                return Err(LayersegError::Stopped);
            }
        }
        Ok(Validation {
            terms: average.value(),
            dice: overlap.mean_dice(),
            collapse: overlap.collapse(),
        })
    }

    /// Input and target of a batch.
    fn tensors(
        &self,
        example: &Example,
        batch: &Batch,
        placement: Placement,
    ) -> Result<(Tensor, Tensor), LayersegError> {
        let view = View {
            crop: example.crop(&self.settings.network)?,
            placement,
            scaling: self.settings.scaling,
        };
        let input = example.image.batch(&batch.ys, &view)?;
        let unscaled = View {
            scaling: InputScaling::IDENTITY,
            ..view
        };
        Ok((input, example.mask.batch(&batch.ys, &unscaled)?))
    }

    fn finite(&self, epoch: usize, terms: Terms) -> Result<f64, LayersegError> {
        let total = terms.total(self.settings.loss.s);
        if total.is_finite() {
            return Ok(total);
        }
        Err(LayersegError::NotFinite {
            epoch,
            bce: terms.bce,
            smoothness: terms.smoothness,
        })
    }
}

/// The average of loss terms over B-scans: a summed loss counts once for each batch, a mean once for each B-scan.
struct Average {
    reduction: Reduction,
    sum: Terms,
    slices: usize,
}

impl Average {
    fn new(reduction: Reduction) -> Self {
        Self {
            reduction,
            sum: Terms::default(),
            slices: 0,
        }
    }

    fn add(&mut self, terms: Terms, slices: usize) {
        let weight = match self.reduction {
            Reduction::Sum => 1.0,
            Reduction::Mean | Reduction::Paper => slices as f64,
        };
        self.sum.bce += weight * terms.bce;
        self.sum.smoothness += weight * terms.smoothness;
        self.slices += slices;
    }

    fn value(&self) -> Terms {
        Terms {
            bce: self.sum.bce / self.slices as f64,
            smoothness: self.sum.smoothness / self.slices as f64,
        }
    }
}
