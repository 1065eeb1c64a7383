//! `rsom-preprocess mask-layer`.

use std::path::Path;

use rsom_io::ports;
use rsom_stage::{Command, Invocation, Kind, Parameter, Port, StageError, Summary, log};
use rsom_volume::{Mask, Scan};
use serde::Deserialize;

use super::{fault, normalize, volumes};
use crate::mask_layer;

/// The command `mask-layer`.
pub(super) fn command() -> Command {
    let about =
        "Set the epidermis and all above it to zero, in every column, before vessels are sought";
    Command::new("mask-layer", about, run)
        .input(Port::required("image", Kind::Volume, "Scan"))
        .input(Port::optional("layer", Kind::Mask, "Mask of the epidermis on the scan's grid; unset: nothing is set to zero"))
        .output(Port::required("output", Kind::Volume, "The scan without its epidermis"))
        .parameter(
            Parameter::choice(
                "stretch",
                &["after", "before"],
                "When 'window' looks at the intensities: after the epidermis is gone (its zeros count as voxels), or before, so that the scale is that of the whole scan",
            )
            .default("after"),
        )
        .parameters(window())
        .example("rsom-preprocess mask-layer --image scan.nii.gz --layer epidermis.nii.gz --output below.nii.gz")
        .example("rsom-preprocess mask-layer --image scan.nii.gz --layer epidermis.nii.gz --window max --stretch before --output below.nii.gz")
}

/// How intensities are stretched; unasked they stay as they are.
fn window() -> Vec<Parameter> {
    let all = normalize::parameters(&["none", "max", "percentile", "z_score"]);
    let unasked = |parameter: Parameter| match parameter.name.as_str() {
        "window" => parameter.default("none"),
        _ => parameter,
    };
    all.into_iter().map(unasked).collect()
}

#[derive(Deserialize)]
struct Settings {
    stretch: Stretch,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stretch {
    After,
    Before,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let Settings { stretch } = invocation.parameters()?;
    let path = invocation.input("image")?;
    let mut scan = ports::load_scan(path)?;
    let layer = invocation.optional_input("layer");
    let layer = layer.map(|of| load(of, path, &scan)).transpose()?;
    if stretch == Stretch::Before {
        scan = stretched(invocation, scan)?;
    }
    let mut without: Option<usize> = None;
    if let Some(layer) = &layer {
        let below = mask_layer(scan, layer).map_err(fault::of_step(path))?;
        scan = below.scan;
        without = Some(below.columns_without_layer);
    }
    if stretch == Stretch::After {
        scan = stretched(invocation, scan)?;
    }
    if let (Some(columns @ 1..), Some(layer)) = (without, invocation.optional_input("layer")) {
        let of = scan.grid().shape()[0] * scan.grid().shape()[1];
        let path = layer.display();
        log::warn(format_args!(
            "{path}: {columns} of {of} columns have no layer; nothing is set to zero there"
        ));
    }
    ports::write_scan(invocation, "output", &scan, volumes::storage(&scan))?;
    Ok(Summary::new().with("columns_without_layer", without))
}

fn load(layer: &Path, path: &Path, scan: &Scan) -> Result<Mask, StageError> {
    let mask = ports::load_mask(layer)?;
    ports::require_same_grid(path, scan.grid(), layer, mask.grid())?;
    Ok(mask)
}

fn stretched(invocation: &Invocation, scan: Scan) -> Result<Scan, StageError> {
    let settings: normalize::Settings = invocation.parameters()?;
    let Some((window, range)) = settings.window() else {
        return Ok(scan);
    };
    crate::normalize(scan, window, range).map_err(fault::of_step(invocation.input("image")?))
}
