//! The training task of a layer network.

use candle_core::Tensor;
use rsom_nn::{Mode, NeuralNetwork};
use rsom_training::{
    Loss, RunSettings, Sample, ShouldContinue, Task, Term, TrainingError, ValidationOutput,
};

use super::order::{self, Batch, BatchOrder};
use super::{Example, OutputBias, TrainSettings, balance};
use crate::augment::Placement;
use crate::loss::{self, PenaltyAxes, Reduction};
use crate::slices::{InputScaling, View};
use crate::{LayersegError, Network, NetworkConfig};

/// Training of a layer network on scans and their reference masks.
///
/// The images are B-scans, so the Dice score is a mean over B-scans.
#[derive(Debug)]
pub struct LayerTask<'a> {
    pub(super) settings: &'a TrainSettings,
    pub(super) training: &'a [Example],
    validation: &'a [Example],
}

/// B-scans of one example and their placement.
#[derive(Debug)]
pub struct Slices<'a> {
    example: &'a Example,
    ys: Vec<usize>,
    placement: Placement,
}

impl<'a> LayerTask<'a> {
    /// Creates a task from training and validation examples; `validation` may be empty.
    ///
    /// # Errors
    /// Returns an error if settings are invalid, if there are no training examples, or if an example does not fit the
    /// network.
    pub fn new(
        settings: &'a TrainSettings,
        training: &'a [Example],
        validation: &'a [Example],
    ) -> Result<Self, LayersegError> {
        settings.check()?;
        if training.is_empty() {
            let none = "there are no training scans: give at least one".to_owned();
            return Err(TrainingError::Settings(none).into());
        }
        let least = settings.loss.least_batch();
        if training.iter().all(|example| example.count() < least) {
            let few = format!(
                "penalty_axes 'xy' needs scans of at least {least} B-scans, but every training scan has fewer"
            );
            return Err(TrainingError::Settings(few).into());
        }
        for example in training.iter().chain(validation) {
            example.crop(&settings.network)?;
        }
        Ok(Self {
            settings,
            training,
            validation,
        })
    }

    fn slices(examples: &'a [Example], batch: Batch, placement: Placement) -> Slices<'a> {
        Slices {
            example: &examples[batch.volume],
            ys: batch.ys,
            placement,
        }
    }

    fn tensors(&self, slices: &Slices) -> Result<Sample, LayersegError> {
        let Slices { example, ys, .. } = slices;
        let view = View {
            crop: example.crop(&self.settings.network)?,
            placement: slices.placement,
            scaling: self.settings.scaling,
        };
        let unscaled = View {
            scaling: InputScaling::IDENTITY,
            ..view
        };
        Ok(Sample {
            input: example.image.batch(ys, &view)?,
            reference: example.mask.batch(ys, &unscaled)?,
        })
    }
}

impl<'a> Task for LayerTask<'a> {
    type Network = Network;
    type Batch = Slices<'a>;
    type Part = Slices<'a>;
    type Error = LayersegError;

    fn network(&self) -> &NetworkConfig {
        &self.settings.network
    }

    fn run(&self) -> &RunSettings {
        &self.settings.run
    }

    fn initialize(&self, network: &Network) -> Result<(), LayersegError> {
        if self.settings.output_bias == OutputBias::Share {
            let share = balance::share(self.training);
            network.set_output_bias(libm::log(share / (1.0 - share)) as f32)?;
        }
        Ok(())
    }

    fn terms(&self) -> Vec<Term> {
        self.settings.loss.terms()
    }

    fn images(&self) -> usize {
        let examples = self.training.iter().chain(self.validation);
        examples.map(Example::count).sum()
    }

    /// All B-scans of all training examples, in batches of one example. An example has one placement per epoch.
    fn batches(&self, epoch: usize) -> Vec<Slices<'a>> {
        let RunSettings {
            batch_size, seed, ..
        } = self.settings.run;
        let counts: Vec<usize> = self.training.iter().map(Example::count).collect();
        let order = match self.settings.loss.penalty_axes {
            PenaltyAxes::X => BatchOrder::Shuffled,
            PenaltyAxes::Xy => BatchOrder::Neighbors,
        };
        let batches = order::shuffled(&counts, batch_size, order, [seed, epoch as u64]).into_iter();
        let placed = |batch: Batch| {
            let rows = self.training[batch.volume].image.rows();
            let augmentation = &self.settings.augmentation;
            let placement = augmentation.draw(seed, epoch, batch.volume, rows);
            Self::slices(self.training, batch, placement)
        };
        batches.map(placed).collect()
    }

    fn sample(&self, slices: &Slices) -> Result<Sample, LayersegError> {
        self.tensors(slices)
    }

    fn loss(
        &self,
        logits: &Tensor,
        reference: &Tensor,
        weights: &[f64],
    ) -> Result<Loss, LayersegError> {
        let s = weights.last().copied().unwrap_or(self.settings.loss.s);
        loss::combined(logits, reference, &self.settings.loss, s)
    }

    fn parts(&self) -> Vec<Slices<'a>> {
        let counts: Vec<usize> = self.validation.iter().map(Example::count).collect();
        let batches = order::sequential(&counts, self.settings.run.batch_size);
        let unmoved = |batch| Self::slices(self.validation, batch, Placement::NONE);
        batches.into_iter().map(unmoved).collect()
    }

    fn predict(
        &self,
        network: &Network,
        part: &Slices,
        _go_on: ShouldContinue,
    ) -> Result<ValidationOutput, LayersegError> {
        let Sample { input, reference } = self.tensors(part)?;
        Ok(ValidationOutput {
            logits: network.run(&input, &Mode::Evaluation)?,
            reference,
        })
    }

    /// 1 if the loss is a sum over the B-scans of a batch, otherwise their number.
    fn weight(&self, images: usize) -> f64 {
        match self.settings.loss.reduction {
            Reduction::Sum => 1.0,
            Reduction::Mean | Reduction::Paper => images as f64,
        }
    }
}
