//! The loss: a weighted sum of class-balanced cross-entropy, soft Dice loss and soft clDice loss.

mod cldice;
mod dice;
mod pooling;
mod skeleton;

use candle_core::{Device, Tensor};
use rayon::prelude::*;
use rsom_nn::loss::{balanced_bce_with_logits, precomputed, sigmoid};
use rsom_nn::{Element, Reduction};
use rsom_parameters::Parameters;
use rsom_training::{Loss, Term};
use serde::{Deserialize, Serialize};

pub use cldice::soft_cldice;
pub use dice::soft_dice;

use crate::VesselsegError;

/// Elements per parallel task.
const CHUNK: usize = 1 << 14;

/// Weights and settings of the loss.
///
/// The parameters of a command do not include the weight of vessel voxels, which may follow from the training scans.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct LossConfig {
    /// Weight of the cross-entropy, a mean over voxels; the paper uses only this term.
    #[parameter(default = 1.0, min = 0, advanced)]
    pub bce_weight: f64,
    /// Weight of a vessel voxel in the cross-entropy, above 0; other voxels have weight 1. The paper: 10.
    #[parameter(skip)]
    pub positive_weight: f64,
    /// Weight of the soft Dice loss.
    #[parameter(default = 0.0, min = 0, advanced)]
    pub dice_weight: f64,
    /// Weight of the soft clDice loss, which rewards connected vessels.
    ///
    /// With weight 0, this term is not computed.
    #[parameter(default = 0.0, min = 0, advanced)]
    pub cldice_weight: f64,
    /// Number of erosions for the soft skeleton of clDice: half the width of the widest vessels.
    #[parameter(default = 5, max = 64, unit = "voxels", advanced)]
    pub skeleton_iterations: usize,
}

/// The value of a loss and, if requested, its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct LossValue<T> {
    /// Value of the loss.
    pub value: f64,
    /// Derivative with respect to each probability; empty if not requested.
    pub gradient: Vec<T>,
}

/// Names of the terms: class-balanced cross-entropy (mean over voxels), soft Dice loss and soft clDice loss (from 0 to 1).
const TERMS: [&str; 3] = ["bce", "dice", "cldice"];

impl LossConfig {
    /// Names and weights of the terms.
    #[must_use]
    pub fn terms(&self) -> Vec<Term> {
        let [bce, dice, cldice] = TERMS;
        vec![
            Term::new(bce, self.bce_weight),
            Term::new(dice, self.dice_weight).in_column("dice_loss"),
            Term::new(cldice, self.cldice_weight).in_column("cldice_loss"),
        ]
    }
}

/// The loss of `logits` for a `target` of 0 and 1, both of shape (batch, 1, z, y, x), type f32 and on the CPU.
///
/// The cross-entropy is a mean over all voxels, the other terms are means over the images of the batch.
///
/// # Errors
/// Returns an error if the shapes differ, or if a type is not f32.
pub fn combined(
    logits: &Tensor,
    target: &Tensor,
    config: &LossConfig,
) -> Result<Loss, VesselsegError> {
    let (images, _, depth, height, width) = logits.dims5()?;
    let extents = [images, depth, height, width];
    let tracked = logits.track_op();
    // With weight 0 a term is only reported, so it is computed without a gradient.
    let logits_of_bce = match config.bce_weight {
        0.0 => logits.detach(),
        _ => logits.clone(),
    };
    let weight = config.positive_weight;
    let bce = balanced_bce_with_logits(&logits_of_bce, target, weight, Reduction::Mean)?;
    let p = probabilities(&logits.flatten_all()?.to_vec1::<f32>()?);
    let t = target.flatten_all()?.to_vec1::<f32>()?;
    let dice_wanted = tracked && config.dice_weight > 0.0;
    let dice = soft_dice(&p, &t, depth * height * width, dice_wanted);
    let cldice = (config.cldice_weight > 0.0)
        .then(|| soft_cldice(&p, &t, extents, config.skeleton_iterations, tracked));
    let values = [
        Some(f64::from(bce.to_scalar::<f32>()?)),
        Some(dice.value),
        cldice.as_ref().map(|found| found.value),
    ];
    let terms = TERMS.into_iter().zip(values).collect();
    let mut total = (bce * config.bce_weight)?;
    let weighted = [
        Some((config.dice_weight, dice)),
        cldice.map(|found| (config.cldice_weight, found)),
    ];
    for (weight, found) in weighted.into_iter().flatten() {
        if weight == 0.0 {
            continue;
        }
        let term = match found.gradient.is_empty() {
            true => Tensor::new(found.value as f32, &Device::Cpu)?,
            false => {
                let gradient = by_logits(found.gradient, &p);
                let gradient = Tensor::from_vec(gradient, logits.shape(), &Device::Cpu)?;
                precomputed(logits, found.value, &gradient)?
            }
        };
        total = (total + (term * weight)?)?;
    }
    Ok(Loss { total, terms })
}

/// The probability sigmoid(logit) of each logit.
#[must_use]
pub fn probabilities<T: Element>(logits: &[T]) -> Vec<T> {
    logits.par_iter().map(|logit| sigmoid(*logit)).collect()
}

/// The gradient with respect to logits, from that with respect to probabilities p.
fn by_logits<T: Element>(mut gradient: Vec<T>, p: &[T]) -> Vec<T> {
    gradient
        .par_iter_mut()
        .zip(p)
        .for_each(|(g, p)| *g = *g * *p * (T::one() - *p));
    gradient
}

/// Sum of `number(i)` over the indices i of a slice. The order of the sum depends only on the length.
fn sum<T: Sync>(slice: &[T], number: impl Fn(usize) -> f64 + Sync) -> f64 {
    let parts: Vec<f64> = slice
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(chunk, part)| (0..part.len()).map(|i| number(chunk * CHUNK + i)).sum())
        .collect();
    parts.iter().sum()
}
