//! `rsom-vesselseg predict`.

use ndarray::Axis;
use rsom_io::channels;
use rsom_io::fault::of_file;
use rsom_io::ports;
use rsom_io::prepared::PreparedScan;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, Progress, StageError, Summary, interrupt};
use rsom_training::cli::collapsed;
use rsom_volume::Scan;

use super::predict_parameters::PredictParameters;
use crate::{PredictSettings, predict};

/// The command `predict`.
pub(super) fn command() -> Command {
    Command::new("predict", "Segment the vessels of a scan", run)
        .instruction_set(rsom_nn::instruction_set())
        .input(Port::required("weights", Kind::Weights, "Weights of train or import-weights, or a PyTorch state dict (.pt) of the original network"))
        .input(Port::required("input", Kind::Volume, "Scan to segment, prepared by 'preprocess vessel', or an RGB24 file of the released software"))
        .output(Port::required("output", Kind::Mask, "Mask of the vessels, on the grid of the scan").on_grid_of("input"))
        .output(Port::optional("probabilities", Kind::Probabilities, "Probability of each voxel").on_grid_of("input"))
        .parameters(Settings::declare())
        .example("rsom-vesselseg predict --weights vesnet_gn.pt --input vessel.nii.gz --output vessels.nii.gz --threshold 0.97")
}

#[derive(Debug, Parameters)]
struct Settings {
    /// Probability threshold of vessels (unset: that of the weights file; 0.97 for the released weights).
    #[parameter(min = 0, max = 1)]
    threshold: Option<f32>,
    #[parameter(flatten)]
    how: PredictParameters,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let (weights, input) = (invocation.input("weights")?, invocation.input("input")?);
    let model = settings.how.load(weights)?;
    let PreparedScan { scan, file } = PreparedScan::load(input)?;
    let scan = channels::in_order_of(model.channels.as_deref(), scan, input)?;
    let wanted = PredictSettings {
        threshold: settings.threshold.unwrap_or(model.threshold),
        probabilities: invocation.optional_output("probabilities").is_some(),
        blocks: model.blocks,
        tile: settings.how.tile_vox,
    };
    let mut progress: Option<Progress> = None;
    let mut watch = |_: usize, all: usize| {
        let progress = progress.get_or_insert_with(|| Progress::start("predict", all as u64));
        progress.advance(1);
        !interrupt::requested()
    };
    let found = predict(&model, &scan, &wanted, &mut watch).map_err(|e| of_file(input, e))?;
    if let Some(progress) = progress {
        progress.finish();
    }
    let grid = scan.grid().clone();
    drop(scan);
    if let Some(probabilities) = found.probabilities {
        let names = vec!["probability".into()];
        let probabilities = Scan::new(grid, names, probabilities.insert_axis(Axis(3)))
            .and_then(|scan| file.scan(scan))
            .map_err(StageError::failure)?;
        ports::write_probabilities(invocation, "probabilities", &probabilities)?;
    }
    let (count, voxels) = (found.mask.count(), found.mask.voxels().len());
    let mask = file.mask(found.mask).map_err(StageError::failure)?;
    ports::write_mask(invocation, "output", &mask)?;
    let status = collapsed(input, count, voxels);
    Ok(Summary::new()
        .with("status", status.as_str())
        .with("voxels", count)
        .with("share", count as f64 / voxels as f64)
        .with("threshold", wanted.threshold)
        .text(format!("{count} of {voxels} voxels are in vessels")))
}
