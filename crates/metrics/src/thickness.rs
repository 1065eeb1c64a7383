//! Thickness of a layer along depth.

mod agreement;

use ndarray::{Array2, ArrayView3};
use rsom_measures::schema::{
    LAYER_THICKNESS_MEDIAN_UM, LAYER_THICKNESS_MEDIAN_VOX, LAYER_THICKNESS_SD_UM,
    LAYER_THICKNESS_SD_VOX, LAYER_THICKNESS_UM, LAYER_THICKNESS_VOX,
    REFERENCE_LAYER_THICKNESS_MEDIAN_UM, REFERENCE_LAYER_THICKNESS_MEDIAN_VOX,
    REFERENCE_LAYER_THICKNESS_SD_UM, REFERENCE_LAYER_THICKNESS_SD_VOX,
    REFERENCE_LAYER_THICKNESS_UM, REFERENCE_LAYER_THICKNESS_VOX, THICKNESS_BIAS_UM,
    THICKNESS_BIAS_VOX, THICKNESS_ERROR_UM, THICKNESS_ERROR_VOX, THICKNESS_LIMIT_HIGH_UM,
    THICKNESS_LIMIT_HIGH_VOX, THICKNESS_LIMIT_LOW_UM, THICKNESS_LIMIT_LOW_VOX,
};

pub use agreement::ThicknessAgreement;

use crate::{Columns, Measurement, Metric, Pair, Settings, Status};

const PREDICTION: [Lengths; 3] = [
    [LAYER_THICKNESS_VOX, LAYER_THICKNESS_UM],
    [LAYER_THICKNESS_SD_VOX, LAYER_THICKNESS_SD_UM],
    [LAYER_THICKNESS_MEDIAN_VOX, LAYER_THICKNESS_MEDIAN_UM],
];
const REFERENCE: [Lengths; 3] = [
    [REFERENCE_LAYER_THICKNESS_VOX, REFERENCE_LAYER_THICKNESS_UM],
    [
        REFERENCE_LAYER_THICKNESS_SD_VOX,
        REFERENCE_LAYER_THICKNESS_SD_UM,
    ],
    [
        REFERENCE_LAYER_THICKNESS_MEDIAN_VOX,
        REFERENCE_LAYER_THICKNESS_MEDIAN_UM,
    ],
];
const DIFFERENCES: [Lengths; 4] = [
    [THICKNESS_BIAS_VOX, THICKNESS_BIAS_UM],
    [THICKNESS_ERROR_VOX, THICKNESS_ERROR_UM],
    [THICKNESS_LIMIT_LOW_VOX, THICKNESS_LIMIT_LOW_UM],
    [THICKNESS_LIMIT_HIGH_VOX, THICKNESS_LIMIT_HIGH_UM],
];

/// A length along z, as a metric in voxels and one in µm.
pub(crate) type Lengths = [Metric; 2];

/// Mean, spread and median of a layer's thickness over its columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thickness {
    /// Mean over the columns, in voxels.
    pub mean_vox: f64,
    /// Standard deviation with n − 1, in voxels; `None` for a single column.
    pub sd_vox: Option<f64>,
    /// Median, in voxels; the mean of the middle two for an even number of columns.
    pub median_vox: f64,
}

impl Thickness {
    /// Summarizes the thickness of a layer of shape (x, y, z); `None` when no column has a known thickness.
    #[must_use]
    pub fn of(mask: ArrayView3<'_, bool>) -> Option<Self> {
        Self::of_columns(&Columns::of(mask))
    }

    /// The same from known columns.
    #[must_use]
    pub fn of_columns(columns: &Columns) -> Option<Self> {
        let mut values: Vec<f64> = thickness_of_columns_vox(columns)
            .into_iter()
            .flatten()
            .collect();
        let count = values.len();
        if count == 0 {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        Some(Self {
            mean_vox: mean,
            sd_vox: (count > 1).then(|| (squares / (count - 1) as f64).sqrt()),
            median_vox: f64::midpoint(values[(count - 1) / 2], values[count / 2]),
        })
    }
}

/// Thickness of a layer in every column, of shape (x, y), in voxels along z.
///
/// From the first to the last mask voxel, both included: holes inside the layer count. A column that touches the first
/// or last depth is cut by the field of view and has no known thickness. Measured along depth, not along the surface
/// normal: a slope of angle a increases the thickness by the factor 1 / cos a.
#[must_use]
pub fn thickness_vox(mask: ArrayView3<'_, bool>) -> Array2<Option<f64>> {
    thickness_of_columns_vox(&Columns::of(mask))
}

/// The same from known columns.
#[must_use]
pub fn thickness_of_columns_vox(columns: &Columns) -> Array2<Option<f64>> {
    columns.extents.mapv(|extent| {
        extent
            .filter(|e| e.first > 0 && e.last + 1 < columns.depth)
            .map(|e| (e.last + 1 - e.first) as f64)
    })
}

/// Prediction − reference in the columns where both thicknesses are known, in voxels, column by column.
#[must_use]
pub fn differences_vox(reference: &Columns, prediction: &Columns) -> Vec<f64> {
    let (reference, prediction) = (
        thickness_of_columns_vox(reference),
        thickness_of_columns_vox(prediction),
    );
    let pairs = reference.iter().zip(&prediction);
    pairs.filter_map(|(r, p)| Some((*p)? - (*r)?)).collect()
}

/// Mean of prediction − reference over the columns where both thicknesses are known, in voxels; `None` without such a
/// column. [`ThicknessAgreement`] has it too, and how much single columns differ.
#[must_use]
pub fn bias_vox(reference: ArrayView3<'_, bool>, prediction: ArrayView3<'_, bool>) -> Option<f64> {
    let (reference, prediction) = (Columns::of(reference), Columns::of(prediction));
    let agreement = ThicknessAgreement::of(&differences_vox(&reference, &prediction));
    agreement.map(|a| a.bias_vox)
}

/// The metrics of a layer's thickness.
pub(crate) fn metrics_of_layer() -> Vec<Metric> {
    PREDICTION.concat()
}

/// The metrics that [`measure`] computes.
pub(crate) fn metrics() -> Vec<Metric> {
    [PREDICTION, REFERENCE]
        .concat()
        .into_iter()
        .chain(DIFFERENCES)
        .flatten()
        .collect()
}

/// `layer_thickness_vox`, `layer_thickness_um` (means over columns), their `_sd_` and `_median_`, the same for the
/// reference as `reference_…`; the bias, the error and the limits of agreement of the thickness of columns (`thickness_bias_…`,
/// `thickness_error_…`, `thickness_limit_…`), in voxels and µm.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let um_per_voxel = pair.spacing_mm().map(|mm| mm[2] * 1000.0);
    let mut rows = Vec::new();
    for region in pair.regions(settings.per_slice) {
        let [reference, prediction] = pair.columns(&region);
        let sides = [
            (PREDICTION, &prediction, region.prediction_status()),
            (REFERENCE, &reference, region.reference_status()),
        ];
        for (metrics, columns, status) in sides {
            let thickness = Thickness::of_columns(columns);
            let of_layer = layer_rows(&metrics, thickness, um_per_voxel, status);
            rows.extend(of_layer.into_iter().map(|r| r.on_slice(region.slice)));
        }
        let differences = differences_vox(&reference, &prediction);
        let found = ThicknessAgreement::of(&differences);
        let limit = |end: usize| found.and_then(|a| Some(a.limits_vox?[end]));
        let values = [
            found.map(|a| a.bias_vox),
            found.map(|a| a.mean_absolute_vox),
            limit(0),
            limit(1),
        ];
        for (metrics, value) in DIFFERENCES.into_iter().zip(values) {
            let row = both_units(metrics, value, um_per_voxel, region.status());
            rows.extend(row.map(|r| r.on_slice(region.slice)));
        }
    }
    rows
}

/// `layer_thickness_vox`, `layer_thickness_um` and their `_sd_` and `_median_` of a layer of shape (x, y, z), without a
/// reference.
pub(crate) fn of_layer(
    mask: ArrayView3<'_, bool>,
    um_per_voxel: Option<f64>,
    status: Status,
) -> Vec<Measurement> {
    layer_rows(&PREDICTION, Thickness::of(mask), um_per_voxel, status)
}

fn layer_rows(
    [mean, sd, median]: &[Lengths; 3],
    thickness: Option<Thickness>,
    um_per_voxel: Option<f64>,
    status: Status,
) -> Vec<Measurement> {
    [
        (mean, thickness.map(|t| t.mean_vox)),
        (sd, thickness.and_then(|t| t.sd_vox)),
        (median, thickness.map(|t| t.median_vox)),
    ]
    .into_iter()
    .flat_map(|(metrics, value)| both_units(*metrics, value, um_per_voxel, status))
    .collect()
}

/// A length along z in voxels and in µm.
pub(crate) fn both_units(
    [vox, um]: Lengths,
    value_vox: Option<f64>,
    um_per_voxel: Option<f64>,
    status: Status,
) -> [Measurement; 2] {
    let value_um = value_vox.zip(um_per_voxel).map(|(v, um)| v * um);
    [
        vox.measured(value_vox, status),
        um.measured(value_um, status),
    ]
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::*;

    fn columns(thickness: &[usize]) -> Array3<bool> {
        Array3::from_shape_fn((thickness.len(), 1, 60), |(x, _, z)| {
            (5..5 + thickness[x]).contains(&z)
        })
    }

    #[test]
    fn thickness_counts_the_first_and_the_last_voxel() {
        let found = Thickness::of(columns(&[1, 2, 3, 10]).view()).unwrap();
        // numpy: mean 4, std(ddof=1) 4.08248290463863, median 2.5.
        assert_eq!((found.mean_vox, found.median_vox), (4.0, 2.5));
        assert!((found.sd_vox.unwrap() - 4.082_482_904_638_63).abs() < 1e-12);
    }

    #[test]
    fn a_layer_cut_by_the_field_of_view_has_no_thickness() {
        let mask = Array3::from_shape_fn((3, 1, 10), |(_, _, z)| z < 4);
        assert_eq!(Thickness::of(mask.view()), None);
    }

    #[test]
    fn columns_that_one_mask_misses_do_not_bias() {
        let bias = bias_vox(columns(&[4, 4, 40]).view(), columns(&[5, 6, 0]).view());
        assert_eq!(bias, Some(1.5));
    }

    proptest! {
        #[test]
        fn bias_changes_sign_when_the_masks_are_swapped(
            a in prop::collection::vec(0usize..20, 8),
            b in prop::collection::vec(0usize..20, 8),
        ) {
            let (a, b) = (columns(&a), columns(&b));
            let (ab, ba) = (bias_vox(a.view(), b.view()), bias_vox(b.view(), a.view()));
            prop_assert_eq!(ab.map(|v| -v), ba);
        }
    }
}
