//! What a network learns.

use candle_core::Tensor;
use rsom_nn::{NeuralNetwork, NnError};

use crate::{DICE, Named, Overlap, RunSettings, TrainingError};

/// What a network learns, from which batches, by which loss, and how it is validated.
///
/// Everything that is drawn at random depends on the seed, the epoch and the place in the data alone, never on threads or
/// on what was drawn before: so a resumed run draws what an uninterrupted one draws.
pub trait Task {
    /// The network.
    type Network: NeuralNetwork<Error = Self::Error>;
    /// Which images a step is computed on, before they are read.
    type Batch;
    /// What is validated at a time.
    type Part;
    /// Whatever can go wrong.
    type Error: From<TrainingError> + From<NnError> + From<candle_core::Error>;

    /// Kind and size of the network.
    fn network(&self) -> &<Self::Network as NeuralNetwork>::Config;

    /// How it is trained.
    fn run(&self) -> &RunSettings;

    /// The terms of the loss, in the order in which [`loss`](Self::loss) gives them.
    fn terms(&self) -> Vec<Term>;

    /// Images of one epoch, those of validation included.
    fn images(&self) -> usize;

    /// The batches of an epoch (counted from 1), in order.
    fn batches(&self, epoch: usize) -> Vec<Self::Batch>;

    /// Input and reference of a batch.
    ///
    /// # Errors
    /// A tensor that cannot be made.
    fn sample(&self, batch: &Self::Batch) -> Result<Sample, Self::Error>;

    /// The loss of a batch, both tensors on the CPU.
    ///
    /// # Errors
    /// Tensors of other shapes than those of [`sample`](Self::sample) and [`predicted`](Self::predicted).
    fn loss(&self, logits: &Tensor, reference: &Tensor) -> Result<Loss, Self::Error>;

    /// The parts of the validation data, in order; none without such data.
    fn parts(&self) -> Vec<Self::Part>;

    /// What the network predicts for a part. `go_on` may be called in between and says whether to go on.
    ///
    /// # Errors
    /// [`TrainingError::Stopped`] when `go_on` says so.
    fn predicted(
        &self,
        network: &Self::Network,
        part: &Self::Part,
        go_on: GoOn,
    ) -> Result<Predicted, Self::Error>;

    /// The names of the scores of validation, higher is better.
    fn score_names(&self) -> Vec<&'static str> {
        vec![DICE]
    }

    /// The scores of each image of a prediction, in the order of their names: the Dice score at probability 0.5.
    ///
    /// # Errors
    /// Tensors of other shapes than those of [`predicted`](Self::predicted).
    fn scores(&self, predicted: &Predicted) -> Result<Vec<Vec<f64>>, Self::Error> {
        let overlaps = Overlap::of_images(&predicted.logits, &predicted.reference)?;
        Ok(overlaps
            .iter()
            .map(|image| vec![image.counts.dice()])
            .collect())
    }

    /// How much the loss terms of a batch of so many images count in the average over an epoch, which is divided by all
    /// images: a mean over images counts once for each, a sum over them once in all.
    fn weight(&self, images: usize) -> f64 {
        images as f64
    }

    /// The mean over images of a score.
    fn mean_score(&self, scores: &[f64]) -> f64 {
        scores.iter().sum::<f64>() / scores.len().max(1) as f64
    }
}

/// Says whether to go on.
pub type GoOn<'g> = &'g mut dyn FnMut() -> bool;

/// A batch as tensors on the CPU, the first axis of both being images.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What the network is given.
    pub input: Tensor,
    /// What it should find.
    pub reference: Tensor,
}

/// A prediction, as tensors of one shape on the CPU, the first axis being images.
#[derive(Debug, Clone)]
pub struct Predicted {
    /// Logits; inside from 0 on.
    pub logits: Tensor,
    /// 1 inside, 0 outside.
    pub reference: Tensor,
}

/// A term of a loss.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Term {
    /// Its name in checkpoints and results.
    pub name: &'static str,
    /// Its name in the columns of the history, behind `train_` and `validation_`.
    pub column: &'static str,
    /// What it is multiplied with in the total.
    pub weight: f64,
}

impl Term {
    /// A term whose column is called as it is.
    #[must_use]
    pub fn new(name: &'static str, weight: f64) -> Self {
        Self {
            name,
            column: name,
            weight,
        }
    }

    /// The same with another name in the columns of the history, where a score has that of the term.
    #[must_use]
    pub fn in_column(self, column: &'static str) -> Self {
        Self { column, ..self }
    }
}

/// The loss of one batch.
#[derive(Debug)]
pub struct Loss {
    /// The weighted sum of the terms, a scalar on the tape of the logits.
    pub total: Tensor,
    /// The terms as numbers, not yet weighted.
    pub terms: Named,
}
