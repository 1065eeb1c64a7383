//! `rsom-metrics evaluate`: compares a prediction with its reference.

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::Array2;
use rsom_formats::table::Table;
use rsom_io::surface_tables::LayerSurfaces;
use rsom_io::{long_table, ports};
use rsom_measures::{column, schema};
use rsom_parameters::{Choice, Parameters};
use rsom_stage::recipe::{GERL2020, RSOM};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, TableContents};
use rsom_volume::Mask;
use serde_json::Value;

use super::axes::{self, Axes, MaskFile};
use super::keys::RunKeys;
use super::structure::{NamedLabels, Structure};
use super::surface_rules::SurfaceRules;
use super::{histogram, spectrum, table};
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
        .example("rsom-metrics evaluate --reference drawn.nii.gz --prediction labels.nii.gz --output m.parquet --labels 1=epidermis,2=dermis")
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
        .output(Port::optional(
            "spectrum",
            Kind::Table,
            "Height of the surfaces by wavelength along x, in octaves",
        ))
}

/// The metrics and columns of the table.
fn contents() -> TableContents {
    let by_word = Measure::ALL.iter().map(|measure| {
        (
            measure.as_str().to_owned(),
            long_table::names(&measure.metrics()),
        )
    });
    TableContents {
        metrics_of: BTreeMap::from([("measures".to_owned(), by_word.collect())]),
        ..table::contents(&[])
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
    /// Structures of two label maps, as label=name, such as 1=epidermis,2=dermis: each has rows of its own, with its name in the
    /// column 'label'. Labels of one name are one structure.
    labels: BTreeMap<String, String>,
    /// The same for the predicted label map, if its labels have other numbers.
    labels_of_prediction: BTreeMap<String, String>,
    /// Definition of the roughness Ra: 'rsom' (of this project) or 'gerl2019' (of the paper).
    #[parameter(default = Variant::Rsom, advanced)]
    roughness: Variant,
    /// Use the slope across B-scans for surface normals: neighboring B-scans must be neighbors in the tissue.
    #[parameter(advanced)]
    dense: bool,
    /// Measures: overlap (Dice, IoU, precision, recall, volumes); surfaces (Hausdorff distance, HD95, ASSD, surface Dice);
    /// border_voxels (the same by voxels, as MedPy and MONAI); topology (components, Betti numbers); cldice (clDice, topology
    /// precision and sensitivity of vessels); roughness (Ra, Rq, waviness), boundary (boundary error), holes, gaps, continuity,
    /// thickness and normals of a layer.
    #[parameter(default = Measure::OF_LAYER.to_vec())]
    measures: Vec<Measure>,
    #[parameter(flatten)]
    surfaces: SurfaceRules,
    /// Center lines of clDice: 'topology' keeps every vessel; 'skimage' equals scikit-image, which loses vessels of even
    /// width.
    #[parameter(default = Skeleton::Topology, advanced)]
    skeleton: Skeleton,
    /// Number of bins in the histogram of angles, from 0 to 90 degrees.
    #[parameter(default = 18, min = 1, max = 1000, advanced)]
    angle_bins: usize,
    /// Order of the axes of both masks; 'auto' uses zyx when shape and identity affine indicate it.
    #[parameter(default = Axes::Auto, advanced)]
    axes: Axes,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let parameters: EvaluateSettings = invocation.settings()?;
    let settings = parameters.settings()?;
    let paths = [
        invocation.input("reference")?,
        invocation.input("prediction")?,
    ];
    let (mut tables, mut normals, mut spectra) = (Vec::new(), Vec::new(), Vec::new());
    let mut results = Vec::new();
    for (name, masks) in structures(paths, &parameters)? {
        let (reference, prediction) = on_one_grid(parameters.axes, paths, masks)?;
        if results.is_empty() {
            table::warn_of_unknown_size(paths[0], reference.grid());
        }
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
        let rows = evaluate(&pair, &parameters.measures, &settings);
        let mut keys = parameters.keys.keys(paths[0])?;
        keys.label = name.as_deref().or(keys.label);
        tables.push(table::of_measurements(&rows, &keys).map_err(StageError::failure)?);
        if invocation.optional_output("normals").is_some() {
            let counts = histogram::table(&pair, parameters.dense, parameters.angle_bins, &keys);
            normals.push(counts.map_err(StageError::failure)?);
        }
        if invocation.optional_output("spectrum").is_some() {
            spectra.push(spectrum::table(&pair, &keys).map_err(StageError::failure)?);
        }
        results.push((name, summary(&rows, &pair)));
    }
    for (output, tables) in [
        ("output", tables),
        ("normals", normals),
        ("spectrum", spectra),
    ] {
        match tables.as_slice() {
            [] => {}
            [one] => ports::write_table(invocation, output, one)?,
            several => {
                let joined = Table::concatenated(several).map_err(StageError::failure)?;
                ports::write_table(invocation, output, &joined)?;
            }
        }
    }
    Ok(summary_of_all(results))
}

/// Reference and prediction of a structure, and its name.
type NamedMasks = (Option<String>, [Mask; 2]);

/// Reference and prediction of each structure: the named ones of two label maps, or one without a name.
///
/// # Errors
/// Exit code 2: settings that exclude each other. Exit code 3: a file is broken.
fn structures(
    [reference, prediction]: [&Path; 2],
    parameters: &EvaluateSettings,
) -> Result<Vec<NamedMasks>, StageError> {
    let (labels, of_prediction) = (&parameters.labels, &parameters.labels_of_prediction);
    if labels.is_empty() && of_prediction.is_empty() {
        let of_reference = Structure {
            path: reference,
            labels: parameters.reference_labels.as_deref(),
            parameter: "--reference-labels",
        };
        let of_prediction = Structure {
            path: prediction,
            labels: parameters.prediction_labels.as_deref(),
            parameter: "--prediction-labels",
        };
        return Ok(vec![(None, [of_reference.read()?, of_prediction.read()?])]);
    }
    parameters.require_one_way()?;
    let named = NamedLabels::of(labels, "--labels")?;
    let of_prediction = match of_prediction.is_empty() {
        true => named.clone(),
        false => NamedLabels::of(of_prediction, "--labels-of-prediction")?,
    };
    named.require_names_of(&of_prediction)?;
    let mut references = named.read(reference)?;
    let mut predictions = of_prediction.read(prediction)?;
    let pair = |name: &str| {
        let masks = [references.remove(name)?, predictions.remove(name)?];
        Some((Some(name.to_owned()), masks))
    };
    Ok(named.names().filter_map(pair).collect())
}

impl EvaluateSettings {
    /// How to measure.
    ///
    /// # Errors
    /// Exit code 2.
    fn settings(&self) -> Result<Settings, StageError> {
        self.surfaces.applied_to(Settings {
            per_slice: self.per_slice,
            roughness: self.roughness,
            skeleton: self.skeleton,
            dense: self.dense,
            ..Settings::default()
        })
    }

    /// Refuses other ways to choose or name a structure together with named labels.
    ///
    /// # Errors
    /// Exit code 2.
    fn require_one_way(&self) -> Result<(), StageError> {
        let others = [
            (self.keys.has_label(), "--label"),
            (self.reference_labels.is_some(), "--reference-labels"),
            (self.prediction_labels.is_some(), "--prediction-labels"),
        ];
        match others.into_iter().find(|(is_given, _)| *is_given) {
            Some((_, flag)) => Err(StageError::usage(format_args!(
                "--labels names the structures of both label maps; leave out {flag}"
            ))),
            None => Ok(()),
        }
    }
}

/// Both masks of a structure on the grid of the reference.
fn on_one_grid(
    axes: Axes,
    [reference, prediction]: [&Path; 2],
    [of_reference, of_prediction]: [Mask; 2],
) -> Result<(Mask, Mask), StageError> {
    axes::aligned(
        axes,
        MaskFile {
            path: reference,
            mask: of_reference,
        },
        MaskFile {
            path: prediction,
            mask: of_prediction,
        },
    )
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
    if !parameters.labels.is_empty() {
        let flag = input.replace('_', "-");
        return Err(StageError::usage(format_args!(
            "--{flag} holds the surfaces of one structure; leave out --labels"
        )));
    }
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

/// The result of the command: the main measures, or those of each named structure.
fn summary_of_all(results: Vec<(Option<String>, Summary)>) -> Summary {
    let mut all = Summary::new();
    for (name, summary) in results {
        match name {
            None => return summary,
            Some(name) => all = all.with(&name, Value::from(summary.values().clone())),
        }
    }
    all
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
        schema::HD95_MM,
        schema::ASSD_MM,
        schema::SURFACE_DICE,
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
