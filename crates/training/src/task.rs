//! The trait of a training task: network, batches, loss, validation.

use candle_core::Tensor;
use rsom_nn::{NeuralNetwork, NnError};

use crate::{DICE, NamedValues, Overlap, RunSettings, TrainingError, WarmUp};

/// A training task: the network, its batches, its loss and its validation.
///
/// Random draws must depend only on the seed, the epoch and the position in the data, not on threads or earlier draws. Then
/// a resumed run makes the same draws as an uninterrupted run.
pub trait Task {
    /// Type of the network.
    type Network: NeuralNetwork<Error = Self::Error>;
    /// Description of a batch: which images it holds, not their pixels.
    type Batch;
    /// Description of a part of the validation data that is predicted in one call.
    type Part;
    /// Error type of the task.
    type Error: From<TrainingError> + From<NnError> + From<candle_core::Error>;

    /// Kind and size of the network.
    fn network(&self) -> &<Self::Network as NeuralNetwork>::Config;

    /// Settings of the training run.
    fn run(&self) -> &RunSettings;

    /// Changes the initial weights of a new network before training; by default not.
    ///
    /// # Errors
    /// Returns an error if a weight cannot be set.
    fn initialize(&self, _network: &Self::Network) -> Result<(), Self::Error> {
        Ok(())
    }

    /// The terms of the loss, in the order of the values that [`loss`](Self::loss) returns.
    fn terms(&self) -> Vec<Term>;

    /// Number of images in an epoch, training and validation together.
    fn images(&self) -> usize;

    /// The batches of an epoch, in order. The first epoch has number 1.
    fn batches(&self, epoch: usize) -> Vec<Self::Batch>;

    /// Loads input and reference of a batch.
    ///
    /// # Errors
    /// Returns an error if a tensor cannot be created.
    fn sample(&self, batch: &Self::Batch) -> Result<Sample, Self::Error>;

    /// Computes the loss of a batch. Both tensors are on the CPU. `weights` are the weights of the terms at this step, in the
    /// order of [`terms`](Self::terms).
    ///
    /// # Errors
    /// Returns an error if the shapes are not those of [`sample`](Self::sample) or [`predict`](Self::predict).
    fn loss(
        &self,
        logits: &Tensor,
        reference: &Tensor,
        weights: &[f64],
    ) -> Result<Loss, Self::Error>;

    /// The parts of the validation data, in order; empty without validation data.
    fn parts(&self) -> Vec<Self::Part>;

    /// Computes the logits of the network for a part of the validation data. A long computation calls `should_continue`
    /// from time to time.
    ///
    /// # Errors
    /// Returns [`TrainingError::Stopped`] if `should_continue` returns `false`.
    fn predict(
        &self,
        network: &Self::Network,
        part: &Self::Part,
        should_continue: ShouldContinue,
    ) -> Result<ValidationOutput, Self::Error>;

    /// Names of the validation scores; higher is better.
    fn score_names(&self) -> Vec<&'static str> {
        vec![DICE]
    }

    /// Computes the scores of each image, in the order of [`score_names`](Self::score_names). The default is the Dice score
    /// at a probability threshold of 0.5.
    ///
    /// # Errors
    /// Returns an error if the shapes are not those of [`predict`](Self::predict).
    fn scores(&self, output: &ValidationOutput) -> Result<Vec<Vec<f64>>, Self::Error> {
        let overlaps = Overlap::of_images(&output.logits, &output.reference)?;
        Ok(overlaps
            .iter()
            .map(|image| vec![image.counts.dice()])
            .collect())
    }

    /// Weight of the loss terms of a batch in the average over an epoch; the weighted sum is divided by the number of all
    /// images. Use the number of images if a loss term is a mean over images, and 1 if it is a sum over images.
    fn weight(&self, images: usize) -> f64 {
        images as f64
    }

    /// The mean of a score over images.
    fn mean_score(&self, scores: &[f64]) -> f64 {
        scores.iter().sum::<f64>() / scores.len().max(1) as f64
    }
}

/// A callback that returns `false` if the computation should stop.
pub type ShouldContinue<'g> = &'g mut dyn FnMut() -> bool;

/// Input and reference of a batch, on the CPU. The first axis of both is the image.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Input of the network, (images, channels, …).
    pub input: Tensor,
    /// Reference mask: 1 is foreground, 0 is background.
    pub reference: Tensor,
}

/// Logits of the network for a part of the validation data, and the reference, of the same shape and on the CPU. The first
/// axis is the image.
#[derive(Debug, Clone)]
pub struct ValidationOutput {
    /// Logits; at least 0 is foreground.
    pub logits: Tensor,
    /// Reference mask: 1 is foreground, 0 is background.
    pub reference: Tensor,
}

/// A term of a loss.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Term {
    /// Name of the term in checkpoints and results.
    pub name: &'static str,
    /// Name of the term in the columns of the history, after `train_` and `validation_`.
    pub column: &'static str,
    /// Weight of the term in the total loss, at the end of the training.
    pub weight: f64,
    /// Growth of the weight in the first part of the training; `None` if it is constant.
    pub warm_up: Option<WarmUp>,
    /// Name of the column of the weight in the history; `None` if the history does not state it.
    pub weight_column: Option<&'static str>,
}

impl Term {
    /// A term with the same name in checkpoints and columns.
    #[must_use]
    pub fn new(name: &'static str, weight: f64) -> Self {
        Self {
            name,
            column: name,
            weight,
            warm_up: None,
            weight_column: None,
        }
    }

    /// The term with another column name, for terms with the name of a score.
    #[must_use]
    pub fn in_column(self, column: &'static str) -> Self {
        Self { column, ..self }
    }

    /// The term with a weight that grows during the first part of the training.
    #[must_use]
    pub fn with_warm_up(self, warm_up: WarmUp) -> Self {
        Self {
            warm_up: Some(warm_up),
            ..self
        }
    }

    /// The term with its weight as a column of the history.
    #[must_use]
    pub fn with_weight_column(self, column: &'static str) -> Self {
        Self {
            weight_column: Some(column),
            ..self
        }
    }

    /// The weight at `progress`, the share of all training steps that are finished.
    #[must_use]
    pub fn weight_at(&self, progress: f64) -> f64 {
        let grown = |warm_up: WarmUp| warm_up.weight(self.weight, progress);
        self.warm_up.map_or(self.weight, grown)
    }
}

/// The loss of one batch.
#[derive(Debug)]
pub struct Loss {
    /// The weighted sum of the terms, a scalar with a gradient for the logits.
    pub total: Tensor,
    /// Values of the terms, without weights.
    pub terms: NamedValues,
}
