//! The graph of a synthetic vascular tree has the sizes of the tree.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

use rsom_formats::nifti::read_scan;
use rsom_formats::table::{Table, parquet};
use rsom_testing::Folder;

use crate::RSOM;

/// The value of a metric, of the first row with it.
fn value(path: &Path, metric: &str) -> Option<f64> {
    let table = parquet::read(path).unwrap();
    let metrics = table.texts("metric").unwrap();
    let row = metrics.iter().position(|m| m.as_deref() == Some(metric));
    table.numbers("value").unwrap()[row.unwrap()]
}

fn sum(table: &Table, metric: &str) -> f64 {
    let metrics = table.texts("metric").unwrap();
    let values = table.numbers("value").unwrap();
    let of_metric = metrics
        .iter()
        .zip(values)
        .filter(|(m, _)| m.as_deref() == Some(metric));
    of_metric.filter_map(|(_, value)| value).sum()
}

/// A folder with a synthetic tree and its measures.
fn measured_tree() -> Folder {
    let folder = Folder::new();
    // A tree from its geometry: tubes of Murray's law, and their true length, diameter and branch points.
    for words in [
        "phantom scan --seed 5 --shape 200,150,300 --loops-per-mm2 0 --vessels-per-mm2 0 --tree-terminals-per-mm2 8 --tree-roots 1 --tree-radius-um 12,60 --image i.nii.gz --layer l.nii.gz --vessels v.nii.gz --truth t.parquet",
        "metrics biomarkers --layer l.nii.gz --vessels v.nii.gz --image i.nii.gz --output b.parquet --bands-output d.parquet --bands shallow=0:200,deep=200: --signals-output s.parquet --centerlines c.parquet --diameters-output h.parquet --thickness-map m.nii.gz",
        "report projections --image i.nii.gz --layer l.nii.gz --vessels v.nii.gz --centerlines c.parquet --output p.png",
    ] {
        RSOM.done(&folder, words);
    }
    folder
}

#[test]
fn a_tree_has_its_length_diameter_and_branches() {
    let folder = measured_tree();
    let (truth, found) = (folder.join("t.parquet"), folder.join("b.parquet"));
    // Branches that hardly leave their parent are not in the mask: a tenth of the branch points.
    for (metric, most) in [
        ("vessel_length_mm", 0.05),
        ("vessel_diameter_um", 0.05),
        ("branch_count", 0.1),
        ("vessel_segment_count", 0.1),
    ] {
        let (truth, found) = (value(&truth, metric), value(&found, metric));
        let ratio = found.unwrap() / truth.unwrap();
        assert!(
            (ratio - 1.0).abs() < most,
            "{metric}: {found:?} of {truth:?}"
        );
    }
}

#[test]
fn the_other_outputs_share_the_vessels_of_the_table() {
    let folder = measured_tree();
    let found = folder.join("b.parquet");
    // The bands share what lies below the epidermis, and the center lines have the length of the graph.
    let bands = parquet::read(&folder.join("d.parquet")).unwrap();
    let below = sum(&bands, "vessel_length_mm");
    let total = value(&found, "vessel_length_mm").unwrap();
    assert!(
        below > 0.9 * total && below <= total * 1.000_001,
        "{below} of {total}"
    );
    let volume = value(&found, "dermis_vessel_volume_mm3").unwrap();
    assert!((sum(&bands, "vessel_volume_mm3") - volume).abs() < 1e-9);
    let lines = parquet::read(&folder.join("c.parquet")).unwrap();
    let number = |name: &str| lines.numbers(name).unwrap();
    let places = [number("x_um"), number("y_um"), number("z_um")];
    let segments = lines.integers("segment").unwrap();
    let step = |row: usize| {
        let along = |axis: usize| places[axis][row].unwrap() - places[axis][row + 1].unwrap();
        along(0).hypot(along(1)).hypot(along(2))
    };
    let within = (0..lines.rows() - 1).filter(|row| segments[*row] == segments[row + 1]);
    let length_mm = within.map(step).sum::<f64>() / 1000.0;
    assert!(
        (length_mm / total - 1.0).abs() < 1e-9,
        "{length_mm} and {total}"
    );
    let histogram = parquet::read(&folder.join("h.parquet")).unwrap();
    let binned = sum(&histogram, "vessel_length_mm");
    assert!((binned / total - 1.0).abs() < 1e-9, "{binned} and {total}");
    let map = read_scan(&folder.join("m.nii.gz")).unwrap();
    assert_eq!(map.grid().shape(), [200, 150, 1]);
    let known: Vec<f64> = map
        .intensities()
        .iter()
        .map(|v| f64::from(*v))
        .filter(|v| v.is_finite())
        .collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    assert!(
        (mean - value(&found, "layer_thickness_um").unwrap()).abs() < 1e-3,
        "{mean}"
    );
    // Vessels are bright in both channels.
    let signals = parquet::read(&folder.join("s.parquet")).unwrap();
    let labels = signals.texts("label").unwrap();
    assert_eq!(
        labels
            .iter()
            .filter(|l| l.as_deref() == Some("vessels"))
            .count(),
        3
    );
    assert!(folder.join("p.png").exists());
}

#[test]
fn outputs_without_their_input_and_odd_bands_are_refused_in_one_line() {
    let folder = Folder::new();
    RSOM.done(&folder, "phantom scan --seed 1 --shape 32,8,64 --image i.nii.gz --layer l.nii.gz --vessels v.nii.gz");
    let base = "metrics biomarkers --layer l.nii.gz --output b.parquet";
    for (more, message) in [
        ("--bands-output d.parquet", "--bands-output needs --vessels"),
        ("--centerlines c.parquet", "--centerlines needs --vessels"),
        (
            "--signals-output s.parquet",
            "--signals-output needs --image",
        ),
        ("--image i.nii.gz", "give both"),
        ("--vessels v.nii.gz --bands a=0:1", "give both"),
        (
            "--vessels v.nii.gz --bands-output d.parquet --bands a=5:1",
            "is no band",
        ),
        (
            "--vessels v.nii.gz --bands-output d.parquet --bands a=nan:1",
            "is no band",
        ),
    ] {
        RSOM.refused(&folder, format!("{base} {more}"), 2, message);
    }
    RSOM.done(&folder, &*format!("{base} --vessels v.nii.gz --set he2023"));
    let table = parquet::read(&folder.join("b.parquet")).unwrap();
    assert_eq!(table.rows(), 5);
}
