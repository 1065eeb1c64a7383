//! `rsom-layerseg predict`.

use ndarray::Axis;
use rsom_io::ports;
use rsom_io::prepared::PreparedScan;
use rsom_nn::ops::ConvolutionMethod;
use rsom_nn::{Accelerator, NeuralNetwork};
use rsom_stage::{
    Command, Invocation, Kind, Parameter, Port, Progress, StageError, Summary, interrupt,
};
use rsom_training::cli::{collapsed, convolutions, device, load_weights, of_file, of_run};
use rsom_volume::Scan;
use serde::Deserialize;

use crate::postprocess::Postprocess;
use crate::{Model, OddSlices, PredictSettings, predict};

/// The command `predict`.
pub(super) fn command() -> Command {
    Command::new("predict", "Segment the layer of a scan", run)
        .instruction_set(rsom_nn::instruction_set())
        .input(Port::required("weights", Kind::Weights, "Weights of train, or a PyTorch state dict (.pt) of the original networks"))
        .input(Port::required("input", Kind::Volume, "Scan to segment, prepared as those that the network was trained on, or an RGB24 file of the released software"))
        .output(Port::required("output", Kind::Mask, "Mask of the layer, on the scan's grid"))
        .output(Port::optional("probabilities", Kind::Probabilities, "Probability of each voxel"))
        .parameter(
            Parameter::number("threshold", "Smallest probability of the layer; with two classes it must be exceeded")
                .default(0.5)
                .at_least(0.0)
                .at_most(1.0),
        )
        .parameter(
            Parameter::choice("postprocess", &["auto", "rsom", "gerl2019", "none"], "Clean the mask: holes filled, closed, surfaces bounded by their median and smoothed, 'gerl2019' as the released pipeline does it, 'rsom' without its quirks; 'auto' takes gerl2019 for released two-class weights, none for other original weights, rsom for ours")
                .default("auto"),
        )
        .parameter(
            Parameter::choice("odd_slices", &["auto", "predict", "repeat"], "First B-scan of an odd number of them: predict it, or repeat the second as the released pipeline does; 'auto' repeats for released two-class weights")
                .default("auto"),
        )
        .parameter(device())
        .parameter(convolutions())
        .example("rsom-layerseg predict --weights net/weights.safetensors --input scan.nii.gz --output mask.nii.gz")
}

#[derive(Debug, Deserialize)]
struct Settings {
    threshold: f32,
    postprocess: Cleaning,
    odd_slices: Odd,
    device: Accelerator,
    convolutions: ConvolutionMethod,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Odd {
    Auto,
    Predict,
    Repeat,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cleaning {
    Auto,
    None,
    Gerl2019,
    Rsom,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.parameters()?;
    let (weights, input) = (invocation.input("weights")?, invocation.input("input")?);
    let device = settings.device.device().map_err(StageError::usage)?;
    let mut model = load_weights(weights, Model::from_bytes)?;
    let network = model.network.on(&device).map_err(of_run)?;
    model.network = network.with_convolutions(settings.convolutions);
    let PreparedScan { scan, file } = PreparedScan::load(input)?;
    let count = scan.grid().shape()[1] as u64;

    let wanted = PredictSettings {
        threshold: settings.threshold,
        probabilities: invocation.optional_output("probabilities").is_some(),
        odd_slices: match settings.odd_slices {
            Odd::Auto => model.odd_slices,
            Odd::Predict => OddSlices::Predict,
            Odd::Repeat => OddSlices::Repeat,
        },
    };
    let mut progress = Progress::start("predict", count);
    let mut watch = || {
        progress.advance(1);
        !interrupt::requested()
    };
    let prediction = predict(&model, scan, &wanted, &mut watch).map_err(|e| of_file(input, e))?;
    progress.finish();
    let cleaning = match settings.postprocess {
        Cleaning::Auto => model.postprocess,
        Cleaning::None => Postprocess::None,
        Cleaning::Gerl2019 => Postprocess::Gerl2019,
        Cleaning::Rsom => Postprocess::Rsom,
    };
    let mask = cleaning.apply(prediction.mask).map_err(of_run)?;

    if let Some(probabilities) = prediction.probabilities {
        let probabilities = Scan::new(
            mask.grid().clone(),
            vec!["probability".into()],
            probabilities.insert_axis(Axis(3)),
        )
        .and_then(|scan| file.scan(scan))
        .map_err(StageError::failure)?;
        ports::write_probabilities(invocation, "probabilities", &probabilities)?;
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
