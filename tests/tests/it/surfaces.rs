//! Sub-voxel surfaces go from a prediction to its measures.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_formats::nifti::read_mask;
use rsom_formats::table::parquet;
use rsom_testing::Folder;

use crate::RSOM;

/// The value of a metric of one surface.
fn measured(folder: &Folder, more: &str, surface: &str) -> f64 {
    RSOM.done(
        folder,
        &*format!(
            "metrics evaluate --reference layer.nii.gz --prediction p.nii.gz --subject a --scan a --label epidermis {more} --output m.parquet"
        ),
    );
    let table = parquet::read(&folder.join("m.parquet")).unwrap();
    let (metrics, surfaces) = (
        table.texts("metric").unwrap(),
        table.texts("surface").unwrap(),
    );
    let row = (0..table.rows()).find(|row| {
        metrics[*row].as_deref() == Some("boundary_error_vox")
            && surfaces[*row].as_deref() == Some(surface)
    });
    table.numbers("value").unwrap()[row.unwrap()].unwrap()
}

#[test]
fn the_boundary_error_is_that_of_the_predicted_surfaces() {
    let folder = Folder::new();
    for words in [
        "phantom scan --seed 3 --shape 32,4,64 --image scan.nii.gz --layer layer.nii.gz --vessels vessels.nii.gz",
        "layerseg train --image scan.nii.gz --mask layer.nii.gz --epochs 60 --learning-rate 0.01 --batch-size 1 --depth 2 --width 4 --weights w.safetensors",
        "layerseg predict --weights w.safetensors --input scan.nii.gz --output p.nii.gz --postprocess surfaces --surfaces s.parquet",
    ] {
        RSOM.done(&folder, words);
    }
    let table = parquet::read(&folder.join("s.parquet")).unwrap();
    let mask = read_mask(&folder.join("layer.nii.gz")).unwrap();
    let numbers = |name: &str| table.numbers(name).unwrap();
    let (xs, ys) = (numbers("x"), numbers("y"));
    for (surface, column) in [("upper", "upper_vox"), ("lower", "lower_vox")] {
        let predicted = numbers(column);
        let mut errors = Vec::new();
        for row in 0..table.rows() {
            let (x, y) = (xs[row].unwrap() as usize, ys[row].unwrap() as usize);
            let inside = |z: &usize| mask.voxels()[[x, y, *z]];
            let face = match surface {
                "upper" => (0..64).find(inside).map(|z| z as f64 - 0.5),
                _ => (0..64).rev().find(inside).map(|z| z as f64 + 0.5),
            };
            if let (Some(face), Some(depth)) = (face, predicted[row]) {
                errors.push((depth - face).abs());
            }
        }
        assert!(errors.len() > 64, "{surface}");
        let mean = errors.iter().sum::<f64>() / errors.len() as f64;
        let ours = measured(&folder, "--prediction-surfaces s.parquet", surface);
        assert!((ours - mean).abs() < 1e-9, "{surface}: {ours} {mean}");
        let whole = measured(&folder, "", surface);
        assert!(whole != ours, "{surface}: {whole}");
    }
}
