//! What a figure shows lies where the data say: contours, areas, points, bars, curves and axes, at places and in colors
//! that are worked out here from the masks and the numbers.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use ndarray::{Array3, Array4};
use rsom_formats::nifti::{self, Storage};
use rsom_formats::table::{Column, Table, parquet};
use rsom_testing::{Folder, Program};
use rsom_volume::{Grid, Mask, Scan, Spacing};

use crate::svg::{Element, elements, paths, text};

const REPORT: Program = Program::new(env!("CARGO_BIN_EXE_rsom-report"));
const SHAPE: [usize; 3] = [40, 5, 60];
const ORANGE: &str = "#e69f00";
const SKY: &str = "#56b4e9";
const SKY_RGB: [f64; 3] = [86.0, 180.0, 233.0];
const GRID: &str = "#e0e0e0";

/// A gray scan that brightens with depth; a reference and a prediction whose boxes move with y.
pub fn scans() -> Folder {
    let folder = Folder::new();
    let grid = || Grid::new(SHAPE, Spacing::RSOM).unwrap();
    let [x, y, z] = SHAPE;
    let values = Array4::from_shape_fn((x, y, z, 1), |(_, _, z, _)| z as f32);
    let scan = Scan::new(grid(), vec!["LF".into()], values).unwrap();
    nifti::write_scan(&folder.join("scan.nii.gz"), &scan, Storage::Float32).unwrap();
    let boxed = |name: &str, start: [usize; 2], size: [usize; 2]| {
        let voxels = Array3::from_shape_fn(SHAPE, |(x, y, z)| {
            (start[0] + y..start[0] + y + size[0]).contains(&x)
                && (start[1]..start[1] + size[1]).contains(&z)
        });
        let mask = Mask::new(grid(), voxels).unwrap();
        nifti::write_mask(&folder.join(name), &mask).unwrap();
    };
    boxed("truth.nii.gz", [5, 20], [7, 6]);
    boxed("unet.nii.gz", [8, 22], [22, 9]);
    boxed("none.nii.gz", [5, 99], [1, 1]);
    folder
}

fn bscan(folder: &Folder, output: &str, more: &str) {
    let words = format!(
        "bscan --image scan.nii.gz --reference truth.nii.gz --prediction unet.nii.gz none.nii.gz --output {output} {more}"
    );
    REPORT.done(folder, words);
}

/// Left, top, width and height of the panels, from left to right and top to bottom.
fn panels(figure: &[Element]) -> Vec<[f64; 4]> {
    let pictures = figure.iter().filter(|e| e.name == "image");
    pictures
        .map(|e| ["x", "y", "width", "height"].map(|key| e.number(key)))
        .collect()
}

/// Left, top, right and bottom of voxels (first and last excluded) in a panel.
fn place([left, top, width, height]: [f64; 4], x: [usize; 2], z: [usize; 2]) -> [f64; 4] {
    let across = |x: usize| left + width * x as f64 / 40.0;
    let down = |z: usize| top + height * z as f64 / 60.0;
    [across(x[0]), down(z[0]), across(x[1]), down(z[1])]
}

fn assert_close<const N: usize>(found: [f64; N], expected: [f64; N]) {
    let apart = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    // The file has two decimals.
    let worst = apart.fold(0.0, f64::max);
    assert!(worst < 0.011, "{found:?}, not {expected:?}");
}

#[test]
fn contours_and_areas_of_a_bscan_lie_on_their_voxels() {
    let folder = scans();
    for slice in [0, 3] {
        bscan(&folder, "f.svg", &format!("--slice {slice}"));
        let figure = elements(&folder.text("f.svg"));
        let panels = panels(&figure);
        assert_eq!(panels.len(), 4);
        for [_, _, width, height] in &panels {
            // 40 voxels of 12 µm by 60 voxels of 3 µm.
            assert!((width / height - 480.0 / 180.0).abs() < 1e-9);
        }
        // The reference stands in every panel but the first, and once in the legend.
        let contours = paths(&figure, "stroke", ORANGE);
        assert_eq!(contours.len(), 4);
        for (contour, panel) in contours.iter().zip(&panels[1..]) {
            let expected = place(*panel, [5 + slice, 12 + slice], [20, 26]);
            assert_close(contour.bounds(), expected);
            // All four sides and no more.
            let [left, top, right, bottom] = expected;
            for [x, y] in contour.lines().concat() {
                let on_side = |v: f64, a: f64, b: f64| (v - a).abs().min((v - b).abs()) < 0.011;
                assert!(on_side(x, left, right) && on_side(y, top, bottom));
            }
            let corners = contour.lines().concat();
            for corner in [[left, top], [right, top], [right, bottom], [left, bottom]] {
                let at = |p: &[f64; 2]| (p[0] - corner[0]).hypot(p[1] - corner[1]) < 0.02;
                assert!(corners.iter().any(at), "{corner:?} is no corner");
            }
        }
        // The first prediction fills its box in the third panel; the second has no voxel, and the last area is the legend's.
        let areas = paths(&figure, "fill", SKY);
        assert_eq!(areas.len(), 2);
        let expected = place(panels[2], [8 + slice, 30 + slice], [22, 31]);
        assert_close(areas[0].bounds(), expected);
        let note = text(&figure, "empty mask");
        let [left, top, width, height] = panels[3];
        assert!((left..left + width).contains(&note.number("x")));
        assert!((top..top + height).contains(&note.number("y")));
    }
}

#[test]
fn titles_stand_above_their_panels_and_the_scale_bar_has_its_length() {
    let folder = scans();
    bscan(&folder, "f.svg", "--slice 1 --titles first,second");
    let figure = elements(&folder.text("f.svg"));
    let panels = panels(&figure);
    // "reference" is a title and a word of the legend; the title comes first.
    let texts: Vec<&Element> = figure.iter().filter(|e| e.name == "text").collect();
    let titles = ["B-scan 1", "reference", "first", "second"];
    for (title, [left, top, width, _]) in titles.iter().zip(&panels) {
        let found = texts.iter().find(|e| e.text == *title).unwrap();
        let (x, y) = (found.number("x"), found.number("y"));
        assert!((*left..left + width / 2.0).contains(&x), "{title}: {x}");
        let above = top - y;
        assert!((0.0..2.0 * found.number("font-size")).contains(&above));
    }
    // A quarter of 480 µm is 120 µm: the bar is 100 µm long, in the lower left of the first panel.
    let [left, top, width, height] = panels[0];
    let label = text(&figure, "100 µm");
    assert!((left..left + width / 2.0).contains(&label.number("x")));
    let bars = paths(&figure, "fill", "#ffffff");
    assert_eq!(bars.len(), 2);
    let [from, above, to, below] = bars[0].bounds();
    assert!((to - from - width * 100.0 / 480.0).abs() < 0.02);
    assert!(left < from && above > top + height / 2.0 && below < top + height);
    // A quarter of 180 µm is 45 µm: the bar down is 20 µm long.
    text(&figure, "20 µm");
    let [_, above, _, below] = bars[1].bounds();
    assert!((below - above - height * 20.0 / 180.0).abs() < 0.02);
}

#[test]
fn a_margin_cuts_the_depth_above_and_below_all_masks() {
    let folder = scans();
    bscan(&folder, "f.svg", "--slice 2 --margin 4");
    let figure = elements(&folder.text("f.svg"));
    let panels = panels(&figure);
    // Depths 20 to 30 hold a mask, so 16 to 34 are drawn: 19 voxels.
    let [left, top, width, height] = panels[1];
    assert!((width / height - 480.0 / 57.0).abs() < 1e-9);
    let across = |x: f64| left + width * x / 40.0;
    let down = |z: f64| top + height * (z - 16.0) / 19.0;
    let contour = paths(&figure, "stroke", ORANGE)[0].bounds();
    assert_close(contour, [across(7.0), down(20.0), across(14.0), down(26.0)]);
}

/// Width, and red, green and blue of all pixels.
fn pixels(path: &std::path::Path) -> (usize, Vec<[u8; 3]>) {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(frame.color_type, png::ColorType::Rgb);
    let pixels = bytes.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
    (frame.width as usize, pixels)
}

#[test]
fn pixels_of_a_bscan_have_the_colors_of_scan_area_and_contour() {
    let folder = scans();
    bscan(&folder, "f.svg", "--slice 1 --marks area");
    bscan(&folder, "f.png", "--slice 1 --marks area");
    let panels = panels(&elements(&folder.text("f.svg")));
    let (width, pixels) = pixels(&folder.join("f.png"));
    // Two pixels for each of the drawing, for 300 pixels per inch.
    let pixel = |[x, y]: [f64; 2]| pixels[(2.0 * y) as usize * width + (2.0 * x) as usize];
    let center = |panel: usize, x: usize, z: usize| {
        let [left, top, right, bottom] = place(panels[panel], [x, x + 1], [z, z + 1]);
        [(left + right) / 2.0, (top + bottom) / 2.0]
    };
    // The 0.01 quantile of depths 0 to 59 is black, the 0.995 quantile white, and both are within a voxel of the ends.
    let gray = |z: usize| 255.0 * z as f64 / 59.0;
    for panel in 0..4 {
        for (x, z) in [(36, 5), (36, 20), (36, 45), (36, 58)] {
            let found = pixel(center(panel, x, z));
            assert!(found.iter().all(|v| *v == found[0]), "{found:?}");
            let off = f64::from(found[0]) - gray(z);
            assert!(off.abs() < 255.0 / 59.0, "depth {z}: {found:?}");
        }
    }
    // Sky blue over gray, as opaque in each place; the same voxel without it lies in the first panel.
    let opacity = |x: usize, z: usize| {
        let (bare, covered) = (pixel(center(0, x, z)), pixel(center(2, x, z)));
        let shares = [0, 1, 2].map(|c| {
            let (bare, covered) = (f64::from(bare[c]), f64::from(covered[c]));
            (covered - bare) / (SKY_RGB[c] - bare)
        });
        let distances = [0, 1, 2].map(|c| (SKY_RGB[c] - f64::from(bare[c])).abs());
        let clearest = (0..3).max_by(|a, b| distances[*a].total_cmp(&distances[*b]));
        shares[clearest.unwrap()]
    };
    let inside = [(20, 23), (29, 25), (25, 30), (14, 28)];
    for (x, z) in inside {
        let opacity = opacity(x, z);
        assert!((opacity - 0.45).abs() < 0.03, "{x} {z}: {opacity}");
    }
    for (x, z) in [(31, 25), (25, 32), (20, 20), (7, 28)] {
        assert_eq!(pixel(center(0, x, z)), pixel(center(2, x, z)), "{x} {z}");
    }
    // The contour of the reference: columns 6 to 12, depths 20 to 25 of B-scan 1.
    for panel in 1..4 {
        let [left, top, right, bottom] = place(panels[panel], [6, 13], [20, 26]);
        let (middle, level) = ((left + right) / 2.0, (top + bottom) / 2.0);
        for on_line in [
            [middle, top],
            [middle, bottom],
            [left, level],
            [right, level],
        ] {
            // Orange, darkened where the line shares a pixel with its black casing.
            let [red, green, blue] = pixel(on_line).map(f64::from);
            let hue = (green / red - 159.0 / 230.0).abs() < 0.1 && blue < 0.2 * red;
            assert!(
                hue && red > 100.0,
                "{panel} {on_line:?}: {red} {green} {blue}"
            );
        }
    }
}

fn table(folder: &Folder, columns: Vec<Column>) {
    let table = Table::new(columns).unwrap();
    parquet::write(&folder.join("t.parquet"), &table, &BTreeMap::new()).unwrap();
}

/// From a value to a height of the figure, by the labels of the ticks at its left, of which each has a grid line.
fn scale(figure: &[Element]) -> impl Fn(f64) -> f64 {
    let grid = paths(figure, "stroke", GRID);
    let labels: Vec<f64> = (figure.iter())
        .filter(|e| e.name == "text" && e.is("text-anchor", "end"))
        .filter_map(|e| e.text.parse().ok())
        .collect();
    assert!(
        labels.len() >= 3 && labels.len() == grid.len(),
        "{labels:?}"
    );
    let heights: Vec<f64> = grid.iter().map(|line| line.bounds()[1]).collect();
    let (first, last) = (labels[0], labels[labels.len() - 1]);
    let (low, high) = (heights[0], heights[heights.len() - 1]);
    let y = move |value: f64| low + (high - low) * (value - first) / (last - first);
    for (label, height) in labels.iter().zip(&heights) {
        assert!(
            (y(*label) - height).abs() < 0.02,
            "{label} is not at {height}"
        );
    }
    y
}

#[test]
fn points_and_bars_of_a_factor_stand_at_mean_and_deviation() {
    let folder = Folder::new();
    let levels = [0, 0, 0, 10, 10, 10, 100, 100, 100];
    let values = [0.20, 0.30, 0.43, 0.10, 0.14, 0.12, 0.33, 0.21, 0.36];
    let n = levels.len();
    table(
        &folder,
        vec![
            Column::text("subject", (0..n).map(|i| Some(["a", "b", "c"][i % 3]))),
            Column::repeated("metric", "ra_vox", n),
            Column::integer("slice", vec![None; n]),
            Column::repeated("surface", "both", n),
            Column::repeated("label", "epidermis", n),
            Column::number("value", values.map(Some)),
            Column::repeated("unit", "voxels", n),
            Column::repeated("status", "ok", n),
            Column::integer("s", levels.map(Some)),
        ],
    );
    let words = "factor --input t.parquet --metric ra_vox --factor s --points none --output f.svg --data f.csv";
    REPORT.done(&folder, words);
    let numbers = folder.text("f.csv");
    assert!(numbers.starts_with("metric,kind,group,level,"));
    assert!(numbers.contains("ra_vox,summary,,10,,,,0.12,"), "{numbers}");
    let figure = elements(&folder.text("f.svg"));
    let y = scale(&figure);
    // Mean and standard deviation with n − 1, by hand.
    let expected = [
        ("0", 0.31, 0.115_325_625_9),
        ("10", 0.12, 0.02),
        ("100", 0.30, 0.079_372_539_3),
    ];
    let marks = paths(&figure, "class", "mean");
    let curves = paths(&figure, "class", "means");
    let lines: Vec<&Element> = [curves, paths(&figure, "class", "interval")].concat();
    assert_eq!((marks.len(), lines.len()), (3, 4));
    let curve = &lines[0].lines()[0];
    for (i, (level, mean, sd)) in expected.into_iter().enumerate() {
        let x = text(&figure, level).number("x");
        let [left, top, right, bottom] = marks[i].bounds();
        assert_close([(left + right) / 2.0, (top + bottom) / 2.0], [x, y(mean)]);
        assert_close(curve[i], [x, y(mean)]);
        let bar = &lines[i + 1].lines()[0];
        assert_close([bar[0][0], bar[0][1]], [x, y(mean - sd)]);
        assert_close([bar[1][0], bar[1][1]], [x, y(mean + sd)]);
    }
    assert!(text(&figure, "Roughness Ra (voxels)").number("x") < 60.0);
}

#[test]
fn the_curve_of_a_threshold_figure_passes_its_scores_at_even_logits() {
    let folder = Folder::new();
    let thresholds = [0.1, 0.5, 0.9, 0.99];
    let [first, second] = [[0.2, 0.5, 0.8, 0.4], [0.4, 0.7, 0.6, 0.2]];
    let mean = [0.3, 0.6, 0.7, 0.3];
    let twice = |values: [f64; 4]| [values, values].concat().into_iter().map(Some);
    table(
        &folder,
        vec![
            Column::number("threshold", twice(thresholds)),
            Column::text("scan", (0..8).map(|i| Some(["a", "b"][i / 4]))),
            Column::number("dice", [first, second].concat().into_iter().map(Some)),
            Column::number("mean_dice", twice(mean)),
            Column::boolean("best", (0..8).map(|i| Some(i % 4 == 2))),
        ],
    );
    REPORT.done(&folder, "threshold --curve t.parquet --output f.svg");
    let figure = elements(&folder.text("f.svg"));
    let y = scale(&figure);
    let x = thresholds.map(|t| text(&figure, &t.to_string()).number("x"));
    // ln(9) below and above one half, ln(99) at the end.
    assert!(((x[1] - x[0]) - (x[2] - x[1])).abs() < 0.02);
    let ratio = (x[3] - x[1]) / (x[2] - x[1]);
    assert!((ratio - 99_f64.ln() / 9_f64.ln()).abs() < 1e-3, "{ratio}");
    let line = |key: &str, value: &str, place: usize| {
        let found = paths(&figure, key, value);
        found[place].lines()[0].clone()
    };
    let drawn = [
        (line("class", "faint", 0), first),
        (line("class", "faint", 1), second),
        (line("class", "curve", 0), mean),
    ];
    for (curve, scores) in drawn {
        assert_eq!(curve.len(), 4);
        for i in 0..4 {
            assert_close(curve[i], [x[i], y(scores[i])]);
        }
    }
    let [left, _, right, bottom] = paths(&figure, "class", "choice")[0].bounds();
    assert_close([left, right], [x[2], x[2]]);
    assert!((bottom - y(0.0)).abs() < 0.02);
    let words = text(&figure, "0.9000: mean Dice 0.700");
    assert!((words.number("x") - x[2]).abs() < 0.02);
}
