//! Measures against the reference values of independent software.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

use rsom_formats::nifti;
use rsom_metrics::cldice::{ClDice, Skeleton};
use rsom_metrics::roughness::{Roughness, Variant};
use rsom_metrics::surface_distance::{Border, SurfaceDistances, of_surfels, of_voxels};
use rsom_metrics::{Pair, Surface};
use rsom_testing::golden;
use rsom_volume::OverlapCounts;
use serde_json::Value;

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn overlap_equals_that_of_other_software() {
    let folder = golden("metrics");
    let cases = json(&folder.join("metrics.json"));
    for case in cases["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let read =
            |side: &str| nifti::read_mask(&folder.join(format!("{name}_{side}.nii.gz"))).unwrap();
        let (reference, prediction) = (read("reference"), read("prediction"));
        let counts = OverlapCounts::of(reference.voxels().view(), prediction.voxels().view());
        for (key, count) in [
            ("tp", counts.both),
            ("fp", counts.prediction - counts.both),
            ("fn", counts.reference - counts.both),
        ] {
            assert_eq!(case[key].as_u64().unwrap(), count, "{name}: {key}");
        }
        let scores = [
            ("dice", Some(counts.dice())),
            ("iou", Some(counts.iou())),
            ("precision", counts.precision()),
            ("recall", counts.recall()),
        ];
        for (key, found) in scores {
            // The two empty masks have no Dice in the file: software disagrees about it.
            let Some(expected) = case.get(key) else {
                continue;
            };
            match (expected.as_f64(), found) {
                (Some(e), Some(f)) => assert!((e - f).abs() < 1e-12, "{name}: {key} {f}, not {e}"),
                (e, f) => assert_eq!(e, f, "{name}: {key}"),
            }
        }
    }
}

/// Names of the reference values, each with the value.
fn surface_values(found: &SurfaceDistances) -> [(&'static str, f64); 4] {
    let [of_prediction, of_reference] = found.averages_mm();
    [
        ("hd_mm", found.hausdorff_mm()),
        ("hd95_mm", found.hausdorff95_mm()),
        ("average_pred_to_gt_mm", of_prediction),
        ("average_gt_to_pred_mm", of_reference),
    ]
}

fn voxel_values(found: &SurfaceDistances) -> [(&'static str, f64); 4] {
    [
        ("medpy_hd_mm", found.hausdorff_mm()),
        ("medpy_hd95_pooled_mm", found.hausdorff95_pooled_mm()),
        ("medpy_assd_mm", found.assd_mm()),
        ("medpy_asd_pred_to_ref_mm", found.averages_mm()[0]),
    ]
}

/// Surfels as google-deepmind's `surface-distance`, voxels as MedPy 0.5.2.
#[test]
fn surface_distances_equal_those_of_other_software() {
    let folder = golden("metrics");
    let cases = json(&folder.join("metrics.json"));
    let mut compared = 0;
    for case in cases["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let read =
            |side: &str| nifti::read_mask(&folder.join(format!("{name}_{side}.nii.gz"))).unwrap();
        let (reference, prediction) = (read("reference"), read("prediction"));
        let spacing = [0, 1, 2].map(|axis| case["spacing_mm"][axis].as_f64().unwrap());
        let masks = (reference.voxels().view(), prediction.voxels().view());
        let surfels = of_surfels(masks.0, masks.1, spacing, Border::Closed);
        let voxels = of_voxels(masks.0, masks.1, spacing, Border::Closed);
        let Some(expected) = case.get("surfel") else {
            assert!(surfels.is_none() && voxels.is_none(), "{name}");
            continue;
        };
        let mut require = |key: &str, expected: &Value, found: f64| {
            let expected = expected.as_f64().unwrap();
            assert!(
                (found - expected).abs() < 1e-12,
                "{name}: {key} {found}, not {expected}"
            );
            compared += 1;
        };
        let surfels = surfels.unwrap();
        for (key, found) in surface_values(&surfels) {
            require(key, &expected[key], found);
        }
        for (tolerance, share) in expected["nsd"].as_object().unwrap() {
            require(
                tolerance,
                share,
                surfels.surface_dice(tolerance.parse().unwrap()),
            );
        }
        for (key, found) in voxel_values(&voxels.unwrap()) {
            require(key, &case["voxel"][key], found);
        }
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn roughness_equals_that_of_the_authors() {
    let folder = golden("surface");
    for case in json(&folder.join("roughness.json")).as_array().unwrap() {
        for (key, ending) in [("raw", ""), ("smoothed", "_smoothed")] {
            let file = folder.join(format!("mask{}{ending}.nii.gz", case["case"]));
            let (_, voxels) = nifti::read_mask(&file).unwrap().into_parts();
            let mask = voxels.reversed_axes();
            let roughness = Roughness::of(mask.view(), Variant::Gerl2019);
            let expected = &case[key];
            assert_eq!(
                roughness.holes() as u64,
                expected["holes"].as_u64().unwrap()
            );
            for (name, surface) in [
                ("ra_upper_vox", Surface::Upper),
                ("ra_lower_vox", Surface::Lower),
                ("ra_vox", Surface::Both),
            ] {
                let found = roughness.ra_vox(surface, None).unwrap();
                let expected = expected[name].as_f64().unwrap();
                assert!(
                    (found - expected).abs() < 1e-9,
                    "{name} {found}, not {expected}"
                );
            }
        }
    }
}

#[test]
fn cldice_equals_that_of_skeletons_by_scikit_image() {
    let folder = golden("metrics");
    let cases = json(&folder.join("metrics.json"));
    let mut compared = 0;
    for case in cases["cases"].as_array().unwrap() {
        let Some(expected) = case.get("cldice_skimage").and_then(Value::as_f64) else {
            continue;
        };
        let name = case["name"].as_str().unwrap();
        let read =
            |side: &str| nifti::read_mask(&folder.join(format!("{name}_{side}.nii.gz"))).unwrap();
        let (reference, prediction) = (read("reference"), read("prediction"));
        let pair = Pair::new(&reference, &prediction).unwrap();
        let found = ClDice::of(&pair.whole(), Skeleton::Skimage);
        let found = found.cldice.unwrap();
        assert!(
            (found - expected).abs() < 1e-12,
            "{name}: {found}, not {expected}"
        );
        compared += 1;
    }
    assert!(compared >= 3, "{compared} cases with a clDice");
}
