//! The voxel types of NIfTI.

use std::fmt;

use nifti::NiftiType;

/// The type of a stored voxel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoxelType {
    /// Unsigned 8 bit.
    Uint8,
    /// Signed 8 bit.
    Int8,
    /// Unsigned 16 bit.
    Uint16,
    /// Signed 16 bit.
    Int16,
    /// Unsigned 32 bit.
    Uint32,
    /// Signed 32 bit.
    Int32,
    /// Unsigned 64 bit.
    Uint64,
    /// Signed 64 bit.
    Int64,
    /// Single precision.
    Float32,
    /// Double precision.
    Float64,
    /// Red, green, blue, 8 bit each.
    Rgb24,
    /// Red, green, blue, alpha, 8 bit each.
    Rgba32,
    /// Extended precision; recognized, but not read.
    Float128,
    /// Complex, single precision; recognized, but not read.
    Complex64,
    /// Complex, double precision; recognized, but not read.
    Complex128,
    /// Complex, extended precision; recognized, but not read.
    Complex256,
}

/// Type, NIfTI code, bytes per voxel, values per voxel, name.
const TABLE: [(VoxelType, i16, usize, usize, &str); 16] = [
    (VoxelType::Uint8, 2, 1, 1, "uint8"),
    (VoxelType::Int8, 256, 1, 1, "int8"),
    (VoxelType::Uint16, 512, 2, 1, "uint16"),
    (VoxelType::Int16, 4, 2, 1, "int16"),
    (VoxelType::Uint32, 768, 4, 1, "uint32"),
    (VoxelType::Int32, 8, 4, 1, "int32"),
    (VoxelType::Uint64, 1280, 8, 1, "uint64"),
    (VoxelType::Int64, 1024, 8, 1, "int64"),
    (VoxelType::Float32, 16, 4, 1, "float32"),
    (VoxelType::Float64, 64, 8, 1, "float64"),
    (VoxelType::Rgb24, 128, 3, 3, "RGB24"),
    (VoxelType::Rgba32, 2304, 4, 4, "RGBA32"),
    (VoxelType::Float128, 1536, 16, 1, "float128"),
    (VoxelType::Complex64, 32, 8, 2, "complex64"),
    (VoxelType::Complex128, 1792, 16, 2, "complex128"),
    (VoxelType::Complex256, 2048, 32, 2, "complex256"),
];

impl VoxelType {
    /// The type with this NIfTI code; `None` for unknown codes and types that are not whole bytes.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        TABLE.iter().find(|row| row.1 == code).map(|row| row.0)
    }

    /// NIfTI code.
    #[must_use]
    pub fn code(self) -> i16 {
        self.row().1
    }

    /// Bytes per voxel.
    #[must_use]
    pub fn bytes(self) -> usize {
        self.row().2
    }

    /// Values per voxel: 3 for RGB24, 4 for RGBA32, 2 for complex numbers, else 1.
    #[must_use]
    pub fn components(self) -> usize {
        self.row().3
    }

    /// The corresponding type of the `nifti` crate.
    pub(super) fn to_nifti(self) -> Option<NiftiType> {
        Some(match self {
            Self::Uint8 => NiftiType::Uint8,
            Self::Int8 => NiftiType::Int8,
            Self::Uint16 => NiftiType::Uint16,
            Self::Int16 => NiftiType::Int16,
            Self::Uint32 => NiftiType::Uint32,
            Self::Int32 => NiftiType::Int32,
            Self::Uint64 => NiftiType::Uint64,
            Self::Int64 => NiftiType::Int64,
            Self::Float32 => NiftiType::Float32,
            Self::Float64 => NiftiType::Float64,
            _ => return None,
        })
    }

    fn row(self) -> &'static (VoxelType, i16, usize, usize, &'static str) {
        TABLE
            .iter()
            .find(|row| row.0 == self)
            .unwrap_or_else(|| unreachable!("the table holds every type"))
    }
}

impl fmt::Display for VoxelType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().4)
    }
}
