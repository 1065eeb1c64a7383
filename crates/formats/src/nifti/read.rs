//! Reads volumes as scans, masks and label maps.

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::{Array4, Axis};
use rsom_volume::{Grid, LabelMap, Mask, Scan};

use super::doubts;
use super::fault::FORMAT;
use super::geometry;
use super::header::Header;
use super::intent;
use super::layout::{Strides, to_array};
use super::limits::Limits;
use super::scaling::Scaling;
use super::source::{OpenFile, Stored};
use super::voxel_type::VoxelType;
use super::voxels::{StoredValue, Voxels, each_type};
use crate::error::plain_number;
use crate::{Changed, FormatError, require_mask};
use rsom_volume::RawChannel;

/// Options for reading a scan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Limits on the size.
    pub limits: Limits,
    /// Whether NaN and infinite voxels are accepted.
    pub keep_non_finite: bool,
    /// Voxel size along x, y, z in mm for a file whose own is zero, negative or not finite; `None` refuses such a file.
    pub spacing_mm: Option<[f64; 3]>,
    /// Whether intensities that single precision rounds are refused.
    pub exact: bool,
}

/// A volume, and what its reader should know about the file: one sentence each.
#[derive(Debug, Clone)]
pub struct Noted<V> {
    /// The volume.
    pub volume: V,
    /// The notes.
    pub notes: Vec<String>,
}

impl Reading {
    /// The default limits, finite voxels only.
    pub const DEFAULT: Self = Self {
        limits: Limits::DEFAULT,
        keep_non_finite: false,
        spacing_mm: None,
        exact: false,
    };
}

/// Reads and validates a header.
///
/// # Errors
/// An invalid header.
pub fn read_header(path: &Path) -> Result<Header, FormatError> {
    Ok(OpenFile::open(path, Limits::DEFAULT)?.header)
}

/// Reads the grid of a file, without its voxels.
///
/// # Errors
/// An invalid header.
pub fn read_grid(path: &Path) -> Result<Grid, FormatError> {
    geometry::grid(&read_header(path)?)
}

/// Warnings about a file's geometry and the meaning of its values: a voxel size with an implausible field of view; an sform and a qform that disagree, or are none; a voxel size that contradicts the affine, or is none, or has no unit; values that are a statistic; a fourth
/// axis of time.
///
/// # Errors
/// An invalid header.
pub fn read_doubts(path: &Path) -> Result<Vec<String>, FormatError> {
    let header = read_header(path)?;
    let mut doubts = match geometry::grid(&header) {
        Ok(grid) => doubts::doubts(&header, &grid),
        Err(fault) => vec![fault.to_string()],
    };
    doubts.extend(intent::doubts(&header));
    Ok(doubts)
}

/// What the intent of a file says, in a few words; `None` for a file without an intent.
///
/// # Errors
/// An invalid header.
pub fn read_intent(path: &Path) -> Result<Option<String>, FormatError> {
    Ok(intent::words(&read_header(path)?))
}

/// Whether the header says where the axes point: it has an sform or a qform, and its affine is not the identity.
///
/// # Errors
/// An invalid header.
pub fn states_orientation(path: &Path) -> Result<bool, FormatError> {
    let header = read_header(path)?;
    Ok(geometry::states_orientation(
        &header,
        &geometry::grid(&header)?,
    ))
}

/// Reads intensities in single precision, scaled as the header says.
///
/// A fourth axis, and the colors of RGB24 and RGBA32, become channels. Colors are named `R`, `G`, `B`, `A`; several
/// volumes `1`, `2`, …; a single volume `intensity`.
///
/// # Errors
/// An invalid file; NaN or infinite voxels, with their number.
pub fn read_scan(path: &Path) -> Result<Scan, FormatError> {
    Ok(read_scan_with(path, Reading::DEFAULT)?.volume)
}

/// Reads a scan with the given options.
///
/// # Errors
/// An invalid file; NaN or infinite voxels unless the options accept them.
pub fn read_scan_with(path: &Path, reading: Reading) -> Result<Noted<Scan>, FormatError> {
    let opened = OpenFile::open(path, reading.limits)?;
    let header = opened.header.clone();
    intent::refuse_vectors(&header)?;
    let grid = geometry::grid_with(&header, reading.spacing_mm)?;
    let ([nx, ny, nz], volumes) = header.extents()?;
    let components = header.voxel_type.components();
    let (channels, strides) = match (components, volumes) {
        (1, _) => (volumes, Strides::planar([nx, ny, nz, volumes])),
        (_, 1) => (components, Strides::interleaved([nx, ny, nz, components])),
        _ => {
            let what = format_args!("a series of {volumes} {} volumes", header.voxel_type);
            return Err(FormatError::unsupported(FORMAT, what));
        }
    };
    let shape = [nx, ny, nz, channels];
    let Stored { bytes, note } = opened.voxels()?;
    let voxels = Voxels::decode(&header, bytes)?;
    let mut notes: Vec<String> = note.into_iter().collect();
    notes.extend(intent::note_of_labels(&header));
    notes.extend(changed(&voxels, header.scaling).notes());
    if reading.exact {
        refuse_rounded(&voxels, header.scaling)?;
    }
    let intensities = intensities(&voxels, shape, strides, header.scaling);
    if !reading.keep_non_finite {
        refuse_outside_single(&intensities, &voxels, header.scaling)?;
    }
    let volume = Scan::new(grid, channel_names(&header, channels), intensities)?;
    Ok(Noted { volume, notes })
}

/// Reads the volumes of a file, of shape (x, y, z): single precision as such, all other types in double precision.
///
/// # Errors
/// An invalid file; RGB24 and RGBA32; NaN or infinite voxels.
pub fn read_channels(path: &Path) -> Result<Vec<RawChannel>, FormatError> {
    let opened = OpenFile::open(path, Limits::DEFAULT)?;
    let header = opened.header.clone();
    intent::refuse_vectors(&header)?;
    let ([nx, ny, nz], volumes) = header.extents()?;
    if header.voxel_type.components() > 1 {
        return Err(FormatError::unsupported(
            FORMAT,
            format_args!("{} as numbers", header.voxel_type),
        ));
    }
    let voxels = Voxels::decode(&header, opened.voxels()?.bytes)?;
    let (shape, len) = ([nx, ny, nz, 1], nx * ny * nz);
    let strides = Strides::planar(shape);
    let plain = header.scaling.is_none();
    let (slope, intercept) = header.scaling.unwrap_or((1.0, 0.0));
    let mut channels = Vec::with_capacity(volumes);
    for volume in 0..volumes {
        channels.push(match &voxels {
            Voxels::Float32(values) if plain => {
                let part = &values[volume * len..][..len];
                refuse_non_finite(part.iter().copied())?;
                RawChannel::Single(to_array(part, shape, strides, |v| v).remove_axis(Axis(3)))
            }
            voxels => each_type!(voxels, values => {
                let part = &values[volume * len..][..len];
                let scaled = |v: f64| if plain { v } else { v * slope + intercept };
                refuse_non_finite(part.iter().map(|v| scaled(v.double()) as f32))?;
                let doubles = to_array(part, shape, strides, |v| scaled(v.double()));
                RawChannel::Double(doubles.remove_axis(Axis(3)))
            }),
        });
    }
    Ok(channels)
}

/// Reads a binary mask: any type, one volume, at most one value in addition to 0.
///
/// Scaled values that are whole up to the precision of slope and intercept count as whole.
///
/// # Errors
/// An invalid file; NaN; more than one value in addition to 0, which the message lists.
pub fn read_mask(path: &Path) -> Result<Mask, FormatError> {
    Ok(read_mask_with(path, Reading::DEFAULT)?.volume)
}

/// Reads a binary mask with the given options.
///
/// # Errors
/// As [`read_mask`].
pub fn read_mask_with(path: &Path, reading: Reading) -> Result<Noted<Mask>, FormatError> {
    let Single {
        header,
        grid,
        voxels,
        notes,
    } = single_volume(path, "a mask", reading)?;
    let scaling = Scaling::of(&header);
    let scaled = |v: f64| scaling.map_or(v, |scaling| scaling.whole(v));
    let shape = with_channel(grid.shape());
    let strides = Strides::planar(shape);
    let set = each_type!(&voxels, values => {
        refuse_non_finite(values.iter().map(|v| scaled(v.double())))?;
        require_mask(values.iter().map(|v| scaled(v.double())))?;
        to_array(values, shape, strides, |v| scaled(v.double()) != 0.0)
    });
    let volume = Mask::new(grid, set.remove_axis(Axis(3)))?;
    Ok(Noted { volume, notes })
}

/// Reads integer labels exactly; a floating-point file is accepted when every value is an integer.
///
/// Scaled values that are whole up to the precision of slope and intercept count as whole.
///
/// # Errors
/// An invalid file; a value that is not a 32-bit integer, which the message states, with slope and intercept if there
/// are any.
pub fn read_labels(path: &Path) -> Result<LabelMap, FormatError> {
    Ok(read_labels_with(path, Reading::DEFAULT)?.volume)
}

/// Reads integer labels with the given options.
///
/// # Errors
/// As [`read_labels`].
pub fn read_labels_with(path: &Path, reading: Reading) -> Result<Noted<LabelMap>, FormatError> {
    let Single {
        header,
        grid,
        voxels,
        notes,
    } = single_volume(path, "a label map", reading)?;
    let scaling = Scaling::of(&header);
    let label = |v: f64, exact: Option<i128>| -> Option<i32> {
        let exact = match scaling {
            None => exact,
            Some(scaling) => scaling.whole(v).integer(),
        };
        exact.and_then(|label| i32::try_from(label).ok())
    };
    let shape = with_channel(grid.shape());
    let labels = each_type!(&voxels, values => {
        if let Some(bad) = values.iter().find(|v| label(v.double(), v.integer()).is_none()) {
            return Err(not_a_label(*bad, scaling));
        }
        to_array(values, shape, Strides::planar(shape), |v| {
            label(v.double(), v.integer()).unwrap_or_default()
        })
    });
    let volume = LabelMap::new(grid, labels.remove_axis(Axis(3)), BTreeMap::new())?;
    Ok(Noted { volume, notes })
}

fn not_a_label(stored: impl StoredValue, scaling: Option<Scaling>) -> FormatError {
    let exact = stored.integer();
    let stored = stored.double();
    match scaling {
        // Double precision does not hold every integer of 64 bits.
        None => FormatError::NotALabel {
            value: exact.map_or(plain_number(stored), |whole| whole.to_string()),
        },
        Some(scaling) => FormatError::NotAScaledLabel {
            value: scaling.value(stored),
            stored,
            slope: scaling.slope,
            intercept: scaling.intercept,
        },
    }
}

/// A file of one volume.
struct Single {
    header: Header,
    grid: Grid,
    voxels: Voxels,
    notes: Vec<String>,
}

fn single_volume(path: &Path, what: &str, reading: Reading) -> Result<Single, FormatError> {
    let opened = OpenFile::open(path, reading.limits)?;
    let header = opened.header.clone();
    intent::refuse_vectors(&header)?;
    let grid = geometry::grid_with(&header, reading.spacing_mm)?;
    let (_, volumes) = header.extents()?;
    if volumes > 1 || header.voxel_type.components() > 1 {
        let (kind, shape) = (header.voxel_type, &header.shape);
        let fault = format_args!("{kind} of shape {shape:?} is not {what}, which has one channel");
        return Err(FormatError::format(FORMAT, fault));
    }
    let Stored { bytes, note } = opened.voxels()?;
    Ok(Single {
        voxels: Voxels::decode(&header, bytes)?,
        header,
        grid,
        notes: note.into_iter().collect(),
    })
}

fn intensities(
    voxels: &Voxels,
    shape: [usize; 4],
    strides: Strides,
    scaling: Option<(f64, f64)>,
) -> Array4<f32> {
    each_type!(voxels, values => match scaling {
        None => to_array(values, shape, strides, |v| v.double() as f32),
        Some((slope, intercept)) => to_array(values, shape, strides, |v| {
            (v.double() * slope + intercept) as f32
        }),
    })
}

/// Refuses intensities that single precision would change. NaN is refused elsewhere.
fn refuse_rounded(voxels: &Voxels, scaling: Option<(f64, f64)>) -> Result<(), FormatError> {
    let (slope, intercept) = scaling.unwrap_or((1.0, 0.0));
    let rounded = each_type!(voxels, values => {
        let mut exact = values.iter().map(|v| v.double() * slope + intercept);
        exact.find(|value| !value.is_nan() && f64::from(*value as f32) != *value)
    });
    match rounded {
        Some(value) => Err(FormatError::NotSingle { value }),
        None => Ok(()),
    }
}

/// Counts what single precision changes.
fn changed(voxels: &Voxels, scaling: Option<(f64, f64)>) -> Changed {
    let floats = matches!(voxels, Voxels::Float32(_) | Voxels::Float64(_));
    match (voxels, scaling) {
        // These types are exact in single precision.
        (Voxels::Uint8(_) | Voxels::Int8(_) | Voxels::Uint16(_) | Voxels::Int16(_), None)
        | (Voxels::Float32(_), None) => Changed::default(),
        _ => {
            let (slope, intercept) = scaling.unwrap_or((1.0, 0.0));
            let integers = !floats && scaling.is_none();
            each_type!(voxels, values => Changed::of(
                values.iter().map(|v| v.double() * slope + intercept), integers,
            ))
        }
    }
}

/// Refuses intensities that are NaN or infinite, in the file or in single precision.
fn refuse_outside_single(
    intensities: &Array4<f32>,
    voxels: &Voxels,
    scaling: Option<(f64, f64)>,
) -> Result<(), FormatError> {
    if intensities.iter().all(|value| value.is_finite()) {
        return Ok(());
    }
    let (slope, intercept) = scaling.unwrap_or((1.0, 0.0));
    each_type!(voxels, values => {
        let exact = || values.iter().map(|v| v.double() * slope + intercept);
        refuse_non_finite(exact())?;
        let outside = || exact().filter(|value| !(*value as f32).is_finite());
        Err(FormatError::OutsideSingle {
            count: outside().count(),
            value: outside().next().unwrap_or_default(),
        })
    })
}

pub(super) fn refuse_non_finite(
    values: impl Iterator<Item = impl Into<f64>>,
) -> Result<(), FormatError> {
    let (mut nan, mut infinite) = (0, 0);
    for value in values {
        let value: f64 = value.into();
        nan += usize::from(value.is_nan());
        infinite += usize::from(value.is_infinite());
    }
    if nan + infinite == 0 {
        return Ok(());
    }
    Err(FormatError::NonFinite { nan, infinite })
}

fn with_channel([nx, ny, nz]: [usize; 3]) -> [usize; 4] {
    [nx, ny, nz, 1]
}

fn channel_names(header: &Header, channels: usize) -> Vec<String> {
    match (header.voxel_type, channels) {
        (VoxelType::Rgb24 | VoxelType::Rgba32, _) => {
            ["R", "G", "B", "A"].map(str::to_owned)[..channels].to_vec()
        }
        (_, 1) => vec!["intensity".to_owned()],
        _ if intent::is_color(header.intent, channels) => {
            ["R", "G", "B", "A"].map(str::to_owned)[..channels].to_vec()
        }
        _ => (1..=channels).map(|n| n.to_string()).collect(),
    }
}
