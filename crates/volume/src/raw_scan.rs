//! A raw RSOM scan: the two reconstructions of the scanner's software and the skin surface that it found.

use ndarray::{Array2, Array3};

/// The voxels of a channel, of shape (x, y, z), in the precision of their file.
///
/// The precision matters: the last bit of the released preparation's result depends on it.
#[derive(Debug, Clone, PartialEq)]
pub enum RawChannel {
    /// Single precision.
    Single(Array3<f32>),
    /// Double precision; also used for integers.
    Double(Array3<f64>),
}

/// Heights of the skin on a separate grid, centered on the field of view.
#[derive(Debug, Clone, PartialEq)]
pub struct SkinSurface {
    /// Heights of shape (x, y), in units of half a voxel along depth.
    pub heights: Array2<f64>,
    /// Distance between neighboring points along x and y, in mm.
    pub step_mm: [f64; 2],
}

/// A raw scan: low and high frequencies, and the skin surface if the scanner's software found it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawScan {
    /// LF and HF.
    pub channels: [RawChannel; 2],
    /// The skin surface.
    pub surface: Option<SkinSurface>,
}

impl RawChannel {
    /// Extents along x, y, z.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        let (x, y, z) = match self {
            Self::Single(voxels) => voxels.dim(),
            Self::Double(voxels) => voxels.dim(),
        };
        [x, y, z]
    }

    /// Name of the precision in sidecars.
    #[must_use]
    pub fn precision(&self) -> &'static str {
        match self {
            Self::Single(_) => "float32",
            Self::Double(_) => "float64",
        }
    }
}
