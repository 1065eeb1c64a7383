//! The parameters of `train` that say how a network is trained, whatever it learns.

use rsom_nn::Accelerator;
use rsom_nn::ops::ConvolutionMethod;
use rsom_stage::Parameter;
use serde::Deserialize;

use crate::{PlateauConfig, RunSettings};

/// The values of [`optimization`], [`device`], [`convolutions`] and [`recompute`], and of `epochs` and `batch_size`, which
/// stages declare themselves. A stage flattens them into its own.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct RunParameters {
    learning_rate: f64,
    plateau_factor: f64,
    plateau_patience: u32,
    plateau_threshold: f64,
    early_stopping: Option<usize>,
    epochs: usize,
    batch_size: usize,
    device: Accelerator,
    convolutions: ConvolutionMethod,
    recompute: bool,
    seed: u64,
}

impl RunParameters {
    /// The settings that they stand for.
    #[must_use]
    pub fn settings(&self) -> RunSettings {
        RunSettings {
            learning_rate: self.learning_rate,
            plateau: PlateauConfig {
                factor: self.plateau_factor,
                patience: self.plateau_patience,
                threshold: self.plateau_threshold,
                least_learning_rate: 0.0,
            },
            epochs: self.epochs,
            early_stopping_epochs: self.early_stopping,
            batch_size: self.batch_size,
            device: self.device,
            convolutions: self.convolutions,
            recompute: self.recompute,
            seed: self.seed,
        }
    }
}

/// Learning rate, its schedule with the patience that is set by default, early stopping, and the seed.
#[must_use]
pub fn optimization(patience: u32) -> Vec<Parameter> {
    vec![
        Parameter::number("learning_rate", "Adam's first learning rate")
            .default(1e-4)
            .at_least(0.0),
        Parameter::number(
            "plateau_factor",
            "What the learning rate is multiplied with on a plateau",
        )
        .default(0.1)
        .at_least(0.0)
        .at_most(1.0),
        Parameter::integer(
            "plateau_patience",
            "A plateau is more than this many epochs without improvement",
        )
        .default(patience)
        .at_least(0.0)
        .at_most(100_000.0)
        .unit("epochs"),
        Parameter::number(
            "plateau_threshold",
            "Smallest share by which the validation loss must fall to count as improved",
        )
        .default(1e-4)
        .at_least(0.0)
        .at_most(1.0),
        Parameter::integer(
            "early_stopping",
            "Stop after this many epochs without a new lowest validation loss; unset: never",
        )
        .at_least(1.0)
        .unit("epochs"),
        Parameter::integer(
            "seed",
            "Seed of everything random: first weights, dropout, order of the data, augmentation",
        )
        .default(0)
        .at_least(0.0),
    ]
}

/// What a network is computed on.
#[must_use]
pub fn device() -> Parameter {
    Parameter::choice("device", &["cpu", "cuda", "metal"], "What the network is computed on; a GPU needs a program built with --features cuda or metal")
        .default("cpu")
}

/// How convolutions are computed.
#[must_use]
pub fn convolutions() -> Parameter {
    Parameter::choice("convolutions", &["fastest", "plain"], "'fastest' takes Winograd's method where that pays (rounding error 8e-7 of the results), 'plain' sums of products (4e-7, in about twice the time)")
        .default("fastest")
}

/// Whether memory is saved by computing twice.
#[must_use]
pub fn recompute() -> Parameter {
    Parameter::flag(
        "recompute",
        "Keep only the ends of the network's blocks and compute the rest again for the gradients: less memory, a third more time, the same weights",
    )
}
