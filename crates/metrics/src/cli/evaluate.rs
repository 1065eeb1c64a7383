//! `rsom-metrics evaluate`: a prediction against its reference.

use std::path::Path;

use rsom_io::ports;
use rsom_measures::{column, schema};
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, log};
use rsom_volume::Mask;

use super::axes::{self, Axes, MaskFile};
use super::keys::RunKeys;
use super::{histogram, table};
use crate::roughness::Variant;
use crate::{Measure, Measurement, Pair, Settings, Status, Surface, evaluate};

/// The command.
pub fn command() -> Command {
    files()
        .parameters(Wanted::declare())
        .example("rsom-metrics evaluate --reference truth.nii.gz --prediction vessels.nii.gz --output m.parquet --measures overlap,cldice")
        .example("rsom-metrics evaluate --reference truth.nii.gz --prediction mask.nii.gz --output m.parquet --per-slice --factor net=unet --factor s=100")
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
        "Predicted mask, on the grid of the reference",
    ))
    .output(Port::required(
        "output",
        Kind::Table,
        "Table to write: one measurement per row",
    ))
    .output(Port::optional(
        "normals",
        Kind::Table,
        "Histogram of the angles between surface normals and depth",
    ))
}

/// What to measure.
#[derive(Debug, Parameters)]
struct Wanted {
    /// Measure every B-scan separately as well.
    per_slice: bool,
    #[parameter(flatten)]
    keys: RunKeys,
    /// Labels of the reference label map that form the structure (unset: the only label of the map).
    reference_labels: Option<Vec<i32>>,
    /// Definition of the roughness Ra: 'rsom' is ours, 'gerl2019' that of the paper.
    #[parameter(default = Variant::Rsom)]
    roughness: Variant,
    /// Neighboring B-scans are neighbors in the tissue: use the slope across them for surface normals.
    dense: bool,
    /// Measures: overlap (Dice, IoU, precision, recall); cldice (clDice, topology precision and sensitivity of vessels);
    /// roughness, holes, thickness and normals of a layer.
    #[parameter(default = Measure::OF_LAYER.to_vec())]
    measures: Vec<Measure>,
    /// Number of bins in the histogram of angles, from 0 to 90 degrees.
    #[parameter(default = 18, min = 1, max = 1000)]
    angle_bins: usize,
    /// Order of the axes of both masks; 'auto' takes zyx for masks whose shape and identity affine say so.
    #[parameter(default = Axes::Auto)]
    axes: Axes,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let wanted: Wanted = invocation.settings()?;
    let (reference_path, prediction_path) = (
        invocation.input("reference")?,
        invocation.input("prediction")?,
    );
    let reference = read_reference(reference_path, wanted.reference_labels.as_deref())?;
    let prediction = ports::load_mask(prediction_path)?;
    let (reference, prediction) = axes::aligned(
        wanted.axes,
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
        per_slice: wanted.per_slice,
        roughness: wanted.roughness,
        dense: wanted.dense,
    };
    let rows = evaluate(&pair, &wanted.measures, &settings);
    let keys = wanted.keys.keys(reference_path);
    let measured = table::of_measurements(&rows, &keys).map_err(StageError::failure)?;
    ports::write_table(invocation, "output", &measured)?;
    if invocation.optional_output("normals").is_some() {
        let counts = histogram::table(&pair, wanted.dense, wanted.angle_bins, &keys);
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
