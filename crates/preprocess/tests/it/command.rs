//! The commands of `rsom-preprocess` on files.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::{Array2, Array3, Array4};
use rsom_formats::nifti::{self, Storage};
use rsom_formats::table::parquet;
use rsom_io::surface_tables::{Boundaries, LayerSurfaces};
use rsom_testing::{Folder, Program};
use rsom_volume::{Grid, LabelMap, Mask, Scan, Spacing};

const PREPROCESS: Program = Program::new(env!("CARGO_BIN_EXE_rsom-preprocess"));
const SHAPE: [usize; 3] = [60, 2, 80];

fn boundary(x: usize) -> usize {
    30 + x / 6
}

/// A folder with a scan, its labels and the mask of label 4.
fn study() -> Folder {
    let folder = Folder::new();
    let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
    let [nx, ny, nz] = SHAPE;
    let values = Array4::from_shape_fn((nx, ny, nz, 2), |(x, y, z, c)| {
        let speckle = ((x * 31 + y * 17 + z * 7 + c * 3) % 11) as f32;
        if z >= boundary(x) {
            100.0 + speckle
        } else {
            speckle
        }
    });
    let scan = Scan::new(grid.clone(), vec!["LF".into(), "HF".into()], values).unwrap();
    let labels =
        Array3::from_shape_fn(SHAPE, |(x, _, z)| match z as isize - boundary(x) as isize {
            0..10 => 4,
            10..20 => 5,
            _ => 0,
        });
    let labels = LabelMap::new(grid, labels, [(4, "epidermis".into())].into()).unwrap();
    let at = |name: &str| folder.join(name);
    nifti::write_scan(&at("scan.nii.gz"), &scan, Storage::Uint8).unwrap();
    nifti::write_labels(&at("labels.nii.gz"), &labels).unwrap();
    nifti::write_mask(&at("mask.nii.gz"), &labels.select(&[4])).unwrap();
    folder
}

fn mask(folder: &Path, name: &str) -> Mask {
    nifti::read_mask(&folder.join(name)).unwrap()
}

#[test]
fn prepare_makes_an_image_and_a_mask_that_belong_together() {
    let folder = &study();
    PREPROCESS.done(
        folder,
        "prepare --image scan.nii.gz --labels labels.nii.gz --output p.nii.gz --output-mask m.nii.gz --mask-labels 4 \
         --output-labels l.nii.gz --shifts s.nii.gz --flatten detected --scale-vox 8 --path-sigma-columns 2 \
         --depth-range-vox -16,32 --width-vox 48 --window max",
    );
    let (image, layer) = (
        nifti::read_scan(&folder.join("p.nii.gz")).unwrap(),
        mask(folder, "m.nii.gz"),
    );
    assert_eq!(image.grid().shape(), [48, 2, 48]);
    assert!(image.grid().require_same(layer.grid()).is_ok());
    for column in layer.voxels().lanes(ndarray::Axis(2)) {
        let first = column.iter().position(|v| *v).unwrap();
        assert!((15..=17).contains(&first), "level at {first}");
        assert_eq!(column.iter().filter(|v| **v).count(), 10);
    }
    let brightest = image.intensities().fold(0.0_f32, |a, b| a.max(*b));
    assert_eq!(brightest, 255.0);
}

#[test]
fn sub_voxel_depths_move_with_their_scan() {
    let folder = &study();
    let [nx, ny, _] = SHAPE;
    // The boundaries 4 to 6 enclose the labels 4 and 5; they lie up to half a voxel off the faces of the labels.
    let off = |x: usize| (x % 5) as f64 / 10.0 - 0.2;
    let depths = |k: usize| {
        let depth = |(x, _): (usize, usize)| (boundary(x) + 10 * k) as f64 - 0.5 + off(x);
        Array2::from_shape_fn((nx, ny), depth)
    };
    let nothing = || Array2::from_elem((nx, ny), f64::NAN);
    let boundaries = Boundaries {
        depths_vox: vec![
            nothing(),
            nothing(),
            nothing(),
            depths(0),
            depths(1),
            depths(2),
        ],
    };
    let table = boundaries.table().unwrap();
    parquet::write(&folder.join("d.parquet"), &table, &BTreeMap::new()).unwrap();
    let prepare = "prepare --image scan.nii.gz --labels labels.nii.gz --depths d.parquet --output p.nii.gz \
        --output-mask m.nii.gz --output-surfaces s.parquet --flatten detected --scale-vox 8 \
        --depth-range-vox -16,32";
    for (width, labels, bottom) in [(48, "4", 10), (70, "4,5", 20)] {
        PREPROCESS.done(
            folder,
            format!("{prepare} --width-vox {width} --mask-labels {labels}"),
        );
        let surfaces = LayerSurfaces::load(&folder.join("s.parquet"), [width, ny]).unwrap();
        let mask = mask(folder, "m.nii.gz");
        let extents = rsom_volume::extents(mask.voxels().view());
        let mut seen = 0;
        for (place, extent) in extents.indexed_iter() {
            let found = (surfaces.upper_vox[place], surfaces.lower_vox[place]);
            let Some(extent) = extent else {
                assert!(found.0.is_nan() && found.1.is_nan());
                continue;
            };
            let source = (place.0 + nx / 2).checked_sub(width / 2).unwrap();
            let faces = (extent.first as f64 - 0.5, extent.last as f64 + 0.5);
            assert!((found.0 - faces.0 - off(source)).abs() < 1e-9);
            assert!((found.1 - faces.1 - off(source)).abs() < 1e-9);
            assert_eq!(extent.last + 1 - extent.first, bottom);
            seen += 1;
        }
        assert_eq!(seen, ny * width.min(nx));
    }
    for (more, code, words) in [
        ("--mask-labels 6", 3, "no boundary 7"),
        ("--mask-labels 1,3", 3, "2 is missing between 1 and 3"),
        ("", 2, "--output-surfaces needs --mask-labels"),
        (
            "--mask-labels 4 --shrink 2,1,2",
            2,
            "cannot be combined with resampling",
        ),
    ] {
        PREPROCESS.refused(folder, format!("{prepare} {more}"), code, words);
    }
}

#[test]
fn unflatten_brings_a_prepared_mask_back_into_the_scan() {
    let folder = &study();
    PREPROCESS.done(
        folder,
        "prepare --image scan.nii.gz --labels mask.nii.gz --output p.nii.gz --output-mask m.nii.gz --shifts s.nii.gz \
         --flatten detected --scale-vox 8 --depth-range-vox -16,40 --width-vox 50",
    );
    PREPROCESS.done(
        folder,
        "unflatten --mask m.nii.gz --shifts s.nii.gz --like scan.nii.gz --output-mask back.nii.gz",
    );
    let (back, reference) = (mask(folder, "back.nii.gz"), mask(folder, "mask.nii.gz"));
    assert!(back.grid().require_same(reference.grid()).is_ok());
    for ((x, y, z), voxel) in back.voxels().indexed_iter() {
        let kept = (5..55).contains(&x);
        assert_eq!(*voxel, kept && reference.voxels()[[x, y, z]]);
    }
}

#[test]
fn the_single_steps_do_what_prepare_does() {
    let folder = &study();
    let surface = "--scale-vox 8 --path-sigma-columns 2";
    PREPROCESS.done(
        folder,
        format!("detect-surface --image scan.nii.gz --output surface.nii.gz {surface}"),
    );
    PREPROCESS.done(
        folder,
        "flatten --image scan.nii.gz --mask mask.nii.gz --surface surface.nii.gz --output f.nii.gz --output-mask fm.nii.gz --shifts s.nii.gz --reference-vox 35",
    );
    PREPROCESS.done(
        folder,
        "crop --image f.nii.gz --mask fm.nii.gz --output c.nii.gz --output-mask cm.nii.gz --depth-range-vox 20,70",
    );
    PREPROCESS.done(
        folder,
        "normalize --image c.nii.gz --output one.nii.gz --window max --range unit",
    );
    PREPROCESS.done(
        folder,
        format!(
            "prepare --image scan.nii.gz --labels mask.nii.gz --output p.nii.gz --output-mask pm.nii.gz --window max --range unit --flatten detected {surface} --depth-range-vox -15,35"
        ),
    );
    let (step, whole) = (mask(folder, "cm.nii.gz"), mask(folder, "pm.nii.gz"));
    assert_eq!(step.voxels(), whole.voxels());
    assert!(step.grid().require_same(whole.grid()).is_ok());
    let scan = |name: &str| nifti::read_scan(&folder.join(name)).unwrap();
    assert_eq!(
        scan("one.nii.gz").intensities(),
        scan("p.nii.gz").intensities()
    );
}

#[test]
fn a_resampled_mask_returns_to_its_shape() {
    let folder = &study();
    PREPROCESS.done(
        folder,
        "resample --image scan.nii.gz --mask mask.nii.gz --output h.nii.gz --output-mask hm.nii.gz --shrink 2,1,2",
    );
    assert_eq!(mask(folder, "hm.nii.gz").grid().shape(), [30, 2, 40]);
    PREPROCESS.done(
        folder,
        "resample --mask hm.nii.gz --output-mask back.nii.gz --shape 60,2,80",
    );
    let (back, reference) = (mask(folder, "back.nii.gz"), mask(folder, "mask.nii.gz"));
    assert!(back.grid().require_same(reference.grid()).is_ok());
    let both = back.voxels().iter().zip(reference.voxels());
    let overlap = both.filter(|(a, b)| **a && **b).count() as f64;
    assert!(2.0 * overlap / (back.count() + reference.count()) as f64 > 0.9);
}

#[test]
fn a_scan_of_unknown_voxel_size_stays_so_when_it_is_resampled() {
    let folder = Folder::new();
    let grid = Grid::new([8, 2, 6], Spacing::Unknown).unwrap();
    let scan = Scan::new(grid, vec!["LF".into()], Array4::ones((8, 2, 6, 1))).unwrap();
    nifti::write_scan(&folder.join("scan.nii.gz"), &scan, Storage::Uint8).unwrap();
    for command in ["resample", "prepare --flatten none"] {
        let line = format!("{command} --image scan.nii.gz --output p.nii.gz --shrink 2,1,3");
        PREPROCESS.done(&folder, &line);
        let scan = nifti::read_scan(&folder.join("p.nii.gz")).unwrap();
        assert_eq!(scan.grid().shape(), [4, 2, 2]);
        assert_eq!(scan.grid().spacing(), Spacing::Unknown);
    }
}

#[test]
fn the_same_bytes_come_out_for_any_number_of_threads() {
    let folder = &study();
    let prepare =
        "prepare --image scan.nii.gz --flatten detected --scale-vox 8 --shrink 2,1,1 --output";
    PREPROCESS.done(folder, format!("{prepare} a.nii.gz --threads 1"));
    PREPROCESS.done(folder, format!("{prepare} b.nii.gz --threads 3"));
    let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
    assert_eq!(bytes("a.nii.gz"), bytes("b.nii.gz"));
}

/// Command lines, the exit code, and what the message says; `IMAGE` stands for a scan and its output.
const REFUSED: [(&str, i32, &str); 17] = [
    ("crop", 2, "--image, --labels or --mask"),
    ("crop --image scan.nii.gz", 2, "--image needs --output"),
    ("crop IMAGE --start 60,0,0", 2, "beyond the end"),
    ("crop IMAGE --depth-range-vox 9,9", 2, "empty"),
    ("crop IMAGE --shape 9999999,9999999,9", 2, "limit"),
    (
        "crop IMAGE --mask small.nii.gz --output-mask m.nii.gz",
        3,
        "small.nii.gz",
    ),
    ("resample IMAGE", 2, "give one of"),
    ("resample IMAGE --shape 9,2,9 --shrink 1,1,1", 2, "only one"),
    ("normalize IMAGE --percentile-low 99", 2, "percentiles"),
    ("detect-surface IMAGE --channel XF", 3, "XF"),
    ("detect-surface IMAGE --scale-vox 50", 3, "too few"),
    ("prepare IMAGE --flatten surface", 2, "--surface"),
    ("prepare IMAGE --mask-labels 4", 2, "--output-mask"),
    (
        "prepare IMAGE --labels small.nii.gz --output-mask m.nii.gz",
        3,
        "small.nii.gz",
    ),
    ("flatten IMAGE --surface mask.nii.gz", 3, "mask.nii.gz"),
    (
        "unflatten --mask mask.nii.gz --shifts labels.nii.gz --output-mask m.nii.gz",
        3,
        "labels.nii.gz",
    ),
    (
        "unflatten --mask mask.nii.gz --shifts mask.nii.gz --output-mask mask.nii.gz",
        2,
        "overwrite",
    ),
];

#[test]
fn bad_settings_end_with_2_and_bad_inputs_with_3() {
    let folder = &study();
    PREPROCESS.done(
        folder,
        "crop --mask mask.nii.gz --output-mask small.nii.gz --shape 60,2,79",
    );
    for (words, code, says) in REFUSED {
        let words = words.replace("IMAGE", "--image scan.nii.gz --output o.nii.gz");
        PREPROCESS.refused(folder, &words, code, says);
    }
    assert!(!folder.join("o.nii.gz").exists() && !folder.join("m.nii.gz").exists());
}

#[test]
fn a_scan_without_a_surface_is_named() {
    let folder = &study();
    let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
    let values = Array4::from_elem((SHAPE[0], SHAPE[1], SHAPE[2], 1), 7.0);
    let scan = Scan::new(grid, vec!["LF".into()], values).unwrap();
    nifti::write_scan(&folder.join("flat.nii.gz"), &scan, Storage::Uint8).unwrap();
    PREPROCESS.refused(
        folder,
        "prepare --image flat.nii.gz --output o.nii.gz --flatten detected",
        3,
        "flat.nii.gz: B-scan y = 0 has no detectable surface",
    );
}

#[test]
fn the_mask_of_a_layer_takes_away_all_above_it_and_stretches_before_or_after() {
    let folder = Folder::new();
    let place = &folder;
    let grid = Grid::new([1, 1, 4], Spacing::RSOM).unwrap();
    // A bright epidermis above a vessel of a quarter of its intensity.
    let values = Array4::from_shape_vec((1, 1, 4, 1), vec![0.0, 200.0, 0.0, 50.0]).unwrap();
    let scan = Scan::new(grid.clone(), vec!["HF".into()], values).unwrap();
    nifti::write_scan(&place.join("scan.nii.gz"), &scan, Storage::Uint8).unwrap();
    let layer = Array3::from_shape_vec((1, 1, 4), vec![false, true, false, false]).unwrap();
    nifti::write_mask(
        &place.join("layer.nii.gz"),
        &Mask::new(grid, layer).unwrap(),
    )
    .unwrap();
    for (more, want) in [
        ("--layer layer.nii.gz", [0.0, 0.0, 0.0, 50.0]),
        ("--layer layer.nii.gz --window max", [0.0, 0.0, 0.0, 255.0]),
        (
            "--layer layer.nii.gz --window max --stretch before",
            [0.0, 0.0, 0.0, 64.0],
        ),
        ("--window max", [0.0, 255.0, 0.0, 64.0]),
    ] {
        PREPROCESS.done(
            place,
            format!("mask-layer --image scan.nii.gz {more} --output out.nii.gz"),
        );
        let out = nifti::read_scan(&place.join("out.nii.gz")).unwrap();
        let out: Vec<f32> = out.intensities().iter().copied().collect();
        assert_eq!(out, want, "{more}");
    }
    PREPROCESS.refused(
        place,
        "mask-layer --image scan.nii.gz --layer none.nii.gz --output o.nii.gz",
        3,
        "none.nii.gz",
    );
}
