//! The command line `rsom-metrics`.

mod axes;
mod histogram;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use rsom_io::ports;
use rsom_stage::{
    Command, Definition, Invocation, Kind, Parameter, Port, StageError, Summary, log,
};
use rsom_volume::Mask;
use serde::Deserialize;

use crate::roughness::Variant;
use crate::{Measurement, Pair, Settings, Status, Surface, evaluate};
use axes::Axes;

/// The stage `metrics`.
#[must_use]
pub fn definition() -> Definition {
    let about = "Overlap, roughness, holes, thickness and surface normals of segmented layers";
    Definition::new("metrics", env!("CARGO_PKG_VERSION"), about).command(evaluate_command())
}

fn evaluate_command() -> Command {
    Command::new("evaluate", "Measure a prediction against its reference", run)
        .input(Port::required("reference", Kind::Mask, "Reference mask or label map"))
        .input(Port::required("prediction", Kind::Mask, "Predicted mask, on the reference's grid"))
        .output(Port::required("output", Kind::Table, "One measurement a row"))
        .output(Port::optional("normals", Kind::Table, "Histogram of the angles between surface normals and depth"))
        .parameter(Parameter::flag("per_slice", "Also measure every B-scan on its own"))
        .parameter(Parameter::map("factor", "Factor of the run, a column of its own"))
        .parameter(Parameter::text("subject", "Subject the scan belongs to (unset: the scan id)"))
        .parameter(Parameter::text("scan", "Scan id (unset: file name of the reference)"))
        .parameter(Parameter::text("label", "Name of the structure in the column `label`"))
        .parameter(Parameter::integers(
            "reference_labels",
            "Labels of a reference label map that make up the structure (unset: the only one it holds)",
        ))
        .parameter(
            Parameter::choice("roughness", &["rsom", "gerl2019"], "Definition of the roughness Ra: ours, or the paper's authors'")
                .default("rsom"),
        )
        .parameter(Parameter::flag(
            "dense",
            "B-scans are neighbors in the tissue: surface normals may use the slope across them",
        ))
        .parameter(
            Parameter::integer("angle_bins", "Bins of the histogram of angles, from 0 to 90 degrees")
                .default(18)
                .at_least(1.0)
                .at_most(1000.0),
        )
        .parameter(
            Parameter::choice(
                "axes",
                &["auto", "xyz", "zyx"],
                "Axes of both masks; auto takes masks for z, y, x when shape and identity affine say so",
            )
            .default("auto"),
        )
        .example("rsom-metrics evaluate --reference truth.nii.gz --prediction mask.nii.gz --output m.parquet --per-slice --factor net=unet --factor s=100")
}

/// The parameters of `evaluate`.
#[derive(Debug, Deserialize)]
struct Parameters {
    per_slice: bool,
    factor: Option<BTreeMap<String, String>>,
    subject: Option<String>,
    scan: Option<String>,
    label: Option<String>,
    reference_labels: Option<Vec<i32>>,
    roughness: Roughness,
    dense: bool,
    angle_bins: usize,
    axes: Axes,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Roughness {
    Rsom,
    Gerl2019,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let parameters: Parameters = invocation.parameters()?;
    let factors = parameters.factor.clone().unwrap_or_default();
    table::check_factors(&factors)?;
    let (reference_path, prediction_path) = (
        invocation.input("reference")?,
        invocation.input("prediction")?,
    );
    let reference = read_reference(reference_path, parameters.reference_labels.as_deref())?;
    let prediction = ports::load_mask(prediction_path)?;
    let (reference, prediction) = axes::aligned(
        parameters.axes,
        (reference_path, reference),
        (prediction_path, prediction),
    )?;
    let pair = Pair::new(&reference, &prediction).map_err(StageError::inputs)?;
    let settings = Settings {
        per_slice: parameters.per_slice,
        roughness: match parameters.roughness {
            Roughness::Rsom => Variant::Rsom,
            Roughness::Gerl2019 => Variant::Gerl2019,
        },
        dense: parameters.dense,
    };
    let rows = evaluate(&pair, &settings);
    let scan = parameters.scan.as_deref().or_else(|| stem(reference_path));
    let keys = table::Keys {
        // A scan whose subject nobody names stands for a subject of its own.
        subject: parameters.subject.as_deref().or(scan),
        scan,
        label: parameters.label.as_deref(),
        factors: &factors,
    };
    let measured = table::of_measurements(&rows, &keys).map_err(StageError::failure)?;
    ports::write_table(invocation, "output", &measured)?;
    if invocation.optional_output("normals").is_some() {
        let counts = histogram::table(&pair, parameters.dense, parameters.angle_bins, &keys);
        ports::write_table(invocation, "normals", &counts.map_err(StageError::failure)?)?;
    }
    Ok(summary(&rows, &pair))
}

/// Reads a mask, or the chosen labels of a label map.
fn read_reference(path: &Path, labels: Option<&[i32]>) -> Result<Mask, StageError> {
    let Some(labels) = labels else {
        return ports::load_mask(path);
    };
    let map = ports::load_labels(path)?;
    let mask = map.select(labels);
    if mask.count() == 0 {
        log::warn(format_args!(
            "{}: no voxel carries one of the labels {labels:?}",
            path.display()
        ));
    }
    Ok(mask)
}

/// A file's name up to its first ending.
fn stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    Some(name.trim_end_matches(".gz").trim_end_matches(".nii"))
}

/// The measures that the paper's table shows, of the whole scan.
fn summary(rows: &[Measurement], pair: &Pair<'_>) -> Summary {
    let surfaces = [None, Some(Surface::Both)];
    let shown = [
        "dice",
        "iou",
        "precision",
        "recall",
        "ra_vox",
        "ra_um",
        "hole_count",
    ];
    let of_scan = rows
        .iter()
        .filter(|r| r.slice.is_none() && surfaces.contains(&r.surface));
    let status: Status = pair.whole().status();
    let start = Summary::new()
        .with("rows", rows.len())
        .with("status", status.as_str());
    of_scan
        .filter(|row| shown.contains(&row.quantity.name))
        .fold(start, |summary, row| {
            summary.with(row.quantity.name, row.value)
        })
}
