//! The steps from a raw scan to a prepared one.

use ndarray::{Array3, s};
use rayon::prelude::*;
use rsom_volume::{Grid, Mask, RawChannel, RawScan, Spacing};

use super::cut::cut_depth_vox;
use super::intensity::{Sample, Stretch, maximum, stretch, to_bytes};
use super::settings::{Purpose, Recipe};
use super::skin;
use crate::crop::within_limit;
use crate::{PreprocessError, Shifts};

/// Voxel size of RSOM scans along x, y, z, in mm.
pub const SPACING_MM: [f64; 3] = [0.012, 0.012, 0.003];
/// Number of depths of a prepared scan.
const DEPTH_VOX: usize = 500;

/// A prepared scan.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedRaw {
    /// Where the voxels stand.
    pub grid: Grid,
    /// Channels LF and HF, of shape (x, y, z).
    pub channels: [Array3<u8>; 2],
    /// Shift of each column; `None` without a surface.
    pub shifts: Option<Shifts>,
    /// Number of depths removed above the cut below the epidermis.
    pub cut_depth_vox: usize,
}

/// Prepares a raw scan: shifts columns until the skin is level, crops or pads to 500 depths, removes the depths of
/// `layer` (for vessels), and stretches both channels.
///
/// Voxels are processed in the precision of the file. Padding with zeros converts single to double precision, as in the
/// released software.
///
/// # Errors
/// Channels of different shape; an unusable surface map; a layer on another grid; a channel without a positive voxel.
pub fn prepare_raw(
    raw: RawScan,
    purpose: Purpose,
    recipe: Recipe,
    layer: Option<&Mask>,
) -> Result<PreparedRaw, PreprocessError> {
    let [lf, hf] = raw.channels;
    let [x, y, _] = lf.shape();
    if lf.shape() != hf.shape() {
        let shapes = [lf.shape(), hf.shape()];
        return Err(PreprocessError::ChannelShapes(shapes));
    }
    let grid = Grid::new(lf.shape(), Spacing::Millimetres(SPACING_MM))?;
    let grid = grid.window([0; 3], [x, y, DEPTH_VOX])?;
    within_limit(lf.shape())?;
    within_limit(grid.shape())?;
    if let Some(layer) = layer
        && layer.grid().shape() != grid.shape()
    {
        return Err(PreprocessError::LayerShape {
            layer: layer.grid().shape(),
            scan: grid.shape(),
        });
    }
    let cut = layer.map_or(0, cut_depth_vox);
    if cut >= DEPTH_VOX {
        return Err(PreprocessError::EmptyRange {
            name: "of depths below the layer",
            start: cut as f64,
            end: DEPTH_VOX as f64,
        });
    }
    let lateral_mm = [SPACING_MM[0], SPACING_MM[1]];
    let surface = raw.surface.as_ref();
    let shifts = surface
        .map(|surface| skin::shifts(surface, [x, y], lateral_mm))
        .transpose()?;
    let steps = Steps {
        shifts: shifts.as_ref(),
        recipe,
        cut,
    };
    let [of_lf, of_hf] = purpose.stretches();
    let (lf, hf) = rayon::join(
        || steps.apply(lf, of_lf, "LF"),
        || steps.apply(hf, of_hf, "HF"),
    );
    let (lf, hf) = (lf?, hf?);
    let largest = largest_of(&lf)?.max(largest_of(&hf)?);
    let grid = grid.window([0, 0, cut as isize], [x, y, DEPTH_VOX - cut])?;
    let bytes = |channel: &RawChannel| {
        let bytes = bytes_of(channel, largest)?;
        Array3::from_shape_vec((x, y, DEPTH_VOX - cut), bytes)
            .map_err(|_| PreprocessError::ChannelShapes([grid.shape(); 2]))
    };
    Ok(PreparedRaw {
        channels: [bytes(&lf)?, bytes(&hf)?],
        grid,
        shifts,
        cut_depth_vox: cut,
    })
}

/// The steps that process each channel separately.
struct Steps<'a> {
    shifts: Option<&'a Shifts>,
    recipe: Recipe,
    /// First depth to keep.
    cut: usize,
}

impl Steps<'_> {
    fn apply(
        &self,
        channel: RawChannel,
        wanted: Stretch,
        name: &'static str,
    ) -> Result<RawChannel, PreprocessError> {
        let padded = channel.shape()[2] < DEPTH_VOX;
        Ok(match channel {
            RawChannel::Single(voxels) if !padded => {
                RawChannel::Single(self.steps(voxels, wanted, name)?)
            }
            RawChannel::Single(voxels) => {
                RawChannel::Double(self.steps(voxels.mapv(f64::from), wanted, name)?)
            }
            RawChannel::Double(voxels) => RawChannel::Double(self.steps(voxels, wanted, name)?),
        })
    }

    fn steps<T: Sample>(
        &self,
        voxels: Array3<T>,
        wanted: Stretch,
        name: &'static str,
    ) -> Result<Array3<T>, PreprocessError> {
        let mut voxels = if voxels.is_standard_layout() {
            voxels
        } else {
            voxels.as_standard_layout().into_owned()
        };
        if self.recipe == Recipe::Rsom && voxels.dim().2 < DEPTH_VOX {
            voxels = depths(voxels, 0, DEPTH_VOX);
        }
        let z = voxels.dim().2;
        if let Some(shifts) = self.shifts {
            let columns = voxels.as_slice_mut().ok_or(PreprocessError::NotInOrder)?;
            let shifts: Vec<i32> = shifts.voxels.iter().copied().collect();
            columns
                .par_chunks_exact_mut(z)
                .zip(&shifts)
                .for_each(|(column, shift)| skin::roll(column, *shift, self.recipe));
        }
        let mut voxels = depths(voxels, self.cut, DEPTH_VOX);
        let values = voxels.as_slice_mut().ok_or(PreprocessError::NotInOrder)?;
        let maximum = maximum(values).ok_or(PreprocessError::NothingPositive(name))?;
        stretch(values, maximum, wanted);
        Ok(voxels)
    }
}

/// The depths from `start` up to, but without, `end`; zeros outside the array.
fn depths<T: Sample>(voxels: Array3<T>, start: usize, end: usize) -> Array3<T> {
    let (x, y, z) = voxels.dim();
    if (start, end) == (0, z) {
        return voxels;
    }
    let mut kept = Array3::default((x, y, end - start));
    let last = z.min(end);
    if start < last {
        kept.slice_mut(s![.., .., ..last - start])
            .assign(&voxels.slice(s![.., .., start..last]));
    }
    kept
}

fn largest_of(channel: &RawChannel) -> Result<f64, PreprocessError> {
    match channel {
        RawChannel::Single(voxels) => Ok(largest(in_order(voxels)?)),
        RawChannel::Double(voxels) => Ok(largest(in_order(voxels)?)),
    }
}

fn bytes_of(channel: &RawChannel, largest: f64) -> Result<Vec<u8>, PreprocessError> {
    match channel {
        RawChannel::Single(voxels) => Ok(to_bytes(in_order(voxels)?, largest)),
        RawChannel::Double(voxels) => Ok(to_bytes(in_order(voxels)?, largest)),
    }
}

fn largest<T: Sample>(voxels: &[T]) -> f64 {
    maximum(voxels).map_or(0.0, Sample::to_f64)
}

fn in_order<T>(voxels: &Array3<T>) -> Result<&[T], PreprocessError> {
    voxels.as_slice().ok_or(PreprocessError::NotInOrder)
}
