//! `rsom-layerseg predict`.

use std::path::Path;

use ndarray::Axis;
use rsom_io::channels;
use rsom_io::fault::{load_weights, of_file, of_run};
use rsom_io::ports;
use rsom_io::prepared::PreparedScan;
use rsom_io::surface_tables::LayerSurfaces;
use rsom_nn::{Computing, NeuralNetwork};
use rsom_parameters::{OrAuto, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, Progress, StageError, Summary, interrupt};
use rsom_training::cli::collapsed;
use rsom_volume::Scan;

use super::cleaning::CleaningSettings;
use crate::postprocess::Postprocess;
use crate::{Model, OddSlices, PredictSettings, predict};

/// The command `predict`.
pub(super) fn command() -> Command {
    Command::new("predict", "Segment the layer of a scan", run)
        .instruction_set(rsom_nn::instruction_set())
        .input(Port::required("weights", Kind::Weights, "Weights of train, or a PyTorch state dict (.pt) of the original networks"))
        .input(Port::required("input", Kind::Volume, "Scan to segment, prepared like the training scans, or an RGB24 file of the released software"))
        .output(Port::required("output", Kind::Mask, "Mask of the layer, on the grid of the scan").on_grid_of("input"))
        .output(Port::optional("probabilities", Kind::Probabilities, "Probability of each voxel").on_grid_of("input"))
        .output(Port::optional("surfaces", Kind::Table, "With postprocess surfaces: sub-voxel depths of both surfaces at each x and y, in voxels from the center of the first voxel").with_table(LayerSurfaces::contents()))
        .parameters(Settings::declare())
        .example("rsom-layerseg predict --weights net/weights.safetensors --input scan.nii.gz --output mask.nii.gz")
}

#[derive(Debug, Parameters)]
struct Settings {
    /// Probability threshold of the layer: voxels at or above it belong to the layer (with two classes: only above it).
    #[parameter(default = 0.5, min = 0, max = 1)]
    threshold: f32,
    #[parameter(flatten)]
    cleaning: CleaningSettings,
    /// Mask of the first B-scan if the number of B-scans is odd: 'predict' it, or 'repeat' that of the second as in the
    /// released pipeline; 'auto': repeat for released two-class weights, otherwise predict.
    #[parameter(default = OrAuto::Auto)]
    odd_slices: OrAuto<OddSlices>,
    #[parameter(flatten)]
    computing: Computing,
}

fn model(weights: &Path, computing: Computing) -> Result<Model, StageError> {
    let device = computing.device.device().map_err(StageError::usage)?;
    let mut model = load_weights(weights, Model::from_bytes)?;
    let network = model.network.on(&device).map_err(of_run)?;
    model.network = network.with_convolutions(computing.convolutions);
    Ok(model)
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let (weights, input) = (invocation.input("weights")?, invocation.input("input")?);
    let model = model(weights, settings.computing)?;
    let PreparedScan { scan, file } = PreparedScan::load(input)?;
    let scan = channels::in_order_of(model.channels.as_deref(), scan, input)?;
    let count = scan.grid().shape()[1] as u64;

    let cleaning = settings
        .cleaning
        .cleaning(model.postprocess, settings.threshold)?;
    let by_surfaces = cleaning.method == Postprocess::Surfaces;
    if invocation.optional_output("surfaces").is_some() && !by_surfaces {
        return Err(StageError::usage(
            "the output surfaces needs postprocess 'surfaces'",
        ));
    }
    let wanted = PredictSettings {
        threshold: settings.threshold,
        probabilities: by_surfaces || invocation.optional_output("probabilities").is_some(),
        odd_slices: settings.odd_slices.given().unwrap_or(model.odd_slices),
    };
    let mut progress = Progress::start("predict", count);
    let mut watch = || {
        progress.advance(1);
        !interrupt::requested()
    };
    let prediction = predict(&model, scan, &wanted, &mut watch).map_err(|e| of_file(input, e))?;
    progress.finish();
    let probabilities = prediction.probabilities;
    let cleaned = cleaning.apply(prediction.mask, probabilities.as_ref());
    let (mask, surfaces) = cleaned.map_err(|e| of_file(input, e))?;
    let is_wanted = |output: &str| invocation.optional_output(output).is_some();
    if let Some(probabilities) = probabilities.filter(|_| is_wanted("probabilities")) {
        let names = vec!["probability".into()];
        let channel = probabilities.insert_axis(Axis(3));
        let probabilities = Scan::new(mask.grid().clone(), names, channel)
            .and_then(|scan| file.scan(scan))
            .map_err(StageError::failure)?;
        ports::write_probabilities(invocation, "probabilities", &probabilities)?;
    }
    if let Some(surfaces) = surfaces.filter(|_| is_wanted("surfaces")) {
        let table = LayerSurfaces::from(surfaces).table();
        ports::write_table(invocation, "surfaces", &table.map_err(StageError::failure)?)?;
    }
    let (count, voxels) = (mask.count(), mask.voxels().len());
    let mask = file.mask(mask).map_err(StageError::failure)?;
    ports::write_mask(invocation, "output", &mask)?;
    let status = collapsed(input, count, voxels);
    Ok(Summary::new()
        .with("voxels", count)
        .with("share", count as f64 / voxels as f64)
        .with("status", status.as_str())
        .text(format!("{count} of {voxels} voxels are in the layer")))
}

impl From<crate::postprocess::LayerSurfaces> for LayerSurfaces {
    fn from(surfaces: crate::postprocess::LayerSurfaces) -> Self {
        Self {
            upper_vox: surfaces.upper_vox,
            lower_vox: surfaces.lower_vox,
        }
    }
}
