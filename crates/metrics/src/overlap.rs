//! Overlap of two masks: Dice, IoU, precision, recall.

use rsom_measures::schema::{
    DICE, DICE_BSCAN_MEAN, IOU, IOU_BSCAN_MEAN, PRECISION, PRECISION_BSCAN_COVERAGE,
    PRECISION_BSCAN_MEAN, RECALL, RECALL_BSCAN_COVERAGE, RECALL_BSCAN_MEAN,
    RELATIVE_VOLUME_DIFFERENCE, SPECIFICITY, VOLUME_DIFFERENCE_MM3, VOLUME_DIFFERENCE_VOX,
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
const VOLUMES: [Metric; 4] = [
    SPECIFICITY,
    VOLUME_DIFFERENCE_VOX,
    VOLUME_DIFFERENCE_MM3,
    RELATIVE_VOLUME_DIFFERENCE,
];
/// Metrics for the share of B-scans in each mean; `None` for means over all B-scans.
const BSCAN_COVERAGES: [Option<Metric>; 4] = [
    None,
    None,
    Some(PRECISION_BSCAN_COVERAGE),
    Some(RECALL_BSCAN_COVERAGE),
];

/// The metrics that [`measure`] computes.
pub(crate) fn metrics() -> Vec<Metric> {
    let coverages = BSCAN_COVERAGES.into_iter().flatten();
    let of_means = BSCAN_MEANS.into_iter().chain(coverages);
    SCORES.into_iter().chain(VOLUMES).chain(of_means).collect()
}

/// `dice`, `iou`, `precision`, `recall`, `specificity` and the differences of volume, of all voxels and, per slice, of each B-scan; also
/// the means over B-scans of the first four (`dice_bscan_mean`, …), as the paper reports a scan.
///
/// A B-scan that is empty in both masks has Dice 1 and IoU 1. Means skip B-scans where the score is undefined;
/// `precision_bscan_coverage` and `recall_bscan_coverage` state the share of B-scans in the mean.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let counts = |region: Region<'_>| OverlapCounts::of(region.reference, region.prediction);
    let slices: Vec<OverlapCounts> = pair.slices().map(counts).collect();
    let whole = slices
        .iter()
        .fold(OverlapCounts::default(), |sum, c| sum + *c);
    let region = |all: usize| Volume {
        all: all as u64,
        voxel_mm3: pair.spacing_mm().map(|[x, y, z]| x * y * z),
    };
    let all = pair.reference().voxels().len();
    let mut rows = rows_of(&whole, &region(all), None);
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
            rows.extend(rows_of(counts, &region(all / slices.len()), Some(y)));
        }
    }
    rows
}

/// Number of voxels of a region, and the volume of one.
struct Volume {
    all: u64,
    voxel_mm3: Option<f64>,
}

fn rows_of(counts: &OverlapCounts, region: &Volume, slice: Option<usize>) -> Vec<Measurement> {
    let scores = SCORES.into_iter().zip(scores(counts));
    let volumes = VOLUMES.into_iter().zip(volumes(counts, region));
    scores
        .chain(volumes)
        .map(|(metric, value)| metric.measured(value, status(counts)).on_slice(slice))
        .collect()
}

/// Values of [`VOLUMES`].
fn volumes(counts: &OverlapCounts, region: &Volume) -> [Option<f64>; 4] {
    let outside = region.all - counts.reference;
    let spurious = counts.prediction - counts.both;
    let specificity = (outside > 0).then(|| (outside - spurious) as f64 / outside as f64);
    let difference = counts.prediction as f64 - counts.reference as f64;
    let relative = (counts.reference > 0).then(|| difference / counts.reference as f64);
    [
        specificity,
        Some(difference),
        region.voxel_mm3.map(|voxel| voxel * difference),
        relative,
    ]
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
