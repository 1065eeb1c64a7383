//! `rsom-frangi` as its users run it: files in, files out, exit codes.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::{Array3, Array4};
use rsom_formats::nifti::{self, Storage};
use rsom_formats::table::Cell;
use rsom_frangi::Model;
use rsom_io::ports;
use rsom_testing::{Folder, Program};
use rsom_volume::{Grid, Mask, OverlapCounts, Scan, Spacing};

const FRANGI: Program = Program::new(env!("CARGO_BIN_EXE_rsom-frangi"));
const SHAPE: [usize; 3] = [24, 15, 60];

/// Whether a voxel lies in the vessel of scan `k`, which runs along y. Both axes of its ellipse are 24 µm.
fn inside(k: usize, x: usize, z: usize) -> bool {
    let (x, z) = (x as f64 - 10.0 - k as f64, z as f64 - 30.0 - 3.0 * k as f64);
    (x / 2.0).powi(2) + (z / 8.0).powi(2) <= 1.0
}

/// A folder with two scans of two channels, `a` and `b`, their masks, and a scan of unknown voxel size.
fn study() -> Folder {
    let folder = Folder::new();
    let path = |name: &str| folder.join(name);
    let [nx, ny, nz] = SHAPE;
    for (k, name) in ["a", "b"].into_iter().enumerate() {
        let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
        let grid = grid.window([0, 0, 67], SHAPE).unwrap();
        let values = Array4::from_shape_fn((nx, ny, nz, 2), |(x, y, z, c)| {
            let noise = ((x * 31 + y * 17 + z * 7 + c * 3 + k * 5) % 23) as f32;
            noise
                + if c == 1 && inside(k, x, z) {
                    200.0
                } else {
                    0.0
                }
        });
        let names = || vec!["LF".into(), "HF".into()];
        let scan = Scan::new(grid.clone(), names(), values.clone()).unwrap();
        nifti::write_scan(&path(&format!("{name}.nii.gz")), &scan, Storage::Uint8).unwrap();
        let voxels = Array3::from_shape_fn((nx, ny, nz), |(x, _, z)| inside(k, x, z));
        let mask = Mask::new(grid, voxels).unwrap();
        nifti::write_mask(&path(&format!("{name}_mask.nii.gz")), &mask).unwrap();
        let unknown = Grid::new(SHAPE, Spacing::Unknown).unwrap();
        let scan = Scan::new(unknown, names(), values).unwrap();
        nifti::write_scan(&path("unknown.nii.gz"), &scan, Storage::Uint8).unwrap();
    }
    folder
}

const TRAIN: &str =
    "train --image a.nii.gz --mask a_mask.nii.gz --sigma-sets-um 4,24 --weights w.safetensors";
const BY_HAND: &str =
    "predict --sigma-um 24 --low 0.05 --high 0.5 --input b.nii.gz --output m.nii.gz";

#[test]
fn what_is_learned_on_one_scan_finds_the_vessel_of_another() {
    let folder = &study();
    let validation = "--validation-image b.nii.gz --validation-mask b_mask.nii.gz";
    let words = format!("{TRAIN} {validation} --history h.parquet");
    let said = FRANGI.result(folder, words);
    assert_eq!(said["sigma"], "24 µm");
    let words = "predict --weights w.safetensors --input b.nii.gz --output m.nii.gz --probabilities p.nii.gz";
    FRANGI.done(folder, words);
    let mask = nifti::read_mask(&folder.join("m.nii.gz")).unwrap();
    let reference = nifti::read_mask(&folder.join("b_mask.nii.gz")).unwrap();
    assert!(mask.grid().require_same(reference.grid()).is_ok());
    let dice = OverlapCounts::of(reference.voxels().view(), mask.voxels().view()).dice();
    assert!(dice > 0.8, "{dice}");
    // The validation is that very prediction, and the table says so in its best row alone.
    assert!((said["validation_dice"].as_f64().unwrap() - dice).abs() < 1e-12);
    let table = ports::load_table(&folder.join("h.parquet")).unwrap();
    let cells = |name: &str| {
        table
            .column(name)
            .unwrap()
            .values
            .cells()
            .collect::<Vec<_>>()
    };
    let best: Vec<usize> = (0..table.rows())
        .filter(|row| cells("best")[*row] == Cell::Boolean(true))
        .collect();
    assert_eq!(best.len(), 1);
    let validated = cells("validation_dice")
        .iter()
        .filter(|c| **c != Cell::Null)
        .count();
    assert_eq!(validated, 1);
    assert_eq!(cells("validation_dice")[best[0]], Cell::Number(dice));
    let probabilities = nifti::read_scan(&folder.join("p.nii.gz")).unwrap();
    let largest = probabilities.intensities().fold(0.0_f32, |a, b| a.max(*b));
    assert!((0.5..=1.0).contains(&largest), "{largest}");
    let low = said["low"].as_f64().unwrap() as f32;
    let inside = probabilities.intensities().iter().zip(mask.voxels());
    assert!(inside.clone().all(|(p, inside)| !inside || *p >= low));
}

#[test]
fn outputs_do_not_depend_on_the_number_of_threads() {
    let folder = &study();
    for threads in [1, 3] {
        FRANGI.done(
            folder,
            format!("{TRAIN} --history h{threads}.parquet --threads {threads}"),
        );
        std::fs::rename(
            folder.join("w.safetensors"),
            folder.join(format!("w{threads}")),
        )
        .unwrap();
        FRANGI.done(
            folder,
            format!(
                "predict --sigma-um 12,24 --low 0.05 --high 0.5 --input b.nii.gz --output m{threads}.nii.gz --probabilities p{threads}.nii.gz --threads {threads}"
            ),
        );
    }
    let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
    for (one, three) in [
        ("w1", "w3"),
        ("h1.parquet", "h3.parquet"),
        ("m1.nii.gz", "m3.nii.gz"),
        ("p1.nii.gz", "p3.nii.gz"),
    ] {
        assert_eq!(bytes(one), bytes(three), "{one}");
    }
}

#[test]
fn parameters_override_those_of_the_weights() {
    let folder = &study();
    FRANGI.done(folder, TRAIN);
    let found = |more: &str| {
        let words = "predict --weights w.safetensors --input b.nii.gz --output m.nii.gz --probabilities p.nii.gz";
        FRANGI.done(folder, format!("{words} {more}"));
        let mask = nifti::read_mask(&folder.join("m.nii.gz")).unwrap();
        let probabilities = nifti::read_scan(&folder.join("p.nii.gz")).unwrap();
        (mask.count(), probabilities.into_parts().2)
    };
    let plain = found("");
    assert!(plain.0 > 0);
    for more in ["--low 0.5 --high 0.5", "--min-size-vox 100000"] {
        let other = found(more);
        assert!(other.0 < plain.0 && other.1 == plain.1, "{more}");
    }
    for more in [
        "--sigma-um 12",
        "--sigma-vox 3",
        "--alpha 2",
        "--beta 0.05",
        "--c 1e9",
        "--polarity dark",
    ] {
        assert_ne!(found(more).1, plain.1, "{more}");
    }
    let model = Model::from_bytes(&std::fs::read(folder.join("w.safetensors")).unwrap()).unwrap();
    let (low, high) = (model.thresholds.low, model.thresholds.high);
    assert!(found(&format!("--low {low} --high {high} --sigma-um 24")) == plain);
}

#[test]
fn a_scan_of_unknown_voxel_size_is_filtered_in_voxels() {
    let folder = &study();
    let words = "--low 0.05 --high 0.5 --input unknown.nii.gz --output m.nii.gz";
    FRANGI.refused(
        folder,
        format!("predict --sigma-um 24 {words}"),
        3,
        "unknown.nii.gz: scales in µm",
    );
    FRANGI.done(folder, format!("predict --sigma-vox 2,4 {words}"));
    assert!(nifti::read_mask(&folder.join("m.nii.gz")).unwrap().count() > 0);
}

#[test]
fn wrong_usage_and_bad_files_are_one_line_and_the_right_exit_code() {
    let folder = &study();
    FRANGI.done(folder, BY_HAND);
    let predict = "predict --input b.nii.gz --output m.nii.gz";
    FRANGI.refused(folder, predict, 2, "give --weights, or --low");
    for (more, says) in [
        ("--sigma-um 24 --low 0.6 --high 0.5", "low ≤ high"),
        ("--sigma-um 24 --low 0 --high 0.5", "0 < low"),
        ("--sigma-um 0 --low 0.1 --high 0.5", "positive"),
        (
            "--sigma-um 24 --sigma-vox 2 --low 0.1 --high 0.5",
            "not both",
        ),
        ("--sigma-um 24 --alpha 0 --low 0.1 --high 0.5", "alpha"),
    ] {
        FRANGI.refused(folder, format!("{predict} {more}"), 2, says);
    }
    let wide = "--sigma-um 9000 --low 0.1 --high 0.5";
    FRANGI.refused(folder, format!("{predict} {wide}"), 3, "too large");
    std::fs::write(folder.join("bad.safetensors"), b"no weights at all").unwrap();
    FRANGI.refused(
        folder,
        format!("{predict} --weights bad.safetensors"),
        3,
        "bad.safetensors",
    );
}

#[test]
fn training_without_pairs_or_vessels_is_refused() {
    let folder = &study();
    let train = "train --weights w.safetensors --image a.nii.gz";
    FRANGI.refused(
        folder,
        format!("{train} b.nii.gz --mask a_mask.nii.gz"),
        2,
        "paired by their order",
    );
    FRANGI.refused(
        folder,
        format!("{train} --mask a_mask.nii.gz --sigma-sets-um 3+x"),
        2,
        "'3+x'",
    );
    FRANGI.refused(
        folder,
        format!("{train} --mask a_mask.nii.gz --sigma-sets-um 3 --sigma-sets-vox 3"),
        2,
        "not both",
    );
    FRANGI.refused(
        folder,
        "train --image a.nii.gz --mask a_mask.nii.gz",
        2,
        "--output or --weights",
    );
    FRANGI.refused(
        folder,
        format!("{train} --mask unknown.nii.gz"),
        3,
        "unknown.nii.gz",
    );
    let empty = Mask::new(
        nifti::read_mask(&folder.join("a_mask.nii.gz"))
            .unwrap()
            .grid()
            .clone(),
        Array3::from_elem(SHAPE, false),
    );
    nifti::write_mask(&folder.join("empty.nii.gz"), &empty.unwrap()).unwrap();
    FRANGI.refused(
        folder,
        format!("{train} --mask empty.nii.gz"),
        3,
        "every reference",
    );
    assert!(!folder.join("w.safetensors").exists());
}

#[test]
fn a_folder_takes_weights_and_history_and_the_dark_is_found_where_it_is_asked_for() {
    let folder = &study();
    FRANGI.done(
        folder,
        "train --image a.nii.gz --mask a_mask.nii.gz --sigma-sets-um 24 --polarities bright,dark --betas 0.5,1 --cs 0,50 --output net",
    );
    let bytes = std::fs::read(folder.join("net/weights.safetensors")).unwrap();
    assert_eq!(
        Model::from_bytes(&bytes).unwrap().settings.polarity,
        rsom_frangi::Polarity::Bright
    );
    let table = ports::load_table(&folder.join("net/history.parquet")).unwrap();
    let cells = |name: &str| {
        table
            .column(name)
            .unwrap()
            .values
            .cells()
            .collect::<Vec<_>>()
    };
    for (name, cell) in [
        ("polarity", Cell::Text("dark")),
        ("beta", Cell::Number(1.0)),
        ("c", Cell::Number(50.0)),
        ("c", Cell::Null),
    ] {
        assert!(cells(name).contains(&cell), "{name} {cell:?}");
    }
    let spec = FRANGI.done(folder, "spec").json();
    assert_eq!(spec["stage"], "frangi");
}

#[test]
fn a_manifest_names_the_scans_as_well_as_they_do_themselves() {
    let folder = &study();
    let entry = |name: &str, fold: u32| {
        let file = |file: String| {
            let sha256 = rsom_stage::fingerprint::of_path(&folder.join(&file)).unwrap();
            format!("[{{ path: {file}, sha256: {sha256} }}]")
        };
        let [image, mask] = ["", "_mask"].map(|role| file(format!("{name}{role}.nii.gz")));
        format!(
            "- {{ id: {name}, subject: {name}, fold: {fold}, files: {{ image: {image}, mask: {mask} }} }}\n"
        )
    };
    let manifest = format!("name: m\nscans:\n{}{}", entry("a", 0), entry("b", 1));
    std::fs::write(folder.join("m.yaml"), manifest).unwrap();
    FRANGI.done(
        folder,
        "train --manifest m.yaml --test-fold 1 --weights m.safetensors",
    );
    FRANGI.done(
        folder,
        "train --image a.nii.gz --mask a_mask.nii.gz --weights a.safetensors",
    );
    let model = |name: &str| Model::from_bytes(&std::fs::read(folder.join(name)).unwrap()).unwrap();
    assert_eq!(model("m.safetensors"), model("a.safetensors"));
}

#[test]
fn a_single_slice_is_exit_code_3_and_a_thin_scan_is_warned_of() {
    let folder = &study();
    for (voxels, name) in [(1, "one.nii.gz"), (3, "three.nii.gz")] {
        let shape = [SHAPE[0], voxels, SHAPE[2]];
        let grid = Grid::new(shape, Spacing::RSOM).unwrap();
        let values = Array4::from_shape_fn((shape[0], voxels, shape[2], 1), |(x, _, z, _)| {
            if inside(0, x, z) { 200.0 } else { 0.0 }
        });
        let scan = Scan::new(grid, vec!["HF".into()], values).unwrap();
        nifti::write_scan(&folder.join(name), &scan, Storage::Uint8).unwrap();
    }
    let words = |name: &str| {
        format!("predict --sigma-um 24 --low 0.05 --high 0.5 --input {name} --output m.nii.gz")
    };
    FRANGI.refused(folder, words("one.nii.gz"), 3, "a single voxel along y");
    assert!(!folder.join("m.nii.gz").exists());
    FRANGI
        .run(folder, words("three.nii.gz"))
        .expect_code(0)
        .expect_said(&["3 voxels along y are fewer than twice the scale of 2 voxels"]);
}
