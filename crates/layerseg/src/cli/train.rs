//! `rsom-layerseg train`.

use rsom_io::dataset::Dataset;
use rsom_io::fault::of_run;
use rsom_io::training_outputs::TrainingOutputs;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, StageError, Summary, log};
use rsom_training::cli::{Session, fitting, load};
use rsom_training::{Collapse, Trainer};

use super::settings::Settings;
use crate::model::{self, NetworkInput};
use crate::{Example, LayerTask, ShiftedOut, TrainSettings, balance_of_s};

/// The structure that the reference masks mark.
const SOUGHT: &str = "the layer";

/// The command `train`.
pub(super) fn command() -> Command {
    Command::new("train", "Train a network on scans and their reference masks; a stopped run continues after its last finished epoch", run)
        .instruction_set(rsom_nn::instruction_set())
        .inputs(Dataset::inputs(SOUGHT))
        .outputs(TrainingOutputs::ports())
        .parameters(Settings::declare())
        .parameters(Dataset::parameters(SOUGHT))
        .example("rsom-layerseg train --manifest study.yaml --config train.yaml --validation-fold 0 --output net")
        .example("rsom-layerseg train --image a.nii.gz b.nii.gz --mask a_mask.nii.gz b_mask.nii.gz --s 100 --weights net.safetensors")
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let outputs = TrainingOutputs::of(invocation)?;
    let parameters: Settings = invocation.settings()?;
    let checked = parameters.for_channels(1).check();
    checked.map_err(of_run)?;
    let (dataset, stated) = Dataset::of(&parameters.stated(invocation))?;
    let mut names = None;
    let training = load(&dataset, &dataset.training, &mut names, Example::new)?;
    if training.iter().all(|loaded| loaded.example.is_empty()) {
        return Err(StageError::inputs(
            "every reference of the training scans is empty; choose references that mark the layer",
        ));
    }
    let validation = load(&dataset, &dataset.validation, &mut names, Example::new)?;
    let channels = training
        .first()
        .map_or(1, |loaded| loaded.example.channels());
    let settings = parameters.for_channels(channels);
    let fits = |example: &Example| example.crop(&settings.network).map(drop);
    let (training, validation) = (fitting(training, fits)?, fitting(validation, fits)?);
    let task = LayerTask::new(&settings, &training, &validation).map_err(of_run)?;
    warn_of_lost_layers(&task, &settings)?;
    let balance = balance_of_s(&settings, &training).map_err(of_run)?;
    warn_of_large_s(&settings, balance);
    let network = &settings.network;
    let input = NetworkInput {
        scaling: settings.scaling,
        channels: names.as_deref(),
    };
    let session = Session {
        outputs: &outputs,
        stated: &stated,
        file: &|weights, provenance| model::to_bytes(weights, network, input, provenance),
        advice: &advice,
    };
    let summary = session.run(Trainer::new(task).map_err(of_run)?)?;
    Ok(summary.with("s_balance", balance))
}

/// Logs a warning if a constant mask costs less than the reference, and s does not grow.
fn warn_of_large_s(settings: &TrainSettings, balance: Option<f64>) {
    let loss = &settings.loss;
    let Some(balance) = balance.filter(|balance| loss.s > *balance) else {
        return;
    };
    if loss.s_warm_up == 0.0 {
        log::warn(format_args!(
            "s {} is above {}, where a constant mask costs less than the reference masks; let s grow first with s_warm_up 0.8, or lower it",
            loss.s,
            two_digits(balance)
        ));
    }
}

/// A positive number with two significant digits.
fn two_digits(value: f64) -> String {
    let decimals = 1 - libm::log10(value).floor() as i32;
    let unit = 10_f64.powi(decimals);
    let rounded = (value * unit).round() / unit;
    format!("{rounded:.*}", usize::try_from(decimals).unwrap_or(0))
}

/// Advice for a network that gives the same answer for every pixel.
fn advice(collapse: Collapse) -> Option<String> {
    let masks = match collapse {
        Collapse::Ok => return None,
        Collapse::FullPrediction => "full masks",
        Collapse::EmptyPrediction => "empty masks",
    };
    Some(format!(
        "the network has collapsed: it predicts {masks} for every validation B-scan; lower s, which may be too large for this voxel size and layer"
    ))
}

/// Logs a warning if the shift in depth moves the layer out of the volume in more than a tenth of the B-scans.
fn warn_of_lost_layers(task: &LayerTask, settings: &TrainSettings) -> Result<(), StageError> {
    let ShiftedOut { with_layer, lost } = task.shifted_out().map_err(of_run)?;
    if 10 * lost > with_layer {
        let [low, high] = settings.augmentation.z_shift;
        log::warn(format_args!(
            "z_shift {low},{high} moves the layer out of the volume in {lost} of {with_layer} B-scans of the first epoch: \
             the network learns empty masks for them; narrow the range of z_shift, or crop scans with more depth around the layer"
        ));
    }
    Ok(())
}
