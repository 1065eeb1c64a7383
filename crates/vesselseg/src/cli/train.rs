//! `rsom-vesselseg train`.

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_io::dataset::Dataset;
use rsom_io::fault::of_run;
use rsom_io::training_outputs::TrainingOutputs;
use rsom_nn::NeuralNetwork;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, StageError, Summary};
use rsom_training::cli::{Session, fitting, load};
use rsom_training::{Collapse, Trainer};

use super::settings::Settings;
use super::tiles;
use crate::{Example, Model, Network, TrainSettings, VesselTask, VesselsegError};

/// The structure that the reference masks mark.
pub(super) const SOUGHT: &str = "vessels";
/// Threshold of weights without calibration.
const THRESHOLD: f32 = 0.5;

/// The command `train`.
pub(super) fn command() -> Command {
    Command::new("train", "Train a vessel network on scans and their reference masks; a stopped run continues after its last finished epoch", run)
        .instruction_set(rsom_nn::instruction_set())
        .inputs(Dataset::inputs(SOUGHT))
        .outputs(TrainingOutputs::ports())
        .parameters(Settings::declare())
        .parameters(Dataset::parameters(SOUGHT))
        .example("rsom-vesselseg train --manifest trees.yaml --group-norm --output net")
        .example("rsom-vesselseg train --image a.nii.gz b.nii.gz --mask a_vessels.nii.gz b_vessels.nii.gz --validation-image c.nii.gz --validation-mask c_vessels.nii.gz --filter cross_hair --flip-x --flip-y --knee 0.5 --weights net.safetensors")
        .example("rsom-vesselseg train --manifest trees.yaml --network unet3d --depth 3 --width 8 --tile-vox 48,48,48 --dice-weight 1 --output net")
        .example("rsom-vesselseg train --manifest trees.yaml --validation-fold 0 --tile-vox 48,48,48 --foreground-share 0.5 --positive-weight balanced --cldice-weight 0.5 --output net")
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let outputs = TrainingOutputs::of(invocation)?;
    let parameters: Settings = invocation.settings()?;
    let weight = parameters.positive_weight()?;
    let settings = parameters.with(1, weight.unwrap_or(1.0))?;
    settings.check().map_err(of_run)?;
    let (dataset, stated) = Dataset::of(&tiles::stated(&settings.tiling, invocation))?;

    let mut names = None;
    let training = load(&dataset, &dataset.training, &mut names, Example::new)?;
    let voxels = training.iter().map(|loaded| loaded.example.voxels());
    let [all, vessels] = voxels.fold([0, 0], |[all, inside], [more, of_vessels]| {
        [all + more, inside + of_vessels]
    });
    if vessels == 0 || vessels == all {
        let which = if vessels == 0 { "empty" } else { "full" };
        return Err(StageError::inputs(format_args!(
            "every reference of the training scans is {which}; choose references that mark the vessels"
        )));
    }
    let validation = load(&dataset, &dataset.validation, &mut names, Example::new)?;
    let channels = training
        .first()
        .map_or(1, |loaded| loaded.example.channels());
    let weight = weight.unwrap_or((all - vessels) as f64 / vessels as f64);
    let settings = parameters.with(channels, weight)?;
    let fits = |transposed: bool| {
        let settings = &settings;
        move |example: &Example| {
            example.check(&settings.network, transposed)?;
            settings.blocks.kept(example.shape()).map(drop)
        }
    };
    let training = fitting(training, fits(settings.augmentation.transpose))?;
    let validation = fitting(validation, fits(false))?;
    let session = Session {
        outputs: &outputs,
        stated: &stated,
        file: &|weights, provenance| file(&settings, names.as_ref(), weights, provenance),
        advice: &advice,
    };
    let task = VesselTask::new(&settings, &training, &validation).map_err(of_run)?;
    let summary = session.run(Trainer::new(task).map_err(of_run)?)?;
    Ok(summary.with("positive_weight", weight))
}

/// The bytes of a weights file.
fn file(
    settings: &TrainSettings,
    channels: Option<&Vec<String>>,
    weights: &BTreeMap<String, Tensor>,
    provenance: &str,
) -> Result<Vec<u8>, VesselsegError> {
    let model = Model {
        network: Network::with_weights(&settings.network, weights)?,
        threshold: THRESHOLD,
        blocks: settings.blocks,
        scaling: settings.scaling,
        channels: channels.cloned(),
        calibration: None,
    };
    model.to_bytes(provenance)
}

/// Advice for a network that gives the same answer for every voxel.
fn advice(collapse: Collapse) -> Option<String> {
    let (masks, change) = match collapse {
        Collapse::Ok => return None,
        Collapse::EmptyPrediction => ("empty", "raise"),
        Collapse::FullPrediction => ("full", "lower"),
    };
    Some(format!(
        "every validation mask is {masks} at the threshold 0.5: calibrate the threshold, train longer, or {change} positive_weight"
    ))
}
