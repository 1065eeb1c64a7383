//! Calibration: choose the threshold with the highest mean Dice score on scans with references.

use ndarray::Array3;
use rayon::prelude::*;
use rsom_volume::{Mask, OverlapCounts};

use crate::VesselsegError;

/// Number of thresholds above 0.5, and below 0.5.
const SIDE: i32 = 184;
/// The highest threshold; the lowest is 1 minus this.
const HIGHEST: f64 = 0.9999;

/// The candidate thresholds: 369 from 0.0001 to 0.9999, equally spaced as logits (by 0.05), with 0.5 in the middle.
#[must_use]
pub fn thresholds() -> Vec<f32> {
    let edge = libm::log(HIGHEST / (1.0 - HIGHEST));
    (-SIDE..=SIDE)
        .map(|i| {
            let logit = edge * f64::from(i) / f64::from(SIDE);
            (1.0 / (1.0 + libm::exp(-logit))) as f32
        })
        .collect()
}

/// The Dice score of one scan at each threshold. As in prediction, a voxel belongs to a vessel if its probability is at
/// least the threshold. `thresholds` must be in ascending order; `probabilities` has shape (x, y, z).
///
/// The scores are exact. Voxels are counted between neighboring thresholds in one pass.
///
/// # Errors
/// Returns an error if the shapes of probabilities and reference differ.
pub fn dice_curve(
    probabilities: &Array3<f32>,
    reference: &Mask,
    thresholds: &[f32],
) -> Result<Vec<f64>, VesselsegError> {
    let (inside, shape) = (reference.voxels(), reference.grid().shape());
    if probabilities.shape() != shape {
        let text = format!(
            "the probabilities have {:?} voxels, but the reference has {shape:?}",
            probabilities.shape()
        );
        return Err(VesselsegError::Settings(text));
    }
    let planes = (0..shape[0]).into_par_iter().map(|x| {
        let at = ndarray::Axis(0);
        let pairs = probabilities.index_axis(at, x);
        let mut counts = vec![[0_usize; 2]; thresholds.len() + 1];
        for (p, inside) in pairs.iter().zip(inside.index_axis(at, x)) {
            let reached = thresholds.partition_point(|threshold| threshold <= p);
            counts[reached][usize::from(*inside)] += 1;
        }
        counts
    });
    let none = || vec![[0_usize; 2]; thresholds.len() + 1];
    let counts = planes.reduce(none, |mut sum, more| {
        for (sum, more) in sum.iter_mut().zip(more) {
            *sum = [sum[0] + more[0], sum[1] + more[1]];
        }
        sum
    });
    let mut overlap = OverlapCounts {
        reference: reference.count() as u64,
        ..OverlapCounts::default()
    };
    let mut curve = vec![0.0; thresholds.len()];
    for (index, value) in curve.iter_mut().enumerate().rev() {
        let [outside, inside] = counts[index + 1];
        overlap.prediction += (outside + inside) as u64;
        overlap.both += inside as u64;
        *value = overlap.dice();
    }
    Ok(curve)
}

/// The mean Dice score of a set of scans as a function of the threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Thresholds in ascending order.
    pub thresholds: Vec<f32>,
    /// Mean Dice score over scans at each threshold.
    pub mean_dice: Vec<f64>,
    /// Index of the threshold with the highest mean; the middle one if several are equal.
    pub best: usize,
}

impl Curve {
    /// Averages the curves of single scans, as returned by [`dice_curve`].
    ///
    /// # Errors
    /// Returns an error if there are no scans or no thresholds, or if a curve has another length than `thresholds`.
    pub fn mean_of(thresholds: &[f32], scans: &[Vec<f64>]) -> Result<Self, VesselsegError> {
        if scans.is_empty() || scans.iter().any(|scan| scan.len() != thresholds.len()) {
            let text = format!(
                "a threshold needs at least one scan, and a Dice score of each scan at each of {} thresholds",
                thresholds.len()
            );
            return Err(VesselsegError::Settings(text));
        }
        let mean = |i: usize| scans.iter().map(|scan| scan[i]).sum::<f64>() / scans.len() as f64;
        let mean_dice: Vec<f64> = (0..thresholds.len()).map(mean).collect();
        let highest = mean_dice.iter().copied().fold(f64::MIN, f64::max);
        let tied: Vec<usize> = (0..mean_dice.len())
            .filter(|i| mean_dice[*i] == highest)
            .collect();
        let Some(best) = tied.get(tied.len() / 2).copied() else {
            let text = "calibration needs at least one threshold".to_owned();
            return Err(VesselsegError::Settings(text));
        };
        Ok(Self {
            thresholds: thresholds.to_vec(),
            mean_dice,
            best,
        })
    }

    /// The best threshold and its mean Dice score.
    #[must_use]
    pub fn best(&self) -> (f32, f64) {
        (self.thresholds[self.best], self.mean_dice[self.best])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rsom_volume::{Grid, Spacing};

    use super::*;

    fn mask(voxels: Vec<bool>) -> Mask {
        let grid = Grid::new([voxels.len(), 1, 1], Spacing::RSOM).unwrap();
        let voxels = Array3::from_shape_vec([voxels.len(), 1, 1], voxels).unwrap();
        Mask::new(grid, voxels).unwrap()
    }

    #[test]
    fn thresholds_rise_evenly_in_logits_from_end_to_end() {
        let all = thresholds();
        assert_eq!((all.len(), all[184]), (369, 0.5));
        assert!((all[0] - 1e-4).abs() < 1e-9 && (all[368] - 0.9999).abs() < 1e-7);
        let logit = |p: f32| (f64::from(p) / (1.0 - f64::from(p))).ln();
        for pair in all.windows(2) {
            assert!(
                (logit(pair[1]) - logit(pair[0]) - 0.05006).abs() < 2e-3,
                "{pair:?}"
            );
        }
    }

    #[test]
    fn of_several_best_thresholds_the_middle_one_is_taken() {
        let curve = Curve::mean_of(&[0.1, 0.2, 0.3, 0.4], &[vec![0.5, 0.9, 0.9, 0.9]]).unwrap();
        assert_eq!(curve.best(), (0.3, 0.9));
        assert!(Curve::mean_of(&[0.5], &[]).is_err());
    }

    #[test]
    fn empty_references_are_best_served_by_empty_masks() {
        let p = Array3::from_shape_vec([2, 1, 1], vec![0.2, 0.6]).unwrap();
        let curve = dice_curve(&p, &mask(vec![false; 2]), &[0.1, 0.5, 0.6, 0.7]).unwrap();
        assert_eq!(curve, [0.0, 0.0, 0.0, 1.0]);
    }

    proptest! {
        #[test]
        fn the_curve_is_that_of_thresholding_again_and_again(
            voxels in proptest::collection::vec((0_u32..40, any::<bool>()), 1..60), exact: bool,
        ) {
            // Probabilities on thresholds and between them.
            let thresholds = thresholds();
            let place = |n: u32| match exact {
                true => thresholds[n as usize * 9],
                false => n as f32 / 39.0,
            };
            let p: Vec<f32> = voxels.iter().map(|(n, _)| place(*n)).collect();
            let reference: Vec<bool> = voxels.iter().map(|(_, inside)| *inside).collect();
            let shaped = Array3::from_shape_vec([p.len(), 1, 1], p.clone()).unwrap();
            let curve = dice_curve(&shaped, &mask(reference.clone()), &thresholds).unwrap();
            for (threshold, found) in thresholds.iter().zip(curve) {
                let inside = |p: &f32| p >= threshold;
                let both = p.iter().zip(&reference).filter(|(p, r)| inside(p) && **r).count();
                let sizes = p.iter().filter(|p| inside(p)).count() + reference.iter().filter(|r| **r).count();
                let expected = if sizes == 0 { 1.0 } else { 2.0 * both as f64 / sizes as f64 };
                prop_assert_eq!(found, expected);
            }
        }
    }
}
