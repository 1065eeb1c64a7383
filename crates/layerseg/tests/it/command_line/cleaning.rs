//! Cleaning of predicted masks: the median filter and the most probable surfaces.

use rsom_formats::nifti;
use rsom_formats::table::parquet;
use rsom_layerseg::postprocess::median;
use rsom_volume::extents;

use super::study::{NETWORK, SCANS, SHAPE, Study};

#[test]
fn surfaces_are_a_mask_and_a_table_with_a_bounded_slope() {
    let study = Study::new();
    study.result(&format!(
        "train {SCANS} {NETWORK} --epochs 8 --weights w.safetensors"
    ));
    let predict = "predict --weights w.safetensors --input scan2.nii.gz --output p.nii.gz";
    study.result(&format!(
        "{predict} --postprocess surfaces --surface-step-cost 0.5 --surfaces s.parquet"
    ));
    let mask = nifti::read_mask(&study.path("p.nii.gz")).unwrap();
    let table = parquet::read(&study.path("s.parquet")).unwrap();
    let [nx, ny, _] = SHAPE;
    assert_eq!(table.rows(), nx * ny);
    let numbers = |name: &str| table.numbers(name).unwrap();
    let (upper, lower) = (numbers("upper_vox"), numbers("lower_vox"));
    let extents = extents(mask.voxels().view());
    let mut deepest = [None; 4];
    for (row, ((x, y), extent)) in extents.indexed_iter().enumerate() {
        assert_eq!(numbers("x")[row], Some(x as f64));
        assert_eq!(numbers("y")[row], Some(y as f64));
        let Some(extent) = extent else {
            assert_eq!((upper[row], lower[row]), (None, None));
            continue;
        };
        // The boundary before the first voxel and the one after the last, each moved by half a voxel at most; none where the
        // field of view cuts the layer.
        match extent.first {
            0 => assert_eq!(upper[row], None),
            first => assert!((upper[row].unwrap() - (first as f64 - 0.5)).abs() <= 0.5),
        }
        match extent.last + 1 {
            end if end == SHAPE[2] => assert_eq!(lower[row], None),
            end => assert!((lower[row].unwrap() - (end as f64 - 0.5)).abs() <= 0.5),
        }
        if let Some(before) = deepest[y].replace(extent.last) {
            assert!(extent.last.abs_diff(before) <= 1);
        }
    }
    assert!(mask.count() > 0);
    // Probabilities are written when asked for, and no other time.
    let with = format!("{predict} --postprocess surfaces --probabilities q.nii.gz");
    study.result(&with);
    assert!(study.path("q.nii.gz").exists());
    let predicted = |cleaning: &str| {
        study.result(&format!("{predict} --postprocess {cleaning}"));
        nifti::read_mask(&study.path("p.nii.gz")).unwrap()
    };
    let expected = median(predicted("none"), 3).unwrap();
    assert_eq!(predicted("median --median-vox 3"), expected);
}

#[test]
fn settings_of_another_cleaning_are_refused() {
    let study = Study::new();
    study.result(&format!(
        "train {SCANS} {NETWORK} --epochs 1 --weights w.safetensors"
    ));
    let predict = "predict --weights w.safetensors --input scan2.nii.gz --output p.nii.gz";
    for (flags, name) in [
        ("--median-vox 3", "median_vox"),
        (
            "--postprocess median --surface-slope-vox 2",
            "surface_slope_vox",
        ),
        (
            "--postprocess rsom --surface-step-cost 2",
            "surface_step_cost",
        ),
        ("--postprocess none --surfaces s.parquet", "surfaces"),
        ("--postprocess median --median-vox 4", "4 is even"),
    ] {
        let error = study.fault(&format!("{predict} {flags}"), 2);
        assert!(error.contains(name), "{error}");
    }
}
