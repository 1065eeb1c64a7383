//! `rsom-metrics evaluate`: compares a prediction with its reference.

use std::collections::BTreeMap;

use ndarray::Array2;
use rsom_io::surface_tables::LayerSurfaces;
use rsom_io::{long_table, ports};
use rsom_measures::{column, schema};
use rsom_parameters::{Choice, Parameters};
use rsom_stage::recipe::{GERL2020, RSOM};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, TableContents};

use super::axes::{self, Axes, MaskFile};
use super::keys::RunKeys;
use super::structure::Structure;
use super::{histogram, table};
use crate::cldice::Skeleton;
use crate::roughness::Variant;
use crate::surface::SubVoxelSurfaces;
use crate::{Measure, Measurement, Pair, Settings, Status, Surface, evaluate};

/// The command.
pub fn command() -> Command {
    files()
        .parameters(EvaluateSettings::declare())
        .recipe(GERL2020, [("roughness", "gerl2019")])
        .recipe(RSOM, [("roughness", "rsom")])
        .example("rsom-metrics evaluate --reference truth.nii.gz --prediction vessels.nii.gz --output m.parquet --measures overlap,cldice")
        .example("rsom-metrics evaluate --reference truth.nii.gz --prediction mask.nii.gz --output m.parquet --per-slice --factor net=unet --factor s=100")
}

/// The command with its inputs and outputs, without parameters.
fn files() -> Command {
    Command::new("evaluate", "Compare a prediction with its reference", run)
        .input(Port::required(
            "reference",
            Kind::Mask,
            "Reference mask or label map",
        ))
        .input(Port::required(
            "prediction",
            Kind::Mask,
            "Predicted mask or label map, on the reference's grid",
        ))
        .input(Port::optional(
            "reference_surfaces",
            Kind::Table,
            "Sub-voxel surfaces of the reference, for the boundary error (of 'preprocess prepare')",
        ))
        .input(Port::optional(
            "prediction_surfaces",
            Kind::Table,
            "Sub-voxel surfaces of the prediction, for the boundary error (of 'layerseg predict')",
        ))
        .output(
            Port::required(
                "output",
                Kind::Table,
                "Table to write: one measurement per row",
            )
            .with_table(contents()),
        )
        .output(Port::optional(
            "normals",
            Kind::Table,
            "Histogram of the angles between surface normals and depth",
        ))
}

/// The metrics and columns of the table.
fn contents() -> TableContents {
    let words = Measure::ALL.into_iter();
    let by_word = words.map(|measure| {
        (
            measure.as_str().to_owned(),
            long_table::names(&measure.metrics()),
        )
    });
    TableContents {
        metrics_of: BTreeMap::from([("measures".to_owned(), by_word.collect())]),
        ..long_table::contents(&[])
    }
}

/// Parameters of the command.
#[derive(Debug, Parameters)]
struct EvaluateSettings {
    /// Also measure every B-scan separately.
    per_slice: bool,
    #[parameter(flatten)]
    keys: RunKeys,
    /// Labels of the reference label map that form the structure (unset: the only label of the map).
    reference_labels: Option<Vec<i32>>,
    /// Labels of the predicted label map that form the structure (unset: the only label of the map).
    prediction_labels: Option<Vec<i32>>,
    /// Definition of the roughness Ra: 'rsom' (of this project) or 'gerl2019' (of the paper).
    #[parameter(default = Variant::Rsom)]
    roughness: Variant,
    /// Use the slope across B-scans for surface normals: neighboring B-scans must be neighbors in the tissue.
    dense: bool,
    /// Measures: overlap (Dice, IoU, precision, recall); cldice (clDice, topology precision and sensitivity of vessels);
    /// roughness, boundary (boundary error), holes, thickness and normals of a layer.
    #[parameter(default = Measure::OF_LAYER.to_vec())]
    measures: Vec<Measure>,
    /// Center lines of clDice: 'topology' keeps every vessel; 'skimage' equals scikit-image, which loses vessels of even
    /// width.
    #[parameter(default = Skeleton::Topology)]
    skeleton: Skeleton,
    /// Number of bins in the histogram of angles, from 0 to 90 degrees.
    #[parameter(default = 18, min = 1, max = 1000)]
    angle_bins: usize,
    /// Order of the axes of both masks; 'auto' uses zyx when shape and identity affine indicate it.
    #[parameter(default = Axes::Auto)]
    axes: Axes,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let parameters: EvaluateSettings = invocation.settings()?;
    let (reference_path, prediction_path) = (
        invocation.input("reference")?,
        invocation.input("prediction")?,
    );
    let reference = Structure {
        path: reference_path,
        labels: parameters.reference_labels.as_deref(),
        parameter: "--reference-labels",
    };
    let prediction = Structure {
        path: prediction_path,
        labels: parameters.prediction_labels.as_deref(),
        parameter: "--prediction-labels",
    };
    let (reference, prediction) = (reference.read()?, prediction.read()?);
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
    table::warn_of_unknown_size(reference_path, reference.grid());
    let pair = Pair::new(&reference, &prediction).map_err(StageError::inputs)?;
    let surfaces = [
        sub_voxel(invocation, "reference_surfaces", &pair, &parameters)?,
        sub_voxel(invocation, "prediction_surfaces", &pair, &parameters)?,
    ];
    let pair = pair
        .with_surfaces(surfaces.each_ref().map(Option::as_ref))
        .map_err(|shape| {
            StageError::inputs(format_args!(
                "surfaces of {shape:?} columns do not fit the masks"
            ))
        })?;
    let settings = Settings {
        per_slice: parameters.per_slice,
        roughness: parameters.roughness,
        skeleton: parameters.skeleton,
        dense: parameters.dense,
    };
    let rows = evaluate(&pair, &parameters.measures, &settings);
    let keys = parameters.keys.keys(reference_path)?;
    let measured = table::of_measurements(&rows, &keys).map_err(StageError::failure)?;
    ports::write_table(invocation, "output", &measured)?;
    if invocation.optional_output("normals").is_some() {
        let counts = histogram::table(&pair, parameters.dense, parameters.angle_bins, &keys);
        ports::write_table(invocation, "normals", &counts.map_err(StageError::failure)?)?;
    }
    Ok(summary(&rows, &pair))
}

/// The sub-voxel surfaces of an input, if it is given.
fn sub_voxel(
    invocation: &Invocation,
    input: &str,
    pair: &Pair<'_>,
    parameters: &EvaluateSettings,
) -> Result<Option<SubVoxelSurfaces>, StageError> {
    let Some(path) = invocation.optional_input(input) else {
        return Ok(None);
    };
    if !parameters.measures.contains(&Measure::Boundary) {
        let flag = input.replace('_', "-");
        return Err(StageError::usage(format_args!(
            "--{flag} is for the boundary error: add boundary to --measures"
        )));
    }
    let [nx, ny, _] = pair.reference().grid().shape();
    let LayerSurfaces {
        upper_vox,
        lower_vox,
    } = LayerSurfaces::load(path, [nx, ny])?;
    let known = |depths: Array2<f64>| depths.mapv(|z| z.is_finite().then_some(z));
    Ok(Some(SubVoxelSurfaces([known(upper_vox), known(lower_vox)])))
}

/// The main measures of the whole scan, as in the paper's table.
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
