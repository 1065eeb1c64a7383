//! `rsom-layerseg train`.

use std::path::{Path, PathBuf};

use rsom_io::ports;
use rsom_stage::{
    Command, Invocation, Kind, Port, Progress, StageError, Summary, atomic, fingerprint, interrupt,
    log,
};

use super::dataset::{self, Dataset, Pair};
use super::settings::{self, Settings};
use super::{fault, history};
use crate::{Collapse, EpochRecord, Example, ShiftedOut, TrainSettings, Trainer, model};

/// The command `train`.
pub(super) fn command() -> Command {
    let mut command = Command::new("train", "Train a network on scans and their reference masks; a killed run goes on where it stopped", run)
        .output(Port::optional("output", Kind::Directory, "Folder for weights.safetensors, last.safetensors and history.parquet"))
        .output(Port::optional("weights", Kind::Weights, "Weights of the epoch with the lowest validation loss"))
        .output(Port::optional("last", Kind::Weights, "Weights of the last epoch"))
        .output(Port::optional("history", Kind::Table, "One row for each epoch: losses, their terms, Dice, status"))
        .parameters(settings::parameters())
        .parameters(dataset::parameters())
        .example("rsom-layerseg train --manifest study.yaml --config train.yaml --validation-fold 0 --output net")
        .example("rsom-layerseg train --image a.nii.gz b.nii.gz --mask a_mask.nii.gz b_mask.nii.gz --s 100 --weights net.safetensors");
    for port in dataset::inputs() {
        command = command.input(port);
    }
    command
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let outputs = Outputs::of(invocation)?;
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
    let trainer = Trainer::new(&settings, &training, &validation).map_err(fault::of_run)?;
    warn_of_lost_layers(&trainer, &settings)?;
    let trainer = train(trainer, &settings, &outputs.checkpoint, &provenance)?;
    write(&trainer, &settings, &outputs, &stated)?;
    summary(&trainer)
}

/// Where a run leaves what it makes.
struct Outputs {
    weights: PathBuf,
    last: Option<PathBuf>,
    history: Option<PathBuf>,
    /// The state between epochs, gone when the run is done.
    checkpoint: PathBuf,
}

impl Outputs {
    fn of(invocation: &Invocation) -> Result<Self, StageError> {
        let folder = invocation.optional_output("output");
        let place = |name: &str, file: &str| {
            let named = invocation.optional_output(name).map(Path::to_path_buf);
            named.or_else(|| folder.map(|folder| folder.join(file)))
        };
        let Some(weights) = place("weights", "weights.safetensors") else {
            return Err(StageError::usage("give --output or --weights"));
        };
        let checkpoint = match folder {
            Some(folder) => folder.join("checkpoint.safetensors"),
            None => weights.with_extension("checkpoint.safetensors"),
        };
        Ok(Self {
            weights,
            last: place("last", "last.safetensors"),
            history: place("history", "history.parquet"),
            checkpoint,
        })
    }
}

fn load<'d>(dataset: &Dataset, pairs: &'d [Pair]) -> Result<Vec<(&'d Pair, Example)>, StageError> {
    let example = |pair: &'d Pair| {
        interrupt::check()?;
        let (scan, mask) = dataset.load(pair)?;
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

fn train<'a>(
    mut trainer: Trainer<'a>,
    settings: &TrainSettings,
    checkpoint: &Path,
    provenance: &str,
) -> Result<Trainer<'a>, StageError> {
    let fingerprint = fingerprint::of_bytes(provenance.as_bytes());
    let steps = trainer.steps_per_epoch();
    let mut progress = Progress::start("train", (settings.epochs * steps) as u64);
    let save = |trainer: &Trainer| {
        let bytes = trainer.checkpoint(&fingerprint).map_err(fault::of_run)?;
        atomic::write_bytes(checkpoint, &bytes)
    };
    if resume(&mut trainer, checkpoint, &fingerprint)? {
        let done = trainer.history().epochs.len();
        let path = checkpoint.display();
        log::info(format_args!("{path}: going on after epoch {done}"));
        progress.skip((done * steps) as u64);
    } else {
        // A place that cannot be written shows now, not after the first epoch.
        save(&trainer)?;
    }
    while !trainer.is_finished() {
        let mut watch = |_| {
            progress.advance(1);
            !interrupt::requested()
        };
        trainer.run_epoch(&mut watch).map_err(fault::of_run)?;
        save(&trainer)?;
        if let Some(record) = trainer.history().epochs.last() {
            progress.message(describe(record, settings));
        }
    }
    progress.finish();
    Ok(trainer)
}

/// Goes on from a checkpoint of the same run, if there is one; another run's is left out with a warning.
fn resume(trainer: &mut Trainer, checkpoint: &Path, fingerprint: &str) -> Result<bool, StageError> {
    let bytes = match std::fs::read(checkpoint) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(StageError::output(checkpoint, atomic::plain(&error))),
    };
    let resumed = trainer.resume(&bytes, fingerprint);
    if let Err(error) = &resumed {
        let path = checkpoint.display();
        log::warn(format_args!(
            "{path}: {error}; training starts from the beginning"
        ));
    }
    Ok(resumed.is_ok())
}

fn describe(record: &EpochRecord, settings: &TrainSettings) -> String {
    let EpochRecord { epoch, train, .. } = record;
    let loss = train.total(settings.loss.s);
    let validation = record.validation.map_or(String::new(), |v| {
        let loss = v.terms.total(settings.loss.s);
        format!(", validation loss {loss:.5}, Dice {:.3}", v.dice)
    });
    format!("epoch {epoch}: loss {loss:.5}{validation}")
}

fn write(
    trainer: &Trainer,
    settings: &TrainSettings,
    outputs: &Outputs,
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
    match std::fs::remove_file(&outputs.checkpoint) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StageError::output(
            &outputs.checkpoint,
            atomic::plain(&error),
        )),
        _ => Ok(()),
    }
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
