//! `rsom-io convert`: NIfTI to NIfTI with another type, compression, order of axes, channels or voxel size.

use std::path::Path;

use ndarray::{Array4, Axis};
use rsom_parameters::{OrAuto, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};
use rsom_volume::{Grid, LabelMap, Mask, Scan, Spacing};

use super::content::Content;
use super::orientation::Reorientation;
use crate::ports;
use rsom_formats::nifti::{self, Reading, Storage, VoxelType};
use rsom_volume::Axes;

/// The command that rewrites volumes.
pub(super) fn commands() -> Vec<Command> {
    let about = "Convert a volume: type, compression, order of axes, channels or voxel size";
    vec![
        Command::new("convert", about, run)
            .input(Port::required("input", Kind::Document, "NIfTI-1 or NIfTI-2 file (.nii, .hdr, .img; also .gz)"))
            .output(Port::required("output", Kind::Volume, "NIfTI-1 file; a name that ends in .gz compresses it"))
            .parameters(Settings::declare())
            .example("rsom-io convert --input prepared_rgb.nii.gz --axes zyx --channels R,G --channel-names LF,HF --spacing-mm 0.012,0.012,0.003 --output prepared.nii.gz")
            .example("rsom-io convert --input mask.nii --kind mask --axes zyx --output mask.nii.gz")
            .example("rsom-io convert --input upside_down.nii.gz --orientation reorder --output scan.nii.gz"),
    ]
}

#[derive(Parameters)]
struct Settings {
    /// Type of the voxels: intensities, a mask, or labels.
    #[parameter(default = Content::Volume)]
    kind: Content,
    /// Type to store intensities as; 'auto' keeps the small integers of the input and uses float32 for all else.
    #[parameter(default = OrAuto::Auto, name = "type")]
    storage: OrAuto<Storage>,
    /// Order of the axes in the input, such as zyx; the output is xyz.
    #[parameter(default = "xyz")]
    axes: String,
    /// Axes that do not point right, anterior and inferior (see 'inspect'): 'keep' them; 'reorder' and flip the voxels so that
    /// they do; 'restate' in the header that they do, because the header is wrong.
    #[parameter(default = Reorientation::Keep)]
    orientation: Reorientation,
    /// Names of the channels to keep, in this order (unset: all).
    channels: Option<Vec<String>>,
    /// New names of these channels.
    channel_names: Option<Vec<String>>,
    /// Voxel size of the output along x, y, z (unset: that of the input). It also mends a file whose own voxel size is zero,
    /// negative or not finite.
    #[parameter(unit = "mm")]
    spacing_mm: Option<[f64; 3]>,
    /// Write that the voxel size is unknown, for example after a program wrote 1 mm for it.
    unknown_spacing: bool,
    /// Value to replace NaN and infinite voxels with (unset: such voxels are refused).
    replace_non_finite: Option<f64>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let path = invocation.input("input")?;
    let axes = Axes::parse(&settings.axes).ok_or_else(|| {
        StageError::usage(format_args!(
            "--axes: '{}' is not an order of x, y and z; write for example zyx",
            settings.axes
        ))
    })?;
    if settings.kind == Content::Volume {
        return scan(invocation, &settings, axes);
    }
    let for_scans = settings.channels.is_some()
        || settings.channel_names.is_some()
        || settings.replace_non_finite.is_some()
        || settings.storage != OrAuto::Auto;
    if for_scans {
        let fault =
            "--type, --channels, --channel-names and --replace-non-finite need --kind volume";
        return Err(StageError::usage(fault));
    }
    let grid = if settings.kind == Content::Mask {
        let mask = axes.mask(ports::load_mask_with(path, reading(&settings))?);
        let (grid, voxels) = mask.map_err(StageError::failure)?.into_parts();
        let (grid, voxels) = settings.orientation.apply(&grid, voxels)?;
        let mask = Mask::new(respaced(grid, &settings)?, voxels);
        let mask = mask.map_err(StageError::failure)?;
        ports::write_mask(invocation, "output", &mask)?;
        mask.grid().clone()
    } else {
        let labels = axes.labels(&ports::load_labels_with(path, reading(&settings))?);
        let labels = labels.map_err(StageError::failure)?;
        let turned = settings
            .orientation
            .apply(labels.grid(), labels.labels().clone())?;
        let grid = respaced(turned.0, &settings)?;
        let labels = LabelMap::new(grid, turned.1, labels.names().clone());
        let labels = labels.map_err(StageError::failure)?;
        ports::write_labels(invocation, "output", &labels)?;
        labels.grid().clone()
    };
    Ok(Summary::new().with("shape", grid.shape().to_vec()))
}

fn scan(invocation: &Invocation, settings: &Settings, axes: Axes) -> Result<Summary, StageError> {
    let path = invocation.input("input")?;
    let (scan, replaced) = match settings.replace_non_finite {
        None => (ports::load_scan_with(path, reading(settings))?, 0),
        Some(value) => finite(path, value as f32, reading(settings))?,
    };
    let scan = with_channels(scan, settings, path)?;
    let scan = axes.scan(scan).map_err(StageError::failure)?;
    let (grid, names, intensities) = scan.into_parts();
    let (grid, intensities) = settings.orientation.apply(&grid, intensities)?;
    let scan = Scan::new(respaced(grid, settings)?, names, intensities);
    let scan = scan.map_err(StageError::failure)?;
    ports::write_scan(
        invocation,
        "output",
        &scan,
        storage(settings.storage, path)?,
    )?;
    Ok(Summary::new()
        .with("shape", scan.grid().shape().to_vec())
        .with("channels", scan.channels().to_vec())
        .with("replaced", replaced))
}

/// How to read the input: a given voxel size also stands for one that is zero or negative in the file. What is to be stored as
/// an integer must not be rounded before.
fn reading(settings: &Settings) -> Reading {
    let as_integer = !matches!(
        settings.storage,
        OrAuto::Auto | OrAuto::Given(Storage::Float32)
    );
    Reading {
        spacing_mm: settings.spacing_mm,
        exact: as_integer,
        ..Reading::DEFAULT
    }
}

/// Reads a scan, replaces NaN and infinite voxels with `value`, and returns how many it replaced.
fn finite(path: &Path, value: f32, reading: Reading) -> Result<(Scan, usize), StageError> {
    let reading = Reading {
        keep_non_finite: true,
        ..reading
    };
    let scan = ports::load_scan_with(path, reading)?;
    let (grid, names, mut intensities) = scan.into_parts();
    let mut replaced = 0;
    for voxel in intensities.iter_mut().filter(|v| !v.is_finite()) {
        *voxel = value;
        replaced += 1;
    }
    let scan = Scan::new(grid, names, intensities).map_err(StageError::failure)?;
    Ok((scan, replaced))
}

fn with_channels(scan: Scan, settings: &Settings, path: &Path) -> Result<Scan, StageError> {
    let (grid, names, intensities) = scan.into_parts();
    let wanted = settings.channels.as_ref().unwrap_or(&names);
    let mut kept = Vec::new();
    for name in wanted {
        let place = names
            .iter()
            .position(|known| known == name)
            .ok_or_else(|| {
                let known = names.join(", ");
                StageError::input(
                    path,
                    format_args!("there is no channel '{name}'; the channels are {known}"),
                )
            })?;
        kept.push(place);
    }
    let new_names = settings.channel_names.as_ref().unwrap_or(wanted);
    if new_names.len() != kept.len() || kept.is_empty() {
        let (given, channels) = (new_names.len(), kept.len());
        let fault = format_args!("--channel-names: {given} names for {channels} channels");
        return Err(StageError::usage(fault));
    }
    let selected: Array4<f32> = intensities.select(Axis(3), &kept);
    Scan::new(grid, new_names.clone(), selected).map_err(StageError::failure)
}

/// The grid with another voxel size; its axis directions and the position of the first voxel stay the same.
///
/// An unknown size is written as steps of 1.
fn respaced(grid: Grid, settings: &Settings) -> Result<Grid, StageError> {
    let (mm, spacing) = match (settings.spacing_mm, settings.unknown_spacing) {
        (None, false) => return Ok(grid),
        (Some(mm), false) => (mm, Spacing::Millimetres(mm)),
        (None, true) => ([1.0; 3], Spacing::Unknown),
        (Some(_), true) => {
            let fault = "--spacing-mm and --unknown-spacing exclude each other";
            return Err(StageError::usage(fault));
        }
    };
    let mut affine = *grid.affine();
    for axis in 0..3 {
        let squares: f64 = affine.iter().map(|row| row[axis] * row[axis]).sum();
        for row in &mut affine {
            row[axis] *= mm[axis] / squares.sqrt();
        }
    }
    Grid::with_affine(grid.shape(), spacing, affine)
        .map_err(|e| StageError::usage(format_args!("--spacing-mm: {e}")))
}

fn storage(wanted: OrAuto<Storage>, path: &Path) -> Result<Storage, StageError> {
    if let OrAuto::Given(storage) = wanted {
        return Ok(storage);
    }
    let header = nifti::read_header(path).map_err(|e| ports::at_input(path, e))?;
    Ok(match header.voxel_type {
        _ if header.scaling.is_some() => Storage::Float32,
        VoxelType::Uint8 | VoxelType::Rgb24 | VoxelType::Rgba32 => Storage::Uint8,
        VoxelType::Uint16 => Storage::Uint16,
        VoxelType::Int16 | VoxelType::Int8 => Storage::Int16,
        _ => Storage::Float32,
    })
}
