//! `rsom-metrics evaluate`: a prediction against its reference.

use std::path::Path;

use rsom_io::ports;
use rsom_measures::{column, schema};
use rsom_stage::{Command, Invocation, Kind, Parameter, Port, StageError, Summary, log};
use rsom_volume::Mask;
use serde::Deserialize;

use super::axes::{self, Axes, MaskFile};
use super::keys::{RunKeys, keyed};
use super::{histogram, table};
use crate::roughness::Variant;
use crate::{Measure, Measurement, Pair, Settings, Status, Surface, evaluate};

/// The command.
pub fn command() -> Command {
    let command = files().parameter(Parameter::flag(
        "per_slice",
        "Also measure every B-scan on its own",
    ));
    keyed(command, "reference")
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
        .parameter(measures())
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
        .example("rsom-metrics evaluate --reference truth.nii.gz --prediction vessels.nii.gz --output m.parquet --measures overlap,cldice")
        .example("rsom-metrics evaluate --reference truth.nii.gz --prediction mask.nii.gz --output m.parquet --per-slice --factor net=unet --factor s=100")
}

/// Which measures to take.
fn measures() -> Parameter {
    let about = "What to measure: overlap (Dice, IoU, precision, recall), cldice (center lines of vessels: clDice, topology precision and \
                 sensitivity), roughness, holes, thickness and normals of a layer";
    Parameter::choices("measures", &Measure::ALL.map(Measure::name), about)
        .default(Measure::OF_LAYER.map(Measure::name).to_vec())
}

/// The command with its inputs and outputs.
fn files() -> Command {
    Command::new(
        "evaluate",
        "Measure a prediction against its reference",
        run,
    )
    .input(Port::required(
        "reference",
        Kind::Mask,
        "Reference mask or label map",
    ))
    .input(Port::required(
        "prediction",
        Kind::Mask,
        "Predicted mask, on the reference's grid",
    ))
    .output(Port::required(
        "output",
        Kind::Table,
        "One measurement a row",
    ))
    .output(Port::optional(
        "normals",
        Kind::Table,
        "Histogram of the angles between surface normals and depth",
    ))
}

#[derive(Debug, Deserialize)]
struct Parameters {
    per_slice: bool,
    reference_labels: Option<Vec<i32>>,
    roughness: Roughness,
    dense: bool,
    measures: Vec<Measure>,
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
    let run_keys = RunKeys::of(invocation)?;
    let (reference_path, prediction_path) = (
        invocation.input("reference")?,
        invocation.input("prediction")?,
    );
    let reference = read_reference(reference_path, parameters.reference_labels.as_deref())?;
    let prediction = ports::load_mask(prediction_path)?;
    let (reference, prediction) = axes::aligned(
        parameters.axes,
        MaskFile {
            path: reference_path,
            mask: reference,
        },
        MaskFile {
            path: prediction_path,
            mask: prediction,
        },
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
    let rows = evaluate(&pair, &parameters.measures, &settings);
    let keys = run_keys.keys(reference_path);
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

/// The measures that the paper's table shows, of the whole scan.
fn summary(rows: &[Measurement], pair: &Pair<'_>) -> Summary {
    let surfaces = [None, Some(Surface::Both)];
    let shown = [
        schema::DICE,
        schema::IOU,
        schema::PRECISION,
        schema::RECALL,
        schema::CLDICE,
        schema::RA_VOX,
        schema::RA_UM,
        schema::HOLE_COUNT,
    ];
    let of_scan = rows
        .iter()
        .filter(|r| r.slice.is_none() && surfaces.contains(&r.surface));
    let status: Status = pair.whole().status();
    let start = Summary::new()
        .with("rows", rows.len())
        .with(column::STATUS, status.as_str());
    of_scan
        .filter(|row| shown.contains(&row.metric))
        .fold(start, |summary, row| {
            summary.with(row.metric.name, row.value)
        })
}
