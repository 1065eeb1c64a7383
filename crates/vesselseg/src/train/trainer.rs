//! A training run, epoch by epoch.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use rayon::prelude::*;
use rsom_nn::{Collapse, Mode, Optimizer, TrainingRun};

use super::batches::{self, Pick};
use super::{EpochRecord, Example, History, TrainSettings, Validation};
use crate::blocks::Region;
use crate::loss::{self, Terms};
use crate::sweep::Sweep;
use crate::{PredictSettings, VesselNet, VesselsegError};

/// A training run between two epochs.
#[derive(Debug)]
pub struct Trainer<'a> {
    settings: &'a TrainSettings,
    network: VesselNet,
    run: TrainingRun<History>,
    training: &'a [Example],
    validation: &'a [Example],
}

/// Something that was done in an epoch, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Epoch, counted from 1.
    pub epoch: usize,
    /// Loss of the batch; `None` in validation.
    pub loss: Option<f64>,
    /// How many tiles of training or scans of validation were finished.
    pub finished: usize,
}

/// Looks at each step and says whether to go on.
pub type Watch<'w> = &'w mut dyn FnMut(Step) -> bool;

impl<'a> Trainer<'a> {
    /// A run that has not started, with the first weights of its seed.
    ///
    /// Without validation scans, schedule, early stopping and the best weights follow the training loss.
    ///
    /// # Errors
    /// Settings that cannot be; no training scans; scans that do not fit the network.
    pub fn new(
        settings: &'a TrainSettings,
        training: &'a [Example],
        validation: &'a [Example],
    ) -> Result<Self, VesselsegError> {
        settings.check()?;
        if training.is_empty() {
            let none = "there are no training scans".to_owned();
            return Err(VesselsegError::Settings(none));
        }
        let transposed = settings.augmentation.transpose;
        for example in training {
            example.check(&settings.network, transposed)?;
        }
        for example in validation {
            example.check(&settings.network, false)?;
            settings.blocks.kept(example.shape())?;
        }
        let device = settings.device.device();
        let device = device.map_err(|e| VesselsegError::Settings(e.to_string()))?;
        let network = VesselNet::new(&settings.network, settings.seed)?
            .on(&device)?
            .with_convolutions(settings.convolutions);
        let history = History {
            epochs: Vec::new(),
            loss: settings.loss,
        };
        let (rate, plateau) = (settings.learning_rate, settings.plateau);
        Ok(Self {
            settings,
            run: TrainingRun::new(network.parameters(), rate, plateau, history)?,
            network,
            training,
            validation,
        })
    }

    /// Tiles of training and scans of validation of an epoch.
    #[must_use]
    pub fn steps_per_epoch(&self) -> usize {
        let tiling = &self.settings.tiling;
        let tiles = self.training.iter().map(|e| tiling.count(e.shape()));
        tiles.sum::<usize>() + self.validation.len()
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
    pub fn network(&self) -> &VesselNet {
        &self.network
    }

    /// The weights of the best epoch; empty before the first.
    #[must_use]
    pub fn best_weights(&self) -> &BTreeMap<String, Tensor> {
        self.run.best_weights()
    }

    /// The run as the bytes of a safetensors file; `fingerprint` stands for everything that it depends on, scans and
    /// settings.
    ///
    /// # Errors
    /// None that a run between two epochs can cause.
    pub fn checkpoint(&self, fingerprint: &str) -> Result<Vec<u8>, VesselsegError> {
        Ok(self
            .run
            .checkpoint(self.network.parameters(), fingerprint)?)
    }

    /// Goes on from a checkpoint; the run then ends in the bytes of one that was never interrupted.
    ///
    /// # Errors
    /// Bytes that are no checkpoint, a damaged one, or one of another run. The trainer is unchanged then.
    pub fn resume(&mut self, bytes: &[u8], fingerprint: &str) -> Result<(), VesselsegError> {
        let parameters = self.network.parameters();
        Ok(self.run.resume(parameters, bytes, fingerprint)?)
    }

    /// Trains one epoch, validates, and keeps the weights when they are the best so far.
    ///
    /// # Errors
    /// [`VesselsegError::NotFinite`] when the training diverges, [`VesselsegError::Stopped`] when `watch` says so. The
    /// run cannot go on after an error.
    pub fn run_epoch(&mut self, watch: Watch) -> Result<(), VesselsegError> {
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

    fn train(&mut self, epoch: usize, watch: Watch) -> Result<Terms, VesselsegError> {
        let mut average = Average::default();
        for batch in batches::shuffled(self.training, self.settings, epoch) {
            let (input, target) = self.tensors(&batch)?;
            let mode = Mode::Training {
                seed: self.settings.seed,
                step: self.run.adam().steps(),
            };
            let (gradients, terms) = rsom_nn::differentiate(
                || {
                    let input = input.to_device(self.network.parameters().device())?;
                    self.network.forward(&input, &mode)?.to_device(&Device::Cpu)
                },
                |logits| {
                    let loss = loss::combined(logits, &target, &self.settings.loss);
                    let loss = loss.map_err(candle_core::Error::wrap)?;
                    Ok::<_, candle_core::Error>((loss.total, loss.terms))
                },
            )?;
            let total = self.finite(epoch, terms)?;
            self.run.adam_mut().step(&gradients)?;
            average.add(terms, batch.len());
            let step = Step {
                epoch,
                loss: Some(total),
                finished: batch.len(),
            };
            if !watch(step) {
                return Err(VesselsegError::Stopped);
            }
        }
        Ok(average.value())
    }

    /// Input, (batch, channels, z, y, x) with the halo, and target, (batch, 1, z, y, x), of a batch.
    fn tensors(&self, batch: &[Pick]) -> Result<(Tensor, Tensor), VesselsegError> {
        let TrainSettings {
            network, scaling, ..
        } = self.settings;
        let halo = network.halo();
        let tile = |pick: &Pick| {
            let example = &self.training[pick.volume];
            example.tile(&pick.tile, &pick.change, halo, *scaling)
        };
        let tiles: Vec<(Vec<f32>, Vec<f32>)> = batch.par_iter().map(tile).collect();
        let (inputs, targets): (Vec<_>, Vec<_>) = tiles.into_iter().unzip();
        let [x, y, z] = batch.first().map_or([0; 3], Pick::extents);
        let tensor = |values: Vec<Vec<f32>>, channels: usize, halo: usize| {
            let [x, y, z] = [x, y, z].map(|n| n + 2 * halo);
            let shape = (batch.len(), channels, z, y, x);
            Tensor::from_vec(values.concat(), shape, &Device::Cpu)
        };
        Ok((
            tensor(inputs, network.in_channels, halo)?,
            tensor(targets, 1, 0)?,
        ))
    }

    fn validate(&self, epoch: usize, watch: Watch) -> Result<Validation, VesselsegError> {
        let mut average = Average::default();
        let (mut dice, mut inside, mut voxels) = (0.0, 0, 0);
        for example in self.validation {
            let (logits, target) = self.predicted(example, epoch, watch)?;
            let loss = loss::combined(&logits, &target, &self.settings.loss)?;
            self.finite(epoch, loss.terms)?;
            average.add(loss.terms, 1);
            let overlap = Overlap::of(&logits, &target)?;
            dice += overlap.dice() / self.validation.len() as f64;
            inside += overlap.predicted;
            voxels += logits.elem_count();
            let step = Step {
                epoch,
                loss: None,
                finished: 1,
            };
            if !watch(step) {
                return Err(VesselsegError::Stopped);
            }
        }
        Ok(Validation {
            terms: average.value(),
            dice,
            collapse: Collapse::of_counts(inside, voxels),
        })
    }

    /// Logits and target of a whole scan, (1, 1, z, y, x).
    fn predicted(
        &self,
        example: &Example,
        epoch: usize,
        watch: Watch,
    ) -> Result<(Tensor, Tensor), VesselsegError> {
        let sweep = Sweep {
            network: &self.network,
            blocks: self.settings.blocks,
            tile: PredictSettings::TILE,
            shape: example.shape(),
        };
        let kept = sweep.kept()?;
        let [x, y, z] = kept.clone().map(|range| range.len());
        let mut logits = vec![0.0; x * y * z];
        let input = |region: &Region| example.input(&kept, region, self.settings.scaling);
        let mut put = |tile: &Region, values: &[f32]| {
            let starts: [usize; 3] =
                std::array::from_fn(|a| (tile[a].start - kept[a].start) as usize);
            let [width, height, _] = tile.clone().map(|range| range.len());
            for (row, values) in values.chunks(width).enumerate() {
                let (k, j) = (starts[2] + row / height, starts[1] + row % height);
                let start = (k * y + j) * x + starts[0];
                logits[start..start + width].copy_from_slice(values);
            }
        };
        let mut go_on = |_, _| {
            watch(Step {
                epoch,
                loss: None,
                finished: 0,
            })
        };
        sweep.run(&input, &mut put, &mut go_on)?;
        let tensor = |values| Tensor::from_vec(values, (1, 1, z, y, x), &Device::Cpu);
        Ok((tensor(logits)?, tensor(example.target(&kept))?))
    }

    fn finite(&self, epoch: usize, terms: Terms) -> Result<f64, VesselsegError> {
        let total = terms.total(&self.settings.loss);
        match total.is_finite() {
            true => Ok(total),
            false => Err(VesselsegError::NotFinite { epoch, loss: total }),
        }
    }
}

/// How a predicted mask, inside from logit 0 on, overlaps with its reference.
struct Overlap {
    both: usize,
    predicted: usize,
    reference: usize,
}

impl Overlap {
    fn of(logits: &Tensor, target: &Tensor) -> Result<Self, VesselsegError> {
        let logits: Vec<f32> = logits.flatten_all()?.to_vec1()?;
        let target: Vec<f32> = target.flatten_all()?.to_vec1()?;
        let pairs = logits
            .iter()
            .zip(&target)
            .map(|(l, t)| (*l >= 0.0, *t > 0.5));
        Ok(Self {
            both: pairs.clone().filter(|(p, r)| *p && *r).count(),
            predicted: pairs.clone().filter(|(p, _)| *p).count(),
            reference: pairs.filter(|(_, r)| *r).count(),
        })
    }

    fn dice(&self) -> f64 {
        crate::calibrate::dice(self.both, self.predicted + self.reference)
    }
}

/// The average of loss terms over tiles or scans.
#[derive(Default)]
struct Average {
    sum: Terms,
    count: usize,
}

impl Average {
    fn add(&mut self, terms: Terms, count: usize) {
        let weight = count as f64;
        self.sum.bce += weight * terms.bce;
        self.sum.dice += weight * terms.dice;
        if let Some(cldice) = terms.cldice {
            *self.sum.cldice.get_or_insert(0.0) += weight * cldice;
        }
        self.count += count;
    }

    fn value(&self) -> Terms {
        let count = self.count.max(1) as f64;
        Terms {
            bce: self.sum.bce / count,
            dice: self.sum.dice / count,
            cldice: self.sum.cldice.map(|sum| sum / count),
        }
    }
}
