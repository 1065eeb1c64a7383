//! The loss: class-balanced cross-entropy, soft Dice and soft clDice, weighted.

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

/// Elements that a task works on.
const CHUNK: usize = 1 << 14;

/// Weights and settings of the loss.
///
/// As parameters of a command it leaves out the weight of vessel voxels, which may follow from the training scans.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct LossConfig {
    /// Weight of the cross-entropy, the mean over voxels; the paper has this term alone.
    #[parameter(default = 1.0, min = 0)]
    pub bce_weight: f64,
    /// Weight of a vessel voxel in the cross-entropy, above 0; other voxels have weight 1. The paper: 10.
    #[parameter(skip)]
    pub positive_weight: f64,
    /// Weight of the soft Dice loss.
    #[parameter(default = 0.0, min = 0)]
    pub dice_weight: f64,
    /// Weight of the soft clDice loss, which rewards connected vessels.
    ///
    /// It is not computed when the weight is 0.
    #[parameter(default = 0.0, min = 0)]
    pub cldice_weight: f64,
    /// Erosions for the soft skeleton of clDice: half the width of the widest vessels.
    #[parameter(default = 5, max = 64, unit = "voxels")]
    pub skeleton_iterations: usize,
}

/// The value of a loss, with its gradient where the caller asked for it.
#[derive(Debug, Clone, PartialEq)]
pub struct LossValue<T> {
    /// The loss.
    pub value: f64,
    /// Derivative with respect to each probability; empty if not asked for.
    pub gradient: Vec<T>,
}

/// Names of the terms: mean over voxels of the class-balanced cross-entropy, soft Dice loss and soft clDice loss, both from
/// 0 to 1.
const TERMS: [&str; 3] = ["bce", "dice", "cldice"];

impl LossConfig {
    /// The terms and their weights.
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

/// The loss of `logits` against `target` (0 or 1), both of shape (batch, 1, z, y, x), type f32 and on the CPU.
///
/// The cross-entropy is the mean over all voxels, the others are means over the images of the batch.
///
/// # Errors
/// Tensors of other shapes or types.
pub fn combined(
    logits: &Tensor,
    target: &Tensor,
    config: &LossConfig,
) -> Result<Loss, VesselsegError> {
    let (images, _, depth, height, width) = logits.dims5()?;
    let extents = [images, depth, height, width];
    let tracked = logits.track_op();
    // Without a weight a term is only watched: off the tape it costs no gradient.
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

/// sigmoid(logit) of each.
#[must_use]
pub fn probabilities<T: Element>(logits: &[T]) -> Vec<T> {
    logits.par_iter().map(|logit| sigmoid(*logit)).collect()
}

/// The gradient by logits, from that by probabilities.
fn by_logits<T: Element>(mut gradient: Vec<T>, p: &[T]) -> Vec<T> {
    gradient
        .par_iter_mut()
        .zip(p)
        .for_each(|(g, p)| *g = *g * *p * (T::one() - *p));
    gradient
}

/// Σ of a number for each place of a slice, in an order that its length alone decides.
fn sum<T: Sync>(slice: &[T], number: impl Fn(usize) -> f64 + Sync) -> f64 {
    let parts: Vec<f64> = slice
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(chunk, part)| (0..part.len()).map(|i| number(chunk * CHUNK + i)).sum())
        .collect();
    parts.iter().sum()
}
