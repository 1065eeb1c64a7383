//! A raw scan as one NIfTI file: channels LF and HF and the true spacing. The sidecar holds the precision of each
//! channel and the skin surface, so that preparation gives the same voxels as from the MATLAB files.

use std::path::Path;

use ndarray::ArrayView3;
use rsom_stage::{Invocation, StageError};
use rsom_volume::{Grid, RawChannel, RawScan, SkinSurface, Spacing};
use serde_json::{Value, json};

use super::channel::{CHANNELS, SPACING_MM};
use super::surface::SidecarSurface;
use crate::ports;
use crate::sidecar::Sidecar;
use rsom_formats::FormatError;
use rsom_formats::nifti::{self, VoxelType};

/// Keys of the sidecar.
const PRECISION: &str = "ChannelPrecision";
const SURFACE: &str = "SkinSurface";

/// Writes a raw scan to an output: in single precision if that represents every voxel exactly, else in double.
///
/// # Errors
/// Exit code 3: the channels differ in shape. Exit code 4: the file cannot be written.
pub fn save(invocation: &Invocation, path: &Path, scan: &RawScan) -> Result<Grid, StageError> {
    let [lf, hf] = &scan.channels;
    if lf.shape() != hf.shape() {
        return Err(StageError::inputs(format_args!(
            "LF has {:?} voxels along x, y, z, but HF has {:?}",
            lf.shape(),
            hf.shape()
        )));
    }
    let grid = Grid::new(lf.shape(), Spacing::Millimetres(SPACING_MM));
    let grid = grid.map_err(StageError::inputs)?;
    let mut more = vec![(
        PRECISION.to_owned(),
        json!(scan.channels.each_ref().map(RawChannel::precision)),
    )];
    if let Some(surface) = &scan.surface {
        let written = serde_json::to_value(SidecarSurface::from(surface));
        more.push((SURFACE.to_owned(), written.map_err(StageError::failure)?));
    }
    let sidecar = Sidecar {
        channels: Some(CHANNELS.map(str::to_owned).to_vec()),
        more: more.into_iter().collect(),
        ..Sidecar::default()
    };
    ports::save_volume(invocation, path, sidecar, |temporary| {
        write(temporary, &grid, &scan.channels)
    })?;
    Ok(grid)
}

fn write(path: &Path, grid: &Grid, channels: &[RawChannel; 2]) -> Result<(), FormatError> {
    let single = |channel: &RawChannel| match channel {
        RawChannel::Single(_) => true,
        RawChannel::Double(voxels) => voxels.iter().all(|v| f64::from(*v as f32) == *v),
    };
    if channels.iter().all(single) {
        let singles = channels.each_ref().map(|channel| match channel {
            RawChannel::Single(voxels) => voxels.clone(),
            RawChannel::Double(voxels) => voxels.mapv(|v| v as f32),
        });
        let views: Vec<ArrayView3<'_, f32>> = singles.iter().map(|voxels| voxels.view()).collect();
        return nifti::write_singles(path, grid, &views);
    }
    let doubled = channels.each_ref().map(|channel| match channel {
        RawChannel::Single(voxels) => Some(voxels.mapv(f64::from)),
        RawChannel::Double(_) => None,
    });
    let views: Vec<ArrayView3<'_, f64>> = channels
        .iter()
        .zip(&doubled)
        .filter_map(|(channel, doubled)| match channel {
            RawChannel::Single(_) => doubled.as_ref().map(|voxels| voxels.view()),
            RawChannel::Double(voxels) => Some(voxels.view()),
        })
        .collect();
    nifti::write_doubles(path, grid, &views)
}

/// Reads a raw scan from a NIfTI file with two channels. Channels whose precision the sidecar does not state have that
/// of the file.
///
/// # Errors
/// The file or its sidecar is broken or unsupported; another number of channels; NaN or infinite voxels.
pub fn load(path: &Path) -> Result<RawScan, FormatError> {
    let sidecar = Sidecar::read(path)?.unwrap_or_default();
    let header = nifti::read_header(path)?;
    let whole = !matches!(header.voxel_type, VoxelType::Float32 | VoxelType::Float64);
    if whole && !sidecar.more.contains_key(PRECISION) {
        let what = "its voxels are integers, so it is not a raw scan; it may already be prepared";
        return Err(FormatError::format("NIfTI", what));
    }
    let grid = nifti::read_grid(path)?;
    let raw = Grid::new(grid.shape(), Spacing::Millimetres(SPACING_MM))?;
    if grid.spacing() != Spacing::Unknown && !same_spacing(&grid, &raw) {
        let what =
            format_args!("raw scans have voxels of {SPACING_MM:?} mm, but this file has {grid}");
        return Err(FormatError::format("NIfTI", what));
    }
    if let Some(names) = &sidecar.channels
        && names.iter().ne(&CHANNELS)
    {
        let what =
            format_args!("a raw scan has the channels LF and HF, but this file has {names:?}");
        return Err(FormatError::format("NIfTI", what));
    }
    let channels = nifti::read_channels(path)?;
    let count = channels.len();
    let [lf, hf] = <[RawChannel; 2]>::try_from(channels).map_err(|_| {
        FormatError::format(
            "NIfTI",
            format_args!(
                "a raw scan has the channels LF and HF, but this file has {count} channels"
            ),
        )
    })?;
    let precision = sidecar.more.get(PRECISION);
    let told =
        |index: usize, channel| as_told(channel, precision.and_then(|list| list[index].as_str()));
    let surface = match sidecar.more.get(SURFACE) {
        None => None,
        Some(value) => Some(surface(value)?),
    };
    Ok(RawScan {
        channels: [told(0, lf), told(1, hf)],
        surface,
    })
}

fn same_spacing(grid: &Grid, other: &Grid) -> bool {
    let (a, b) = (grid.spacing().or_unit(), other.spacing().or_unit());
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-5 * b)
}

fn as_told(channel: RawChannel, precision: Option<&str>) -> RawChannel {
    match (channel, precision) {
        (RawChannel::Double(voxels), Some("float32")) => {
            RawChannel::Single(voxels.mapv(|v| v as f32))
        }
        (RawChannel::Single(voxels), Some("float64")) => RawChannel::Double(voxels.mapv(f64::from)),
        (channel, _) => channel,
    }
}

fn surface(value: &Value) -> Result<SkinSurface, FormatError> {
    let written: Result<SidecarSurface, _> = serde_json::from_value(value.clone());
    let surface = written.ok().and_then(SidecarSurface::surface);
    surface.ok_or_else(|| {
        FormatError::format(
            "JSON",
            format_args!("'{SURFACE}' of the sidecar is not a grid of heights"),
        )
    })
}
