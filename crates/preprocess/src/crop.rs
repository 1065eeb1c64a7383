//! Crop and pad: cut a box from a volume, or from the space around it.

use rsom_volume::Grid;

use crate::rearrange::Rearrangement;
use crate::surface::Surface;
use crate::{MAX_VOXELS, PreprocessError};

/// A box of voxels; where it reaches beyond the volume, the result is padded with zeros.
///
/// The grid moves with the box, so every voxel keeps its place in space and the step can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// First voxel along x, y, z; negative pads before the volume.
    pub start: [isize; 3],
    /// Number of voxels along x, y, z.
    pub shape: [usize; 3],
}

impl Region {
    /// The region of a whole volume.
    #[must_use]
    pub fn whole(grid: &Grid) -> Self {
        Self {
            start: [0; 3],
            shape: grid.shape(),
        }
    }

    /// The same region with `extent` voxels along `axis`, cropped or padded equally on both sides.
    ///
    /// When the difference is odd, a crop removes the extra voxel at the end, and a pad adds it at the start.
    #[must_use]
    pub fn centered(mut self, axis: usize, extent: usize) -> Self {
        let surplus = (self.shape[axis] as isize).saturating_sub_unsigned(extent);
        self.start[axis] = self.start[axis].saturating_add(surplus.div_euclid(2));
        self.shape[axis] = extent;
        self
    }

    /// The same region with another depth range: `start` is included, `end` is not.
    ///
    /// # Errors
    /// An empty range.
    pub fn depth(mut self, [start, end]: [isize; 2]) -> Result<Self, PreprocessError> {
        if start >= end {
            return Err(PreprocessError::EmptyRange {
                name: "depth_range_vox",
                start: start as f64,
                end: end as f64,
            });
        }
        self.start[2] = start;
        self.shape[2] = end.abs_diff(start);
        Ok(self)
    }

    /// The same region with depths from `above` the shallowest to `below` the deepest point of a surface, in voxels;
    /// negative is towards the top.
    ///
    /// # Errors
    /// An empty range.
    pub fn tissue(
        self,
        surface: &Surface,
        [above, below]: [isize; 2],
    ) -> Result<Self, PreprocessError> {
        let depths = &surface.depth_vox;
        let shallowest = depths.fold(f32::INFINITY, |a, b| a.min(*b)).floor() as isize;
        let deepest = depths.fold(f32::NEG_INFINITY, |a, b| a.max(*b)).ceil() as isize;
        self.depth([
            shallowest.saturating_add(above),
            deepest.saturating_add(below),
        ])
    }

    /// The region of `inner`'s voxels that `outer` covers: applied to a volume on `inner`, it gives one on `outer`.
    ///
    /// This undoes a crop, given the grid of the volume before the crop.
    ///
    /// # Errors
    /// The voxels of the two grids do not coincide (another spacing, orientation, or a fraction of a voxel apart).
    pub fn from_grid_to_grid(inner: &Grid, outer: &Grid) -> Result<Self, PreprocessError> {
        let mismatch = || PreprocessError::NoCommonLattice {
            left: Box::new(inner.clone()),
            right: Box::new(outer.clone()),
        };
        let offset: [f64; 3] = std::array::from_fn(|r| outer.affine()[r][3] - inner.affine()[r][3]);
        let start = solve(inner, offset).ok_or_else(mismatch)?;
        let region = Self {
            start: start.map(|s| s.round() as isize),
            shape: outer.shape(),
        };
        region
            .grid(inner)?
            .require_same(outer)
            .map_err(|_| mismatch())?;
        Ok(region)
    }
}

impl Rearrangement for Region {
    fn grid(&self, source: &Grid) -> Result<Grid, PreprocessError> {
        within_limit(self.shape)?;
        Ok(source.window(self.start, self.shape)?)
    }

    fn source(&self, voxel: [usize; 3]) -> Option<[usize; 3]> {
        let mut from = [0; 3];
        for axis in 0..3 {
            from[axis] = voxel[axis].checked_add_signed(self.start[axis])?;
        }
        Some(from)
    }
}

/// Refuses shapes beyond [`MAX_VOXELS`] before anything is allocated.
pub(crate) fn within_limit(shape: [usize; 3]) -> Result<(), PreprocessError> {
    let voxels = shape
        .iter()
        .try_fold(1_usize, |product, extent| product.checked_mul(*extent));
    match voxels {
        Some(voxels) if voxels <= MAX_VOXELS => Ok(()),
        _ => Err(PreprocessError::TooLarge {
            shape,
            limit: MAX_VOXELS,
        }),
    }
}

/// Solves for the number of voxels along each axis in a displacement in mm, by Cramer's rule; `None` when a number is
/// not finite or too large.
fn solve(grid: &Grid, way_mm: [f64; 3]) -> Option<[f64; 3]> {
    let a = grid.affine();
    let column = |c: usize| [a[0][c], a[1][c], a[2][c]];
    let [u, v, w] = [column(0), column(1), column(2)];
    let all = determinant(u, v, w);
    let steps = [
        determinant(way_mm, v, w) / all,
        determinant(u, way_mm, w) / all,
        determinant(u, v, way_mm) / all,
    ];
    steps
        .iter()
        .all(|s| s.is_finite() && s.abs() < MAX_VOXELS as f64)
        .then_some(steps)
}

fn determinant(u: [f64; 3], v: [f64; 3], w: [f64; 3]) -> f64 {
    u[0] * (v[1] * w[2] - v[2] * w[1]) - v[0] * (u[1] * w[2] - u[2] * w[1])
        + w[0] * (u[1] * v[2] - u[2] * v[1])
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;
    use rsom_volume::{Mask, Spacing};

    use super::*;

    fn counting(shape: [usize; 3]) -> rsom_volume::LabelMap {
        let grid = Grid::new(shape, Spacing::RSOM).unwrap();
        let labels = Array3::from_shape_fn(shape, |(x, y, z)| (100 * x + 10 * y + z) as i32 + 1);
        rsom_volume::LabelMap::new(grid, labels, [(1, "first".into())].into()).unwrap()
    }

    #[test]
    fn cropping_keeps_values_names_and_places() {
        let map = counting([5, 4, 6]);
        let region = Region {
            start: [1, 0, 2],
            shape: [3, 2, 4],
        };
        let out = region.labels(&map).unwrap();
        assert_eq!(out.labels()[[0, 0, 0]], map.labels()[[1, 0, 2]]);
        assert_eq!(out.labels()[[2, 1, 3]], map.labels()[[3, 1, 5]]);
        assert_eq!(out.names(), map.names());
        assert!((out.grid().affine()[0][3] - 0.012).abs() < 1e-12);
        assert!((out.grid().affine()[2][3] + 0.006).abs() < 1e-12);
    }

    #[test]
    fn what_lies_outside_is_zero() {
        let region = Region {
            start: [-1, 0, 5],
            shape: [3, 4, 3],
        };
        let out = region.labels(&counting([5, 4, 6])).unwrap();
        assert!(
            out.labels()
                .index_axis(ndarray::Axis(0), 0)
                .iter()
                .all(|v| *v == 0)
        );
        assert_eq!(out.labels()[[1, 0, 0]], 6);
        assert_eq!(out.labels()[[1, 0, 1]], 0);
    }

    #[test]
    fn a_region_larger_than_the_limit_is_refused_before_it_is_made() {
        let region = Region {
            start: [0; 3],
            shape: [usize::MAX, 2, 2],
        };
        assert!(matches!(
            region.labels(&counting([2, 2, 2])),
            Err(PreprocessError::TooLarge { .. })
        ));
    }

    #[test]
    fn a_crop_to_tissue_holds_every_point_of_the_surface_with_its_margins() {
        let surface = Surface {
            depth_vox: ndarray::array![[3.2, 5.0], [7.9, 4.0]],
        };
        let grid = Grid::new([2, 2, 20], Spacing::RSOM).unwrap();
        let region = Region::whole(&grid).tissue(&surface, [-2, 5]).unwrap();
        assert_eq!((region.start[2], region.shape[2]), (1, 12));
        assert!(Region::whole(&grid).tissue(&surface, [5, -5]).is_err());
    }

    #[test]
    fn volumes_with_another_spacing_have_no_common_lattice() {
        let a = Grid::new([4, 4, 4], Spacing::RSOM).unwrap();
        let b = Grid::new([4, 4, 4], Spacing::Unknown).unwrap();
        let half = a.resampled([2, 4, 4]).unwrap();
        for other in [&b, &half] {
            assert!(matches!(
                Region::from_grid_to_grid(&a, other),
                Err(PreprocessError::NoCommonLattice { .. })
            ));
        }
    }

    proptest! {
        #[test]
        fn a_pad_is_undone_by_the_way_back_between_the_grids(
            start in prop::array::uniform3(-4_isize..=0),
            extra in prop::array::uniform3(0_usize..4),
        ) {
            let map = counting([3, 4, 5]);
            let mask = map.select(&[1, 12, 123, 234]);
            let shape = std::array::from_fn(|a| mask.grid().shape()[a] + start[a].unsigned_abs() + extra[a]);
            let padded: Mask = Region { start, shape }.mask(&mask).unwrap();
            prop_assert_eq!(padded.count(), mask.count());
            let back = Region::from_grid_to_grid(padded.grid(), mask.grid()).unwrap();
            let restored = back.mask(&padded).unwrap();
            prop_assert_eq!(restored.voxels(), mask.voxels());
        }

        #[test]
        fn centering_leaves_the_same_on_both_sides_but_for_one(extent in 1_usize..20, wanted in 1_usize..20) {
            let whole = Region { start: [0; 3], shape: [extent, 1, 1] };
            let region = whole.centered(0, wanted);
            let before = region.start[0];
            let after = extent as isize - before - wanted as isize;
            prop_assert!((after - before).abs() <= 1);
        }
    }
}
