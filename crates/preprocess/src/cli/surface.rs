//! `rsom-preprocess detect-surface`.

use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::{fault, volumes};
use crate::{Detection, detect};

/// The command `detect-surface`.
pub(super) fn command() -> Command {
    let about = "Find the depth of a surface in every column of each B-scan";
    Command::new("detect-surface", about, run)
        .input(Port::required("image", Kind::Volume, "Scan"))
        .output(Port::required("output", Kind::Volume, "Depth in voxels, of shape (x, y, 1)"))
        .parameters(Detection::declare())
        .example("rsom-preprocess detect-surface --image scan.nii.gz --output surface.nii.gz")
        .example("rsom-preprocess detect-surface --image oct.nii.gz --output epithelium.nii.gz --feature ridge --choice deepest --scale-vox 20")
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let detection: Detection = invocation.settings()?;
    let path = invocation.input("image")?;
    let scan = ports::load_scan(path)?;
    let surface = detect(&scan, &detection).map_err(fault::of_step(path))?;
    volumes::write_surface(invocation, "output", &surface, scan.grid())?;
    let extreme = |pick: fn(f32, f32) -> f32| surface.depth_vox.iter().copied().reduce(pick);
    Ok(Summary::new()
        .with("mean_depth_vox", surface.mean_vox())
        .with("least_depth_vox", extreme(f32::min))
        .with("greatest_depth_vox", extreme(f32::max)))
}
