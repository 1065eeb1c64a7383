//! Prediction and post-processing against the authors' released pipeline: `chain/` holds the masks of its layer network for
//! prepared scans, before and after post-processing; `surface/` of the repository holds two more masks before and after.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use ndarray::Array3;
use rsom_formats::nifti;
use rsom_layerseg::{Model, PredictSettings, postprocess, predict};
use rsom_testing::{golden, shared};
use rsom_volume::{Grid, Mask, Scan, Spacing};

/// Files whose names have this ending, sorted.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .filter(|p| p.to_string_lossy().ends_with(end))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn grid([x, y, z]: [usize; 3]) -> Grid {
    Grid::new([x, y, z], Spacing::Unknown).unwrap()
}

/// A mask whose file has the axes (z, y, x).
fn mask(path: &Path) -> Mask {
    let voxels = nifti::read_mask(path)
        .unwrap()
        .into_parts()
        .1
        .permuted_axes([2, 1, 0]);
    let voxels: Array3<bool> = voxels.as_standard_layout().into_owned();
    let (x, y, z) = voxels.dim();
    Mask::new(grid([x, y, z]), voxels).unwrap()
}

/// A prepared RGB24 scan with the axes (z, y, x); the third color is empty.
fn scan(path: &Path) -> Scan {
    let values = nifti::read_scan(path).unwrap().into_parts().2;
    let values = values.permuted_axes([2, 1, 0, 3]);
    let values = values
        .slice(ndarray::s![.., .., .., ..2])
        .as_standard_layout()
        .into_owned();
    let (x, y, z, _) = values.dim();
    Scan::new(grid([x, y, z]), vec!["LF".into(), "HF".into()], values).unwrap()
}

fn differing(a: &Mask, b: &Mask) -> usize {
    assert_eq!(a.grid().shape(), b.grid().shape());
    a.voxels()
        .iter()
        .zip(b.voxels())
        .filter(|(a, b)| a != b)
        .count()
}

#[test]
fn masks_of_the_layer_network_match_the_released_pipeline() {
    let Some(folder) = shared("golden") else {
        return;
    };
    let weights = std::fs::read(folder.join("chain/layer_unet_depth2_wf6.pt")).unwrap();
    let model = Model::from_bytes(&weights).unwrap();
    assert_eq!(model.scaling.offset, 127.0);
    let settings = PredictSettings {
        threshold: 0.5,
        probabilities: true,
        odd_slices: model.odd_slices,
    };
    let inputs = files(&folder.join("prep/layer_prep"), "_rgb.nii.gz");
    let references = files(&folder.join("chain/layer_raw"), "_raw.nii.gz");
    assert_eq!(inputs.len(), references.len());
    for (input, reference) in inputs.iter().zip(&references) {
        let found = predict(&model, scan(input), &settings, &mut || true).unwrap();
        let reference = mask(reference);
        // Equal except for voxels whose two logits differ by less than 1e-3: probability within 2.5e-4 of 0.5.
        let probabilities = found.probabilities.as_ref().unwrap();
        let voxels = found
            .mask
            .voxels()
            .iter()
            .zip(reference.voxels())
            .zip(probabilities);
        for ((ours, theirs), p) in voxels {
            assert!(
                ours == theirs || (p - 0.5).abs() < 2.5e-4,
                "{}: {p}",
                input.display()
            );
        }
    }
}

fn check_postprocessing(before: &Path, after: &Path) {
    let cleaned = postprocess::gerl2019(mask(before)).unwrap();
    let differing = differing(&cleaned, &mask(after));
    assert_eq!(differing, 0, "{}", before.display());
}

#[test]
fn postprocessed_masks_match_those_of_the_authors_script() {
    let folder = golden("surface");
    for name in ["mask0", "mask1"] {
        let at = |end: &str| folder.join(format!("{name}{end}.nii.gz"));
        check_postprocessing(&at(""), &at("_smoothed"));
    }
}

#[test]
fn postprocessed_masks_match_the_released_pipeline() {
    let Some(folder) = shared("golden") else {
        return;
    };
    let raw = files(&folder.join("chain/layer_raw"), "_raw.nii.gz");
    let out = files(&folder.join("chain/layer_out"), "_pred.nii.gz");
    assert_eq!(raw.len(), out.len());
    for (before, after) in raw.iter().zip(&out) {
        check_postprocessing(before, after);
    }
}
