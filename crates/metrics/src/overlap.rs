//! Overlap of two masks: Dice, IoU, precision, recall.

use ndarray::{ArrayView3, Zip};
use rsom_measures::schema::{
    DICE, DICE_BSCAN_MEAN, IOU, IOU_BSCAN_MEAN, PRECISION, PRECISION_BSCAN_COVERAGE,
    PRECISION_BSCAN_MEAN, RECALL, RECALL_BSCAN_COVERAGE, RECALL_BSCAN_MEAN,
};

use crate::{Measurement, Metric, Pair, Region, Settings, Status};

const SCORES: [Metric; 4] = [DICE, IOU, PRECISION, RECALL];
const BSCAN_MEANS: [Metric; 4] = [
    DICE_BSCAN_MEAN,
    IOU_BSCAN_MEAN,
    PRECISION_BSCAN_MEAN,
    RECALL_BSCAN_MEAN,
];
/// The share of the B-scans that a mean was taken from, where it need not be all of them.
const BSCAN_COVERAGES: [Option<Metric>; 4] = [
    None,
    None,
    Some(PRECISION_BSCAN_COVERAGE),
    Some(RECALL_BSCAN_COVERAGE),
];

/// How many voxels of two masks agree and differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// In both masks.
    pub true_positive: u64,
    /// In the prediction alone.
    pub false_positive: u64,
    /// In the reference alone.
    pub false_negative: u64,
}

impl Counts {
    /// Counts the voxels of a region.
    #[must_use]
    pub fn of(region: &Region<'_>) -> Self {
        Self::of_masks(region.reference, region.prediction)
    }

    /// Counts the voxels of two masks of equal shape.
    #[must_use]
    pub fn of_masks(reference: ArrayView3<'_, bool>, prediction: ArrayView3<'_, bool>) -> Self {
        Zip::from(&reference)
            .and(&prediction)
            .fold(Self::default(), |mut counts, r, p| {
                counts.true_positive += u64::from(*r && *p);
                counts.false_positive += u64::from(!*r && *p);
                counts.false_negative += u64::from(*r && !*p);
                counts
            })
    }

    /// Dice's coefficient 2·tp / (2·tp + fp + fn), 1 when both masks are empty.
    #[must_use]
    pub fn dice(&self) -> f64 {
        let twice = 2 * self.true_positive;
        fraction(twice, twice + self.false_positive + self.false_negative).unwrap_or(1.0)
    }

    /// Intersection over union (Jaccard's index) tp / (tp + fp + fn), 1 when both masks are empty.
    #[must_use]
    pub fn iou(&self) -> f64 {
        let union = self.true_positive + self.false_positive + self.false_negative;
        fraction(self.true_positive, union).unwrap_or(1.0)
    }

    /// Precision (positive predictive value) tp / (tp + fp), `None` when the prediction is empty.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        fraction(self.true_positive, self.true_positive + self.false_positive)
    }

    /// Recall (sensitivity) tp / (tp + fn), `None` when the reference is empty.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        fraction(self.true_positive, self.true_positive + self.false_negative)
    }

    /// Which masks are empty.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::of_pair(
            self.true_positive + self.false_negative == 0,
            self.true_positive + self.false_positive == 0,
        )
    }

    fn scores(&self) -> [Option<f64>; 4] {
        [
            Some(self.dice()),
            Some(self.iou()),
            self.precision(),
            self.recall(),
        ]
    }
}

/// `dice`, `iou`, `precision`, `recall` of the scan's voxels together and, per slice, of each B-scan; and
/// `dice_bscan_mean` and its sisters, the mean over the scan's B-scans, as the paper reports a scan.
///
/// A B-scan that is empty in both masks counts as Dice 1 and IoU 1 in the mean; B-scans without a precision or a
/// recall are left out of that mean, and `precision_bscan_coverage` and `recall_bscan_coverage` say which share of the
/// B-scans it was taken from.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let slices: Vec<Counts> = pair.slices().map(|region| Counts::of(&region)).collect();
    let whole = slices.iter().fold(Counts::default(), |sum, c| Counts {
        true_positive: sum.true_positive + c.true_positive,
        false_positive: sum.false_positive + c.false_positive,
        false_negative: sum.false_negative + c.false_negative,
    });
    let mut rows = rows_of(&whole, None);
    for (i, metric) in BSCAN_MEANS.into_iter().enumerate() {
        let values: Vec<f64> = slices.iter().filter_map(|c| c.scores()[i]).collect();
        let mean = (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        rows.push(metric.measured(mean, whole.status()));
        if let Some(coverage) = BSCAN_COVERAGES[i] {
            let share = fraction(values.len() as u64, slices.len() as u64);
            rows.push(coverage.measured(share, whole.status()));
        }
    }
    if settings.per_slice {
        for (y, counts) in slices.iter().enumerate() {
            rows.extend(rows_of(counts, Some(y)));
        }
    }
    rows
}

fn rows_of(counts: &Counts, slice: Option<usize>) -> Vec<Measurement> {
    let scores = SCORES.into_iter().zip(counts.scores());
    scores
        .map(|(metric, value)| metric.measured(value, counts.status()).on_slice(slice))
        .collect()
}

fn fraction(numerator: u64, denominator: u64) -> Option<f64> {
    (denominator > 0).then(|| numerator as f64 / denominator as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(true_positive: u64, false_positive: u64, false_negative: u64) -> Counts {
        Counts {
            true_positive,
            false_positive,
            false_negative,
        }
    }

    #[test]
    fn dice_of_disjoint_masks_is_zero() {
        assert_eq!(counts(0, 3, 5).dice(), 0.0);
        assert_eq!(counts(0, 3, 5).status(), Status::Ok);
    }

    #[test]
    fn dice_of_two_empty_masks_is_one() {
        let empty = counts(0, 0, 0);
        assert_eq!((empty.dice(), empty.iou()), (1.0, 1.0));
        assert_eq!((empty.precision(), empty.recall()), (None, None));
        assert_eq!(empty.status(), Status::BothEmpty);
    }

    #[test]
    fn an_empty_prediction_has_recall_zero_and_no_precision() {
        let counts = counts(0, 0, 7);
        assert_eq!(counts.status(), Status::EmptyPrediction);
        assert_eq!((counts.precision(), counts.recall()), (None, Some(0.0)));
    }

    proptest! {
        #[test]
        fn dice_and_iou_are_one_function_of_another(tp in 0u64..1000, fp in 0u64..1000, fne in 0u64..1000) {
            let counts = counts(tp, fp, fne);
            let iou = counts.iou();
            prop_assert!((counts.dice() - 2.0 * iou / (1.0 + iou)).abs() < 1e-12);
        }

        #[test]
        fn dice_is_the_harmonic_mean_of_precision_and_recall(tp in 1u64..1000, fp in 0u64..1000, fne in 0u64..1000) {
            let counts = counts(tp, fp, fne);
            let (p, r) = (counts.precision().unwrap(), counts.recall().unwrap());
            prop_assert!((counts.dice() - 2.0 * p * r / (p + r)).abs() < 1e-12);
        }

        #[test]
        fn swapping_the_masks_swaps_precision_and_recall(tp in 0u64..1000, fp in 0u64..1000, fne in 0u64..1000) {
            let (ab, ba) = (counts(tp, fp, fne), counts(tp, fne, fp));
            prop_assert_eq!(ab.precision(), ba.recall());
            prop_assert_eq!(ab.dice(), ba.dice());
        }
    }
}
