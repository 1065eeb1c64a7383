//! `rsom-vesselseg calibrate`.

use rsom_formats::table::{Column, Table, TableError};
use rsom_io::channels;
use rsom_io::dataset::{Pair, SelectedScans};
use rsom_io::fault::{of_file, of_run};
use rsom_io::ports;
use rsom_measures::threshold_curve as curve;
use rsom_parameters::Parameters;
use rsom_stage::{
    Command, Invocation, Kind, Port, Progress, StageError, Summary, atomic, interrupt, log,
};
use rsom_volume::{Mask, Scan};

use super::predict_parameters::PredictParameters;
use super::train::SOUGHT;
use crate::calibrate::{Curve, dice_curve, thresholds};
use crate::{Calibration, Model, PredictSettings, predict};

/// Below this mean Dice score, a warning says that the network has not learned to find vessels.
const LEAST_DICE: f64 = 0.05;

/// The command `calibrate`.
pub(super) fn command() -> Command {
    Command::new("calibrate", "Find the threshold with the best mean Dice score on a set of scans, and write it into the weights", run)
        .instruction_set(rsom_nn::instruction_set())
        .input(Port::required("weights", Kind::Weights, "Weights of train or import-weights, or a PyTorch state dict (.pt) of the original network"))
        .inputs(SelectedScans::inputs(SOUGHT))
        .output(Port::required("output", Kind::Weights, "The weights with the threshold; their metadata name the set, its scans and the mean Dice score"))
        .output(Port::optional("curve", Kind::Table, "Dice score of each scan and mean Dice score at each of the 369 thresholds"))
        .parameters(SelectedScans::parameters(SOUGHT))
        .parameters(PredictParameters::declare())
        .example("rsom-vesselseg calibrate --weights net/weights.safetensors --manifest trees.yaml --split validation --output vessels.safetensors --curve curve.parquet")
        .example("rsom-vesselseg calibrate --weights vesnet_gn.pt --image a.nii.gz b.nii.gz --mask a_vessels.nii.gz b_vessels.nii.gz --output vessels.safetensors")
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: PredictParameters = invocation.settings()?;
    let mut model = settings.load(invocation.input("weights")?)?;
    let (chosen, stated) = SelectedScans::of(invocation, &["weights"])?;

    let thresholds = thresholds();
    let mut curves = Vec::with_capacity(chosen.pairs.len());
    let mut progress = Progress::start("calibrate", chosen.pairs.len() as u64);
    let mut empty = 0;
    for pair in &chosen.pairs {
        interrupt::check()?;
        let (scan, reference) = pair.load(chosen.label.as_deref())?;
        let scan = channels::in_order_of(model.channels.as_deref(), scan, &pair.image)?;
        if reference.count() == 0 {
            empty += 1;
            let path = pair.reference.display();
            log::warn(format_args!("{path}: the reference is empty"));
        }
        curves.push(curve(&model, pair, &scan, &reference, settings.tile_vox)?);
        progress.advance(1);
    }
    progress.finish();
    if empty == chosen.pairs.len() {
        return Err(StageError::inputs(
            "every reference is empty, so that no threshold can be chosen; choose scans with vessels",
        ));
    }
    let mean = Curve::mean_of(&thresholds, &curves).map_err(of_run)?;
    let (threshold, mean_dice) = mean.best();
    if mean_dice < LEAST_DICE {
        log::warn(format_args!(
            "the best mean Dice score is only {mean_dice:.4}: the network has not learned to find these vessels; train longer or check the references"
        ));
    }
    model.threshold = threshold;
    model.calibration = Some(Calibration {
        split: chosen.name.clone(),
        scans: chosen.pairs.iter().map(|pair| pair.scan.clone()).collect(),
        mean_dice,
        thresholds: thresholds.len(),
    });
    let provenance = stated.provenance()?.to_string();
    let bytes = model.to_bytes(&provenance).map_err(of_run)?;
    atomic::write_bytes(invocation.output("output")?, &bytes)?;
    if let Some(path) = invocation.optional_output("curve") {
        let table = table(&mean, &curves, &chosen.pairs).map_err(StageError::failure)?;
        ports::save_table(&stated, path, &table)?;
    }
    Ok(Summary::new()
        .with("threshold", threshold)
        .with("mean_dice", mean_dice)
        .with("scans", chosen.pairs.len())
        .with("split", chosen.name)
        .text(format!(
            "threshold {threshold:.4}: mean Dice {mean_dice:.4} over {} scans",
            chosen.pairs.len()
        )))
}

/// The Dice score of a scan at each threshold.
fn curve(
    model: &Model,
    pair: &Pair,
    scan: &Scan,
    reference: &Mask,
    tile: [usize; 3],
) -> Result<Vec<f64>, StageError> {
    let wanted = PredictSettings {
        threshold: model.threshold,
        probabilities: true,
        blocks: model.blocks,
        tile,
    };
    let mut watch = |_, _| !interrupt::requested();
    let at = |e| of_file(&pair.image, e);
    let found = predict(model, scan, &wanted, &mut watch).map_err(at)?;
    let Some(probabilities) = found.probabilities else {
        return Err(StageError::failure(
            "the prediction returned no probabilities",
        ));
    };
    dice_curve(&probabilities, reference, &thresholds()).map_err(at)
}

/// One row for each threshold and scan, with the mean over scans in a column of its own.
fn table(mean: &Curve, curves: &[Vec<f64>], pairs: &[Pair]) -> Result<Table, TableError> {
    let places = || (0..mean.thresholds.len()).flat_map(|i| (0..pairs.len()).map(move |s| (i, s)));
    let number = |name: &str, value: &dyn Fn(usize, usize) -> f64| {
        Column::number(name, places().map(|(i, scan)| Some(value(i, scan))))
    };
    Table::new(vec![
        number(curve::THRESHOLD, &|i, _| f64::from(mean.thresholds[i])),
        Column::text(
            curve::SCAN,
            places().map(|(_, s)| Some(pairs[s].scan.clone())),
        ),
        Column::text(
            curve::SUBJECT,
            places().map(|(_, s)| pairs[s].subject.clone()),
        ),
        number(curve::DICE, &|i, scan| curves[scan][i]),
        number(curve::MEAN_DICE, &|i, _| mean.mean_dice[i]),
        Column::boolean(curve::BEST, places().map(|(i, _)| Some(i == mean.best))),
    ])
}
