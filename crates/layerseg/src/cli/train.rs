//! `rsom-layerseg train`.

use std::path::Path;

use rsom_io::dataset::{Dataset, Pair};
use rsom_io::ports;
use rsom_nn::EpochHistory;
use rsom_stage::{
    Command, Epochs, Invocation, StageError, Summary, TrainingOutputs, atomic, interrupt, log,
    train_to_the_end,
};

use super::settings::{self, Settings};
use super::{fault, history};
use crate::{Collapse, Example, ShiftedOut, TrainSettings, Trainer, model};

/// What references mark.
const SOUGHT: &str = "the layer";

/// The command `train`.
pub(super) fn command() -> Command {
    Command::new("train", "Train a network on scans and their reference masks; a killed run goes on where it stopped", run)
        .instruction_set(rsom_nn::instruction_set())
        .inputs(Dataset::inputs(SOUGHT))
        .outputs(TrainingOutputs::ports())
        .parameters(settings::parameters())
        .parameters(Dataset::parameters(SOUGHT))
        .example("rsom-layerseg train --manifest study.yaml --config train.yaml --validation-fold 0 --output net")
        .example("rsom-layerseg train --image a.nii.gz b.nii.gz --mask a_mask.nii.gz b_mask.nii.gz --s 100 --weights net.safetensors")
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let outputs = TrainingOutputs::of(invocation)?;
    let invocation = &settings::with_defaults_of_network(invocation)?;
    let parameters: Settings = invocation.parameters()?;
    let checked = parameters.for_channels(1).check();
    checked.map_err(fault::of_run)?;
    let (dataset, stated) = Dataset::of(invocation)?;
    let provenance = stated.provenance()?.to_string();

    let training = load(&dataset, &dataset.training)?;
    if training.iter().all(|(_, example)| example.is_empty()) {
        return Err(StageError::inputs(
            "every reference of the training scans is empty",
        ));
    }
    let validation = load(&dataset, &dataset.validation)?;
    let channels = training
        .first()
        .map_or(1, |(_, example)| example.channels());
    let settings = parameters.for_channels(channels);
    let (training, validation) = (
        fitting(training, &settings)?,
        fitting(validation, &settings)?,
    );
    if validation.is_empty() {
        log::warn("no validation scans: the best weights are those of the lowest training loss");
    }
    let mut trainer = Trainer::new(&settings, &training, &validation).map_err(fault::of_run)?;
    warn_of_lost_layers(&trainer, &settings)?;
    let steps = [settings.epochs, trainer.steps_per_epoch()];
    train_to_the_end(&mut trainer, steps, &outputs.checkpoint, &provenance)?;
    write(&trainer, &settings, &outputs, &stated)?;
    summary(&trainer)
}

fn load<'d>(dataset: &Dataset, pairs: &'d [Pair]) -> Result<Vec<(&'d Pair, Example)>, StageError> {
    let example = |pair: &'d Pair| {
        interrupt::check()?;
        let (scan, mask) = pair.load(dataset.label.as_deref())?;
        let example = Example::new(&scan, &mask).map_err(|e| fault::of_file(&pair.image, e))?;
        if example.is_empty() {
            log::warn(format_args!(
                "{}: the reference is empty",
                pair.reference.display()
            ));
        }
        Ok((pair, example))
    };
    pairs.iter().map(example).collect()
}

/// The examples, after a check that each fits the network.
fn fitting(
    examples: Vec<(&Pair, Example)>,
    settings: &TrainSettings,
) -> Result<Vec<Example>, StageError> {
    let fits = |(pair, example): (&Pair, Example)| {
        let crop = example.crop(&settings.network);
        crop.map_err(|e| fault::of_file(&pair.image, e))?;
        Ok(example)
    };
    examples.into_iter().map(fits).collect()
}

/// Warns when the shift in depth teaches an empty mask for more than a tenth of the B-scans.
fn warn_of_lost_layers(trainer: &Trainer, settings: &TrainSettings) -> Result<(), StageError> {
    let ShiftedOut { with_layer, lost } = trainer.shifted_out().map_err(fault::of_run)?;
    if 10 * lost > with_layer {
        let [low, high] = settings.augmentation.z_shift;
        log::warn(format_args!(
            "z_shift {low},{high} moves the layer out of the volume in {lost} of the {with_layer} B-scans of the first epoch that hold it: \
             the network learns empty masks for them; narrow z_shift, or keep more depth around the layer"
        ));
    }
    Ok(())
}

impl Epochs for Trainer<'_> {
    fn is_finished(&self) -> bool {
        Trainer::is_finished(self)
    }

    fn done(&self) -> usize {
        self.history().epochs.len()
    }

    fn run_epoch(&mut self, step: &mut dyn FnMut(u64) -> bool) -> Result<(), StageError> {
        Trainer::run_epoch(self, &mut |_| step(1)).map_err(fault::of_run)
    }

    fn describe(&self) -> String {
        let history = self.history();
        let Some(record) = history.epochs.last() else {
            return String::new();
        };
        let validation = record.validation.map_or(String::new(), |v| {
            let loss = v.terms.total(history.s);
            format!(", validation loss {loss:.5}, Dice {:.3}", v.dice)
        });
        let loss = record.train.total(history.s);
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
    let save = |path: &Path, weights: &_| {
        let (network, scaling) = (&settings.network, settings.scaling);
        let bytes = model::to_bytes(weights, network, scaling, &provenance);
        atomic::write_bytes(path, &bytes.map_err(fault::of_run)?)
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

fn summary(trainer: &Trainer) -> Result<Summary, StageError> {
    let history = trainer.history();
    let Some(best) = history.best() else {
        return Err(StageError::failure("no epoch was trained"));
    };
    let status = best.validation.map(|v| v.collapse);
    if let Some(collapse) = status.filter(|c| *c != Collapse::Ok) {
        log::warn(format_args!(
            "the network has collapsed: {} for every validation B-scan; s may lie beyond the breaking point of this geometry",
            match collapse {
                Collapse::FullPrediction => "full masks",
                _ => "empty masks",
            }
        ));
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
        .with("parameters", trainer.network().parameters().count())
        .text(format!(
            "best epoch {} of {epochs}: {of} loss {loss:.5}{dice_text}",
            best.epoch
        )))
}
