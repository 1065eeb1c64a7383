//! `rsom-preprocess detect-surface`.

use rsom_io::ports;
use rsom_stage::{Command, Invocation, Kind, Parameter, Port, StageError, Summary};

use super::{fault, volumes};
use crate::{Detection, detect};

/// The command `detect-surface`.
pub(super) fn command() -> Command {
    let about = "Find the depth of a surface in every column, each B-scan by itself";
    Command::new("detect-surface", about, run)
        .input(Port::required("image", Kind::Volume, "Scan"))
        .output(Port::required("output", Kind::Volume, "Depth in voxels, of shape (x, y, 1)"))
        .parameters(parameters())
        .example("rsom-preprocess detect-surface --image scan.nii.gz --output surface.nii.gz")
        .example("rsom-preprocess detect-surface --image oct.nii.gz --output epithelium.nii.gz --feature ridge --choice deepest --scale-vox 20")
}

/// How a surface is looked for, named as the fields of [`Detection`].
pub(super) fn parameters() -> Vec<Parameter> {
    let sigma = |name, about| {
        Parameter::number(name, about)
            .at_least(0.0)
            .at_most(1e4)
            .unit("columns")
    };
    vec![
        Parameter::text("channel", "Channel to look for the surface in [unset: the mean of all]"),
        Parameter::choice("feature", &["rise", "fall", "ridge"], "What the surface looks like from above: dark to bright, bright to dark, or the middle of a bright band").default("rise"),
        Parameter::choice("choice", &["strongest", "shallowest", "deepest"], "Which of several surfaces with at least half the contrast of the strongest").default("strongest"),
        Parameter::integer("scale_vox", "Thickness of the bands that are compared, about that of the bright structure").default(20).at_least(1.0).unit("voxels"),
        sigma("image_sigma_columns", "Gaussian along x that the image is smoothed with").default(3.0),
        Parameter::integer("max_step_vox", "Most change of depth from one column to the next").default(1).at_least(0.0).unit("voxels"),
        Parameter::number("step_cost", "Cost of a voxel of change, in standard deviations of the contrast").default(1.0).at_least(0.0).at_most(1e4),
        sigma("path_sigma_columns", "Gaussian along x that the surface is smoothed with").default(10.0),
    ]
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let detection: Detection = invocation.parameters()?;
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
