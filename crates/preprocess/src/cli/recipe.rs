//! `rsom-preprocess layer` and `vessel`: prepare raw scans by a named recipe.

use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::recipe::{GERL2019_RELEASED, GERL2020, RSOM};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};
use rsom_volume::{Axes, Mask};

use super::{raw, volumes};
use crate::{PreprocessError, Purpose, Recipe, prepare_raw};

/// The command `layer`.
pub(super) fn layer_command() -> Command {
    let about = "Prepare a raw RSOM scan for the networks of the epidermis";
    with_ports(Command::new("layer", about, |invocation| run(invocation, Purpose::Layer)))
        .output(Port::optional("shifts", Kind::Labels, "Shift of each column in voxels, for unflatten"))
        .example("rsom-preprocess layer --input scan.nii.gz --recipe gerl2019 --output prepared.nii.gz")
        .example("rsom-preprocess layer --lf R_20200102_EX01_LF.mat --hf R_20200102_EX01_HF.mat --surface Surf_20200102_.mat --output prepared.nii.gz")
}

/// The command `vessel`.
pub(super) fn vessel_command() -> Command {
    let about = "Prepare a raw RSOM scan for the vessel network: first cut away the epidermis";
    with_ports(Command::new("vessel", about, |invocation| run(invocation, Purpose::Vessel)))
        .input(Port::optional("layer", Kind::Mask, "Mask of the epidermis on the scan prepared by 'layer' (unset: nothing is cut away)"))
        .example("rsom-preprocess vessel --lf R_20200102_EX01_LF.mat --hf R_20200102_EX01_HF.mat --surface Surf_20200102_.mat --layer layer.nii.gz --output vessel.nii.gz")
}

fn with_ports(command: Command) -> Command {
    command
        .input(Port::optional(
            "lf",
            Kind::Document,
            "MATLAB file of the low frequencies (variable R: z, y, x)",
        ))
        .input(Port::optional(
            "hf",
            Kind::Document,
            "MATLAB file of the high frequencies",
        ))
        .input(Port::optional(
            "surface",
            Kind::Document,
            "MATLAB file of the skin surface, with surfSmooth, dx and dy (unset: the skin is not leveled)",
        ))
        .input(Port::optional(
            "input",
            Kind::Volume,
            "Raw scan of 'io import rsom-mat', instead of the MATLAB files",
        ))
        .output(Port::required(
            "output",
            Kind::Volume,
            "The prepared scan: channels LF and HF, whole numbers from 0 to 255",
        ))
        .parameters(Settings::declare())
        .recipe(GERL2020, [("recipe", "gerl2019")])
        .recipe(GERL2019_RELEASED, [("recipe", "gerl2019")])
        .recipe(RSOM, [("recipe", "rsom")])
}

#[derive(Parameters)]
struct Settings {
    /// Preparation: 'gerl2019' equals the released software voxel for voxel, 'rsom' corrects its errors.
    #[parameter(default = Recipe::Rsom)]
    recipe: Recipe,
}

fn run(invocation: &Invocation, purpose: Purpose) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let wants_shifts = invocation.optional_output("shifts").is_some();
    let without = ["surface", "input"].map(|port| invocation.optional_input(port).is_none());
    if wants_shifts && without == [true, true] {
        return Err(StageError::usage("--shifts needs --surface"));
    }
    let scan = raw::read(invocation)?;
    if wants_shifts && scan.surface.is_none() {
        let path = invocation.input("input")?;
        return Err(StageError::input(
            path,
            "--shifts needs a surface, but this scan has none",
        ));
    }
    let [x, y, _] = scan.channels[0].shape();
    let layer = match invocation.optional_input("layer") {
        Some(path) => Some(turned(ports::load_mask(path)?, [x, y])?),
        None => None,
    };
    let prepared = prepare_raw(scan, purpose, settings.recipe, layer.as_ref())
        .map_err(|error| of_recipe(invocation, error))?;
    let [lf, hf] = prepared.channels.each_ref().map(|voxels| voxels.view());
    let channels = [("LF", lf), ("HF", hf)];
    ports::write_bytes(invocation, "output", &prepared.grid, &channels)?;
    if let Some(shifts) = &prepared.shifts
        && invocation.optional_output("shifts").is_some()
    {
        volumes::write_shifts(invocation, "shifts", shifts, &prepared.grid)?;
    }
    let summary = Summary::new().with("shape", prepared.grid.shape().to_vec());
    Ok(match purpose {
        Purpose::Layer => summary,
        Purpose::Vessel => summary.with("cut_depth_vox", prepared.cut_depth_vox),
    })
}

/// Attributes an error to the file that causes it.
fn of_recipe(invocation: &Invocation, error: PreprocessError) -> StageError {
    let port = match &error {
        PreprocessError::BadSkinMap(_) => "surface",
        PreprocessError::NothingPositive("HF") => "hf",
        PreprocessError::LayerShape { .. } | PreprocessError::EmptyRange { .. } => "layer",
        _ => "lf",
    };
    match invocation.input(port).or(invocation.input("input")) {
        Ok(path) => StageError::input(path, error),
        Err(_) => StageError::failure(error),
    }
}

/// Masks of the released software have the axes (z, y, x): reverses the axes when only the reversed columns match the
/// scan.
fn turned(mask: Mask, columns: [usize; 2]) -> Result<Mask, StageError> {
    let [a, b, c] = mask.grid().shape();
    if [a, b] != columns && [c, b] == columns {
        return Axes::ZYX.mask(mask).map_err(StageError::failure);
    }
    Ok(mask)
}
