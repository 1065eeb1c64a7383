//! `rsom-vesselseg train`.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_io::dataset::{Dataset, Pair};
use rsom_io::ports;
use rsom_nn::{Collapse, EpochHistory};
use rsom_stage::{
    Command, Epochs, Invocation, StageError, Summary, TrainingOutputs, atomic, interrupt, log,
    train_to_the_end,
};

use super::settings::{self, Settings};
use super::{fault, history};
use crate::{Example, Model, TrainSettings, Trainer, VesselNet};

/// What references mark.
pub(super) const SOUGHT: &str = "vessels";
/// The threshold of weights that were not calibrated.
const THRESHOLD: f32 = 0.5;

/// The command `train`.
pub(super) fn command() -> Command {
    Command::new("train", "Train a vessel network on scans and their reference masks; a killed run goes on where it stopped", run)
        .instruction_set(rsom_nn::instruction_set())
        .inputs(Dataset::inputs(SOUGHT))
        .outputs(TrainingOutputs::ports())
        .parameters(settings::parameters())
        .parameters(Dataset::parameters(SOUGHT))
        .example("rsom-vesselseg train --manifest trees.yaml --group-norm --output net")
        .example("rsom-vesselseg train --image a.nii.gz b.nii.gz --mask a_vessels.nii.gz b_vessels.nii.gz --validation-image c.nii.gz --validation-mask c_vessels.nii.gz --filter cross_hair --flip-x --flip-y --knee 0.5 --weights net.safetensors")
        .example("rsom-vesselseg train --manifest trees.yaml --validation-fold 0 --tile-vox 48,48,48 --foreground-share 0.5 --positive-weight balanced --cldice-weight 0.5 --output net")
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let outputs = TrainingOutputs::of(invocation)?;
    let parameters: Settings = invocation.parameters()?;
    let weight = parameters.positive_weight()?;
    let checked = parameters.with(1, weight.unwrap_or(1.0))?.check();
    checked.map_err(fault::of_run)?;
    let (dataset, stated) = Dataset::of(&settings::with_defaults_of_tiles(invocation))?;

    let training = load(&dataset, &dataset.training)?;
    let [all, vessels] = training.iter().fold([0, 0], |[all, inside], (_, example)| {
        let [more, of_vessels] = example.voxels();
        [all + more, inside + of_vessels]
    });
    if vessels == 0 || vessels == all {
        let which = if vessels == 0 { "empty" } else { "full" };
        return Err(StageError::inputs(format_args!(
            "every reference of the training scans is {which}"
        )));
    }
    let validation = load(&dataset, &dataset.validation)?;
    let channels = training
        .first()
        .map_or(1, |(_, example)| example.channels());
    let weight = weight.unwrap_or((all - vessels) as f64 / vessels as f64);
    let settings = parameters.with(channels, weight)?;
    let transposed = settings.augmentation.transpose;
    let training = fitting(training, &settings, transposed)?;
    let validation = fitting(validation, &settings, false)?;
    if validation.is_empty() {
        log::warn("no validation scans: the best weights are those of the lowest training loss");
    }
    let mut trainer = Trainer::new(&settings, &training, &validation).map_err(fault::of_run)?;
    let steps = [settings.epochs, trainer.steps_per_epoch()];
    let provenance = stated.provenance()?.to_string();
    train_to_the_end(&mut trainer, steps, &outputs.checkpoint, &provenance)?;
    write(&trainer, &settings, &outputs, &stated)?;
    summary(&trainer, weight)
}

fn load<'d>(dataset: &Dataset, pairs: &'d [Pair]) -> Result<Vec<(&'d Pair, Example)>, StageError> {
    let example = |pair: &'d Pair| {
        interrupt::check()?;
        let (scan, mask) = pair.load(dataset.label.as_deref())?;
        let example = Example::new(&scan, &mask).map_err(|e| fault::of_file(&pair.image, e))?;
        if example.voxels()[1] == 0 {
            let path = pair.reference.display();
            log::warn(format_args!("{path}: the reference is empty"));
        }
        Ok((pair, example))
    };
    pairs.iter().map(example).collect()
}

/// The examples, after a check that each fits the network.
fn fitting(
    examples: Vec<(&Pair, Example)>,
    settings: &TrainSettings,
    transposed: bool,
) -> Result<Vec<Example>, StageError> {
    let fits = |(pair, example): (&Pair, Example)| {
        let fault = |e| fault::of_file(&pair.image, e);
        example
            .check(&settings.network, transposed)
            .map_err(fault)?;
        settings.blocks.kept(example.shape()).map_err(fault)?;
        Ok(example)
    };
    examples.into_iter().map(fits).collect()
}

impl Epochs for Trainer<'_> {
    fn is_finished(&self) -> bool {
        Trainer::is_finished(self)
    }

    fn done(&self) -> usize {
        self.history().epochs.len()
    }

    fn run_epoch(&mut self, step: &mut dyn FnMut(u64) -> bool) -> Result<(), StageError> {
        let mut watch = |done: crate::Step| step(done.finished as u64);
        Trainer::run_epoch(self, &mut watch).map_err(fault::of_run)
    }

    fn describe(&self) -> String {
        let history = self.history();
        let Some(record) = history.epochs.last() else {
            return String::new();
        };
        let validation = record.validation.map_or(String::new(), |v| {
            let loss = v.terms.total(&history.loss);
            format!(", validation loss {loss:.5}, Dice {:.3}", v.dice)
        });
        let loss = record.train.total(&history.loss);
        format!("epoch {}: loss {loss:.5}{validation}", record.epoch)
    }

    fn checkpoint(&self, fingerprint: &str) -> Result<Vec<u8>, StageError> {
        Trainer::checkpoint(self, fingerprint).map_err(fault::of_run)
    }

    fn resume(&mut self, bytes: &[u8], fingerprint: &str) -> Result<(), String> {
        Trainer::resume(self, bytes, fingerprint).map_err(|e| e.to_string())
    }
}

fn write(
    trainer: &Trainer,
    settings: &TrainSettings,
    outputs: &TrainingOutputs,
    stated: &Invocation,
) -> Result<(), StageError> {
    let provenance = stated.provenance()?.to_string();
    let save = |path: &Path, weights: &BTreeMap<_, _>| {
        let network = VesselNet::with_weights(&settings.network, weights);
        let model = Model {
            network: network.map_err(fault::of_run)?,
            threshold: THRESHOLD,
            blocks: settings.blocks,
            scaling: settings.scaling,
            calibration: None,
        };
        let bytes = model.to_bytes(&provenance).map_err(fault::of_run)?;
        atomic::write_bytes(path, &bytes)
    };
    save(&outputs.weights, trainer.best_weights())?;
    if let Some(path) = &outputs.last {
        let last = trainer.network().parameters().snapshot();
        save(path, &last.map_err(StageError::failure)?)?;
    }
    if let Some(path) = &outputs.history {
        let table = history::table(trainer.history()).map_err(StageError::failure)?;
        ports::save_table(stated, path, &table)?;
    }
    outputs.done()
}

fn summary(trainer: &Trainer, positive_weight: f64) -> Result<Summary, StageError> {
    let history = trainer.history();
    let Some(best) = history.best() else {
        return Err(StageError::failure("no epoch was trained"));
    };
    let status = best.validation.map(|v| v.collapse);
    match status {
        Some(Collapse::EmptyPrediction) => log::warn(
            "at a threshold of 0.5 every validation mask is empty: calibrate the threshold, train longer, or raise positive_weight",
        ),
        Some(Collapse::FullPrediction) => log::warn(
            "at a threshold of 0.5 every validation mask is full: calibrate the threshold, train longer, or lower positive_weight",
        ),
        _ => {}
    }
    let (epochs, loss) = (history.epochs.len(), history.watched(best));
    let dice = best.validation.map(|v| v.dice);
    let of = if dice.is_some() {
        "validation"
    } else {
        "training"
    };
    let dice_text = dice.map_or(String::new(), |dice| format!(", Dice {dice:.3}"));
    Ok(Summary::new()
        .with("epochs", epochs)
        .with("best_epoch", best.epoch)
        .with("best_loss", loss)
        .with("validation_dice", dice)
        .with("status", status.map(Collapse::as_str))
        .with("positive_weight", positive_weight)
        .with("parameters", trainer.network().parameters().count())
        .text(format!(
            "best epoch {} of {epochs}: {of} loss {loss:.5}{dice_text}",
            best.epoch
        )))
}
