//! Writes NIfTI-1 files.
//!
//! This module writes the 352 bytes of the header itself: the `nifti` crate's writer changes file names, and drops an
//! unflushed buffer, so that a full disk goes unnoticed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use ndarray::{ArrayView3, ArrayView4, Axis};
use rsom_volume::{Grid, LabelMap, Mask, Scan, Spacing};

use super::fault::{FORMAT, bad};
use super::geometry;
use super::gzip::Gzip;
use super::layout::each_piece;
use super::read::refuse_non_finite;
use super::voxel_type::VoxelType;
use crate::FormatError;

/// Bytes before the first voxel: the header, and four zeros that mean "no extension".
const HEADER: usize = 352;
/// "This is a label map" (NIFTI_INTENT_LABEL).
const INTENT_LABEL: i16 = 1002;
/// Scanner coordinates (NIFTI_XFORM_SCANNER_ANAT).
const XFORM_SCANNER: i16 = 1;
/// Unit of length: millimeter (NIFTI_UNITS_MM).
const UNIT_MM: u8 = 2;

/// StoredValue type of intensities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, rsom_parameters::Choice)]
pub enum Storage {
    /// Unsigned 8 bit.
    Uint8,
    /// Unsigned 16 bit.
    Uint16,
    /// Signed 16 bit.
    Int16,
    /// Single precision.
    Float32,
}

/// Writes a scan as `.nii` or `.nii.gz`: 3-D for one channel, 4-D (x, y, z, channel) for several.
///
/// # Errors
/// The file cannot be written; NaN or infinite intensities; an intensity that the storage type cannot represent
/// exactly.
pub fn write_scan(path: &Path, scan: &Scan, storage: Storage) -> Result<(), FormatError> {
    refuse_non_finite(scan.intensities().iter().copied())?;
    let array = scan.intensities().view();
    let grid = scan.grid();
    match storage {
        Storage::Uint8 => write(path, &Target::scan(grid, VoxelType::Uint8), &array, |v| {
            Ok([whole(v, storage, 0.0, 255.0)? as u8])
        }),
        Storage::Uint16 => write(path, &Target::scan(grid, VoxelType::Uint16), &array, |v| {
            Ok((whole(v, storage, 0.0, 65535.0)? as u16).to_le_bytes())
        }),
        Storage::Int16 => write(path, &Target::scan(grid, VoxelType::Int16), &array, |v| {
            Ok((whole(v, storage, -32768.0, 32767.0)? as i16).to_le_bytes())
        }),
        Storage::Float32 => write(path, &Target::scan(grid, VoxelType::Float32), &array, |v| {
            Ok(v.to_le_bytes())
        }),
    }
}

/// Writes channels of shape (x, y, z) as bytes.
///
/// # Errors
/// The file cannot be written.
pub fn write_bytes(
    path: &Path,
    grid: &Grid,
    channels: &[ArrayView3<'_, u8>],
) -> Result<(), FormatError> {
    let target = Target::scan(grid, VoxelType::Uint8);
    write_parts(path, &target, channels, |v: u8| Ok([v]))
}

/// Writes channels of shape (x, y, z) in single precision.
///
/// # Errors
/// The file cannot be written.
pub fn write_singles(
    path: &Path,
    grid: &Grid,
    channels: &[ArrayView3<'_, f32>],
) -> Result<(), FormatError> {
    let target = Target::scan(grid, VoxelType::Float32);
    write_parts(path, &target, channels, |v: f32| Ok(v.to_le_bytes()))
}

/// Writes channels of shape (x, y, z) in double precision.
///
/// # Errors
/// The file cannot be written.
pub fn write_doubles(
    path: &Path,
    grid: &Grid,
    channels: &[ArrayView3<'_, f64>],
) -> Result<(), FormatError> {
    let target = Target::scan(grid, VoxelType::Float64);
    write_parts(path, &target, channels, |v: f64| Ok(v.to_le_bytes()))
}

/// Writes a mask as unsigned 8 bit, 0 and 1.
///
/// # Errors
/// The file cannot be written.
pub fn write_mask(path: &Path, mask: &Mask) -> Result<(), FormatError> {
    let array = mask.voxels().view().insert_axis(Axis(3));
    let target = Target::scan(mask.grid(), VoxelType::Uint8);
    write(path, &target, &array, |v| Ok([u8::from(v)]))
}

/// Writes labels in the smallest integer type that represents all of them: uint8, int16 or int32.
///
/// # Errors
/// The file cannot be written.
pub fn write_labels(path: &Path, labels: &LabelMap) -> Result<(), FormatError> {
    let array = labels.labels().view().insert_axis(Axis(3));
    let (low, high) = array
        .iter()
        .fold((0, 0), |(low, high), v| (low.min(*v), high.max(*v)));
    let target = |kind| Target {
        intent: INTENT_LABEL,
        ..Target::scan(labels.grid(), kind)
    };
    if low >= 0 && high <= 255 {
        write(path, &target(VoxelType::Uint8), &array, |v| Ok([v as u8]))
    } else if low >= i32::from(i16::MIN) && high <= i32::from(i16::MAX) {
        let target = target(VoxelType::Int16);
        write(path, &target, &array, |v| Ok((v as i16).to_le_bytes()))
    } else {
        let target = target(VoxelType::Int32);
        write(path, &target, &array, |v| Ok(v.to_le_bytes()))
    }
}

/// The header fields other than the shape.
struct Target<'a> {
    grid: &'a Grid,
    kind: VoxelType,
    intent: i16,
}

impl<'a> Target<'a> {
    fn scan(grid: &'a Grid, kind: VoxelType) -> Self {
        Self {
            grid,
            kind,
            intent: 0,
        }
    }
}

fn write<T: Copy + Sync, const N: usize>(
    path: &Path,
    target: &Target<'_>,
    array: &ArrayView4<'_, T>,
    encode: impl Fn(T) -> Result<[u8; N], FormatError> + Sync,
) -> Result<(), FormatError> {
    let channels: Vec<ArrayView3<'_, T>> = array.axis_iter(Axis(3)).collect();
    write_parts(path, target, &channels, encode)
}

fn write_parts<T: Copy + Sync, const N: usize>(
    path: &Path,
    target: &Target<'_>,
    channels: &[ArrayView3<'_, T>],
    encode: impl Fn(T) -> Result<[u8; N], FormatError> + Sync,
) -> Result<(), FormatError> {
    let header = header(target, channels.len())?;
    let expected = (HEADER + channels.iter().map(ArrayView3::len).sum::<usize>() * N) as u64;
    let mut file = File::create(path)?;
    if path.extension().is_some_and(|e| e == "gz") {
        // Neither a time nor a name, so that the output is deterministic.
        let mut gzip = Gzip::new(file)?;
        gzip.pieces(&[header.to_vec()])?;
        each_piece(channels, &encode, &mut |pieces| gzip.pieces(pieces))?;
        gzip.finish()?;
    } else {
        file.write_all(&header)?;
        each_piece(channels, &encode, &mut |pieces| {
            let all = pieces.iter().map(|piece| file.write_all(piece));
            Ok(all.collect::<Result<(), _>>()?)
        })?;
    }
    check_size(path, expected)
}

/// Checks the number of written bytes: the size of a `.nii`, the trailer of a `.nii.gz`.
fn check_size(path: &Path, expected: u64) -> Result<(), FormatError> {
    let mut file = File::open(path)?;
    let size = if path.extension().is_some_and(|e| e == "gz") {
        let mut trailer = [0_u8; 4];
        file.seek(SeekFrom::End(-4))?;
        file.read_exact(&mut trailer)?;
        // The trailer counts modulo 2³².
        (expected >> 32 << 32) + u64::from(u32::from_le_bytes(trailer))
    } else {
        file.metadata()?.len()
    };
    if size == expected {
        return Ok(());
    }
    Err(bad(format_args!(
        "only {size} of {expected} bytes were written; the disk may be full"
    )))
}

fn header(target: &Target<'_>, channels: usize) -> Result<[u8; HEADER], FormatError> {
    let grid = target.grid;
    let size = grid.spacing().or_unit();
    let affine = grid.affine();
    require_single(grid)?;
    let quaternion = geometry::to_quaternion(grid);
    let (handedness, vector) = quaternion.unwrap_or((1.0, [0.0; 3]));
    let known = matches!(grid.spacing(), Spacing::Millimetres(_));
    let mut bytes = Bytes([0; HEADER]);
    bytes.put(0, &348_i32.to_le_bytes());
    // For ANALYZE 7.5 software: an image with regular slices.
    bytes.put(38, b"r");
    bytes.put_int16(40, &dim(grid, channels)?);
    bytes.put_int16(68, &[target.intent, target.kind.code()]);
    bytes.put_int16(72, &[(target.kind.bytes() * 8) as i16]);
    let pixdim = [handedness, size[0], size[1], size[2], 1.0, 1.0, 1.0, 1.0];
    bytes.put_float(76, &pixdim);
    // Offset, slope, intercept.
    bytes.put_float(108, &[HEADER as f64, 1.0, 0.0]);
    bytes.put(123, &[if known { UNIT_MM } else { 0 }]);
    let description = concat!("rsom ", env!("CARGO_PKG_VERSION"));
    bytes.put(148, description.as_bytes());
    // Viewers that read only the qform must not get a rotation that differs from the affine.
    let qform = quaternion.map_or(0, |_| XFORM_SCANNER);
    bytes.put_int16(252, &[qform, XFORM_SCANNER]);
    bytes.put_float(256, &vector);
    bytes.put_float(268, &affine.map(|row| row[3]));
    bytes.put_float(280, affine.as_flattened());
    if target.intent == INTENT_LABEL {
        bytes.put(328, b"labels");
    }
    bytes.put(344, b"n+1\0");
    Ok(bytes.0)
}

/// Checks that the geometry keeps its meaning in single precision, which the header has: no zero, nothing infinite.
fn require_single(grid: &Grid) -> Result<(), FormatError> {
    let fits = |d: &f64| (f32::MIN_POSITIVE..=f32::MAX).contains(&(*d as f32));
    if let Some(size) = grid.spacing().or_unit().iter().find(|d| !fits(d)) {
        let what = format_args!("writing a voxel size of {size} mm");
        return Err(FormatError::unsupported(FORMAT, what));
    }
    let stored = grid.affine().map(|row| row.map(|v| f64::from(v as f32)));
    match Grid::with_affine(grid.shape(), grid.spacing(), stored) {
        Ok(_) => Ok(()),
        Err(_) => {
            let what = format_args!("writing the affine {:?}", grid.affine());
            Err(FormatError::unsupported(FORMAT, what))
        }
    }
}

fn dim(grid: &Grid, channels: usize) -> Result<[i16; 8], FormatError> {
    let [nx, ny, nz] = grid.shape();
    let rank = if channels == 1 { 3 } else { 4 };
    let mut dim = [1_i16; 8];
    for (slot, extent) in dim.iter_mut().zip([rank, nx, ny, nz, channels]) {
        *slot = i16::try_from(extent).map_err(|_| {
            FormatError::unsupported(FORMAT, format_args!("writing an extent of {extent}"))
        })?;
    }
    Ok(dim)
}

struct Bytes([u8; HEADER]);

impl Bytes {
    fn put(&mut self, place: usize, bytes: &[u8]) {
        self.0[place..place + bytes.len()].copy_from_slice(bytes);
    }

    fn put_int16(&mut self, place: usize, values: &[i16]) {
        for (i, value) in values.iter().enumerate() {
            self.put(place + 2 * i, &value.to_le_bytes());
        }
    }

    fn put_float(&mut self, place: usize, values: &[f64]) {
        for (i, value) in values.iter().enumerate() {
            self.put(place + 4 * i, &(*value as f32).to_le_bytes());
        }
    }
}

fn whole(value: f32, storage: Storage, low: f32, high: f32) -> Result<f32, FormatError> {
    if value.fract() == 0.0 && (low..=high).contains(&value) {
        return Ok(value);
    }
    Err(FormatError::DoesNotFit {
        value,
        storage: format!("{storage:?}").to_lowercase(),
    })
}
