//! Overlap of two masks.

use std::ops::Add;

use ndarray::{ArrayView3, Axis, Zip};

/// Voxel counts of a reference mask and a predicted mask, from which Dice and related measures are computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OverlapCounts {
    /// Voxels in both masks (true positives).
    pub both: u64,
    /// Voxels of the reference.
    pub reference: u64,
    /// Voxels of the prediction.
    pub prediction: u64,
}

impl OverlapCounts {
    /// Counts the voxels of two masks of equal shape.
    #[must_use]
    pub fn of(reference: ArrayView3<'_, bool>, prediction: ArrayView3<'_, bool>) -> Self {
        let columns = Zip::from(reference.lanes(Axis(2))).and(prediction.lanes(Axis(2)));
        columns.fold(Self::default(), |counts, r, p| {
            let of_column = match (r.as_slice(), p.as_slice()) {
                (Some(r), Some(p)) => Self::of_voxels(r.iter().zip(p)),
                _ => Self::of_voxels(r.iter().zip(&p)),
            };
            counts + of_column
        })
    }

    /// Counts with 32 bits, which a processor adds in larger steps than 64; a column has fewer voxels than that.
    fn of_voxels<'v>(pairs: impl Iterator<Item = (&'v bool, &'v bool)>) -> Self {
        let [both, reference, prediction] = pairs.fold([0_u32; 3], |[both, r, p], voxels| {
            let (in_r, in_p) = (*voxels.0, *voxels.1);
            [
                both + u32::from(in_r & in_p),
                r + u32::from(in_r),
                p + u32::from(in_p),
            ]
        });
        Self {
            both: both.into(),
            reference: reference.into(),
            prediction: prediction.into(),
        }
    }

    /// Dice's coefficient 2 · both / (reference + prediction), 1 when both masks are empty.
    ///
    /// Other software defines Dice of two empty masks as 0, 1 or NaN; 1 is the definition of Gerl et al. (2020).
    #[must_use]
    pub fn dice(&self) -> f64 {
        fraction(2 * self.both, self.reference + self.prediction).unwrap_or(1.0)
    }

    /// Intersection over union (Jaccard's index) both / (reference + prediction − both), 1 when both masks are empty.
    #[must_use]
    pub fn iou(&self) -> f64 {
        let union = self.reference + self.prediction - self.both;
        fraction(self.both, union).unwrap_or(1.0)
    }

    /// Precision (positive predictive value) both / prediction, `None` when the prediction is empty.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        fraction(self.both, self.prediction)
    }

    /// Recall (sensitivity) both / reference, `None` when the reference is empty.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        fraction(self.both, self.reference)
    }
}

/// The counts of two regions together.
impl Add for OverlapCounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            both: self.both + other.both,
            reference: self.reference + other.reference,
            prediction: self.prediction + other.prediction,
        }
    }
}

fn fraction(numerator: u64, denominator: u64) -> Option<f64> {
    (denominator > 0).then(|| numerator as f64 / denominator as f64)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::*;

    fn counts(both: u64, prediction_alone: u64, reference_alone: u64) -> OverlapCounts {
        OverlapCounts {
            both,
            reference: both + reference_alone,
            prediction: both + prediction_alone,
        }
    }

    #[test]
    fn dice_of_disjoint_masks_is_zero() {
        assert_eq!(counts(0, 3, 5).dice(), 0.0);
    }

    #[test]
    fn dice_and_iou_of_two_empty_masks_are_one() {
        let empty = counts(0, 0, 0);
        assert_eq!((empty.dice(), empty.iou()), (1.0, 1.0));
        assert_eq!((empty.precision(), empty.recall()), (None, None));
    }

    #[test]
    fn an_empty_prediction_has_recall_zero_and_no_precision() {
        let counts = counts(0, 0, 7);
        assert_eq!((counts.precision(), counts.recall()), (None, Some(0.0)));
        assert_eq!(counts.dice(), 0.0);
    }

    #[test]
    fn voxels_are_counted_in_each_mask_and_in_both() {
        let reference = Array3::from_shape_fn((4, 1, 3), |(x, ..)| x < 3);
        let prediction = Array3::from_shape_fn((4, 1, 3), |(x, ..)| x >= 2);
        let found = OverlapCounts::of(reference.view(), prediction.view());
        assert_eq!(found, counts(3, 3, 6));
        // 2 · 3 / (9 + 6) and 3 / 12.
        assert_eq!((found.dice(), found.iou()), (0.4, 0.25));
    }

    proptest! {
        #[test]
        fn dice_and_iou_are_one_function_of_another(both in 0u64..1000, p in 0u64..1000, r in 0u64..1000) {
            let counts = counts(both, p, r);
            let iou = counts.iou();
            prop_assert!((counts.dice() - 2.0 * iou / (1.0 + iou)).abs() < 1e-12);
        }

        #[test]
        fn dice_is_the_harmonic_mean_of_precision_and_recall(both in 1u64..1000, p in 0u64..1000, r in 0u64..1000) {
            let counts = counts(both, p, r);
            let (p, r) = (counts.precision().unwrap(), counts.recall().unwrap());
            prop_assert!((counts.dice() - 2.0 * p * r / (p + r)).abs() < 1e-12);
        }

        #[test]
        fn swapping_the_masks_swaps_precision_and_recall(both in 0u64..1000, p in 0u64..1000, r in 0u64..1000) {
            let (ab, ba) = (counts(both, p, r), counts(both, r, p));
            prop_assert_eq!(ab.precision(), ba.recall());
            prop_assert_eq!(ab.dice(), ba.dice());
        }

        #[test]
        fn counts_of_parts_add_up_to_those_of_the_whole(voxels in prop::collection::vec(any::<(bool, bool)>(), 24)) {
            let mask = |side: fn(&(bool, bool)) -> bool| {
                Array3::from_shape_vec((4, 2, 3), voxels.iter().map(side).collect()).unwrap()
            };
            let (reference, prediction) = (mask(|v| v.0), mask(|v| v.1));
            let part = |x: ndarray::Slice| {
                let axis = Axis(0);
                OverlapCounts::of(reference.slice_axis(axis, x), prediction.slice_axis(axis, x))
            };
            prop_assert_eq!(part((..1).into()) + part((1..).into()), part((..).into()));
        }
    }
}
