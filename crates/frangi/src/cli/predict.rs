//! `rsom-frangi predict`.

use std::path::Path;

use ndarray::Axis;
use rsom_io::fault::{load_weights, of_file};
use rsom_io::ports;
use rsom_io::prepared::PreparedScan;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, Progress, StageError, Summary, interrupt, log};
use rsom_volume::{Grid, Scan};

use crate::{Model, Polarity, Scales, Settings, Thresholds, predict};

/// The command `predict`.
pub(super) fn command() -> Command {
    Command::new("predict", "Segment the vessels of a scan", run)
        .input(Port::optional("weights", Kind::Weights, "Weights of train (unset: give --low, --high and --sigma-um or --sigma-vox)"))
        .input(Port::required("input", Kind::Volume, "Scan to segment, prepared by 'preprocess vessel', or an RGB24 file of the released software"))
        .output(Port::required("output", Kind::Mask, "Mask of the vessels, on the grid of the scan").on_grid_of("input"))
        .output(Port::optional("probabilities", Kind::Probabilities, "Vesselness of each voxel, from 0 to 1").on_grid_of("input"))
        .parameters(PredictSettings::declare())
        .example("rsom-frangi predict --weights frangi.safetensors --input vessel.nii.gz --output vessels.nii.gz")
        .example("rsom-frangi predict --sigma-um 12,24 --low 0.01 --high 0.2 --input vessel.nii.gz --output vessels.nii.gz --probabilities vesselness.nii.gz")
}

#[derive(Debug, Parameters)]
struct PredictSettings {
    /// Smallest vesselness of a vessel voxel, above 0 (unset: from the weights).
    ///
    /// The best thresholds depend on the scan, above all on its brightest structure: 'train' finds them. Those of the
    /// example find 0.7 to 1.7 times the true voxels of phantoms of at least 128 × 64 × 256 voxels.
    #[parameter(min = 0, max = 1)]
    low: Option<f32>,
    /// Smallest peak vesselness of a vessel (unset: from the weights).
    #[parameter(min = 0, max = 1)]
    high: Option<f32>,
    /// Smallest size of a vessel (unset: from the weights; 0 without weights).
    #[parameter(min = 0, unit = "voxels")]
    min_size_vox: Option<u64>,
    /// Standard deviations of the Gaussians, close to the radii of the vessels (unset: from the weights).
    #[parameter(unit = "µm")]
    sigma_um: Option<Vec<f64>>,
    /// Standard deviations along every axis instead of sigma_um, for scans of unknown voxel size.
    #[parameter(unit = "voxels")]
    sigma_vox: Option<Vec<f64>>,
    /// Suppression of plates; a smaller value suppresses less (unset: from the weights; 0.5 without weights).
    alpha: Option<f64>,
    /// Suppression of blobs; a larger value suppresses less (unset: from the weights; 0.5 without weights).
    beta: Option<f64>,
    /// Norm of the Hessian that separates structure from background, in units of intensity (unset: from the weights;
    /// without weights half of the largest norm of each channel at each scale).
    c: Option<f64>,
    /// Brightness of vessels relative to their surroundings (unset: from the weights; bright without weights).
    polarity: Option<Polarity>,
}

impl PredictSettings {
    fn scales(&self) -> Result<Option<Scales>, StageError> {
        match (&self.sigma_um, &self.sigma_vox) {
            (Some(_), Some(_)) => Err(StageError::usage(
                "give --sigma-um or --sigma-vox, not both",
            )),
            (Some(um), None) => Ok(Some(Scales::Um(um.clone()))),
            (None, vox) => Ok(vox.clone().map(Scales::Vox)),
        }
    }

    /// The model in the weights with the given parameters replaced, or a model from parameters only.
    fn model(&self, weights: Option<Model>) -> Result<Model, StageError> {
        let scales = self.scales()?;
        let mut model = match (weights, scales, self.low, self.high) {
            (Some(mut model), scales, _, _) => {
                model.settings.scales = scales.unwrap_or(model.settings.scales);
                model
            }
            (None, Some(scales), Some(low), Some(high)) => Model {
                settings: Settings::frangi1998(scales),
                thresholds: Thresholds {
                    low,
                    high,
                    min_size_vox: 0,
                },
            },
            _ => {
                return Err(StageError::usage(
                    "give --weights, or --low, --high and --sigma-um (or --sigma-vox)",
                ));
            }
        };
        let Model {
            settings,
            thresholds,
        } = &mut model;
        settings.alpha = self.alpha.unwrap_or(settings.alpha);
        settings.beta = self.beta.unwrap_or(settings.beta);
        settings.c = self.c.or(settings.c);
        settings.polarity = self.polarity.unwrap_or(settings.polarity);
        thresholds.low = self.low.unwrap_or(thresholds.low);
        thresholds.high = self.high.unwrap_or(thresholds.high);
        thresholds.min_size_vox = self.min_size_vox.unwrap_or(thresholds.min_size_vox);
        let sound = settings.check().and_then(|()| thresholds.check());
        sound.map_err(StageError::usage)?;
        Ok(model)
    }
}

/// Warns where a scan is too thin for a scale.
fn warn_of_thin_axes(scales: &Scales, grid: &Grid, input: &Path) -> Result<(), StageError> {
    let thin = scales.thin_axes(grid).map_err(|e| of_file(input, e))?;
    for (axis, voxels, sigma_vox) in thin.into_iter().filter(|(_, voxels, _)| *voxels > 1) {
        log::warn(format_args!(
            "{}: {voxels} voxels along {axis} are fewer than twice the scale of {sigma_vox} voxels; vessels of that scale \
             are hardly found",
            input.display()
        ));
    }
    Ok(())
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: PredictSettings = invocation.settings()?;
    let weights = invocation
        .optional_input("weights")
        .map(|path| load_weights(path, Model::from_bytes));
    let model = settings.model(weights.transpose()?)?;
    let input = invocation.input("input")?;
    let PreparedScan { scan, file } = PreparedScan::load(input)?;
    warn_of_thin_axes(&model.settings.scales, scan.grid(), input)?;
    let mut progress: Option<Progress> = None;
    let mut watch = |done: usize, all: usize| {
        let progress = progress.get_or_insert_with(|| Progress::start("predict", all as u64));
        if done > 0 {
            progress.advance(1);
        }
        !interrupt::requested()
    };
    let found = predict(&model, &scan, &mut watch).map_err(|e| of_file(input, e))?;
    if let Some(progress) = progress {
        progress.finish();
    }
    let grid = scan.grid().clone();
    drop(scan);
    if invocation.optional_output("probabilities").is_some() {
        let names = vec!["probability".into()];
        let probabilities = Scan::new(grid, names, found.vesselness.insert_axis(Axis(3)))
            .and_then(|scan| file.scan(scan))
            .map_err(StageError::failure)?;
        ports::write_probabilities(invocation, "probabilities", &probabilities)?;
    }
    let (count, voxels) = (found.mask.count(), found.mask.voxels().len());
    let mask = file.mask(found.mask).map_err(StageError::failure)?;
    ports::write_mask(invocation, "output", &mask)?;
    Ok(Summary::new()
        .with("voxels", count)
        .with("share", count as f64 / voxels as f64)
        .with("low", model.thresholds.low)
        .with("high", model.thresholds.high)
        .text(format!("{count} of {voxels} voxels are in vessels")))
}
