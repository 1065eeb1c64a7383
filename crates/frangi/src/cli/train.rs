//! `rsom-frangi train`.

use rsom_io::dataset::{Dataset, Pair};
use rsom_io::fault::of_file;
use rsom_io::ports;
use rsom_io::training_outputs::TrainingOutputs;
use rsom_parameters::Parameters;
use rsom_stage::{
    Command, Invocation, Kind, Port, Progress, StageError, Summary, atomic, interrupt, log,
};
use rsom_volume::{Mask, OverlapCounts, Scan};

use super::history;
use crate::{FrangiError, Model, Polarity, Scales, Search, Settings, predict, search};

/// Default scales: close to the radii of vessels in skin.
const SIGMA_SET_UM: &str = "12+24+48";
/// The structure that references mark.
const SOUGHT: &str = "vessels";

/// The command `train`.
pub(super) fn command() -> Command {
    Command::new("train", "Find the settings and thresholds with the best Dice on scans with reference masks", run)
        .inputs(Dataset::inputs(SOUGHT))
        .output(Port::optional("output", Kind::Directory, "Folder for weights.safetensors and history.parquet"))
        .output(Port::optional("weights", Kind::Weights, "Settings and thresholds with the largest mean Dice over the training scans"))
        .output(Port::optional("history", Kind::Table, "Table of the search: one row per pair of thresholds, with settings and mean Dice"))
        .parameters(TrainSettings::declare())
        .parameters(Dataset::parameters(SOUGHT))
        .example("rsom-frangi train --image a.nii.gz b.nii.gz --mask a_vessels.nii.gz b_vessels.nii.gz --weights frangi.safetensors --history tried.parquet")
        .example("rsom-frangi train --image a.nii.gz --mask a_vessels.nii.gz --sigma-sets-um 6+12+24,12+24+48 --cs 0,5,20 --output frangi")
        .example("rsom-frangi train --manifest study.yaml --test-fold 0 --output frangi")
}

#[derive(Debug, Parameters)]
struct TrainSettings {
    /// Sets of scales to try, in µm; + joins the scales of a set, as in 6+12+24,12+24+48 (unset: 12+24+48).
    sigma_sets_um: Option<Vec<String>>,
    /// Sets of scales in voxels along every axis instead of sigma_sets_um, for scans of unknown voxel size.
    sigma_sets_vox: Option<Vec<String>>,
    /// Values of beta to try: suppression of blobs; a larger value suppresses less.
    #[parameter(default = [0.5])]
    betas: Vec<f64>,
    /// Polarities to try: vessels brighter or darker than their surroundings.
    #[parameter(default = [Polarity::Bright])]
    polarities: Vec<Polarity>,
    /// Suppression of plates; a smaller value suppresses less.
    #[parameter(default = 0.5)]
    alpha: f64,
    /// Values of c to try: norm of the Hessian that separates structure from background, in units of intensity; 0 means
    /// half of the largest norm of each channel at each scale.
    #[parameter(default = [0.0], min = 0)]
    cs: Vec<f64>,
    /// Smallest size of a vessel.
    #[parameter(default = 0, min = 0, unit = "voxels")]
    min_size_vox: u64,
}

impl TrainSettings {
    /// All combinations of settings to try.
    fn candidates(&self) -> Result<Vec<Settings>, StageError> {
        let scales = match (&self.sigma_sets_um, &self.sigma_sets_vox) {
            (None, None) => sets("--sigma-sets-um", &[SIGMA_SET_UM.to_owned()], Scales::Um),
            (Some(um), None) => sets("--sigma-sets-um", um, Scales::Um),
            (None, Some(vox)) => sets("--sigma-sets-vox", vox, Scales::Vox),
            (Some(_), Some(_)) => {
                let fault = "give --sigma-sets-um or --sigma-sets-vox, not both";
                Err(StageError::usage(fault))
            }
        };
        let mut candidates = Vec::new();
        for scales in scales? {
            for polarity in &self.polarities {
                let of = |c: &f64, beta: &f64| Settings {
                    scales: scales.clone(),
                    alpha: self.alpha,
                    beta: *beta,
                    c: Some(*c).filter(|c| *c > 0.0),
                    polarity: *polarity,
                };
                for c in &self.cs {
                    candidates.extend(self.betas.iter().map(|beta| of(c, beta)));
                }
            }
        }
        for settings in &candidates {
            settings.check().map_err(StageError::usage)?;
        }
        if candidates.is_empty() {
            let fault =
                "--sigma-sets-um, --betas, --cs and --polarities need at least one value each";
            return Err(StageError::usage(fault));
        }
        Ok(candidates)
    }
}

fn sets(
    flag: &str,
    texts: &[String],
    scales: impl Fn(Vec<f64>) -> Scales,
) -> Result<Vec<Scales>, StageError> {
    let set = |text: &String| {
        let sigmas: Result<Vec<f64>, _> = text.split('+').map(|s| s.trim().parse()).collect();
        let sigmas = sigmas.map_err(|_| {
            StageError::usage(format_args!(
                "{flag}: '{text}' is not a list of numbers joined by +, such as 12+24+48"
            ))
        });
        sigmas.map(&scales)
    };
    texts.iter().map(set).collect()
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: TrainSettings = invocation.settings()?;
    let candidates = settings.candidates()?;
    let outputs = TrainingOutputs::of(invocation)?;
    let (dataset, stated) = Dataset::of(invocation)?;
    let found = choose(&settings, &candidates, &dataset)?;
    let model = Model {
        settings: candidates[found.best.candidate].clone(),
        thresholds: found.best.thresholds,
    };
    let validation_dice = evaluate(&model, &dataset)?;
    let provenance = stated.provenance()?.to_string();
    atomic::write_bytes(
        &outputs.weights,
        &model.to_bytes(&provenance).map_err(StageError::failure)?,
    )?;
    if let Some(path) = &outputs.history {
        let table = history::table(&found, &candidates, validation_dice);
        ports::save_table(&stated, path, &table.map_err(StageError::failure)?)?;
    }
    Ok(summary(&model, &found, validation_dice))
}

/// An error of the library, or an error that already names its file.
enum Failure {
    Library(FrangiError),
    Stage(StageError),
}

impl From<FrangiError> for Failure {
    fn from(error: FrangiError) -> Self {
        Self::Library(error)
    }
}

fn choose(
    settings: &TrainSettings,
    candidates: &[Settings],
    dataset: &Dataset,
) -> Result<Search, StageError> {
    let training = &dataset.training;
    let mut current = 0;
    let mut empty = vec![false; training.len()];
    let mut load = |scan: usize| {
        current = scan;
        let (scan, mask) = load_pair(dataset, &training[scan]).map_err(Failure::Stage)?;
        empty[current] = mask.count() == 0;
        if empty.iter().all(|empty| *empty) {
            let fault = "every reference of the training scans is empty; training needs at least one vessel voxel";
            return Err(Failure::Stage(StageError::inputs(fault)));
        }
        Ok((scan, mask))
    };
    let mut progress: Option<Progress> = None;
    let mut watch = |done: usize, all: usize| {
        let progress = progress.get_or_insert_with(|| Progress::start("train", all as u64));
        if done > 0 {
            progress.advance(1);
        }
        !interrupt::requested()
    };
    let min_size_vox = settings.min_size_vox;
    let found = search(
        candidates,
        min_size_vox,
        training.len(),
        &mut load,
        &mut watch,
    );
    if let Some(progress) = progress {
        progress.finish();
    }
    found.map_err(|failure| match failure {
        Failure::Stage(error) => error,
        Failure::Library(error) => of_file(&training[current].image, error),
    })
}

fn load_pair(dataset: &Dataset, pair: &Pair) -> Result<(Scan, Mask), StageError> {
    pair.load(dataset.label.as_deref())
}

/// Mean Dice over the validation scans; `None` without any.
fn evaluate(model: &Model, dataset: &Dataset) -> Result<Option<f64>, StageError> {
    let validation = &dataset.validation;
    let mut sum = 0.0;
    for pair in validation {
        let (scan, mask) = load_pair(dataset, pair)?;
        let mut watch = |_, _| !interrupt::requested();
        let found = predict(model, &scan, &mut watch).map_err(|e| of_file(&pair.image, e))?;
        let found = found.mask.voxels().view();
        sum += OverlapCounts::of(mask.voxels().view(), found).dice();
    }
    Ok((!validation.is_empty()).then(|| sum / validation.len() as f64))
}

fn summary(model: &Model, found: &Search, validation_dice: Option<f64>) -> Summary {
    let (best, sigma) = (&found.best, history::shown(&model.settings.scales));
    if best.dice == 0.0 {
        log::warn("no pair of thresholds finds any reference voxel; check scales and polarity");
    }
    let validation = validation_dice.map_or(String::new(), |d| format!(", validation {d:.3}"));
    let (low, high) = (best.thresholds.low, best.thresholds.high);
    Summary::new()
        .with("low", low)
        .with("high", high)
        .with("sigma", sigma.clone())
        .with("beta", model.settings.beta)
        .with("c", model.settings.c)
        .with("train_dice", best.dice)
        .with("validation_dice", validation_dice)
        .text(format!(
            "σ {sigma}, β {}, low {low}, high {high}: Dice: training {:.3}{validation}",
            model.settings.beta, best.dice
        ))
}
