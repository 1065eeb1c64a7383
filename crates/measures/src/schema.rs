//! All metrics of the long table, one line each.
//!
//! Definitions are in the code that computes the metrics: `evaluate` and `biomarkers` of `rsom-metrics`, `Truth` of
//! `rsom-phantom`. Names of lengths, volumes and angles end with the unit. A metric for the reference has the name of
//! the metric for the prediction with the prefix `reference_`, and no better direction.

use crate::{Metric, Unit};

const HIGHER: Option<bool> = Some(true);
const LOWER: Option<bool> = Some(false);
const NEITHER: Option<bool> = None;

/// Declares the constants and [`ALL`]. Each line gives the constant, the name in tables, the unit and the better
/// direction; then, where they differ from the name, the title of an axis and the heading in a publication table.
macro_rules! metrics {
    ($($constant:ident: $name:literal, $unit:ident, $better:ident $(, title $title:literal)? $(, heading $heading:literal)?;)*) => {
        $(
            #[doc = concat!("The metric `", $name, "`.")]
            pub const $constant: Metric = Metric::new($name, Unit::$unit, $better)$(.titled($title))?$(.headed($heading))?;
        )*

        /// All metrics.
        pub const ALL: &[Metric] = &[$($constant),*];
    };
}

metrics! {
    // Overlap of voxels and of center lines.
    DICE: "dice", One, HIGHER, title "Dice", heading "Dice";
    IOU: "iou", One, HIGHER, title "IoU", heading "IoU";
    PRECISION: "precision", One, HIGHER, title "Precision", heading "Precision";
    RECALL: "recall", One, HIGHER, title "Recall", heading "Recall";
    DICE_BSCAN_MEAN: "dice_bscan_mean", One, HIGHER, title "Dice, mean of B-scans";
    IOU_BSCAN_MEAN: "iou_bscan_mean", One, HIGHER;
    PRECISION_BSCAN_MEAN: "precision_bscan_mean", One, HIGHER;
    PRECISION_BSCAN_COVERAGE: "precision_bscan_coverage", One, NEITHER;
    RECALL_BSCAN_MEAN: "recall_bscan_mean", One, HIGHER;
    RECALL_BSCAN_COVERAGE: "recall_bscan_coverage", One, NEITHER;
    CLDICE: "cldice", One, HIGHER, title "clDice", heading "clDice";
    TOPOLOGY_PRECISION: "topology_precision", One, HIGHER;
    TOPOLOGY_SENSITIVITY: "topology_sensitivity", One, HIGHER;

    // Surfaces of a layer.
    RA_VOX: "ra_vox", Voxels, LOWER, title "Roughness Ra", heading "Ra";
    RA_UM: "ra_um", Micrometers, LOWER, title "Roughness Ra", heading "Ra";
    RA_COVERAGE: "ra_coverage", One, NEITHER, title "Columns in Ra";
    REFERENCE_RA_VOX: "reference_ra_vox", Voxels, NEITHER;
    REFERENCE_RA_UM: "reference_ra_um", Micrometers, NEITHER;
    REFERENCE_RA_COVERAGE: "reference_ra_coverage", One, NEITHER;
    BOUNDARY_ERROR_VOX: "boundary_error_vox", Voxels, LOWER, title "Boundary error", heading "Boundary error";
    BOUNDARY_ERROR_UM: "boundary_error_um", Micrometers, LOWER, title "Boundary error", heading "Boundary error";
    BOUNDARY_BIAS_VOX: "boundary_bias_vox", Voxels, NEITHER, title "Boundary bias", heading "Boundary bias";
    BOUNDARY_BIAS_UM: "boundary_bias_um", Micrometers, NEITHER, title "Boundary bias", heading "Boundary bias";
    BOUNDARY_ERROR_P95_VOX: "boundary_error_p95_vox", Voxels, LOWER, title "95th percentile of the boundary error", heading "Boundary error, 95 %";
    BOUNDARY_ERROR_P95_UM: "boundary_error_p95_um", Micrometers, LOWER, title "95th percentile of the boundary error", heading "Boundary error, 95 %";
    BOUNDARY_COVERAGE: "boundary_coverage", One, HIGHER, title "Columns with both boundaries";
    NORMAL_ANGLE_DEG: "normal_angle_deg", Degrees, NEITHER, title "Normal angle";
    REFERENCE_NORMAL_ANGLE_DEG: "reference_normal_angle_deg", Degrees, NEITHER;
    NORMAL_COUNT: "normal_count", Columns, NEITHER;
    REFERENCE_NORMAL_COUNT: "reference_normal_count", Columns, NEITHER;

    // A layer as a whole.
    HOLE_COUNT: "hole_count", Columns, LOWER, title "Holes", heading "Holes";
    COVERAGE: "coverage", One, HIGHER, title "Coverage";
    LAYER_THICKNESS_VOX: "layer_thickness_vox", Voxels, NEITHER, title "Layer thickness";
    LAYER_THICKNESS_UM: "layer_thickness_um", Micrometers, NEITHER, title "Layer thickness";
    LAYER_THICKNESS_SD_VOX: "layer_thickness_sd_vox", Voxels, NEITHER;
    LAYER_THICKNESS_SD_UM: "layer_thickness_sd_um", Micrometers, NEITHER;
    LAYER_THICKNESS_MEDIAN_VOX: "layer_thickness_median_vox", Voxels, NEITHER;
    LAYER_THICKNESS_MEDIAN_UM: "layer_thickness_median_um", Micrometers, NEITHER;
    LAYER_THICKNESS_COVERAGE: "layer_thickness_coverage", One, NEITHER;
    REFERENCE_LAYER_THICKNESS_VOX: "reference_layer_thickness_vox", Voxels, NEITHER;
    REFERENCE_LAYER_THICKNESS_UM: "reference_layer_thickness_um", Micrometers, NEITHER;
    REFERENCE_LAYER_THICKNESS_SD_VOX: "reference_layer_thickness_sd_vox", Voxels, NEITHER;
    REFERENCE_LAYER_THICKNESS_SD_UM: "reference_layer_thickness_sd_um", Micrometers, NEITHER;
    REFERENCE_LAYER_THICKNESS_MEDIAN_VOX: "reference_layer_thickness_median_vox", Voxels, NEITHER;
    REFERENCE_LAYER_THICKNESS_MEDIAN_UM: "reference_layer_thickness_median_um", Micrometers, NEITHER;
    THICKNESS_BIAS_VOX: "thickness_bias_vox", Voxels, NEITHER, title "Thickness bias", heading "Thickness bias";
    THICKNESS_BIAS_UM: "thickness_bias_um", Micrometers, NEITHER, title "Thickness bias", heading "Thickness bias";
    LAYER_COVERAGE: "layer_coverage", One, NEITHER, title "Columns with a layer";
    LAYER_VOXELS: "layer_voxels", Voxels, NEITHER;
    LAYER_VOLUME_MM3: "layer_volume_mm3", CubicMillimeters, NEITHER, title "Layer volume";

    // Vessels.
    CUT_DEPTH_VOX: "cut_depth_vox", Voxels, NEITHER;
    CUT_DEPTH_UM: "cut_depth_um", Micrometers, NEITHER;
    VESSEL_VOXELS: "vessel_voxels", Voxels, NEITHER;
    VESSEL_VOLUME_MM3: "vessel_volume_mm3", CubicMillimeters, NEITHER, title "Vessel volume";
    VESSEL_VOLUME_FRACTION: "vessel_volume_fraction", One, NEITHER, title "Vessel volume fraction";
    VESSEL_DEPTH_VOX: "vessel_depth_vox", Voxels, NEITHER, title "Depth of vessels";
    VESSEL_DEPTH_UM: "vessel_depth_um", Micrometers, NEITHER, title "Depth of vessels";
    VESSEL_DEPTH_COVERAGE: "vessel_depth_coverage", One, NEITHER;
    VESSEL_LENGTH_MM: "vessel_length_mm", Millimeters, NEITHER;
    VESSEL_LENGTH_DENSITY_PER_MM2: "vessel_length_density_per_mm2", PerSquareMillimeter, NEITHER;
    VESSEL_DIAMETER_UM: "vessel_diameter_um", Micrometers, NEITHER;
    VESSEL_DENSITY: "vessel_density", One, NEITHER;
    VESSEL_SEGMENT_COUNT: "vessel_segment_count", One, NEITHER;
    BRANCH_COUNT: "branch_count", One, NEITHER;
    LOOP_COUNT: "loop_count", One, NEITHER;
    LOOP_DENSITY_PER_MM2: "loop_density_per_mm2", PerSquareMillimeter, NEITHER;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::of_reference;

    #[test]
    fn a_name_means_one_metric() {
        for (place, metric) in ALL.iter().enumerate() {
            assert_eq!(ALL[..place].iter().find(|m| m.name == metric.name), None);
        }
    }

    #[test]
    fn names_end_with_their_unit() {
        let endings = [
            ("_vox", Unit::Voxels),
            ("_um", Unit::Micrometers),
            ("_mm", Unit::Millimeters),
            ("_mm3", Unit::CubicMillimeters),
            ("_per_mm2", Unit::PerSquareMillimeter),
            ("_deg", Unit::Degrees),
            ("_coverage", Unit::One),
        ];
        for metric in ALL {
            for (ending, unit) in endings {
                let ends = metric.name.ends_with(ending);
                assert!(!ends || metric.unit == unit, "{}", metric.name);
            }
        }
    }

    #[test]
    fn a_metric_of_the_reference_has_a_sister_of_the_prediction_and_no_direction() {
        for metric in ALL.iter().filter(|m| m.name.starts_with("reference_")) {
            let is_sister = |m: &&Metric| of_reference(m.name) == metric.name;
            let sister = ALL.iter().find(is_sister);
            let sister = sister.unwrap_or_else(|| panic!("{} stands alone", metric.name));
            assert_eq!(sister.unit, metric.unit, "{}", metric.name);
            assert_eq!(metric.higher_is_better, None, "{}", metric.name);
        }
    }
}
