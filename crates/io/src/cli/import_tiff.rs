//! `rsom-io import tiff`.

use std::path::Path;

use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, log};

use super::as_content::{require_content, write_as};
use super::content::{Content, Values};
use super::pictures::{self, storage};
use crate::{bscans, ports};
use rsom_formats::images::{self, PaletteUse, Reading, Stack};

/// Largest relative difference between a given voxel size and that of the file without a warning.
const SPACING_TOLERANCE: f64 = 0.01;

/// The command that imports TIFF stacks.
pub(super) fn commands() -> Vec<Command> {
    vec![
        Command::new("import tiff", "Convert the pages of a TIFF stack to a volume", run)
            .input(Port::required("input", Kind::Document, "TIFF stack; pages are depth, where the file does not describe slices and channels (ImageJ, OME, tifffile)"))
            .output(Port::required("output", Kind::Volume, "Volume (x: columns, y: rows, z: slices), or (x, y, z, channel)"))
            .parameters(Settings::declare())
            .example("rsom-io import tiff --input stack.tif --spacing-mm 0.00062,0.00062,0.005 --output stack.nii.gz"),
    ]
}

#[derive(Parameters)]
struct Settings {
    #[parameter(flatten)]
    values: Values,
    /// Which values a picture with a palette has (unset: indices for masks and labels; intensities in a TIFF need it).
    palette: Option<PaletteUse>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let path = invocation.input("input")?;
    let reading = Reading {
        content: match settings.values.kind {
            Content::Volume => images::Content::Intensities,
            Content::Mask => images::Content::Mask,
            Content::Labels => images::Content::Labels,
        },
        palette: settings.palette,
    };
    let stack = pictures::read(&[path.to_path_buf()], reading)?;
    if stack.slices.iter().all(|picture| picture.channels == 1) {
        let values = stack.slices.iter().flat_map(|picture| &picture.values);
        require_content(values.copied(), settings.values.kind)
            .map_err(|e| ports::at_input(path, e))?;
    }
    let intensities = bscans::stack_pages(&stack.slices).map_err(|e| StageError::input(path, e))?;
    let spacing_mm = spacing(path, &stack, settings.values.spacing_mm);
    let rgb = stack.slices.first().is_some_and(|picture| picture.rgb);
    let scan = pictures::scan(intensities, rgb, spacing_mm)?;
    write_as(
        invocation,
        path,
        &scan,
        settings.values.kind,
        storage(&stack.slices),
    )
}

/// The voxel size: the given one, else that of the file when the file states all of it.
fn spacing(path: &Path, stack: &Stack, given: Option<[f64; 3]>) -> Option<[f64; 3]> {
    let name = path.display();
    let words = |size: [f64; 3]| format!("{} × {} × {} mm", size[0], size[1], size[2]);
    match (given, stack.spacing_mm()) {
        (Some(given), Some(stated)) => {
            let differ = |(a, b): (f64, f64)| (a / b - 1.0).abs() > SPACING_TOLERANCE;
            if given.into_iter().zip(stated).any(differ) {
                let (given, stated) = (words(given), words(stated));
                log::warn(format_args!(
                    "{name}: its voxel size is {stated}, but {given} was given and is used"
                ));
            }
            Some(given)
        }
        (None, Some(stated)) => {
            let stated_words = words(stated);
            log::info(format_args!(
                "{name}: its voxel size of {stated_words} is used; --spacing-mm overrides it"
            ));
            Some(stated)
        }
        (None, None) => {
            if stack.pixel_mm.iter().any(Option::is_some) {
                let size = stack
                    .pixel_mm
                    .map(|mm| mm.map_or("unknown".to_owned(), |mm| mm.to_string()));
                let size = size.join(" × ");
                log::info(format_args!(
                    "{name}: its voxel size is {size} mm, which is incomplete and not used; give --spacing-mm"
                ));
            }
            None
        }
        (given, None) => given,
    }
}
