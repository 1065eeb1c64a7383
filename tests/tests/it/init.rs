//! `rsom init`: a folder of scans, masks and a spreadsheet become a study that runs; what looks wrong is said, nothing is changed.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use ndarray::Array3;
use rsom_formats::nifti::{self, Storage};
use rsom_testing::{Folder, names};
use rsom_volume::{Grid, LabelMap, Scan, Spacing};

use crate::RSOM;

pub(crate) const SHAPE: [usize; 3] = [32, 3, 48];

/// A value that looks random, from 0 to 1.
fn noise(n: usize) -> f32 {
    let mixed = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed >> 40) as f32) / (1_u64 << 24) as f32
}

fn at(folder: &Folder, name: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    path
}

/// A scan with a bright band that begins at depth 14 plus `n`.
pub(crate) fn save_scan(folder: &Folder, name: &str, n: usize, shape: [usize; 3]) {
    let top = 14 + n;
    let voxels = Array3::from_shape_fn(shape, |(x, y, z)| {
        let bright = if (top..top + 9).contains(&z) {
            0.8
        } else {
            0.2
        };
        bright + 0.2 * noise(x + 97 * (y + 89 * (z + 83 * n)))
    });
    let grid = Grid::new(shape, Spacing::RSOM).unwrap();
    let voxels = voxels.insert_axis(ndarray::Axis(3));
    let scan = Scan::new(grid, vec!["image".to_owned()], voxels).unwrap();
    nifti::write_scan(&at(folder, name), &scan, Storage::Float32).unwrap();
}

/// Its mask, or tubes along x.
pub(crate) fn save_mask(folder: &Folder, name: &str, n: usize, tubes: bool) {
    let top = 14 + n;
    let voxels = Array3::from_shape_fn(SHAPE, |(x, y, z)| match tubes {
        true => i32::from(y == 1 && x % 8 < 2 && (z % 12) < 2),
        false => i32::from((top..top + 9).contains(&z)),
    });
    let map = LabelMap::new(
        Grid::new(SHAPE, Spacing::RSOM).unwrap(),
        voxels,
        BTreeMap::new(),
    )
    .unwrap();
    nifti::write_labels(&at(folder, name), &map).unwrap();
}

/// Six subjects, three of them with two visits, and a spreadsheet.
fn study() -> Folder {
    let folder = Folder::new();
    let mut table = "ID,Group,Age\n".to_owned();
    for n in 1..=6 {
        for visit in 1..=1 + n % 2 {
            save_scan(
                &folder,
                &format!("data/scans/S{n:02}_v{visit}.nii.gz"),
                n,
                SHAPE,
            );
            save_mask(
                &folder,
                &format!("data/drawn/S{n:02}_v{visit}_mask.nii.gz"),
                n,
                false,
            );
        }
        table += &format!("S{n:02},{},{}\n", ["control", "patient"][n / 2 % 2], 40 + n);
    }
    folder.write("people.csv", table);
    folder
}

const INIT: [&str; 8] = [
    "init",
    "--scans",
    "data/scans",
    "--masks",
    "data/drawn",
    "--table",
    "people.csv",
    "my-study",
];

/// Six scans of three pictures each with a bright band, and pictures of the band for some of them.
fn pictures(
    folder: &Folder,
    image: &dyn Fn(usize, usize) -> String,
    mask: &dyn Fn(usize, usize) -> Option<String>,
) {
    let save = |name: &str, value: &dyn Fn(usize, usize) -> u8| {
        let pixels = (0..SHAPE[2]).flat_map(|z| (0..SHAPE[0]).map(move |x| (x, z)));
        let values: Vec<u8> = pixels.map(|(x, z)| value(x, z)).collect();
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, SHAPE[0] as u32, SHAPE[2] as u32);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&values).unwrap();
        writer.finish().unwrap();
        folder.write(name, bytes);
    };
    for n in 1..=6 {
        for y in 1..=3 {
            let is_inside = |z: usize| (14 + n..23 + n).contains(&z);
            save(&image(n, y), &|x, z| {
                let dark = (50.0 * noise(x + 97 * (y + 89 * (z + 83 * n)))) as u8;
                dark + if is_inside(z) { 200 } else { 0 }
            });
            if let Some(name) = mask(n, y) {
                save(&name, &|_, z| if is_inside(z) { 255 } else { 0 });
            }
        }
    }
}

/// Begins a study, and runs it.
fn begun_and_run(folder: &Folder, init: &[&str]) -> String {
    let done = RSOM.done(folder, [&["init"], init, &["my-study"]].concat());
    let run = [
        "run",
        "my-study/pipeline.yaml",
        "--profile",
        "smoke",
        "-j",
        "2",
        "--workdir",
        "out",
    ];
    RSOM.done(folder, run);
    done.stdout
}

#[test]
fn pictures_of_bscans_in_a_folder_for_each_scan_become_a_study_that_runs() {
    let folder = Folder::new();
    let name = |kind: &str, n: usize, y: usize| format!("data/{kind}/S{n:02}/{y:03}.png");
    pictures(&folder, &|n, y| name("img", n, y), &|n, y| {
        Some(name("lab", n, y))
    });
    let said = begun_and_run(&folder, &["--scans", "data/img", "--masks", "data/lab"]);
    for part in [
        "6 subjects, 6 scans, 36 files",
        "image: 6 scans, img/{subject:word}/{slice:digits}.png, 3 pictures each",
        "the masks look like layers: layer (labels [255])",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let scan = nifti::read_scan(&folder.join("out/scans/S02.nii.gz")).unwrap();
    assert_eq!(scan.grid().shape(), SHAPE);
    let labels = nifti::read_labels(&folder.join("out/scans/S02_mask.nii.gz")).unwrap();
    // The third B-scan, above and in the band.
    assert_eq!(
        (labels.labels()[[5, 2, 15]], labels.labels()[[5, 2, 16]]),
        (0, 255)
    );
    assert!(
        folder
            .text("out/results/table.md")
            .contains("| U-Net   | 100 | 6 ")
    );
}

#[test]
fn pictures_of_bscans_in_one_folder_of_which_some_have_masks_become_a_study_that_runs() {
    let folder = Folder::new();
    let mask = |n: usize, y: usize| (n < 5).then(|| format!("data/S{n:02}_mask_slice{y}.png"));
    pictures(&folder, &|n, y| format!("data/S{n:02}_slice{y}.png"), &mask);
    let said = begun_and_run(&folder, &["--scans", "data"]);
    for part in [
        "mask: 4 scans, {subject:word}_mask_slice{slice:digits}.png, 3 pictures each",
        "2 scans have no mask: S05, S06",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(
        folder
            .text("out/results/table.md")
            .contains("| U-Net   | 100 | 4 ")
    );
    assert!(folder.join("out/masks/S06_unet_s100_seed0.nii.gz").exists());
}

#[test]
fn hdf5_files_are_imported_and_their_labels_are_asked_for() {
    let folder = Folder::new();
    for n in 1..=4 {
        folder.write(&format!("data/S{n}.h5"), n.to_string());
        folder.write(&format!("data/S{n}_mask.h5"), n.to_string());
    }
    let done = RSOM.done(&folder, ["init", "--scans", "data", "my-study"]);
    assert!(
        done.stdout
            .contains("state them as 'labels' in pipeline.yaml"),
        "{}",
        done.stdout
    );
    let pipeline = folder.text("my-study/pipeline.yaml");
    assert_eq!(pipeline.matches("uses: io import hdf5").count(), 2);
    RSOM.done(&folder, ["plan", "my-study/pipeline.yaml"]);
}

#[test]
fn a_folder_and_a_spreadsheet_become_a_study_that_runs() {
    let folder = study();
    let done = RSOM.done(&folder, INIT);
    for said in [
        "6 subjects, 9 scans, 18 files",
        "image: 9 scans, scans/{subject:word}_v{visit:digits}.nii.gz",
        "mask: 9 scans, drawn/{subject:word}_v{visit:digits}_mask.nii.gz",
        "attributes: Age, Group, visit",
        "the masks look like layers",
    ] {
        assert!(done.stdout.contains(said), "{said}: {}", done.stdout);
    }
    assert!(!done.stdout.contains("look at this"), "{}", done.stdout);
    assert_eq!(
        names(folder.join("my-study")),
        ["README.md", "justfile", "manifest.yaml", "pipeline.yaml"]
    );
    // Folds are balanced by the group.
    let manifest = rsom_manifest::read(&folder.join("my-study/manifest.yaml")).unwrap();
    assert_eq!(
        manifest.create.as_ref().unwrap().stratify,
        Some(vec!["Group".to_owned()])
    );
    assert_eq!(manifest.data, "../data");
    let words = [
        "run",
        "my-study/pipeline.yaml",
        "--profile",
        "smoke",
        "-j",
        "2",
        "--workdir",
        "out",
    ];
    RSOM.done(&folder, words);
    let table = folder.text("out/results/table.md");
    assert!(
        table
            .replace(char::is_whitespace, "")
            .contains("|U-Net|100|6|"),
        "{table}"
    );
    let scans = folder.text("out/results/scans.csv");
    assert!(
        scans.starts_with("subject,scan,Age,Group,visit,") && scans.lines().count() == 10,
        "{scans}"
    );
    assert!(folder.join("out/results/bscan_unet.png").exists());
    // A new visit and a scan without a mask enter the manifest, and the study runs with them.
    save_scan(&folder, "data/scans/S02_v2.nii.gz", 2, SHAPE);
    let update = [
        "io",
        "manifest",
        "update",
        "my-study/manifest.yaml",
        "--output",
        "my-study/manifest.yaml",
    ];
    let updated = RSOM.done(&folder, update);
    assert_eq!(updated.stdout.trim(), "1 scan new (S02_2)");
    RSOM.done(&folder, words);
    assert_eq!(folder.text("out/results/scans.csv").lines().count(), 11);
}

#[test]
fn vessels_have_a_pipeline_of_their_own_and_scans_without_masks_too() {
    let folder = Folder::new();
    for n in 1..=3 {
        save_scan(&folder, &format!("data/S{n}.nii.gz"), n, SHAPE);
        save_mask(&folder, &format!("data/S{n}_vessels.nii.gz"), n, true);
    }
    let done = RSOM.done(&folder, ["init", "--scans", "data", "vessels"]);
    assert!(
        done.stdout.contains("the masks look like vessels"),
        "{}",
        done.stdout
    );
    RSOM.done(
        &folder,
        [
            "run",
            "vessels/pipeline.yaml",
            "--profile",
            "smoke",
            "--workdir",
            "out",
            "-j",
            "2",
        ],
    );
    assert!(folder.text("out/results/table.md").contains("| frangi"));
    for n in 1..=3 {
        std::fs::remove_file(folder.join(format!("data/S{n}_vessels.nii.gz"))).unwrap();
    }
    let done = RSOM.done(&folder, ["init", "--scans", "data", "bare"]);
    assert!(done.stdout.contains("no masks"), "{}", done.stdout);
    RSOM.done(
        &folder,
        ["run", "bare/pipeline.yaml", "--workdir", "out2", "-j", "2"],
    );
    assert!(folder.join("out2/pictures/S2.png").exists());
}

#[test]
fn what_looks_wrong_is_said() {
    let folder = study();
    std::fs::remove_file(folder.join("data/scans/S04_v1.nii.gz")).unwrap();
    std::fs::remove_file(folder.join("data/drawn/S02_v1_mask.nii.gz")).unwrap();
    save_scan(&folder, "data/scans/S05_v1.nii.gz", 5, [32, 3, 40]);
    folder.write("data/scans/notes.txt", "notes");
    folder.write("data/scans/S07_v1.nii.gz", "broken");
    folder.write(
        "people.csv",
        folder
            .text("people.csv")
            .replace("S06", "S66")
            .replace("Age", "status"),
    );
    let done = RSOM.done(&folder, INIT);
    for said in [
        "mask without a scan: drawn/S04_v1_mask.nii.gz",
        "masks without a scan are not in the manifest: S04_1",
        "1 files are in no scan: scans/notes.txt",
        "2 subjects or scans have no row in the table: S06, S07",
        "rows of the table have no scan: S66 (line 7)",
        "2 scans have no mask: S02_1, S07_1",
        "S05_1: scan and mask are on two grids: the shape is 32 × 3 × 40 and 32 × 3 × 48",
        "S07_v1.nii.gz",
        "every table has a column 'status' of its own",
    ] {
        assert!(done.stdout.contains(said), "{said}: {}", done.stdout);
    }
}

/// A mask with other numbers for "inside".
fn relabel(folder: &Folder, name: &str, of: impl Fn(usize, i32) -> i32) {
    let map = nifti::read_labels(&folder.join(name)).unwrap();
    let voxels = map.labels().indexed_iter();
    let labels: Vec<i32> = voxels.map(|((_, _, z), label)| of(z, *label)).collect();
    let labels = Array3::from_shape_vec(map.labels().raw_dim(), labels).unwrap();
    let map = LabelMap::new(map.grid().clone(), labels, BTreeMap::new()).unwrap();
    nifti::write_labels(&folder.join(name), &map).unwrap();
}

#[test]
fn what_the_labels_of_masks_leave_open_is_said() {
    let words = |folder: &Folder| RSOM.done(folder, INIT).stdout;
    let bright = study();
    relabel(&bright, "data/drawn/S06_v1_mask.nii.gz", |_, label| {
        255 * label
    });
    let said = words(&bright);
    assert!(
        said.contains(
            "or 255 (such as drawn/S06_v1_mask.nii.gz); both are taken for the same structure"
        ) && said.contains("(labels [1, 255])"),
        "{said}"
    );
    let several = study();
    relabel(&several, "data/drawn/S06_v1_mask.nii.gz", |z, label| {
        if label == 0 && z > 30 { 2 } else { label }
    });
    let said = words(&several);
    assert!(
        said.contains("mask: the files have the labels [1, 2]; 'labels'"),
        "{said}"
    );
}

#[test]
fn words_that_all_names_share_and_visits_in_folders_are_understood() {
    let folder = Folder::new();
    for n in 1..=3 {
        save_scan(&folder, &format!("one/vessel_S0{n}.nii.gz"), n, SHAPE);
        save_mask(&folder, &format!("one/vessel_S0{n}_mask.nii.gz"), n, true);
        save_scan(&folder, &format!("two/baseline/S0{n}.nii.gz"), n, SHAPE);
        if n > 1 {
            save_scan(&folder, &format!("two/followup/S0{n}.nii.gz"), n + 3, SHAPE);
        }
        save_scan(&folder, &format!("three/S0{n}.nii.gz"), n, SHAPE);
        save_mask(&folder, &format!("three/S0{n}mask.nii.gz"), n, true);
    }
    let begun = |scans: &str| {
        RSOM.done(&folder, format!("init --scans {scans} of_{scans}").as_str())
            .stdout
    };
    let one = begun("one");
    assert!(
        one.contains("vessels: 3 scans, vessel_{subject:word}_mask.nii.gz"),
        "{one}"
    );
    let two = begun("two");
    assert!(
        two.contains("3 subjects, 5 scans") && two.contains("{visit:word}/{subject:word}.nii.gz"),
        "{two}"
    );
    RSOM.run(&folder, "init --scans three of_three")
        .expect_code(3)
        .expect_said(&["S01mask.nii.gz looks like a mask of S01.nii.gz"]);
}

#[test]
fn what_makes_no_study_is_refused() {
    let folder = study();
    let refused = |words: &[&str], code: i32, said: &str| {
        let (found, error) = RSOM.failed(&folder, [&["init"], words].concat());
        assert!(
            found == code && error.contains(said),
            "{words:?}: {found}: {error}"
        );
    };
    folder.write("taken/mine.txt", "mine");
    refused(&["--scans", "data/scans", "taken"], 4, "it is not empty");
    refused(&["--scans", "absent", "new"], 3, "absent");
    refused(&["--scans", "taken", "new"], 3, "there are no scans");
    refused(
        &["--scans", "data/scans", "--masks", "taken", "new"],
        3,
        "there are no masks",
    );
    refused(
        &["--scans", "data/scans", "--subject-column", "ID", "new"],
        2,
        "need --table",
    );
    refused(
        &[
            "--scans",
            "data/scans",
            "--table",
            "people.csv",
            "--stratify",
            "sex",
            "new",
        ],
        2,
        "no scan has this attribute",
    );
    folder.write("one/S01.nii.gz", "x");
    folder.write("one/other/S_02.nii.gz", "x");
    refused(
        &["--scans", "one", "new"],
        3,
        "the names have no common form",
    );
    assert!(!folder.join("new").exists());
}
