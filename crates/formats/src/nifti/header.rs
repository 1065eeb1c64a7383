//! The header of a NIfTI file, validated before any voxel is read.

use nifti::Endianness;

use super::fault::{FORMAT, bad};
use super::header2;
use super::limits::Limits;
use super::raw_header::{Raw, raw_of_version_1, text};
use super::voxel_type::VoxelType;
use crate::FormatError;

/// The fields of a NIfTI-1 or NIfTI-2 header that describe the voxels and their geometry.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// 1 or 2.
    pub version: u8,
    /// Byte order of header and voxels.
    pub big_endian: bool,
    /// Whether the voxels are in the same file (`.nii`) or in another one (`.img`).
    pub single_file: bool,
    /// Extents as stored, one to seven, all positive.
    pub shape: Vec<usize>,
    /// Type of the stored voxels.
    pub voxel_type: VoxelType,
    /// First byte of the voxels in their (uncompressed) file.
    pub offset: u64,
    /// Slope and intercept that convert stored values to intensities; `None` for no scaling.
    pub scaling: Option<(f64, f64)>,
    /// Handedness of the qform (first entry) and voxel size, in the file's own unit; the size may be zero or negative.
    pub pixdim: [f64; 4],
    /// Code of the spatial unit: 0 unknown, 1 m, 2 mm, 3 µm.
    pub unit: u8,
    /// Code of the unit of the fourth axis: 0 unknown, 8 s, 16 ms, 24 µs, 32 Hz, 40 ppm, 48 rad/s.
    pub time_unit: u8,
    /// Code of the meaning of the values (`intent_code`); 0 for none.
    pub intent: i32,
    /// Target space of the quaternion; 0 without quaternion.
    pub qform_code: i32,
    /// Target space of the affine rows; 0 without affine.
    pub sform_code: i32,
    /// b, c, d of the rotation, then the origin.
    pub quaternion: [f64; 6],
    /// The affine's rows.
    pub srow: [[f64; 4]; 3],
    /// Free text.
    pub description: String,
}

impl Header {
    /// Size of the header with these first four bytes, and whether it is big-endian.
    pub(super) fn size(start: &[u8]) -> Result<(usize, bool), FormatError> {
        let start: [u8; 4] = start.try_into().unwrap_or_default();
        match (i32::from_le_bytes(start), i32::from_be_bytes(start)) {
            (348, _) => Ok((348, false)),
            (_, 348) => Ok((348, true)),
            (540, _) => Ok((540, false)),
            (_, 540) => Ok((540, true)),
            _ => Err(bad(
                "it does not start with a NIfTI header (size 348 or 540)",
            )),
        }
    }

    /// Parses and validates a header of 348 or 540 bytes.
    ///
    /// # Errors
    /// The first invalid field, in one line.
    pub(super) fn parse(
        bytes: &[u8],
        big_endian: bool,
        limits: Limits,
    ) -> Result<Self, FormatError> {
        let raw = match bytes.len() {
            348 => raw_of_version_1(bytes, big_endian)?,
            _ => header2::parse(bytes, big_endian)?,
        };
        raw.checked(limits)
    }

    /// Extents along x, y, z, and the number of volumes along the fourth and further axes.
    ///
    /// # Errors
    /// More than one further axis with more than one entry.
    pub fn extents(&self) -> Result<([usize; 3], usize), FormatError> {
        let space = std::array::from_fn(|axis| self.shape.get(axis).copied().unwrap_or(1));
        let rest: Vec<usize> = self
            .shape
            .iter()
            .skip(3)
            .copied()
            .filter(|n| *n > 1)
            .collect();
        match rest[..] {
            [] => Ok((space, 1)),
            [volumes] => Ok((space, volumes)),
            _ => Err(FormatError::unsupported(
                FORMAT,
                format_args!("a volume of shape {:?} (two axes beyond space)", self.shape),
            )),
        }
    }

    /// Number of stored voxels; cannot overflow, because the header was checked against a limit.
    #[must_use]
    pub fn voxels(&self) -> usize {
        self.shape.iter().product()
    }

    /// Size of the voxels in their (uncompressed) file, in bytes.
    #[must_use]
    pub fn data_bytes(&self) -> u64 {
        self.voxels() as u64 * self.voxel_type.bytes() as u64
    }

    pub(super) fn endianness(&self) -> Endianness {
        if self.big_endian {
            Endianness::Big
        } else {
            Endianness::Little
        }
    }
}

impl Raw {
    fn checked(self, limits: Limits) -> Result<Header, FormatError> {
        let shape = shape(&self.dim)?;
        let voxel_type = voxel_type(self.datatype, self.bitpix)?;
        let values = shape
            .iter()
            .fold(voxel_type.components() as u128, |n, extent| {
                n.saturating_mul(*extent as u128)
            });
        if values > u128::from(limits.voxels) {
            return Err(FormatError::Limit {
                values,
                limit: limits.voxels,
            });
        }
        Ok(Header {
            offset: offset(self.offset, self.version, self.single_file)?,
            scaling: scaling(self.slope, self.intercept, voxel_type)?,
            pixdim: pixdim(&self.pixdim, shape.len()),
            version: self.version,
            big_endian: self.big_endian,
            single_file: self.single_file,
            shape,
            voxel_type,
            unit: self.units & 7,
            time_unit: self.units & 0x38,
            intent: self.intent,
            qform_code: self.codes[0],
            sform_code: self.codes[1],
            quaternion: self.quaternion,
            srow: self.srow,
            description: text(&self.description),
        })
    }
}

fn shape(dim: &[i64; 8]) -> Result<Vec<usize>, FormatError> {
    let rank = match usize::try_from(dim[0]) {
        Ok(rank @ 1..=7) => rank,
        _ => {
            return Err(bad(format_args!(
                "dim[0] is {}, not between 1 and 7",
                dim[0]
            )));
        }
    };
    // The voxel decoder uses 16-bit extents.
    let extent = |n: i64| u16::try_from(n).ok().filter(|n| *n > 0).map(usize::from);
    (1..=rank)
        .map(|axis| {
            extent(dim[axis]).ok_or_else(|| {
                let n = dim[axis];
                bad(format_args!(
                    "dim[{axis}] is {n}, not between 1 and {}",
                    u16::MAX
                ))
            })
        })
        .collect()
}

fn voxel_type(datatype: i16, bitpix: i16) -> Result<VoxelType, FormatError> {
    let kind = VoxelType::from_code(datatype)
        .ok_or_else(|| bad(format_args!("datatype {datatype} is unknown")))?;
    if usize::try_from(bitpix) != Ok(kind.bytes() * 8) {
        let bits = kind.bytes() * 8;
        return Err(bad(format_args!(
            "bitpix is {bitpix}, but {kind} has {bits} bits"
        )));
    }
    Ok(kind)
}

fn offset(offset: f64, version: u8, single_file: bool) -> Result<u64, FormatError> {
    let smallest = match (single_file, version) {
        (false, _) => 0.0,
        (true, 1) => 352.0,
        (true, _) => 544.0,
    };
    // This form also refuses NaN; offsets beyond the file are refused by the file size.
    if offset >= smallest && offset.fract() == 0.0 && offset <= 9e15 {
        return Ok(offset as u64);
    }
    let fault = format_args!("vox_offset is {offset}, not an integer from {smallest} on");
    Err(bad(fault))
}

/// A slope that is zero or not finite means no scaling; colors are never scaled.
fn scaling(slope: f64, intercept: f64, kind: VoxelType) -> Result<Option<(f64, f64)>, FormatError> {
    let colours = matches!(kind, VoxelType::Rgb24 | VoxelType::Rgba32);
    if colours || slope == 0.0 || !slope.is_finite() || (slope == 1.0 && intercept == 0.0) {
        return Ok(None);
    }
    if !intercept.is_finite() {
        return Err(bad(format_args!("scl_inter is {intercept}")));
    }
    Ok(Some((slope, intercept)))
}

/// Handedness, and the voxel size as stored; axes that the file does not have are 1. [`geometry`](super::geometry) refuses
/// sizes that are none.
fn pixdim(pixdim: &[f64; 8], rank: usize) -> [f64; 4] {
    let mut sizes = [1.0; 4];
    sizes[0] = if pixdim[0] < 0.0 { -1.0 } else { 1.0 };
    let used = 1..=rank.min(3);
    sizes[used.clone()].copy_from_slice(&pixdim[used]);
    sizes
}
