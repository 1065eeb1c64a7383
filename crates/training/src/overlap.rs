//! Overlap of a predicted mask and its reference.

use candle_core::{Result, Tensor};
use rsom_volume::OverlapCounts;

/// Name of the Dice score in histories and results.
pub const DICE: &str = "dice";

/// Numbers of pixels or voxels of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// Foreground of the prediction, of the reference, and of both.
    pub counts: OverlapCounts,
    /// All pixels or voxels of the image.
    pub all: usize,
}

impl Overlap {
    /// Counts the overlap of each image. A logit of at least 0 (probability 0.5) is foreground; the reference is 0 or 1. The
    /// first axis of both tensors is the image.
    ///
    /// # Errors
    /// Returns an error if a tensor is not `f32`.
    pub fn of_images(logits: &Tensor, reference: &Tensor) -> Result<Vec<Self>> {
        let all = (logits.elem_count() / logits.dim(0)?).max(1);
        let logits: Vec<f32> = logits.flatten_all()?.to_vec1()?;
        let reference: Vec<f32> = reference.flatten_all()?.to_vec1()?;
        let images = logits.chunks(all).zip(reference.chunks(all));
        let overlap = |(logits, reference): (&[f32], &[f32])| {
            let pairs = logits.iter().zip(reference);
            let pairs = pairs.map(|(logit, inside)| (*logit >= 0.0, *inside > 0.5));
            let counts = OverlapCounts {
                both: pairs.clone().filter(|(p, r)| *p && *r).count() as u64,
                prediction: pairs.clone().filter(|(p, _)| *p).count() as u64,
                reference: pairs.filter(|(_, r)| *r).count() as u64,
            };
            Self { counts, all }
        };
        Ok(images.map(overlap).collect())
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn each_image_is_counted_by_itself_and_two_empty_masks_agree() {
        let tensor = |v: &[f32]| Tensor::from_slice(v, (2, 1, 1, 3), &Device::Cpu).unwrap();
        let logits = tensor(&[1.0, 0.0, -1.0, -1.0, -2.0, -3.0]);
        let reference = tensor(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let found = Overlap::of_images(&logits, &reference).unwrap();
        // First image: 1 of 2 and 1 pixels shared, Dice 2/3. Second: both empty, 1.
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].counts.dice(), found[1].counts.dice()),
            (2.0 / 3.0, 1.0)
        );
        assert_eq!((found[0].counts.prediction, found[1].all), (2, 3));
    }
}
