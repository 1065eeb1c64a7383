//! How well predicted B-scans overlap with their references.

use candle_core::Tensor;

use rsom_nn::Collapse;

use crate::LayersegError;

/// Dice scores and coverage of the B-scans seen so far.
#[derive(Debug, Default)]
pub(super) struct Overlap {
    dice: f64,
    slices: usize,
    predicted: usize,
    pixels: usize,
}

impl Overlap {
    /// Adds a batch: logits (inside from 0 on, probability 0.5) and target (0 or 1), both of shape (batch, 1, z, x).
    pub fn add(&mut self, logits: &Tensor, target: &Tensor) -> Result<(), LayersegError> {
        let size = logits.elem_count() / logits.dim(0)?;
        let logits: Vec<f32> = logits.flatten_all()?.to_vec1()?;
        let target: Vec<f32> = target.flatten_all()?.to_vec1()?;
        for (logits, target) in logits.chunks(size).zip(target.chunks(size)) {
            let pairs = || {
                logits
                    .iter()
                    .zip(target)
                    .map(|(l, t)| (*l >= 0.0, *t > 0.5))
            };
            let predicted = pairs().filter(|(p, _)| *p).count();
            let reference = pairs().filter(|(_, r)| *r).count();
            let both = pairs().filter(|(p, r)| *p && *r).count();
            self.dice += match predicted + reference {
                0 => 1.0,
                sum => 2.0 * both as f64 / sum as f64,
            };
            self.slices += 1;
            self.predicted += predicted;
            self.pixels += size;
        }
        Ok(())
    }

    /// Mean Dice over B-scans; 1 where both masks are empty.
    pub fn mean_dice(&self) -> f64 {
        self.dice / self.slices.max(1) as f64
    }

    /// Whether the masks say anything at all.
    pub fn collapse(&self) -> Collapse {
        Collapse::of_counts(self.predicted, self.pixels)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn overlap(logits: &[f32], target: &[f32]) -> Overlap {
        let tensor = |v: &[f32]| Tensor::from_slice(v, (2, 1, 1, 3), &Device::Cpu).unwrap();
        let mut overlap = Overlap::default();
        overlap.add(&tensor(logits), &tensor(target)).unwrap();
        overlap
    }

    #[test]
    fn dice_is_averaged_over_slices_and_two_empty_masks_agree() {
        // First slice: 1 of 2 and 1 pixels shared, Dice 2/3. Second: both empty, 1.
        let seen = overlap(
            &[1.0, 0.0, -1.0, -1.0, -2.0, -3.0],
            &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        );
        assert!((seen.mean_dice() - (2.0 / 3.0 + 1.0) / 2.0).abs() < 1e-12);
        assert_eq!(seen.collapse(), Collapse::Ok);
    }

    #[test]
    fn one_answer_everywhere_is_a_collapse() {
        let target = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(
            overlap(&[-1.0; 6], &target).collapse(),
            Collapse::EmptyPrediction
        );
        assert_eq!(
            overlap(&[1.0; 6], &target).collapse(),
            Collapse::FullPrediction
        );
    }
}
