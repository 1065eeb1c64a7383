//! The training task of a vessel network.

use candle_core::{Device, Tensor};
use rayon::prelude::*;
use rsom_training::{
    Loss, RunSettings, Sample, ShouldContinue, Task, Term, TrainingError, ValidationOutput,
};

use super::batches::{self, Pick};
use super::example::Frame;
use super::{Example, TrainSettings};
use crate::blocks::Region;
use crate::loss;
use crate::sweep::Sweep;
use crate::{Network, NetworkConfig, PredictSettings, VesselsegError};

/// Training of a vessel network on tiles of scans and their reference masks. Validation predicts whole scans, as [`predict`]
/// does.
///
/// [`predict`]: crate::predict()
#[derive(Debug)]
pub struct VesselTask<'a> {
    settings: &'a TrainSettings,
    training: &'a [Example],
    validation: &'a [Example],
}

/// A batch of tiles of equal size.
#[derive(Debug)]
pub struct Tiles(Vec<Pick>);

impl<'a> VesselTask<'a> {
    /// Creates a task from training and validation examples; `validation` may be empty.
    ///
    /// # Errors
    /// Returns an error if settings are invalid, if there are no training examples, or if an example does not fit the network
    /// or the blocks.
    pub fn new(
        settings: &'a TrainSettings,
        training: &'a [Example],
        validation: &'a [Example],
    ) -> Result<Self, VesselsegError> {
        settings.check()?;
        if training.is_empty() {
            let none = "there are no training scans: give at least one".to_owned();
            return Err(TrainingError::Settings(none).into());
        }
        let transposed = settings.augmentation.transpose;
        for example in training {
            example.check(&settings.network, transposed)?;
        }
        for example in validation {
            example.check(&settings.network, false)?;
            settings.blocks.kept(example.shape())?;
        }
        Ok(Self {
            settings,
            training,
            validation,
        })
    }
}

impl<'a> Task for VesselTask<'a> {
    type Network = Network;
    type Batch = Tiles;
    type Part = &'a Example;
    type Error = VesselsegError;

    fn network(&self) -> &NetworkConfig {
        &self.settings.network
    }

    fn run(&self) -> &RunSettings {
        &self.settings.run
    }

    fn terms(&self) -> Vec<Term> {
        self.settings.loss.terms()
    }

    /// Number of training tiles plus number of validation scans.
    fn images(&self) -> usize {
        let tiling = &self.settings.tiling;
        let tiles = self.training.iter().map(|e| tiling.count(e.shape()));
        tiles.sum::<usize>() + self.validation.len()
    }

    fn batches(&self, epoch: usize) -> Vec<Tiles> {
        let batches = batches::shuffled(self.training, self.settings, epoch);
        batches.into_iter().map(Tiles).collect()
    }

    /// Input (batch, channels, z, y, x), including the margin around the tile, and reference (batch, 1, z, y, x).
    fn sample(&self, Tiles(batch): &Tiles) -> Result<Sample, VesselsegError> {
        let TrainSettings {
            network, scaling, ..
        } = self.settings;
        let frame = Frame {
            margin: network.margin(),
            multiple: network.multiple(),
        };
        let tile = |pick: &Pick| {
            let example = &self.training[pick.volume];
            example.tile(&pick.tile, &pick.change, frame, *scaling)
        };
        let tiles: Vec<(Vec<f32>, Vec<f32>)> = batch.par_iter().map(tile).collect();
        let (inputs, targets): (Vec<_>, Vec<_>) = tiles.into_iter().unzip();
        let extents = batch.first().map_or([0; 3], Pick::extents);
        let tensor = |values: Vec<Vec<f32>>, channels: usize, [x, y, z]: [usize; 3]| {
            let shape = (batch.len(), channels, z, y, x);
            Tensor::from_vec(values.concat(), shape, &Device::Cpu)
        };
        Ok(Sample {
            input: tensor(inputs, network.in_channels(), frame.extents(extents))?,
            reference: tensor(targets, 1, extents)?,
        })
    }

    /// Ignores logits beyond the end of the reference. The weights are those of the settings at all steps.
    fn loss(
        &self,
        logits: &Tensor,
        reference: &Tensor,
        _weights: &[f64],
    ) -> Result<Loss, VesselsegError> {
        let mut logits = logits.clone();
        for axis in 2..logits.rank() {
            logits = logits.narrow(axis, 0, reference.dim(axis)?)?;
        }
        loss::combined(&logits, reference, &self.settings.loss)
    }

    fn parts(&self) -> Vec<&'a Example> {
        self.validation.iter().collect()
    }

    /// Logits and reference of a whole scan, both of shape (1, 1, z, y, x).
    fn predict(
        &self,
        network: &Network,
        example: &&'a Example,
        should_continue: ShouldContinue,
    ) -> Result<ValidationOutput, VesselsegError> {
        let sweep = Sweep {
            network,
            blocks: self.settings.blocks,
            tile: PredictSettings::TILE,
            shape: example.shape(),
        };
        let kept = sweep.kept()?;
        let [x, y, z] = kept.clone().map(|range| range.len());
        let mut logits = vec![0.0; x * y * z];
        let input = |region: &Region| example.input(&kept, region, self.settings.scaling);
        let mut sink = |tile: &Region, values: &[f32]| {
            let starts: [usize; 3] =
                std::array::from_fn(|a| (tile[a].start - kept[a].start) as usize);
            let [width, height, _] = tile.clone().map(|range| range.len());
            for (row, values) in values.chunks(width).enumerate() {
                let (k, j) = (starts[2] + row / height, starts[1] + row % height);
                let start = (k * y + j) * x + starts[0];
                logits[start..start + width].copy_from_slice(values);
            }
        };
        sweep.run(&input, &mut sink, &mut |_, _| should_continue())?;
        let tensor = |values| Tensor::from_vec(values, (1, 1, z, y, x), &Device::Cpu);
        Ok(ValidationOutput {
            logits: tensor(logits)?,
            reference: tensor(example.target(&kept))?,
        })
    }

    /// Divides each score before the sum, so that the rounding is the same as in older histories.
    fn mean_score(&self, scores: &[f64]) -> f64 {
        scores.iter().map(|s| s / scores.len() as f64).sum()
    }
}
