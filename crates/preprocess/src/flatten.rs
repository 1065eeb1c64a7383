//! Flatten and unflatten: roll every column along depth so that a surface becomes level, and back.

use ndarray::Array2;
use rsom_volume::Grid;

use crate::PreprocessError;
use crate::crop::{Region, within_limit};
use crate::rearrange::Rearrangement;
use crate::surface::Surface;

/// How far each column moves, in voxels along depth; positive is deeper.
///
/// One table moves the scan, its labels and its masks, so they stay registered; [`Shifts::inverse`] moves them back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shifts {
    /// Voxels along z, of shape (x, y).
    pub voxels: Array2<i32>,
}

impl Shifts {
    /// Shifts that bring a surface to `reference_vox`: `round(reference − surface)`, halves to even.
    #[must_use]
    pub fn to_level(surface: &Surface, reference_vox: f64) -> Self {
        let shift = |depth: &f32| (reference_vox - f64::from(*depth)).round_ties_even() as i32;
        Self {
            voxels: surface.depth_vox.map(shift),
        }
    }

    /// Shifts of 0 for x × y columns.
    #[must_use]
    pub fn none([x, y]: [usize; 2]) -> Self {
        Self {
            voxels: Array2::zeros((x, y)),
        }
    }

    /// The shifts of the columns of a region; columns outside get 0.
    #[must_use]
    pub fn columns(&self, mut region: Region) -> Self {
        // The depth range of a region does not affect which columns it covers.
        region.start[2] = 0;
        let [x, y, _] = region.shape;
        let shift = |(x, y)| {
            let [x, y, _] = region.source([x, y, 0])?;
            self.voxels.get((x, y)).copied()
        };
        Self {
            voxels: Array2::from_shape_fn((x, y), |column| shift(column).unwrap_or(0)),
        }
    }

    /// The shifts that undo these.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self {
            voxels: self.voxels.mapv(i32::saturating_neg),
        }
    }
}

/// The step that applies [`Shifts`]: voxel (x, y, z) of the result is voxel (x, y, z − shift) of the source.
///
/// Voxels that move out of the volume are lost, and voxels that move in are zero; nothing wraps around. To lose
/// nothing, choose a depth range that covers every moved column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flattening {
    /// How far each column moves.
    pub shifts: Shifts,
    /// First depth of the result, as a depth index of the source; may be negative.
    pub start_vox: isize,
    /// Number of depths of the result; `None`: as many as the source.
    pub depth_vox: Option<usize>,
}

impl Flattening {
    /// Applies shifts and keeps the grid.
    #[must_use]
    pub fn in_place(shifts: Shifts) -> Self {
        Self {
            shifts,
            start_vox: 0,
            depth_vox: None,
        }
    }
}

/// The two steps that undo flattening: they bring a volume on `flat`, shifted by `shifts` and possibly cropped, back
/// onto `original`. The first shifts the columns back over the depth of `original`; the second restores the extents
/// along x and y.
///
/// # Errors
/// Shifts whose columns differ from those of `flat`; grids whose voxels do not coincide.
pub fn way_back(
    flat: &Grid,
    shifts: &Shifts,
    original: &Grid,
) -> Result<(Flattening, Region), PreprocessError> {
    let place = Region::from_grid_to_grid(flat, original)?;
    let unroll = Flattening {
        shifts: shifts.inverse(),
        start_vox: place.start[2],
        depth_vox: Some(place.shape[2]),
    };
    let region = Region::from_grid_to_grid(&unroll.grid(flat)?, original)?;
    Ok((unroll, region))
}

impl Rearrangement for Flattening {
    fn grid(&self, source: &Grid) -> Result<Grid, PreprocessError> {
        let [x, y, z] = source.shape();
        let (columns, rows) = self.shifts.voxels.dim();
        if (columns, rows) != (x, y) {
            return Err(PreprocessError::ColumnMismatch {
                what: "the table of shifts",
                columns: [columns, rows],
                volume: [x, y],
            });
        }
        let shape = [x, y, self.depth_vox.unwrap_or(z)];
        within_limit(shape)?;
        Ok(source.window([0, 0, self.start_vox], shape)?)
    }

    fn source(&self, [x, y, z]: [usize; 3]) -> Option<[usize; 3]> {
        let shift = *self.shifts.voxels.get((x, y))?;
        let offset = self.start_vox.checked_sub(shift as isize)?;
        Some([x, y, z.checked_add_signed(offset)?])
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, array};
    use proptest::prelude::*;
    use rsom_volume::{LabelMap, Spacing};

    use super::*;

    fn numbered(shape: [usize; 3]) -> LabelMap {
        let grid = Grid::new(shape, Spacing::RSOM).unwrap();
        let labels = Array3::from_shape_fn(shape, |(x, y, z)| (1 + z + 50 * (y + 50 * x)) as i32);
        LabelMap::new(grid, labels, [].into()).unwrap()
    }

    #[test]
    fn a_column_moves_by_its_shift_and_nothing_wraps() {
        let shifts = Shifts {
            voxels: array![[0, 2], [-1, 9]],
        };
        let out = Flattening::in_place(shifts)
            .labels(&numbered([2, 2, 4]))
            .unwrap();
        let column = |x: usize, y: usize| out.labels().slice(ndarray::s![x, y, ..]).to_vec();
        assert_eq!(column(0, 0), [1, 2, 3, 4]);
        assert_eq!(column(0, 1), [0, 0, 51, 52]);
        assert_eq!(column(1, 0), [2502, 2503, 2504, 0]);
        assert_eq!(column(1, 1), [0, 0, 0, 0]);
    }

    #[test]
    fn halves_round_to_even() {
        let surface = Surface {
            depth_vox: array![[0.5, 1.5, -0.5, 2.4]],
        };
        assert_eq!(
            Shifts::to_level(&surface, 0.0).voxels,
            array![[0, -2, 0, -2]]
        );
    }

    #[test]
    fn shifts_of_another_field_are_refused() {
        let step = Flattening::in_place(Shifts {
            voxels: Array2::zeros((3, 2)),
        });
        assert!(matches!(
            step.labels(&numbered([2, 3, 4])),
            Err(PreprocessError::ColumnMismatch {
                columns: [3, 2],
                volume: [2, 3],
                ..
            })
        ));
    }

    #[test]
    fn extreme_shifts_empty_the_column_without_overflow() {
        let shifts = Shifts {
            voxels: array![[i32::MIN, i32::MAX]],
        };
        let out = Flattening::in_place(shifts.inverse())
            .labels(&numbered([1, 2, 4]))
            .unwrap();
        assert!(out.labels().iter().all(|v| *v == 0));
    }

    proptest! {
        #[test]
        fn unflattening_undoes_flattening_where_nothing_is_cut(
            shifts in prop::collection::vec(-7_i32..=7, 12),
        ) {
            let map = numbered([4, 3, 9]);
            let shifts = Shifts { voxels: Array2::from_shape_vec((4, 3), shifts).unwrap() };
            let wide = Flattening { shifts: shifts.clone(), start_vox: -7, depth_vox: Some(9 + 14) };
            let flat = wide.labels(&map).unwrap();
            // The way back: the original grid starts 7 voxels into the widened one.
            let back = Flattening { shifts: shifts.inverse(), start_vox: 7, depth_vox: Some(9) };
            let restored = back.labels(&flat).unwrap();
            prop_assert_eq!(restored.labels(), map.labels());
            prop_assert!(restored.grid().require_same(map.grid()).is_ok());
        }
    }
}
