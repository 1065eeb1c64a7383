//! `rsom-preprocess crop`.

use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::fault;
use super::volumes::{self, Volumes};
use crate::Region;

/// The command `crop`.
pub(super) fn command() -> Command {
    let about = "Crop a scan to a box; pad with zeros where the box extends beyond the scan";
    volumes::with_ports(Command::new("crop", about, run))
        .input(Port::optional("surface", Kind::Volume, "Surface of detect-surface, the origin of the range of depths"))
        .parameters(Settings::declare())
        .example("rsom-preprocess crop --image scan.nii.gz --output tissue.nii.gz --surface surface.nii.gz --depth-range-vox -20,150")
        .example("rsom-preprocess crop --mask mask.nii.gz --output-mask part.nii.gz --start 0,0,40 --shape 333,171,200")
}

#[derive(Parameters)]
struct Settings {
    /// First voxel along x, y, z; negative values pad before the scan.
    #[parameter(default = [0, 0, 0], unit = "voxels")]
    start: [isize; 3],
    /// Number of voxels along x, y, z (unset: to the end of the scan).
    #[parameter(min = 1, unit = "voxels")]
    shape: Option<[usize; 3]>,
    /// Range of depths instead. With --surface the start counts from the shallowest point of the surface and the end
    /// from its deepest point; else both count from the top.
    #[parameter(unit = "voxels")]
    depth_range_vox: Option<[isize; 2]>,
    /// Width along x instead: crop or pad both sides equally.
    #[parameter(min = 1, unit = "voxels", advanced)]
    width_vox: Option<usize>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let volumes = Volumes::read(invocation)?;
    let region = region(&settings, invocation, &volumes)?;
    let cropped = volumes.through(&region)?;
    cropped.write(invocation)?;
    Ok(Summary::new()
        .with("start", region.start.to_vec())
        .with("shape", region.shape.to_vec()))
}

fn region(
    settings: &Settings,
    invocation: &Invocation,
    volumes: &Volumes,
) -> Result<Region, StageError> {
    let grid = volumes.grid()?;
    let to_the_end = |a: usize| {
        let left = (grid.shape()[a] as isize).saturating_sub(settings.start[a]);
        usize::try_from(left).unwrap_or(0)
    };
    let mut region = Region {
        start: settings.start,
        shape: settings.shape.unwrap_or([0, 1, 2].map(to_the_end)),
    };
    if region.shape.contains(&0) {
        return Err(StageError::usage(format_args!(
            "--start {:?} lies beyond the end of {grid}",
            settings.start
        )));
    }
    if let Some(width) = settings.width_vox {
        region = region.centered(0, width);
    }
    let surface = invocation.optional_input("surface");
    let Some(range) = settings.depth_range_vox else {
        return match surface {
            Some(_) => Err(StageError::usage("--surface needs --depth-range-vox")),
            None => Ok(region),
        };
    };
    let fault = fault::of_step(&volumes.path);
    match surface {
        Some(path) => {
            let surface = volumes::load_surface(path, &volumes.path, grid)?;
            region.tissue(&surface, range).map_err(fault)
        }
        None => region.depth(range).map_err(fault),
    }
}
