//! DeepVesselNet against the authors' code: `nets/` holds outputs of the network, `chain/` probabilities and masks of the
//! released pipeline for prepared scans.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

use ndarray::Array4;
use rsom_formats::nifti;
use rsom_io::prepared::PreparedScan;
use rsom_testing::{golden, shared};
use rsom_vesselseg::{Blocks, Model, PredictSettings, Prediction, predict};
use rsom_volume::{Grid, Scan, Spacing};

fn model(folder: &Path, name: &str) -> Model {
    Model::from_bytes(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

fn settings(blocks: Blocks, tile: [usize; 3]) -> PredictSettings {
    PredictSettings {
        threshold: 0.6,
        probabilities: true,
        blocks,
        tile,
    }
}

fn run(model: &Model, scan: &Scan, settings: &PredictSettings) -> Prediction {
    predict(model, scan, settings, &mut |_, _| true).unwrap()
}

/// Prepared scans of the chain, and the beginnings of the names of their results.
fn scans(folder: &Path) -> Vec<(PreparedScan, String)> {
    let prepared = folder.join("chain/vessel_prep");
    let mut names: Vec<String> = std::fs::read_dir(&prepared)
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let load = |name: String| {
        let scan = PreparedScan::load(&prepared.join(&name)).unwrap();
        (scan, name.trim_end_matches(".nii.gz").to_owned())
    };
    names.into_iter().map(load).collect()
}

fn largest_difference(a: &ndarray::Array3<f32>, b: &ndarray::Array3<f32>) -> f32 {
    assert_eq!(a.dim(), b.dim());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

#[test]
fn probabilities_and_masks_match_the_released_pipeline() {
    let Some(folder) = shared("golden") else {
        return;
    };
    let model = model(&folder, "chain/vessel_dvn_groupnorm.pt");
    let scans = scans(&folder);
    assert_eq!(scans.len(), 3);
    for (PreparedScan { scan, file }, name) in scans {
        let found = run(
            &model,
            &scan,
            &settings(model.blocks, PredictSettings::TILE),
        );
        let at = |end: &str| folder.join(format!("chain/vessel_out/{name}{end}.nii.gz"));
        let reference = nifti::read_scan(&at("_ppred")).unwrap();
        let probabilities = found.probabilities.unwrap();
        let turned = Scan::new(
            scan.grid().clone(),
            vec!["p".into()],
            probabilities.insert_axis(ndarray::Axis(3)),
        );
        let turned = file.scan(turned.unwrap()).unwrap();
        let (ours, theirs) = (turned.channel(0).unwrap(), reference.channel(0).unwrap());
        let worst = largest_difference(&ours.to_owned(), &theirs.to_owned());
        assert!(worst < 1e-4, "{name}: {worst}");
        let mask = file.mask(found.mask).unwrap();
        let reference = nifti::read_mask(&at("_pred")).unwrap();
        let voxels = mask.voxels().iter().zip(reference.voxels()).zip(theirs);
        for ((ours, reference), p) in voxels {
            assert!(ours == reference || (p - 0.6).abs() < 1e-4, "{name}: {p}");
        }
    }
}

/// A tube along y in noise; the extents are not multiples of each other.
fn made_up() -> Scan {
    let [x, y, z] = [21, 12, 76];
    let values = Array4::from_shape_fn((x, y, z, 2), |(x, y, z, c)| {
        let place = (x * 7919 + y * 104_729 + z * 1_299_709 + c * 31) as u64;
        let noise = (place.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as f32;
        let tube = (x as f32 - 9.0).powi(2) + (z as f32 - 40.0).powi(2) / 9.0 < 9.0;
        if tube { 200.0 } else { 0.2 * noise }
    });
    let grid = Grid::new([x, y, z], Spacing::Unknown).unwrap();
    Scan::new(grid, vec!["LF".into(), "HF".into()], values).unwrap()
}

#[test]
fn the_result_does_not_depend_on_the_tiles() {
    let scan = made_up();
    for name in ["dvn_groupnorm.pt", "dvn_plain.pt"] {
        let model = model(&golden("nets"), name);
        for blocks in [Blocks::WHOLE, Blocks::GERL2020] {
            let whole = run(&model, &scan, &settings(blocks, [1000; 3]));
            let whole = whole.probabilities.unwrap();
            let (least, most) = whole
                .iter()
                .fold((1.0_f32, 0.0_f32), |(a, b), p| (a.min(*p), b.max(*p)));
            assert!(most - least > 0.01, "{name}: {least} to {most} is flat");
            for tile in [[7, 5, 30], [1000, 3, 333], PredictSettings::TILE] {
                let tiled = run(&model, &scan, &settings(blocks, tile));
                let worst = largest_difference(&whole, &tiled.probabilities.unwrap());
                assert!(worst < 1e-5, "{name} {blocks:?} {tile:?}: {worst}");
            }
        }
    }
}

/// The output in the middle of a zero-padded input equals the output of PyTorch for the input without padding.
#[test]
fn a_scan_is_what_pytorch_makes_of_it_where_no_zeros_are_seen() {
    let folder = golden("nets");
    let model = model(&folder, "dvn_plain.pt");
    let file = |kind: &str| npy(&folder.join(format!("dvn_plain_{kind}.npy")));
    let ((shape, input), (inner, logits)) = (file("input"), file("output"));
    let [channels, z, y, x] = [shape[1], shape[2], shape[3], shape[4]];
    let values = Array4::from_shape_fn((x, y, z, channels), |(i, j, k, c)| {
        input[((c * z + k) * y + j) * x + i]
    });
    let grid = Grid::new([x, y, z], Spacing::Unknown).unwrap();
    let scan = Scan::new(grid, vec!["LF".into(), "HF".into()], values).unwrap();
    let found = run(&model, &scan, &settings(Blocks::WHOLE, [1000; 3]));
    let probabilities = found.probabilities.unwrap();
    let [depth, rows, columns] = [inner[2], inner[3], inner[4]];
    for k in 0..depth {
        for j in 0..rows {
            for i in 0..columns {
                let logit = logits[(k * rows + j) * columns + i];
                let expected = 1.0 / (1.0 + (-logit).exp());
                let p = probabilities[[i + 6, j + 6, k + 6]];
                assert!((p - expected).abs() < 1e-5, "{p} {expected}");
            }
        }
    }
}

/// Shape and elements of a little-endian single-precision array in C order, as numpy saves it.
fn npy(path: &Path) -> (Vec<usize>, Vec<f32>) {
    let bytes = std::fs::read(path).unwrap();
    let len = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..10 + len]).unwrap();
    assert!(header.contains("'<f4'") && header.contains("'fortran_order': False"));
    let shape = header.split(['(', ')']).nth(1).unwrap().split(',');
    let shape = shape.filter_map(|n| n.trim().parse().ok()).collect();
    let values = bytes[10 + len..].chunks_exact(4);
    let value = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    (shape, values.map(value).collect())
}
