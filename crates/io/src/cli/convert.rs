//! `rsom-io convert`: NIfTI to NIfTI with another type, compression, order of axes, channels or voxel size.

use std::path::Path;

use ndarray::{Array4, Axis};
use rsom_stage::{Command, Invocation, Kind, Parameter, Port, StageError, Summary};
use rsom_volume::{Grid, LabelMap, Mask, Scan, Spacing};
use serde::Deserialize;

use crate::ports;
use rsom_formats::nifti::{self, Reading, Storage, VoxelType};
use rsom_volume::Axes;

/// The command that rewrites volumes.
pub(super) fn commands() -> Vec<Command> {
    let about =
        "Rewrite a volume with another type, compression, order of axes, channels or voxel size";
    vec![
        Command::new("convert", about, run)
            .input(Port::required("input", Kind::Document, "NIfTI-1 or NIfTI-2 file (.nii, .hdr, .img; also .gz)"))
            .output(Port::required("output", Kind::Volume, "NIfTI-1 file, compressed when its name ends in .gz"))
            .parameter(Parameter::choice("kind", &["volume", "mask", "labels"], "What the voxels are").default("volume"))
            .parameter(
                Parameter::choice("type", &["auto", "uint8", "uint16", "int16", "float32"], "How intensities are stored; auto keeps small integers and makes all else float32")
                    .default("auto"),
            )
            .parameter(Parameter::text("axes", "Order of the axes in the input, such as zyx; the output has x, y, z").default("xyz"))
            .parameter(Parameter::texts("channels", "Channels to keep, by name, in this order; all when left out"))
            .parameter(Parameter::texts("channel_names", "New names of the kept channels"))
            .parameter(Parameter::numbers("spacing_mm", "Voxel size along x, y, z of the output, instead of the input's").count(3).unit("mm"))
            .parameter(Parameter::number("replace_non_finite", "Value to put in the place of NaN and infinite voxels, which are refused otherwise"))
            .example("rsom-io convert --input prepared_rgb.nii.gz --axes zyx --channels R,G --channel-names LF,HF --spacing-mm 0.012,0.012,0.003 --output prepared.nii.gz")
            .example("rsom-io convert --input mask.nii --kind mask --axes zyx --output mask.nii.gz"),
    ]
}

#[derive(Deserialize)]
struct Settings {
    kind: String,
    #[serde(rename = "type")]
    storage: String,
    axes: String,
    channels: Option<Vec<String>>,
    channel_names: Option<Vec<String>>,
    spacing_mm: Option<[f64; 3]>,
    replace_non_finite: Option<f64>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.parameters()?;
    let path = invocation.input("input")?;
    let axes = Axes::parse(&settings.axes).ok_or_else(|| {
        StageError::usage(format_args!(
            "--axes: '{}' is no order of x, y and z",
            settings.axes
        ))
    })?;
    if settings.kind == "volume" {
        return scan(invocation, &settings, axes);
    }
    let for_scans = settings.channels.is_some()
        || settings.channel_names.is_some()
        || settings.replace_non_finite.is_some()
        || settings.storage != "auto";
    if for_scans {
        let fault = "--type, --channels, --channel-names and --replace-non-finite are for volumes";
        return Err(StageError::usage(fault));
    }
    let grid = if settings.kind == "mask" {
        let mask = axes.mask(ports::load_mask(path)?);
        let (grid, voxels) = mask.map_err(StageError::failure)?.into_parts();
        let mask = Mask::new(respaced(grid, settings.spacing_mm)?, voxels);
        let mask = mask.map_err(StageError::failure)?;
        ports::write_mask(invocation, "output", &mask)?;
        mask.grid().clone()
    } else {
        let labels = axes.labels(&ports::load_labels(path)?);
        let labels = labels.map_err(StageError::failure)?;
        let grid = respaced(labels.grid().clone(), settings.spacing_mm)?;
        let labels = LabelMap::new(grid, labels.labels().clone(), labels.names().clone());
        let labels = labels.map_err(StageError::failure)?;
        ports::write_labels(invocation, "output", &labels)?;
        labels.grid().clone()
    };
    Ok(Summary::new().with("shape", grid.shape().to_vec()))
}

fn scan(invocation: &Invocation, settings: &Settings, axes: Axes) -> Result<Summary, StageError> {
    let path = invocation.input("input")?;
    let (scan, replaced) = match settings.replace_non_finite {
        None => (ports::load_scan(path)?, 0),
        Some(value) => finite(path, value as f32)?,
    };
    let scan = with_channels(scan, settings, path)?;
    let scan = axes.scan(scan).map_err(StageError::failure)?;
    let (grid, names, intensities) = scan.into_parts();
    let scan = Scan::new(respaced(grid, settings.spacing_mm)?, names, intensities);
    let scan = scan.map_err(StageError::failure)?;
    ports::write_scan(
        invocation,
        "output",
        &scan,
        storage(&settings.storage, path)?,
    )?;
    Ok(Summary::new()
        .with("shape", scan.grid().shape().to_vec())
        .with("channels", scan.channels().to_vec())
        .with("replaced", replaced))
}

/// Reads a scan with another value in the place of NaN and infinite voxels, and says how many there were.
fn finite(path: &Path, value: f32) -> Result<(Scan, usize), StageError> {
    let reading = Reading {
        keep_non_finite: true,
        ..Reading::DEFAULT
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
                    format_args!("it has no channel '{name}'; it has {known}"),
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

/// The grid with another voxel size; directions and the place of the first voxel stay.
fn respaced(grid: Grid, spacing_mm: Option<[f64; 3]>) -> Result<Grid, StageError> {
    let Some(mm) = spacing_mm else {
        return Ok(grid);
    };
    let mut affine = *grid.affine();
    for axis in 0..3 {
        let squares: f64 = affine.iter().map(|row| row[axis] * row[axis]).sum();
        for row in &mut affine {
            row[axis] *= mm[axis] / squares.sqrt();
        }
    }
    Grid::with_affine(grid.shape(), Spacing::Millimetres(mm), affine)
        .map_err(|e| StageError::usage(format_args!("--spacing-mm: {e}")))
}

fn storage(name: &str, path: &Path) -> Result<Storage, StageError> {
    let header = nifti::read_header(path).map_err(|e| ports::at_input(path, e))?;
    Ok(match (name, header.voxel_type) {
        ("uint8", _) => Storage::Uint8,
        ("uint16", _) => Storage::Uint16,
        ("int16", _) => Storage::Int16,
        ("float32", _) => Storage::Float32,
        _ if header.scaling.is_some() => Storage::Float32,
        (_, VoxelType::Uint8 | VoxelType::Rgb24 | VoxelType::Rgba32) => Storage::Uint8,
        (_, VoxelType::Uint16) => Storage::Uint16,
        (_, VoxelType::Int16 | VoxelType::Int8) => Storage::Int16,
        _ => Storage::Float32,
    })
}
