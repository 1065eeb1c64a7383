//! The skin surface that the scanner's software found.

use std::path::Path;

use ndarray::{Array2, ShapeBuilder};
use serde::{Deserialize, Serialize};

use super::variable::{fault, numbers};
use rsom_formats::FormatError;
use rsom_formats::matlab::{self, MatFile, NewArray, NewNumbers};
use rsom_stage::{StageError, atomic};
use rsom_volume::SkinSurface;

/// The surface as the sidecar stores it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SidecarSurface {
    step_mm: [f64; 2],
    /// Heights in half voxels along z, one list for each x.
    heights_half_voxels: Vec<Vec<f64>>,
}

impl From<&SkinSurface> for SidecarSurface {
    fn from(surface: &SkinSurface) -> Self {
        let rows = surface.heights.rows();
        Self {
            step_mm: surface.step_mm,
            heights_half_voxels: rows.into_iter().map(|row| row.to_vec()).collect(),
        }
    }
}

impl SidecarSurface {
    /// Converts to a surface; `None` when the lists differ in length.
    pub(super) fn surface(self) -> Option<SkinSurface> {
        let x = self.heights_half_voxels.len();
        let y = self.heights_half_voxels.first().map_or(0, Vec::len);
        let heights = self.heights_half_voxels.into_iter().flatten().collect();
        Some(SkinSurface {
            heights: Array2::from_shape_vec((x, y), heights).ok()?,
            step_mm: self.step_mm,
        })
    }
}

/// Reads the skin surface from a MATLAB file: the variables `surfSmooth` (x, y), `dx` and `dy`.
///
/// # Errors
/// The file cannot be read or lacks one of these variables.
pub fn read_surface(path: &Path) -> Result<SkinSurface, FormatError> {
    let file = MatFile::open(path)?;
    let read = |name: &str| -> Result<(Vec<usize>, Vec<f64>), FormatError> {
        let Some(variable) = file.variable(name) else {
            return Err(fault(format_args!("the file has no variable {name}")));
        };
        let numbers = numbers(file.read(variable)?, name)?.into_f64();
        Ok((variable.dims.clone(), numbers))
    };
    let scalar = |name: &str| match read(name)?.1.as_slice() {
        [value] => Ok(*value),
        other => Err(fault(format_args!(
            "{name} holds {} numbers, but one is expected",
            other.len()
        ))),
    };
    let (dims, heights) = read("surfSmooth")?;
    let [x, y] = *dims.as_slice() else {
        return Err(fault(format_args!(
            "surfSmooth has {} axes, but two are expected",
            dims.len()
        )));
    };
    if !heights.iter().all(|height| height.is_finite()) {
        return Err(fault("surfSmooth has NaN or infinite values"));
    }
    Ok(SkinSurface {
        heights: Array2::from_shape_vec((x, y).f(), heights).map_err(fault)?,
        step_mm: [scalar("dx")?, scalar("dy")?],
    })
}

/// Writes the skin surface in the scanner's format: `surfSmooth` (x, y), `dx` and `dy` in double precision.
///
/// # Errors
/// Exit code 4: the file cannot be written.
pub fn write_surface(path: &Path, surface: &SkinSurface) -> Result<(), StageError> {
    atomic::write(path, |temporary| {
        write(temporary, surface).map_err(|e| StageError::output(path, e))
    })
}

fn write(path: &Path, surface: &SkinSurface) -> Result<(), FormatError> {
    let (x, y) = surface.heights.dim();
    let heights: Vec<f64> = surface.heights.t().iter().copied().collect();
    let array = |name, dims: &[usize], numbers| NewArray {
        name,
        dims: dims.to_vec(),
        numbers: NewNumbers::Double(numbers),
    };
    let [dx, dy] = surface.step_mm.each_ref().map(std::slice::from_ref);
    let arrays = [
        array("surfSmooth", &[x, y], &heights),
        array("dx", &[1, 1], dx),
        array("dy", &[1, 1], dy),
    ];
    matlab::write(path, &arrays, false)
}
