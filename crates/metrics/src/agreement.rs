//! Agreement of several masks of one scan: of annotators, or of the networks of several folds.

use rsom_measures::schema;
use rsom_volume::{Mask, VolumeError};

use crate::{Measure, Measurement, Metric, Pair, Settings, evaluate};

/// The measurements of one pair of masks.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Index of the first mask.
    pub first: usize,
    /// Index of the second mask, above `first`.
    pub second: usize,
    /// Measurements that do not depend on the order of the two.
    pub measurements: Vec<Measurement>,
}

/// The metrics of [`agreement`]: those of two masks that stay the same if the masks are exchanged.
#[must_use]
pub fn metrics() -> Vec<Metric> {
    [
        schema::DICE,
        schema::IOU,
        schema::DICE_BSCAN_MEAN,
        schema::IOU_BSCAN_MEAN,
        schema::BOUNDARY_ERROR_VOX,
        schema::BOUNDARY_ERROR_UM,
        schema::BOUNDARY_ERROR_P95_VOX,
        schema::BOUNDARY_ERROR_P95_UM,
    ]
    .into_iter()
    .chain(Measure::Surfaces.metrics())
    .collect()
}

/// Measures each pair of masks, in the order of the masks; if the settings ask for it, also each B-scan.
///
/// # Errors
/// [`VolumeError::GridMismatch`] if the grids of two masks differ.
pub fn agreement(masks: &[Mask], settings: &Settings) -> Result<Vec<Agreement>, VolumeError> {
    let symmetric = metrics();
    let mut pairs = Vec::new();
    for (first, one) in masks.iter().enumerate() {
        for (second, other) in masks.iter().enumerate().skip(first + 1) {
            let wanted = [Measure::Overlap, Measure::Surfaces, Measure::Boundary];
            let mut measurements = evaluate(&Pair::new(one, other)?, &wanted, settings);
            measurements.retain(|row| symmetric.contains(&row.metric));
            pairs.push(Agreement {
                first,
                second,
                measurements,
            });
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rsom_volume::{Grid, Spacing};

    use super::*;
    use crate::Surface;

    fn layer(first: usize) -> Mask {
        let shape = [6, 2, 20];
        let voxels = Array3::from_shape_fn(shape, |(_, _, z)| (first..first + 4).contains(&z));
        Mask::new(Grid::new(shape, Spacing::RSOM).unwrap(), voxels).unwrap()
    }

    #[test]
    fn every_pair_is_measured_once() {
        let pairs = agreement(&[layer(5), layer(6), layer(8)], &Settings::default()).unwrap();
        let value = |pair: &Agreement, metric: Metric, surface| {
            let fits = |r: &&Measurement| r.metric == metric && r.surface == surface;
            pair.measurements.iter().find(fits).unwrap().value.unwrap()
        };
        let found: Vec<_> = pairs
            .iter()
            .map(|pair| {
                let dice = value(pair, schema::DICE, None);
                let error = value(pair, schema::BOUNDARY_ERROR_VOX, Some(Surface::Both));
                (pair.first, pair.second, dice, error)
            })
            .collect();
        // Four of four voxels shifted by 1, 3 and 2: 3, 1 and 2 shared.
        assert_eq!(
            found,
            [(0, 1, 0.75, 1.0), (0, 2, 0.25, 3.0), (1, 2, 0.5, 2.0)]
        );
    }

    #[test]
    fn the_order_of_the_masks_changes_nothing() {
        let settings = Settings {
            per_slice: true,
            ..Settings::default()
        };
        let there = agreement(&[layer(5), layer(7)], &settings).unwrap();
        let back = agreement(&[layer(7), layer(5)], &settings).unwrap();
        assert_eq!(there, back);
        let stated = metrics();
        let rows = &there[0].measurements;
        assert!(stated.iter().all(|m| rows.iter().any(|r| r.metric == *m)));
    }
}
