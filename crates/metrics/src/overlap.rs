//! Overlap of two masks: Dice, IoU, precision, recall.

use rsom_measures::schema::{
    DICE, DICE_BSCAN_MEAN, IOU, IOU_BSCAN_MEAN, PRECISION, PRECISION_BSCAN_COVERAGE,
    PRECISION_BSCAN_MEAN, RECALL, RECALL_BSCAN_COVERAGE, RECALL_BSCAN_MEAN,
};
use rsom_volume::OverlapCounts;

use crate::{Measurement, Metric, Pair, Region, Settings, Status};

const SCORES: [Metric; 4] = [DICE, IOU, PRECISION, RECALL];
const BSCAN_MEANS: [Metric; 4] = [
    DICE_BSCAN_MEAN,
    IOU_BSCAN_MEAN,
    PRECISION_BSCAN_MEAN,
    RECALL_BSCAN_MEAN,
];
/// Metrics for the share of B-scans in each mean; `None` for means over all B-scans.
const BSCAN_COVERAGES: [Option<Metric>; 4] = [
    None,
    None,
    Some(PRECISION_BSCAN_COVERAGE),
    Some(RECALL_BSCAN_COVERAGE),
];

/// `dice`, `iou`, `precision`, `recall` of all voxels and, per slice, of each B-scan; also their means over B-scans
/// (`dice_bscan_mean`, …), as the paper reports a scan.
///
/// A B-scan that is empty in both masks has Dice 1 and IoU 1. Means skip B-scans where the score is undefined;
/// `precision_bscan_coverage` and `recall_bscan_coverage` state the share of B-scans in the mean.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let counts = |region: Region<'_>| OverlapCounts::of(region.reference, region.prediction);
    let slices: Vec<OverlapCounts> = pair.slices().map(counts).collect();
    let whole = slices
        .iter()
        .fold(OverlapCounts::default(), |sum, c| sum + *c);
    let mut rows = rows_of(&whole, None);
    for (i, metric) in BSCAN_MEANS.into_iter().enumerate() {
        let values: Vec<f64> = slices.iter().filter_map(|c| scores(c)[i]).collect();
        let mean = (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        rows.push(metric.measured(mean, status(&whole)));
        if let Some(coverage) = BSCAN_COVERAGES[i] {
            let share = (!slices.is_empty()).then(|| values.len() as f64 / slices.len() as f64);
            rows.push(coverage.measured(share, status(&whole)));
        }
    }
    if settings.per_slice {
        for (y, counts) in slices.iter().enumerate() {
            rows.extend(rows_of(counts, Some(y)));
        }
    }
    rows
}

fn rows_of(counts: &OverlapCounts, slice: Option<usize>) -> Vec<Measurement> {
    let scores = SCORES.into_iter().zip(scores(counts));
    scores
        .map(|(metric, value)| metric.measured(value, status(counts)).on_slice(slice))
        .collect()
}

fn scores(counts: &OverlapCounts) -> [Option<f64>; 4] {
    [
        Some(counts.dice()),
        Some(counts.iou()),
        counts.precision(),
        counts.recall(),
    ]
}

/// Which masks are empty.
fn status(counts: &OverlapCounts) -> Status {
    Status::of_pair(counts.reference == 0, counts.prediction == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_names_the_empty_mask() {
        let of = |reference, prediction| {
            status(&OverlapCounts {
                both: 0,
                reference,
                prediction,
            })
        };
        assert_eq!(of(5, 3), Status::Ok);
        assert_eq!(of(7, 0), Status::EmptyPrediction);
        assert_eq!(of(0, 7), Status::EmptyReference);
        assert_eq!(of(0, 0), Status::BothEmpty);
    }
}
