//! Voxels in their stored type.

use nifti::{DataElement, InMemNiftiVolume};

use super::fault::{FORMAT, bad};
use super::header::Header;
use super::voxel_type::VoxelType;
use crate::FormatError;

/// Voxels in their stored type, in the file's order.
pub(crate) enum Voxels {
    /// Unsigned 8 bit; also the interleaved channels of RGB24 and RGBA32.
    Uint8(Vec<u8>),
    /// Signed 8 bit.
    Int8(Vec<i8>),
    /// Unsigned 16 bit.
    Uint16(Vec<u16>),
    /// Signed 16 bit.
    Int16(Vec<i16>),
    /// Unsigned 32 bit.
    Uint32(Vec<u32>),
    /// Signed 32 bit.
    Int32(Vec<i32>),
    /// Unsigned 64 bit.
    Uint64(Vec<u64>),
    /// Signed 64 bit.
    Int64(Vec<i64>),
    /// Single precision.
    Float32(Vec<f32>),
    /// Double precision.
    Float64(Vec<f64>),
}

/// Evaluates an expression for the values of any type.
macro_rules! each_type {
    ($voxels:expr, $values:ident => $body:expr) => {
        match $voxels {
            Voxels::Uint8($values) => $body,
            Voxels::Int8($values) => $body,
            Voxels::Uint16($values) => $body,
            Voxels::Int16($values) => $body,
            Voxels::Uint32($values) => $body,
            Voxels::Int32($values) => $body,
            Voxels::Uint64($values) => $body,
            Voxels::Int64($values) => $body,
            Voxels::Float32($values) => $body,
            Voxels::Float64($values) => $body,
        }
    };
}
pub(crate) use each_type;

/// A stored value of any type.
pub(crate) trait StoredValue: Copy {
    /// Converts to double precision; exact except for 64-bit integers beyond 2⁵³.
    fn double(self) -> f64;
    /// Converts to an integer; `None` for other values.
    fn integer(self) -> Option<i128>;
}

macro_rules! stored_integer {
    ($($kind:ty),*) => {$(
        impl StoredValue for $kind {
            fn double(self) -> f64 { self as f64 }
            fn integer(self) -> Option<i128> { Some(i128::from(self)) }
        }
    )*};
}
stored_integer!(u8, i8, u16, i16, u32, i32, u64, i64);

impl StoredValue for f32 {
    fn double(self) -> f64 {
        f64::from(self)
    }
    fn integer(self) -> Option<i128> {
        f64::from(self).integer()
    }
}

impl StoredValue for f64 {
    fn double(self) -> f64 {
        self
    }
    fn integer(self) -> Option<i128> {
        (self.is_finite() && self.fract() == 0.0).then_some(self as i128)
    }
}

impl Voxels {
    /// Decodes the voxels of a valid header; `bytes` has exactly the size that it states.
    pub(crate) fn decode(header: &Header, bytes: Vec<u8>) -> Result<Self, FormatError> {
        Ok(match header.voxel_type {
            VoxelType::Rgb24 | VoxelType::Rgba32 => Self::Uint8(bytes),
            VoxelType::Uint8 => Self::Uint8(typed(header, bytes)?),
            VoxelType::Int8 => Self::Int8(typed(header, bytes)?),
            VoxelType::Uint16 => Self::Uint16(typed(header, bytes)?),
            VoxelType::Int16 => Self::Int16(typed(header, bytes)?),
            VoxelType::Uint32 => Self::Uint32(typed(header, bytes)?),
            VoxelType::Int32 => Self::Int32(typed(header, bytes)?),
            VoxelType::Uint64 => Self::Uint64(typed(header, bytes)?),
            VoxelType::Int64 => Self::Int64(typed(header, bytes)?),
            VoxelType::Float32 => Self::Float32(typed(header, bytes)?),
            VoxelType::Float64 => Self::Float64(typed(header, bytes)?),
            other => {
                let what = format_args!("the voxel type {other}");
                return Err(FormatError::unsupported(FORMAT, what));
            }
        })
    }
}

/// Decodes with the `nifti` crate, without a slope: its own scaling uses single precision.
fn typed<T: DataElement>(header: &Header, bytes: Vec<u8>) -> Result<Vec<T>, FormatError> {
    let kind = header
        .voxel_type
        .to_nifti()
        .ok_or_else(|| FormatError::unsupported(FORMAT, header.voxel_type))?;
    let mut dim = [1_u16; 8];
    dim[0] = header.shape.len() as u16;
    for (slot, extent) in dim[1..].iter_mut().zip(&header.shape) {
        *slot = u16::try_from(*extent).map_err(bad)?;
    }
    let order = header.endianness();
    InMemNiftiVolume::from_raw_fields(dim, kind, 0.0, 0.0, bytes, order)
        .and_then(InMemNiftiVolume::into_nifti_typed_data)
        .map_err(bad)
}
