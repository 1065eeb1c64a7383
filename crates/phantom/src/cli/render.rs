//! `rsom-phantom render`: a tree as an RSOM scanner might show it.

use rsom_formats::nifti::Storage;
use rsom_io::ports;
use rsom_stage::{Command, Invocation, Kind, Parameter, Port, StageError, Summary, log};
use serde::Deserialize;

use super::files;
use crate::gerl2020::{Gerl2020Config, render};

/// The command `render`.
pub(super) fn command() -> Command {
    let about =
        "Render a mask of vessels by the rule of the paper's authors, with noise and reflections";
    Command::new("render", about, run)
        .input(Port::required("input", Kind::Mask, "Vessels, such as those of a tree"))
        .output(Port::required("output", Kind::Volume, "Scan with the channels LF and HF, from 0 to 255"))
        .output(Port::required("labels", Kind::Mask, "What shines in LF or HF: the truth for a network that sees the scan"))
        .parameter(Parameter::integer("seed", "Seed of noise and reflections").required().at_least(0.0))
        .parameters(parameters())
        .example("rsom-phantom render --input tree.nii.gz --output scan.nii.gz --labels label.nii.gz --seed 1")
        .example("rsom-phantom render --input tree.nii.gz --output scan.nii.gz --labels label.nii.gz --seed 1 --hf-erosions 0 --sticks 0 --reflection-chance 0")
}

/// One parameter for each field of [`Gerl2020Config`], whose check holds the exact ranges.
#[rustfmt::skip]
fn parameters() -> Vec<Parameter> {
    let rule = Gerl2020Config::RULE;
    let whole = |name: &str, value: usize, about: &str| Parameter::integer(name, about).default(value as i64).at_least(0.0);
    let number = |name: &str, value: f64, about: &str| Parameter::number(name, about).default(value).at_least(0.0);
    vec![
        whole("lf_erosions", rule.lf_erosions, "How often the vessels are eroded before the thick ones are drawn into LF"),
        whole("lf_least_voxels", rule.lf_least_voxels, "Smallest object that is then drawn").unit("voxels"),
        whole("hf_erosions", rule.hf_erosions, "How often the vessels are eroded before their skeleton is drawn into HF; 0 shows thin vessels too"),
        whole("hf_least_voxels", rule.hf_least_voxels, "Smallest object of the dilated skeleton that is drawn").unit("voxels"),
        Parameter::flag("hf_keep_topology", "Draw vessels into HF whose skeleton scikit-image would lose because they are an even number of voxels wide"),
        number("arc_share", rule.arc_share, "Share of the places beside vessels, at two distances, that hold an arc; 0 for none").at_most(1.0),
        whole("sticks", rule.sticks, "Number of sticks, short structures that are no vessels"),
        number("background_sd", rule.background_sd, "Standard deviation of the background in HF, of which only bright voxels are kept").unit("of 3"),
        number("foreground_sd", rule.foreground_sd, "Standard deviation of the noise on vessels").unit("of 3"),
        number("reflection_chance", rule.reflection_chance, "Probability of one or two reflection layers in LF").at_most(1.0),
    ]
}

#[derive(Deserialize)]
struct Settings {
    seed: u64,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.parameters()?;
    let config: Gerl2020Config = invocation.parameters()?;
    config.check().map_err(files::fault)?;
    let tree = ports::read_mask(invocation, "input")?;
    let rendered = render(&tree, &config, settings.seed).map_err(files::fault)?;
    let voxels = rendered.label.count();
    if voxels == 0 {
        log::warn(format_args!(
            "{}: no vessel is thick and long enough to shine in LF or HF; erode less, or give it more voxels",
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
