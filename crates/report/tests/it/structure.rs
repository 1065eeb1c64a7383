//! Every figure has the structure that is stored in `tests/structure`: its size in print, its kinds of elements, its texts in their sizes, and
//! its numbers to three digits. After a change that is meant, renew the files and look at the difference:
//!
//! ```sh
//! RSOM_RENEW=1 cargo test --release -p rsom-report --test it structure
//! ```

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rsom_testing::{Folder, Program};
use rsom_volume::Spacing;

use crate::svg::{Element, elements};
use crate::{agreement, command, drawing, factor, maps, residuals, training};

const REPORT: Program = Program::new(env!("CARGO_BIN_EXE_rsom-report"));
/// Rows of numbers that are stored as they are; of longer tables these, and the sums of all rows.
const ROWS: usize = 12;

/// The figures: name, and command without outputs.
const FIGURES: [(&str, &str); 12] = [
    (
        "agreement",
        "agreement --input points.parquet --measures measures.parquet",
    ),
    (
        "bscan",
        "bscan --image scan.nii.gz --reference truth.nii.gz --prediction unet.nii.gz none.nii.gz --inset 3,18,8,12",
    ),
    (
        "depth_profile",
        "depth-profile --image a.nii.gz b.nii.gz --layer layer.nii.gz layer.nii.gz --deepest-um 60",
    ),
    (
        "en_face",
        "en-face --layer layer.nii.gz --reference truth.nii.gz",
    ),
    (
        "factor",
        "factor --input m.parquet --metric dice --factor s --group net --tests t.parquet --reference human=0.9",
    ),
    ("gallery", "--where net=unet"),
    (
        "normals",
        "normals --input i.parquet --series s --panel net",
    ),
    (
        "projections",
        "projections --image scan.nii.gz --layer truth.nii.gz --vessels unet.nii.gz",
    ),
    (
        "projections_depth",
        "projections --image scan.nii.gz --color depth --width single",
    ),
    (
        "residuals",
        "residuals --input r.parquet --where metric=ra_um",
    ),
    ("threshold", "threshold --curve i.parquet --width single"),
    (
        "training",
        "training --input unet_s0_fold0.parquet unet_s0_fold1.parquet unet_s10_fold0.parquet",
    ),
];

/// A folder with the inputs of a figure, with the figure and its numbers.
fn drawn(name: &str, line: &str) -> Folder {
    let mut line = line.to_owned();
    let folder = match name {
        "agreement" => agreement::folder(2),
        "factor" => factor::folder(),
        "residuals" => residuals::folder(),
        "training" => training::folder(),
        "depth_profile" | "en_face" => maps::folder(Spacing::RSOM),
        "gallery" => {
            let (folder, start) = maps::gallery();
            line = start.replace("--output g.svg", &line);
            folder
        }
        "normals" | "threshold" => {
            let folder = Folder::new();
            let input = folder.join("i.parquet");
            match name {
                "normals" => command::normals(&input, |_| 30.0),
                _ => command::curve(&input, [false, true]),
            }
            folder
        }
        _ => drawing::scans(),
    };
    REPORT.done(&folder, format!("{line} --output f.svg --data f.csv"));
    folder
}

#[test]
fn every_figure_has_its_stored_structure() {
    let renew = std::env::var_os("RSOM_RENEW").is_some();
    let mut faults = String::new();
    for (name, line) in FIGURES {
        let folder = drawn(name, line);
        let found = structure(&folder.text("f.svg")) + &numbers(&folder.text("f.csv"));
        let file = stored(name);
        if renew {
            std::fs::write(&file, &found).unwrap();
            continue;
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        for (words, line) in differences(&expected, &found) {
            let _ = writeln!(faults, "{name}: {words}: {line}");
        }
    }
    assert!(
        faults.is_empty(),
        "figures differ from tests/structure:\n{faults}\nif this is meant: RSOM_RENEW=1 cargo test --release -p rsom-report --test it structure"
    );
}

#[test]
fn every_command_has_a_stored_structure() {
    let stored: Vec<&str> = FIGURES.iter().map(|(name, _)| *name).collect();
    let spec = REPORT.run(".", ["spec"]).expect_code(0).stdout;
    let spec: serde_json::Value = serde_json::from_str(&spec).unwrap();
    for command in spec["commands"].as_array().unwrap() {
        let name = command["name"].as_str().unwrap().replace('-', "_");
        assert!(stored.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn a_missing_and_a_changed_line_are_named() {
    let found = differences("a\nb\nb\nc\n", "a\nb\nd\nc\n");
    assert_eq!(found, [("missing", "b"), ("new", "d")]);
    assert_eq!(
        differences("a\nb\n", "b\na\n"),
        [("in another order, first", "b")]
    );
    assert!(differences("a\n", "a\n").is_empty());
}

fn stored(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/structure");
    folder.join(format!("{name}.txt"))
}

/// What is missing and what is new, line by line; each line counts as often as it stands.
fn differences<'t>(expected: &'t str, found: &'t str) -> Vec<(&'static str, &'t str)> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for line in expected.lines() {
        *counts.entry(line).or_default() += 1;
    }
    for line in found.lines() {
        *counts.entry(line).or_default() -= 1;
    }
    let named = |(line, count): (&&'t str, &i64)| match count {
        1.. => Some(("missing", *line)),
        0 => None,
        _ => Some(("new", *line)),
    };
    let named: Vec<_> = counts.iter().filter_map(named).collect();
    let mut moved = found.lines().zip(expected.lines()).filter(|(a, b)| a != b);
    match moved.next().filter(|_| named.is_empty()) {
        Some((line, _)) => vec![("in another order, first", line)],
        None => named,
    }
}

/// Size, counts of elements by kind, and texts in their sizes in print, in the order in which they are drawn.
fn structure(svg: &str) -> String {
    let all = elements(svg);
    let root = &all[0];
    let [width, height] = ["width", "height"].map(|key| {
        let mm = root.attributes[key].trim_end_matches("mm");
        mm.parse::<f64>().unwrap()
    });
    let view: Vec<f64> = (root.attributes["viewBox"].split(' '))
        .map(|number| number.parse().unwrap())
        .collect();
    let points = width * 72.0 / 25.4 / view[2];
    let mut out = format!("size: {width:.0} mm wide, {height:.0} mm high\n");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for element in all.iter().filter(|e| e.name == "path" || e.name == "image") {
        *counts.entry(kind(element)).or_default() += 1;
    }
    for (kind, count) in counts {
        let _ = writeln!(out, "{count} × {kind}");
    }
    for text in all.iter().filter(|e| e.name == "text") {
        let size = text.number("font-size") * points;
        let _ = writeln!(out, "text of {size:.1} pt: {}", text.text);
    }
    out
}

fn kind(element: &Element) -> String {
    let class = element.attributes.get("class").map_or("", String::as_str);
    let of = |key: &str| element.attributes.get(key).map_or("none", String::as_str);
    match element.name.as_str() {
        "path" => format!("path {class} fill {} stroke {}", of("fill"), of("stroke")),
        name => name.to_owned(),
    }
}

/// The numbers under a figure, to three digits.
fn numbers(csv: &str) -> String {
    let short = |cell: &str| match cell.parse::<f64>() {
        Ok(number) => three_digits(number),
        Err(_) => cell.to_owned(),
    };
    let mut lines = csv.lines();
    let header = lines.next().unwrap_or_default();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let mut out = format!("numbers: {header}\n");
    for row in rows.iter().take(ROWS) {
        let cells: Vec<String> = row.iter().map(|cell| short(cell)).collect();
        let _ = writeln!(out, "{}", cells.join(","));
    }
    if rows.len() > ROWS {
        let count = rows.iter().map(Vec::len).max().unwrap_or(0);
        let sum = |column: usize| -> f64 {
            let cells = rows
                .iter()
                .filter_map(|row| row.get(column)?.parse::<f64>().ok());
            cells.sum()
        };
        let sums: Vec<String> = (0..count).map(|column| three_digits(sum(column))).collect();
        let _ = writeln!(out, "{} rows with the sums {}", rows.len(), sums.join(","));
    }
    out
}

/// `1.23e2`; a zero has no sign.
fn three_digits(number: f64) -> String {
    match number {
        0.0 => "0".to_owned(),
        number => format!("{number:.2e}"),
    }
}
