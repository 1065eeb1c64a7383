//! `rsom-preprocess mask-layer`.

use std::path::Path;

use rsom_io::ports;
use rsom_parameters::{Choice, OrNone, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, log};
use rsom_volume::{Mask, Scan};

use super::normalize::{Details, WindowKind};
use super::{fault, volumes};
use crate::mask_layer;

/// The command `mask-layer`.
pub(super) fn command() -> Command {
    let about = "Set the epidermis and everything above it to zero, before the search for vessels";
    Command::new("mask-layer", about, run)
        .input(Port::required("image", Kind::Volume, "Scan"))
        .input(Port::optional("layer", Kind::Mask, "Mask of the epidermis on the grid of the scan (unset: nothing is set to zero)"))
        .output(Port::required("output", Kind::Volume, "The scan without its epidermis"))
        .parameters(Settings::declare())
        .example("rsom-preprocess mask-layer --image scan.nii.gz --layer epidermis.nii.gz --output below.nii.gz")
        .example("rsom-preprocess mask-layer --image scan.nii.gz --layer epidermis.nii.gz --window max --stretch before --output below.nii.gz")
}

#[derive(Parameters)]
struct Settings {
    /// When to apply 'window': 'after' the epidermis is set to zero (its zeros count as voxels), or 'before', with the
    /// scale of the whole scan.
    #[parameter(default = Stretch::After)]
    stretch: Stretch,
    /// Intensities that become bottom and top: 0 and the maximum, two percentiles, or mean ± standard deviations; 'none'
    /// keeps intensities.
    #[parameter(default = OrNone::None, advanced)]
    window: OrNone<WindowKind>,
    #[parameter(flatten)]
    details: Details,
}

#[derive(Clone, Copy, PartialEq, Choice)]
enum Stretch {
    After,
    Before,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let path = invocation.input("image")?;
    let mut scan = ports::load_scan(path)?;
    let layer = invocation.optional_input("layer");
    let layer = layer.map(|of| load(of, path, &scan)).transpose()?;
    if settings.stretch == Stretch::Before {
        scan = stretched(invocation, &settings, scan)?;
    }
    let mut without: Option<usize> = None;
    if let Some(layer) = &layer {
        let below = mask_layer(scan, layer).map_err(fault::of_step(path))?;
        scan = below.scan;
        without = Some(below.columns_without_layer);
    }
    if settings.stretch == Stretch::After {
        scan = stretched(invocation, &settings, scan)?;
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

fn stretched(invocation: &Invocation, settings: &Settings, scan: Scan) -> Result<Scan, StageError> {
    let Some((window, range)) = settings.details.window(settings.window) else {
        return Ok(scan);
    };
    crate::normalize(scan, window, range).map_err(fault::of_step(invocation.input("image")?))
}
