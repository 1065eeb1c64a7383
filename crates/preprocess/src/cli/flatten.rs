//! `rsom-preprocess flatten` and `unflatten`.

use rsom_formats::nifti;
use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::fault;
use super::volumes::{self, Volumes};
use crate::{Flattening, Shifts, way_back};

/// The command `flatten`.
pub(super) fn flatten_command() -> Command {
    let about = "Level a surface: shift the columns of scan, labels and mask along depth by the same amounts";
    volumes::with_ports(Command::new("flatten", about, flatten))
        .input(Port::required("surface", Kind::Volume, "Surface of detect-surface: depths in voxels, of shape (x, y, 1)"))
        .output(Port::optional("shifts", Kind::Labels, "Shift of each column in voxels, of shape (x, y, 1), for unflatten"))
        .parameters(Settings::declare())
        .example("rsom-preprocess flatten --image scan.nii.gz --surface surface.nii.gz --output flat.nii.gz --shifts shifts.nii.gz")
}

/// The command `unflatten`.
pub(super) fn unflatten_command() -> Command {
    let about = "Undo flatten or prepare: shift each column back";
    volumes::with_ports(Command::new("unflatten", about, unflatten))
        .input(Port::required("shifts", Kind::Labels, "Shifts of flatten or prepare"))
        .input(Port::optional("like", Kind::Volume, "Scan before flattening and cropping; the result takes its grid"))
        .example("rsom-preprocess unflatten --mask predicted.nii.gz --shifts shifts.nii.gz --like scan.nii.gz --output-mask mask.nii.gz")
}

#[derive(Parameters)]
struct Settings {
    /// Depth of the surface after leveling (unset: its mean depth).
    #[parameter(unit = "voxels")]
    reference_vox: Option<i32>,
}

fn flatten(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let volumes = Volumes::read(invocation)?;
    let grid = volumes.grid()?.clone();
    let surface = volumes::load_surface(invocation.input("surface")?, &volumes.path, &grid)?;
    let reference = settings
        .reference_vox
        .map_or_else(|| surface.mean_vox().round(), f64::from);
    let shifts = Shifts::to_level(&surface, reference);
    let step = Flattening::in_place(shifts.clone());
    volumes.through(&step)?.write(invocation)?;
    if invocation.optional_output("shifts").is_some() {
        volumes::write_shifts(invocation, "shifts", &shifts, &grid)?;
    }
    Ok(Summary::new().with("reference_vox", reference))
}

fn unflatten(invocation: &Invocation) -> Result<Summary, StageError> {
    let volumes = Volumes::read(invocation)?;
    let flat = volumes.grid()?.clone();
    let shifts = volumes::load_shifts(invocation.input("shifts")?, &volumes.path, &flat)?;
    let original = match invocation.optional_input("like") {
        Some(path) => nifti::read_grid(path).map_err(|e| ports::at_input(path, e))?,
        None => flat.clone(),
    };
    let (unroll, place) =
        way_back(&flat, &shifts, &original).map_err(fault::of_step(&volumes.path))?;
    volumes
        .through(&unroll)?
        .through(&place)?
        .write(invocation)?;
    Ok(Summary::new().with("shape", original.shape().to_vec()))
}
