//! The commands of `rsom-report` on files.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use ndarray::{Array3, Array4};
use rsom_formats::nifti::{self, Storage};
use rsom_formats::table::{Column, Table, parquet};
use rsom_testing::{Finished, Folder, Program};
use rsom_volume::{Grid, Mask, Scan, Spacing};

const REPORT: Program = Program::new(env!("CARGO_BIN_EXE_rsom-report"));
const SHAPE: [usize; 3] = [40, 5, 60];

struct Study {
    folder: Folder,
}

impl Study {
    fn new(spacing: Spacing) -> Self {
        let folder = Folder::new();
        let grid = Grid::new(SHAPE, spacing).unwrap();
        let [x, y, z] = SHAPE;
        let voxels = Array4::from_shape_fn((x, y, z, 2), |(x, _, z, c)| ((x * z + c) % 97) as f32);
        let scan = Scan::new(grid, vec!["LF".into(), "HF".into()], voxels).unwrap();
        nifti::write_scan(&folder.join("scan.nii.gz"), &scan, Storage::Float32).unwrap();
        let study = Self { folder };
        study.mask("truth.nii.gz", 20, spacing);
        study.mask("unet.nii.gz", 22, spacing);
        study.mask("none.nii.gz", 99, spacing);
        study
    }

    fn mask(&self, name: &str, first: usize, spacing: Spacing) {
        let voxels =
            Array3::from_shape_fn(SHAPE, |(_, y, z)| y > 1 && (first..first + 6).contains(&z));
        let mask = Mask::new(Grid::new(SHAPE, spacing).unwrap(), voxels).unwrap();
        nifti::write_mask(&self.path(name), &mask).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A mask of one slab on a grid that begins `start` voxels beside the scan's, of 30 depths.
    fn window(&self, name: &str, start: [isize; 3]) {
        let shape = [SHAPE[0], SHAPE[1], 30];
        let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
        let voxels = Array3::from_shape_fn(shape, |(x, _, z)| x == 20 && z == 3);
        let mask = Mask::new(grid.window(start, shape).unwrap(), voxels).unwrap();
        nifti::write_mask(&self.path(name), &mask).unwrap();
    }

    fn projections(&self, masks: &[(&str, &str)], output: &str, more: &[&str]) -> Finished {
        let mut words = vec!["projections", "--image", "scan.nii.gz", "--output", output];
        words.extend(masks.iter().flat_map(|(flag, name)| [flag, name]));
        words.extend(more);
        REPORT.run(&self.folder, words)
    }

    fn bscan(&self, predictions: &[&str], output: &str, more: &[&str]) -> Finished {
        let mut words = vec![
            "bscan",
            "--image",
            "scan.nii.gz",
            "--reference",
            "truth.nii.gz",
        ];
        words.extend(["--output", output, "--prediction"]);
        words.extend(predictions);
        words.extend(more);
        REPORT.run(&self.folder, words)
    }
}

fn without_provenance(svg: &str) -> String {
    let (start, rest) = svg.split_once("<metadata>").unwrap();
    let (_, end) = rest.split_once("</metadata>").unwrap();
    format!("{start}{end}")
}

/// Checks that every element of an XML document is closed in order and every attribute quoted.
fn assert_well_formed(document: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = document;
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a stray '>'");
        let end = start + rest[start..].find('>').unwrap();
        let tag = &rest[start + 1..end];
        assert!(
            !tag.contains('<') && tag.matches('"').count().is_multiple_of(2),
            "<{tag}>"
        );
        let name = tag.trim_matches('/').split_whitespace().next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{open:?} stay open");
}

#[test]
fn a_png_decodes_and_carries_its_provenance() {
    let study = Study::new(Spacing::RSOM);
    study
        .bscan(&["unet.nii.gz", "none.nii.gz"], "figure.png", &[])
        .expect_code(0);
    let file = std::io::BufReader::new(std::fs::File::open(study.path("figure.png")).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    // Two panels by two of 640 × 240 pixels, with letters of 21.7: 1280 pixels are 59 of the 62 ems of 175 mm. A width of 1346 would be
    // 195 pixels per inch, less than the 300 of print: twice as many.
    assert_eq!((frame.width, frame.height), (2692, 1300));
    let dims = reader.info().pixel_dims.unwrap();
    assert_eq!((dims.xppu, dims.unit), (15383, png::Unit::Meter));
    let chunk = &reader.info().utf8_text[0];
    assert_eq!(chunk.keyword, "rsom");
    let provenance: serde_json::Value = serde_json::from_str(&chunk.get_text().unwrap()).unwrap();
    assert!(provenance.to_string().contains("unet.nii.gz"));
}

#[test]
fn a_pdf_is_as_wide_as_the_svg_and_carries_its_provenance() {
    let study = Study::new(Spacing::RSOM);
    for name in ["figure.pdf", "figure.svg"] {
        study.bscan(&["unet.nii.gz"], name, &[]).expect_code(0);
    }
    let pdf = std::fs::read(study.path("figure.pdf")).unwrap();
    let pdf = String::from_utf8_lossy(&pdf);
    // 175 mm are 496.06 points.
    assert!(pdf.contains("/MediaBox [0 0 496.063"));
    let (_, keywords) = pdf.split_once("/Keywords (").unwrap();
    let (keywords, _) = keywords.split_once(")\n").unwrap();
    // A string of PDF escapes these three.
    let json = keywords
        .replace("\\(", "(")
        .replace("\\)", ")")
        .replace("\\\\", "\\");
    let provenance: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(provenance.to_string().contains("unet.nii.gz"));
    let svg = std::fs::read_to_string(study.path("figure.svg")).unwrap();
    assert!(svg.contains(" width=\"175mm\""));
}

#[test]
fn an_svg_is_well_formed_and_names_its_panels() {
    let study = Study::new(Spacing::Unknown);
    let more = ["--titles", "s < 1,s & 2", "--margin", "5", "--slice", "4"];
    study
        .bscan(&["unet.nii.gz", "none.nii.gz"], "figure.svg", &more)
        .expect_code(0);
    let svg = std::fs::read_to_string(study.path("figure.svg")).unwrap();
    assert_well_formed(&svg);
    for words in [
        "B-scan 4",
        "reference",
        "s &lt; 1",
        "s &amp; 2",
        "empty mask",
    ] {
        assert!(svg.contains(&format!(">{words}</text>")), "{words}");
    }
}

#[test]
fn the_same_call_draws_the_same_bytes() {
    let study = Study::new(Spacing::RSOM);
    for ending in ["png", "svg", "pdf"] {
        let draw = |name: &str| {
            let name = format!("{name}.{ending}");
            study.bscan(&["unet.nii.gz"], &name, &[]).expect_code(0);
            std::fs::read(study.path(&name)).unwrap()
        };
        assert_eq!(draw("a"), draw("b"));
    }
}

#[test]
fn a_mask_on_another_grid_is_exit_code_3() {
    let study = Study::new(Spacing::RSOM);
    study.mask("other.nii.gz", 20, Spacing::Unknown);
    let run = study.bscan(&["other.nii.gz"], "figure.png", &[]);
    let message = run.expect_code(3).stderr;
    assert!(
        message.contains("other.nii.gz") && message.contains("0.003 mm and unknown"),
        "{message}"
    );
    assert!(!study.path("figure.png").exists());
}

#[test]
fn a_slice_that_is_not_there_is_exit_code_2() {
    let study = Study::new(Spacing::RSOM);
    let run = study.bscan(&["unet.nii.gz"], "figure.png", &["--slice", "5"]);
    run.expect_code(2).expect_said(&["0 to 4"]);
}

#[test]
fn an_inset_beyond_the_bscan_is_exit_code_2() {
    let study = Study::new(Spacing::RSOM);
    for inset in ["30,10,11,5", "3,56,4,5", "3,4,0,5"] {
        let run = study.bscan(&["unet.nii.gz"], "figure.png", &["--inset", inset]);
        run.expect_code(2)
            .expect_said(&["x 0 to 39 and the depths 0 to 59"]);
    }
    study
        .bscan(&["unet.nii.gz"], "figure.png", &["--inset", "30,10,10,50"])
        .expect_code(0);
}

#[test]
fn depths_of_maxima_are_colors_with_a_bar_and_numbers() {
    let study = Study::new(Spacing::RSOM);
    let more = ["--color", "depth", "--data", "p.csv", "--width", "single"];
    study.projections(&[], "p.svg", &more).expect_code(0);
    let svg = std::fs::read_to_string(study.path("p.svg")).unwrap();
    assert!(svg.contains("width=\"85mm\""));
    for words in [
        "Depth of the maximum (µm); brighter: more signal",
        "Depth (µm)",
        "150",
    ] {
        assert!(svg.contains(&format!(">{words}</text>")), "{words}");
    }
    let numbers = std::fs::read_to_string(study.path("p.csv")).unwrap();
    // (x * z + c) % 97 has its largest value in column x = 2 at z = 48: 96, or 97 % 97 = 0 in the other channel.
    assert!(numbers.contains("along z,2.0,0.0,48.0,96.0,"), "{numbers}");
}

#[test]
fn projections_carry_their_provenance_and_keep_the_shape_of_voxels() {
    let study = Study::new(Spacing::RSOM);
    study.window("vessels.nii.gz", [0, 0, 29]);
    let masks = [("--layer", "truth.nii.gz"), ("--vessels", "vessels.nii.gz")];
    let run = study
        .projections(&masks, "p.png", &["--json"])
        .expect_code(0);
    let line = run.json();
    assert_eq!(line["result"]["panels"], 6);
    // numpy 2.4: (lf * hf).sum() / (hf * hf).sum() of the maxima along z, of v[x, y, z, c] = (x * z + c) % 97.
    let alpha = line["result"]["hf_factor_z"].as_f64().unwrap();
    assert!((alpha - 1.000_091_769_955_663_7).abs() < 1e-12, "{alpha}");
    let file = std::io::BufReader::new(std::fs::File::open(study.path("p.png")).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    // 16 pixels for 12 µm, 4 for 3 µm: panels of 640 × 80, 640 × 240 and 80 × 240 in two columns, with an axis of depths and letters of
    // 23.4; all twice, for 300 pixels per inch.
    assert_eq!((frame.width, frame.height), (2898, 1590));
    let provenance = reader.info().utf8_text[0].get_text().unwrap();
    assert!(provenance.contains("vessels.nii.gz") && provenance.contains("projections"));
}

#[test]
fn a_mask_that_was_cut_in_depth_lies_where_the_whole_one_does() {
    let study = Study::new(Spacing::RSOM);
    study.window("cut.nii.gz", [0, 0, 29]);
    let voxels = Array3::from_shape_fn(SHAPE, |(x, _, z)| x == 20 && z == 32);
    let whole = Mask::new(Grid::new(SHAPE, Spacing::RSOM).unwrap(), voxels).unwrap();
    nifti::write_mask(&study.path("whole.nii.gz"), &whole).unwrap();
    let draw = |name: &str| {
        study
            .projections(&[("--vessels", name)], "p.svg", &[])
            .expect_code(0);
        without_provenance(&std::fs::read_to_string(study.path("p.svg")).unwrap())
    };
    assert_eq!(draw("cut.nii.gz"), draw("whole.nii.gz"));
    study.window("cut.nii.gz", [0, 0, 30]);
    assert_ne!(draw("cut.nii.gz"), draw("whole.nii.gz"));
}

#[test]
fn projections_without_masks_show_the_scan_alone() {
    let study = Study::new(Spacing::Unknown);
    study
        .projections(&[], "p.svg", &["--title", "Subject 7, left arm"])
        .expect_code(0);
    let svg = std::fs::read_to_string(study.path("p.svg")).unwrap();
    assert_well_formed(&svg);
    assert!(svg.contains(">Subject 7, left arm</text>"));
    assert_eq!(svg.matches("<image ").count(), 3);
    assert!(!svg.contains("µm</text>"));
}

#[test]
fn projections_are_drawn_to_the_same_bytes() {
    let study = Study::new(Spacing::RSOM);
    let draw = |name: &str, threads: &str| {
        let masks = [("--layer", "truth.nii.gz")];
        study
            .projections(&masks, name, &["--threads", threads])
            .expect_code(0);
        std::fs::read(study.path(name)).unwrap()
    };
    assert_eq!(draw("a.png", "1"), draw("b.png", "2"));
}

#[test]
fn a_mask_that_is_apart_by_more_than_whole_depths_is_exit_code_3() {
    let study = Study::new(Spacing::RSOM);
    study.window("beside.nii.gz", [1, 0, 29]);
    for flag in ["--layer", "--vessels"] {
        let run = study.projections(&[(flag, "beside.nii.gz")], "p.png", &[]);
        let message = run.expect_code(3).stderr;
        let differs = "may differ only in their range of depths, but the first voxel is at";
        for part in ["scan.nii.gz", "beside.nii.gz", differs] {
            assert!(message.contains(part), "{message}");
        }
        assert!(!study.path("p.png").exists());
    }
}

#[test]
fn a_mask_below_the_scan_is_warned_of() {
    let study = Study::new(Spacing::RSOM);
    study.window("below.nii.gz", [0, 0, 60]);
    let run = study
        .projections(&[("--vessels", "below.nii.gz")], "p.svg", &[])
        .expect_code(0);
    let message = &run.stderr;
    assert!(message.contains("no depth in common"), "{message}");
    let svg = std::fs::read_to_string(study.path("p.svg")).unwrap();
    assert_eq!(svg.matches(">no vessels</text>").count(), 3);
}

#[test]
fn projections_of_three_channels_are_exit_code_3() {
    let study = Study::new(Spacing::RSOM);
    let grid = Grid::new([4, 4, 4], Spacing::RSOM).unwrap();
    let names = ["a", "b", "c"].map(str::to_owned).to_vec();
    let scan = Scan::new(grid, names, Array4::zeros((4, 4, 4, 3))).unwrap();
    nifti::write_scan(&study.path("scan.nii.gz"), &scan, Storage::Float32).unwrap();
    let run = study.projections(&[], "p.png", &[]);
    let message = run.expect_code(3).stderr;
    assert!(message.contains("3 channels"), "{message}");
}

fn measurements(path: &Path) {
    let levels: Vec<i64> = vec![0, 0, 10, 10, 100, 100];
    let n = levels.len();
    let values = [Some(0.2), Some(0.3), Some(0.1), None, None, None];
    let status = values.map(|v| {
        if v.is_some() {
            "ok"
        } else {
            "empty_prediction"
        }
    });
    let table = Table::new(vec![
        Column::text("subject", (0..n).map(|i| Some(["eye0", "eye1"][i % 2]))),
        Column::repeated("metric", "ra_vox", n),
        Column::integer("slice", vec![None; n]),
        Column::repeated("surface", "both", n),
        Column::repeated("label", "epidermis", n),
        Column::number("value", values),
        Column::repeated("unit", "voxels", n),
        Column::text("status", status.map(Some)),
        Column::integer("s", levels.into_iter().map(Some)),
    ]);
    parquet::write(path, &table.unwrap(), &std::collections::BTreeMap::new()).unwrap();
}

fn factor(input: &Path, output: &Path, more: &[&str]) -> Finished {
    let [input, output] = [input, output].map(|path| path.to_str().unwrap());
    let files = ["factor", "--input", input, "--output", output];
    REPORT.run(".", [&files, more].concat())
}

#[test]
fn a_factor_figure_marks_what_is_missing() {
    let folder = Folder::new();
    let (input, output) = (folder.join("m.parquet"), folder.join("f.svg"));
    measurements(&input);
    factor(&input, &output, &["--metric", "ra_vox", "--factor", "s"]).expect_code(0);
    let svg = std::fs::read_to_string(&output).unwrap();
    assert_well_formed(&svg);
    for words in ["Roughness Ra (voxels)", "1/2", "0/2", "valid", "100"] {
        assert!(svg.contains(&format!(">{words}</text>")), "{words}");
    }
}

/// Dice of scans of subjects, at s = 0, written as a table.
fn dice_of_scans(path: &Path, rows: &[(Option<&str>, i64, f64)]) {
    let table = Table::new(vec![
        Column::text("subject", rows.iter().map(|r| r.0)),
        Column::integer("scan", rows.iter().map(|r| Some(r.1))),
        Column::integer("slice", vec![None; rows.len()]),
        Column::text("surface", vec![None::<&str>; rows.len()]),
        Column::text("label", vec![None::<&str>; rows.len()]),
        Column::repeated("metric", "dice", rows.len()),
        Column::number("value", rows.iter().map(|r| Some(r.2))),
        Column::repeated("unit", "1", rows.len()),
        Column::repeated("status", "ok", rows.len()),
        Column::integer("s", vec![Some(0); rows.len()]),
    ]);
    parquet::write(path, &table.unwrap(), &std::collections::BTreeMap::new()).unwrap();
}

/// A figure of Dice against s, without its provenance.
fn drawn(folder: &Path, rows: &[(Option<&str>, i64, f64)], unit_by: &str) -> String {
    let (input, output) = (folder.join("m.parquet"), folder.join("f.svg"));
    dice_of_scans(&input, rows);
    let more = ["--metric", "dice", "--factor", "s", "--unit-by", unit_by];
    factor(&input, &output, &more).expect_code(0);
    without_provenance(&std::fs::read_to_string(&output).unwrap())
}

#[test]
fn a_measure_in_two_units_is_exit_code_3() {
    let folder = Folder::new();
    let (input, output) = (folder.join("m.parquet"), folder.join("f.svg"));
    dice_of_scans(&input, &[(Some("a"), 1, 0.9), (Some("b"), 1, 90.0)]);
    let table = parquet::read(&input).unwrap();
    let columns = table.columns().iter().cloned();
    let columns = columns.map(|c| match c.name.as_str() {
        "unit" => Column::text("unit", [Some("1"), Some("%")]),
        _ => c,
    });
    let table = Table::new(columns.collect()).unwrap();
    parquet::write(&input, &table, &std::collections::BTreeMap::new()).unwrap();
    factor(&input, &output, &["--metric", "dice", "--factor", "s"])
        .expect_code(3)
        .expect_said(&["dice is measured in 1 and in %"]);
    assert!(!output.exists());
}

#[test]
fn a_subject_with_many_scans_counts_as_much_as_one_with_few() {
    let folder = Folder::new();
    let scans = [
        (Some("a"), 1, 0.125),
        (Some("a"), 2, 0.125),
        (Some("a"), 3, 0.5),
        (Some("b"), 1, 0.75),
    ];
    let subjects = [(Some("a"), 1, 0.25), (Some("b"), 1, 0.75)];
    let by_subject = drawn(&folder, &scans, "subject");
    let averaged = "; value of a unit: mean of 1–3 measurements";
    assert!(by_subject.contains(&format!("mean ± SD; unit: subject, n = 2{averaged}")));
    let by_subject = by_subject.replace(averaged, "");
    assert_eq!(by_subject, drawn(&folder, &subjects, "subject"));
    let by_scan = drawn(&folder, &scans, "subject,scan");
    assert!(by_scan.contains("mean ± SD; unit: subject, scan, n = 4"));
}

#[test]
fn a_unit_that_is_not_named_is_an_error() {
    let folder = Folder::new();
    let (input, output) = (folder.join("m.parquet"), folder.join("f.svg"));
    dice_of_scans(&input, &[(Some("a"), 1, 0.5), (None, 2, 0.5)]);
    for (unit_by, code, message) in [
        ("subject", 3, "column 'subject' has no value in row 2"),
        ("visit", 2, "visit"),
        ("", 2, "--unit-by"),
    ] {
        let more = ["--metric", "dice", "--factor", "s", "--unit-by", unit_by];
        let run = factor(&input, &output, &more);
        let text = run.expect_code(code).stderr;
        assert!(text.contains(message), "{text}");
        assert!(!output.exists());
    }
}

#[test]
fn a_column_or_metric_that_is_not_there_is_exit_code_2() {
    let folder = Folder::new();
    let (input, output) = (folder.join("m.parquet"), folder.join("f.svg"));
    measurements(&input);
    for (more, known) in [
        (["--metric", "ra_vox", "--factor", "fold"], "label"),
        (["--metric", "dice", "--factor", "s"], "ra_vox"),
    ] {
        let run = factor(&input, &output, &more);
        let message = run.expect_code(2).stderr;
        assert!(message.contains(known), "{message}");
    }
}

/// A curve of two thresholds, of one scan.
pub fn curve(path: &Path, best: [bool; 2]) {
    let table = Table::new(vec![
        Column::number("threshold", [0.25, 0.5].map(Some)),
        Column::repeated("scan", "tree01", 2),
        Column::number("dice", [0.5, 0.75].map(Some)),
        Column::number("mean_dice", [0.5, 0.75].map(Some)),
        Column::boolean("best", best.map(Some)),
    ]);
    parquet::write(path, &table.unwrap(), &std::collections::BTreeMap::new()).unwrap();
}

fn threshold(input: &Path, output: &Path) -> Finished {
    let [input, output] = [input, output].map(|path| path.to_str().unwrap());
    REPORT.run(".", ["threshold", "--curve", input, "--output", output])
}

#[test]
fn a_threshold_figure_names_the_best() {
    let folder = Folder::new();
    let (input, output) = (folder.join("c.parquet"), folder.join("c.svg"));
    curve(&input, [false, true]);
    threshold(&input, &output).expect_code(0);
    let svg = std::fs::read_to_string(&output).unwrap();
    assert_well_formed(&svg);
    assert!(svg.contains(">0.5000: mean Dice 0.750</text>"));
    assert!(svg.contains(">each of 1 scan</text>"));
}

#[test]
fn a_curve_without_a_best_threshold_is_exit_code_3() {
    let folder = Folder::new();
    let (input, output) = (folder.join("c.parquet"), folder.join("c.svg"));
    curve(&input, [false, false]);
    let refused = threshold(&input, &output);
    let words = refused.expect_code(3).stderr;
    assert!(words.contains("c.parquet: 0 thresholds"), "{words}");
    assert!(!output.exists());
}

/// Histograms of three bins for two networks and two values of s, on both surfaces; each bin as wide as `width` degrees.
pub fn normals(path: &Path, width: impl Fn(usize) -> f64) {
    let (mut metric, mut value, mut surface, mut net, mut s) =
        (vec![], vec![], vec![], vec![], vec![]);
    let mut low = Vec::new();
    for network in ["unet", "fcn7"] {
        for strength in [0, 100] {
            for side in ["upper", "lower"] {
                for name in ["normal_count", "reference_normal_count"] {
                    for (bin, count) in [80.0, 20.0, 0.0].into_iter().enumerate() {
                        metric.push(Some(name));
                        value.push(Some(count));
                        surface.push(Some(side));
                        net.push(Some(network));
                        s.push(Some(strength));
                        low.push(Some(30.0 * bin as f64));
                    }
                }
            }
        }
    }
    let widths = low.iter().enumerate();
    let high: Vec<_> = widths
        .map(|(row, low)| low.map(|low: f64| low + width(row)))
        .collect();
    let rows = low.len();
    let table = Table::new(vec![
        Column::text("metric", metric),
        Column::number("value", value),
        Column::text("surface", surface),
        Column::repeated("label", "epidermis", rows),
        Column::text("net", net),
        Column::integer("s", s),
        Column::number("angle_low_deg", low),
        Column::number("angle_high_deg", high),
    ]);
    parquet::write(path, &table.unwrap(), &std::collections::BTreeMap::new()).unwrap();
}

#[test]
fn histograms_of_normals_have_a_panel_for_each_network_and_a_line_for_each_s() {
    let folder = Folder::new();
    let (input, output) = (folder.join("n.parquet"), folder.join("n.svg"));
    normals(&input, |_| 30.0);
    let [input, output] = [&input, &output].map(|path| path.to_str().unwrap());
    let draw = |more: &str| {
        let words = format!("normals --input {input} --output {output} {more}");
        REPORT.run(".", words.as_str())
    };
    let done = draw("--series s --panel net --names unet=U-Net --json").expect_code(0);
    assert!(done.stdout.contains("\"histograms\":4"), "{}", done.stdout);
    let svg = std::fs::read_to_string(output).unwrap();
    assert_well_formed(&svg);
    for words in ["U-Net", "fcn7", "s = 0", "s = 100", "reference"] {
        assert!(svg.contains(&format!(">{words}</text>")), "{words}");
    }
    let error = draw("--series t").expect_code(2).stderr;
    assert!(error.contains("'t'"), "{error}");
    for (more, code, words) in [
        (
            "--label dermis",
            2,
            "--label dermis: the tables have epidermis",
        ),
        ("--surface upper --label epidermis", 0, ""),
    ] {
        let finished = draw(&format!("--series s {more}")).expect_code(code);
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
    }
}

#[test]
fn bins_that_are_not_equal_are_exit_code_3() {
    let folder = Folder::new();
    let (input, output) = (folder.join("n.parquet"), folder.join("n.svg"));
    for width in [0.0, -30.0, 1e-9, f64::NAN, 100.0] {
        normals(&input, |row| if row == 5 { width } else { 30.0 });
        let [input, output] = [&input, &output].map(|path| path.to_str().unwrap());
        let words = format!("normals --input {input} --output {output} --series s");
        let error = REPORT.run(".", words.as_str()).expect_code(3).stderr;
        assert!(error.contains("row 6"), "{width}: {error}");
    }
    assert!(!output.exists());
    normals(&input, |row| if row == 3 { 45.0 } else { 30.0 });
    let words = [
        "normals",
        "--input",
        input.to_str().unwrap(),
        "--output",
        "n.svg",
        "--series",
        "s",
    ];
    let error = REPORT.run(&folder, words).expect_code(3).stderr;
    assert!(error.contains("equal bins"), "{error}");
}
