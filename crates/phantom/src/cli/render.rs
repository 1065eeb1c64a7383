//! `rsom-phantom render`: renders a tree as a synthetic RSOM scan.

use rsom_formats::nifti::Storage;
use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, log};

use super::files;
use crate::gerl2020::{Gerl2020Config, render};

/// The command `render`.
pub(super) fn command() -> Command {
    let about = "Render a mask of vessels by the rule of Gerl 2020, with noise and reflections";
    Command::new("render", about, run)
        .input(Port::required("input", Kind::Mask, "Mask of vessels, such as that of a tree"))
        .output(Port::required("output", Kind::Volume, "Scan with the channels LF and HF, from 0 to 255"))
        .output(Port::required("labels", Kind::Mask, "Vessels visible in LF or HF: the reference for a network"))
        .parameters(Settings::declare())
        .example("rsom-phantom render --input tree.nii.gz --output scan.nii.gz --labels label.nii.gz --seed 1")
        .example("rsom-phantom render --input tree.nii.gz --output scan.nii.gz --labels label.nii.gz --seed 1 --hf-erosions 0 --sticks 0 --reflection-chance 0")
}

#[derive(Parameters)]
struct Settings {
    /// Seed of noise and reflections.
    #[parameter(required, min = 0)]
    seed: u64,
    #[parameter(flatten)]
    rule: Gerl2020Config,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let Settings { seed, rule } = invocation.settings()?;
    rule.check().map_err(files::fault)?;
    let tree = ports::read_mask(invocation, "input")?;
    let rendered = render(&tree, &rule, seed).map_err(files::fault)?;
    let voxels = rendered.label.count();
    if voxels == 0 {
        log::warn(format_args!(
            "{}: no vessel is thick and long enough to be visible in LF or HF; use fewer erosions, or smaller voxels",
            invocation.input("input")?.display()
        ));
    }
    ports::write_scan(invocation, "output", &rendered.scan, Storage::Uint8)?;
    ports::write_mask(invocation, "labels", &rendered.label)?;
    Ok(Summary::new()
        .with("tree_voxels", tree.count())
        .with("label_voxels", voxels)
        .with("reflections", rendered.reflections))
}
