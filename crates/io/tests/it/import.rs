//! Pictures become volumes and folders become manifests, on made-up and on real data.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::io::Cursor;
use std::path::Path;

use rsom_formats::nifti::{read_labels, read_mask, read_scan};
use rsom_io::ports;
use rsom_io::surface_tables::Boundaries;
use rsom_testing::{Folder, Program, shared};
use rsom_volume::Spacing;
use serde_json::json;

const RSOM_IO: Program = Program::new(env!("CARGO_BIN_EXE_rsom-io"));

fn png(width: u32, height: u32, values: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(values).unwrap();
    writer.finish().unwrap();
    bytes
}

/// Ten B-scans of 2 columns and 3 rows; every pixel of B-scan n is n. And two boundaries at rows 1 and 2.
fn study() -> Folder {
    let folder = Folder::new();
    for number in 1..=10 {
        let name = folder.join(format!("eye_{number}.png"));
        std::fs::write(name, png(2, 3, &[number; 6])).unwrap();
    }
    let row = |depth: &str| format!("{}\n", [depth; 10].join(","));
    for (name, depth) in [("b_1.txt", "1.2"), ("b_2.txt", "1.5")] {
        std::fs::write(folder.join(name), row(depth).repeat(2)).unwrap();
    }
    folder
}

#[test]
fn bscans_stack_in_natural_order_and_boundaries_become_labels() {
    let folder = study();
    let line = RSOM_IO.result(
        &folder,
        [
            "import",
            "bscans",
            "--images",
            "eye_*.png",
            "--boundaries",
            "b_1.txt",
            "b_2.txt",
            "--output",
            "s.nii.gz",
            "--labels",
            "l.nii.gz",
            "--depths",
            "d.parquet",
            "--layer-names",
            "epidermis",
        ],
    );
    // In voxels from the center of the first row, in which the row 1.2 of the table is the face before row 1.2.
    let depths = Boundaries::load(&folder.join("d.parquet"), [2, 10]).unwrap();
    let first: Vec<f64> = depths.depths_vox.iter().map(|d| d[[1, 9]]).collect();
    assert_eq!(first, [1.2 - 0.5, 1.5 - 0.5]);
    assert_eq!(line["shape"], json!([2, 10, 3]));
    let scan = read_scan(&folder.join("s.nii.gz")).unwrap();
    assert_eq!(scan.grid().spacing(), Spacing::Unknown);
    // The tenth B-scan is the last one, not the second.
    assert_eq!(scan.intensities()[[0, 9, 0, 0]], 10.0);
    let labels = ports::load_labels(&folder.join("l.nii.gz")).unwrap();
    assert_eq!(
        labels.labels().slice(ndarray::s![0, 0, ..]).to_vec(),
        [0, 1, 0]
    );
    assert_eq!(labels.names()[&1], "epidermis");
}

#[test]
fn pictures_that_do_not_belong_together_are_refused() {
    let folder = study();
    std::fs::write(folder.join("eye_3.png"), png(3, 2, &[0; 6])).unwrap();
    let words = [
        "import",
        "bscans",
        "--images",
        "eye_*.png",
        "--output",
        "s.nii.gz",
    ];
    let (code, message) = RSOM_IO.failed(&folder, words);
    assert_eq!(code, 3);
    assert!(
        message.contains("eye_3.png: it has 3 × 2 pixels"),
        "{message}"
    );
    std::fs::write(folder.join("eye_3.png"), &png(2, 3, &[0; 6])[..30]).unwrap();
    let (code, message) = RSOM_IO.failed(&folder, words);
    assert_eq!(code, 3);
    assert!(message.contains("eye_3.png: broken PNG"), "{message}");
    assert!(!folder.join("s.nii.gz").exists());
}

#[test]
fn a_boundary_table_of_another_size_or_no_table_is_refused() {
    let folder = study();
    std::fs::write(folder.join("b_2.txt"), "1,2\n").unwrap();
    let words = [
        "import",
        "bscans",
        "--images",
        "eye_*.png",
        "--boundaries",
        "b_1.txt",
        "b_2.txt",
        "--output",
        "s.nii.gz",
        "--labels",
        "l.nii.gz",
    ];
    let (code, message) = RSOM_IO.failed(&folder, words);
    assert_eq!(code, 3, "{message}");
    std::fs::write(folder.join("b_2.txt"), "1,two\n").unwrap();
    let (code, message) = RSOM_IO.failed(&folder, words);
    assert_eq!(code, 3);
    assert!(
        message.contains("b_2.txt: line 1: 'two' is not a depth"),
        "{message}"
    );
    let (code, _) = RSOM_IO.failed(
        &folder,
        [
            "import",
            "bscans",
            "--images",
            "eye_*.png",
            "--output",
            "s.nii.gz",
            "--labels",
            "l.nii.gz",
        ],
    );
    assert_eq!(code, 2);
}

#[test]
fn a_tiff_stack_becomes_a_volume_or_a_mask() {
    let folder = Folder::new();
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).unwrap();
    for page in 0..3_u16 {
        let values: Vec<u16> = (0..6).map(|i| 1000 * page + i).collect();
        encoder
            .write_image::<tiff::encoder::colortype::Gray16>(3, 2, &values)
            .unwrap();
    }
    std::fs::write(folder.join("t.tif"), bytes.into_inner()).unwrap();
    let words = [
        "import",
        "tiff",
        "--input",
        "t.tif",
        "--spacing-mm",
        "0.001,0.001,0.005",
    ];
    RSOM_IO.result(&folder, [&words[..], &["--output", "v.nii.gz"]].concat());
    let scan = read_scan(&folder.join("v.nii.gz")).unwrap();
    assert_eq!(
        scan.grid().spacing(),
        Spacing::Millimetres([0.001, 0.001, 0.005])
    );
    assert_eq!(scan.intensities()[[2, 1, 2, 0]], 2005.0);
    let as_mask =
        |words: &[&'static str]| [words, &["--output", "m.nii.gz", "--kind", "mask"]].concat();
    let (code, error) = RSOM_IO.failed(&folder, as_mask(&words));
    assert_eq!(code, 3);
    assert!(error.contains("it is not a binary mask"), "{error}");
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).unwrap();
    encoder
        .write_image::<tiff::encoder::colortype::Gray8>(3, 1, &[0, 255, 255])
        .unwrap();
    std::fs::write(folder.join("t.tif"), bytes.into_inner()).unwrap();
    RSOM_IO.result(&folder, as_mask(&words));
    assert_eq!(read_mask(&folder.join("m.nii.gz")).unwrap().count(), 2);
}

/// A folder `image` of two pictures and a folder `label` of two label pictures, 8 × 8, a square of `value` in each.
fn labeled(value: u8, names: [&str; 2]) -> Folder {
    let folder = Folder::new();
    let mut label = [0; 64];
    for row in 2..6 {
        label[8 * row + 2..8 * row + 6].fill(value);
    }
    for (name, content) in [("image", [7; 64]), ("label", label)] {
        std::fs::create_dir(folder.join(name)).unwrap();
        let files = if name == "label" {
            names
        } else {
            ["b0.png", "b1.png"]
        };
        for file in files {
            std::fs::write(folder.join(name).join(file), png(8, 8, &content)).unwrap();
        }
    }
    folder
}

const LABELED: &[&str] = &[
    "import",
    "bscans",
    "--images",
    "image",
    "--label-images",
    "label",
    "--output",
    "s.nii.gz",
    "--labels",
    "l.nii.gz",
    "--label-values",
];

#[test]
fn label_pictures_with_other_values_than_named_are_refused() {
    let folder = labeled(255, ["b0.png", "b1.png"]);
    let (code, message) = RSOM_IO.failed(&folder, [LABELED, &["1=skin"]].concat());
    assert_eq!(code, 3);
    assert!(
        message.contains("named (1)") && message.contains("255 (32 pixels)"),
        "{message}"
    );
    let line = RSOM_IO.result(&folder, [LABELED, &["255=skin"]].concat());
    assert_eq!(line["mended"], json!(0));
}

#[test]
fn mended_pixels_are_a_warning_with_their_share() {
    let folder = labeled(255, ["b0.png", "b1.png"]);
    let mut label = [0; 64];
    label[16..40].fill(255);
    label[20] = 250;
    for name in ["b0.png", "b1.png"] {
        std::fs::write(folder.join("label").join(name), png(8, 8, &label)).unwrap();
    }
    let says = "warning: annotation: 2 places corrected (4.2 % of the 48 labeled voxels)";
    RSOM_IO
        .run(&folder, [LABELED, &["255=skin"]].concat())
        .expect_said(&[says]);
}

#[test]
fn labels_whose_names_disagree_with_their_order_need_a_decision() {
    let folder = labeled(255, ["b1.png", "b2.png"]);
    let words = [LABELED, &["255=skin"]].concat();
    let (code, message) = RSOM_IO.failed(&folder, &words);
    assert_eq!(code, 2);
    assert!(
        message.contains("the labels of b0.png are b1.png"),
        "{message}"
    );
    RSOM_IO.result(&folder, [&words[..], &["--pair", "order"]].concat());
}

#[test]
fn an_indexed_label_picture_has_its_indices_as_labels() {
    let folder = labeled(255, ["b0.png", "b1.png"]);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(vec![0, 0, 0, 128, 0, 0, 0, 128, 0]);
    let indices: Vec<u8> = (0..64).map(|i| i / 32 + 1).collect();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&indices).unwrap();
    writer.finish().unwrap();
    for name in ["b0.png", "b1.png"] {
        std::fs::write(folder.join("label").join(name), &bytes).unwrap();
    }
    let values = ["1=epidermis", "--label-values", "2=dermis"];
    RSOM_IO.result(&folder, [LABELED, &values].concat());
    let labels = read_labels(&folder.join("l.nii.gz")).unwrap();
    assert_eq!(
        labels.labels().slice(ndarray::s![0, 0, ..]).to_vec(),
        [1, 1, 1, 1, 2, 2, 2, 2]
    );
}

#[test]
fn hidden_files_do_not_disturb_a_folder() {
    let folder = labeled(255, ["b0.png", "b1.png"]);
    std::fs::write(folder.join("image/._b0.png"), "not a picture").unwrap();
    RSOM_IO.result(&folder, [LABELED, &["255=skin"]].concat());
}

#[test]
fn pictures_of_8_and_16_bits_are_not_mixed() {
    let folder = labeled(255, ["b0.png", "b1.png"]);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[1; 128]).unwrap();
    writer.finish().unwrap();
    std::fs::write(folder.join("image/b1.png"), bytes).unwrap();
    let words = [
        "import", "bscans", "--images", "image", "--output", "s.nii.gz",
    ];
    let (code, message) = RSOM_IO.failed(&folder, words);
    assert_eq!(code, 3);
    assert!(
        message.contains("1 uint16, but b0.png has 8 × 8 pixels of 1 uint8"),
        "{message}"
    );
}

#[test]
fn a_manifest_finds_what_changed() {
    let folder = study();
    let words = [
        "manifest",
        "create",
        "--input",
        ".",
        "--output",
        "m.yaml",
        "--name",
        "demo",
        "--files",
        "image=eye_{subject}.png",
        "--folds",
        "2",
    ];
    assert_eq!(RSOM_IO.result(&folder, words)["scans"], 10);
    RSOM_IO.result(&folder, ["manifest", "verify", "m.yaml"]);
    std::fs::write(folder.join("eye_4.png"), "changed").unwrap();
    let (code, message) = RSOM_IO.failed(&folder, ["manifest", "verify", "m.yaml"]);
    assert_eq!(code, 3);
    assert!(message.contains("eye_4.png has changed"), "{message}");
}

#[test]
fn an_empty_variable_names_no_folder_of_data() {
    let folder = study();
    let words = [
        "manifest", "create", "--input", ".", "--output", "m.yaml", "--name", "demo",
    ];
    let files = ["--files", "image=eye_{subject}.png"];
    RSOM_IO.result(&folder, [&words[..], &files].concat());
    let elsewhere = Folder::new();
    let manifest = folder.join("m.yaml");
    let verified = |data: &Path| {
        let mut command = RSOM_IO.command(&elsewhere, ["manifest", "verify"]);
        let output = command.arg(&manifest).env("RSOM_DATA", data).output();
        output.unwrap().status.code()
    };
    assert_eq!(verified(&folder), Some(0));
    assert_eq!(verified(&elsewhere), Some(3));
    assert_eq!(verified(Path::new("")), Some(0));
}

#[test]
fn a_real_eye_with_its_eight_boundaries_is_imported() {
    let Some(data) = shared("data/octlayers") else {
        return;
    };
    let folder = Folder::new();
    let pattern = |name: &str| data.join(name).to_string_lossy().into_owned();
    let (images, tables) = (
        pattern("images/Subject1_*.png"),
        pattern("data/Subject1_*.txt"),
    );
    let line = RSOM_IO.result(
        &folder,
        [
            "import",
            "bscans",
            "--images",
            &images,
            "--boundaries",
            &tables,
            "--output",
            "s.nii.gz",
            "--labels",
            "l.nii.gz",
        ],
    );
    // Extents as Pillow reads them.
    assert_eq!(line["shape"], json!([610, 10, 496]));
    let labels = read_labels(&folder.join("l.nii.gz")).unwrap();
    // Counts of labels 1 to 7 by numpy, from running maxima of the tables rounded half up.
    let counted: Vec<usize> = (1..=7)
        .map(|label| labels.select(&[label]).count())
        .collect();
    assert_eq!(counted, [58910, 84029, 44734, 43539, 116777, 31965, 72202]);
}

#[test]
fn one_eye_under_two_names_is_reported_as_a_leak() {
    let Some(data) = shared("data/octlayers") else {
        return;
    };
    let folder = Folder::new();
    let input = data.to_string_lossy();
    let files = "image=images/Subject{subject}_{slice}.png";
    let words = [
        "manifest", "create", "--input", &input, "--output", "m.yaml", "--name", "oct", "--files",
        files,
    ];
    let says = "subjects '1' and '8' have 6 files with equal content";
    RSOM_IO.run(&folder, words).expect_said(&[says]);
}

#[test]
fn every_real_stack_is_read_whatever_its_compression() {
    let Some(data) = shared("data/vesselnn/labels") else {
        return;
    };
    let folder = Folder::new();
    for entry in std::fs::read_dir(data).unwrap().map(Result::unwrap) {
        let path = entry.path().to_string_lossy().into_owned();
        let words = [
            "import", "tiff", "--input", &path, "--kind", "mask", "--output", "m.nii.gz",
        ];
        assert!(RSOM_IO.result(&folder, words)["voxels"].as_u64().unwrap() > 100_000);
    }
}

#[test]
fn other_files_of_a_folder_of_pictures_are_left_out_and_counted() {
    let folder = study();
    for name in ["Thumbs.db", "README.txt", "s0.json", "s0.png~"] {
        folder.write(name, "x");
    }
    let words = ["import", "bscans", "--images", ".", "--output", "v.nii"];
    RSOM_IO.done(&folder, words).expect_said(&[
        "6 files that are no pictures are left out, such as",
        "README.txt",
    ]);
    folder.write("zz.png", "x");
    let (code, error) = RSOM_IO.failed(&folder, words);
    assert_eq!(code, 3);
    assert!(error.contains("zz.png"), "{error}");
}

#[test]
fn a_table_in_utf_16_and_an_empty_file_are_named() {
    let folder = study();
    folder.write("wide.txt", b"\xff\xfe1\0");
    folder.write("empty.txt", "");
    folder.write("empty.png", "");
    let words = |boundaries: &'static str| {
        let (output, labels) = (["--output", "v.nii"], ["--labels", "l.nii"]);
        let start = [
            "import",
            "bscans",
            "--images",
            "eye_*.png",
            "--boundaries",
            boundaries,
        ];
        [&start[..], &output, &labels].concat()
    };
    for (table, word) in [("wide.txt", "UTF-16"), ("empty.txt", "the file is empty")] {
        let (_, error) = RSOM_IO.failed(&folder, words(table));
        assert!(error.contains(word), "{error}");
    }
    let (_, error) = RSOM_IO.failed(&folder, ["inspect", "empty.png"]);
    assert!(error.contains("the file is empty"), "{error}");
}
