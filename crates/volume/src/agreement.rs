//! Whether two grids agree: in everything, or in all but their depth range.

use crate::{Grid, Orientation, Spacing, VolumeError};

impl Grid {
    /// Checks that two grids are equal: same shape, and same spacing and affine up to single precision.
    ///
    /// A size of 1 × 1 × 1 mm equals an unknown size: programs built on ITK write the unit mm for every volume. See
    /// [`Self::agreed_spacing`].
    ///
    /// # Errors
    /// [`VolumeError::GridMismatch`] with both grids.
    pub fn require_same(&self, other: &Grid) -> Result<(), VolumeError> {
        if self.difference(other).is_none() {
            return Ok(());
        }
        Err(VolumeError::GridMismatch {
            left: Box::new(self.clone()),
            right: Box::new(other.clone()),
        })
    }

    /// What differs between two grids, in one line with both values. `None` if they are equal, as [`Self::require_same`]
    /// defines it.
    #[must_use]
    pub fn difference(&self, other: &Grid) -> Option<String> {
        if self.shape() != other.shape() {
            let shapes = [self.shape(), other.shape()].map(|[x, y, z]| format!("{x} × {y} × {z}"));
            return Some(format!("the shape is {} and {}", shapes[0], shapes[1]));
        }
        if let Some(axes) = self.difference_of_axes(other) {
            return Some(axes);
        }
        let origin = |grid: &Grid| grid.affine().map(|row| row[3]);
        let (a, b) = (origin(self), origin(other));
        let tolerance = |r: usize| self.place_tolerance(&[a[r], b[r], self.extent_mm()]);
        (0..3)
            .any(|r| (a[r] - b[r]).abs() > tolerance(r))
            .then(|| format!("the first voxel is at {a:?} mm and {b:?} mm"))
    }

    /// What differs in the voxel size or in the directions of the axes.
    fn difference_of_axes(&self, other: &Grid) -> Option<String> {
        if !self.has_spacing_of(other) {
            let (a, b) = (self.spacing(), other.spacing());
            return Some(format!("the voxel size is {a} and {b}"));
        }
        let directions = |grid: &Grid| grid.affine().map(|[a, b, c, _]| [a, b, c]);
        let (a, b) = (directions(self), directions(other));
        (!self.has_directions_of(other)).then(|| {
            format!(
                "the axes point to {} and {}: the affine has {a:?} and {b:?}",
                Orientation::of(self),
                Orientation::of(other)
            )
        })
    }

    /// What differs between two grids other than their ranges of depth, in one line with both values. `None` if
    /// [`Self::depth_offset_of`] has a value.
    #[must_use]
    pub fn difference_beside_depth(&self, other: &Grid) -> Option<String> {
        if self.depth_offset_of(other).is_some() {
            return None;
        }
        let lateral = [self.shape(), other.shape()].map(|[x, y, _]| format!("{x} × {y}"));
        if lateral[0] != lateral[1] {
            return Some(format!(
                "the extents along x and y are {} and {}",
                lateral[0], lateral[1]
            ));
        }
        let origin = |grid: &Grid| grid.affine().map(|row| row[3]);
        let apart = || {
            format!(
                "the first voxel is at {:?} mm and {:?} mm, which is no whole number of voxels along depth",
                origin(self),
                origin(other)
            )
        };
        Some(self.difference_of_axes(other).unwrap_or_else(apart))
    }

    /// The voxel size of two equal grids: unknown when one of them does not know it.
    #[must_use]
    pub fn agreed_spacing(&self, other: &Grid) -> Spacing {
        match other.spacing() {
            Spacing::Unknown => Spacing::Unknown,
            Spacing::Millimetres(_) => self.spacing(),
        }
    }

    /// Offset in voxels along z by which the other grid begins deeper than this one: its depth z is this grid's depth z
    /// + offset.
    ///
    /// `None` unless the grids differ only in their depth range: equal extents along x and y, equal spacing and
    /// orientation up to single precision, and origins a whole number of voxels apart along z (up to a twentieth of a
    /// voxel). Negative when the other grid begins higher. The grids may have no depth in common.
    #[must_use]
    pub fn depth_offset_of(&self, other: &Grid) -> Option<isize> {
        if self.shape()[..2] != other.shape()[..2] || !self.has_axes_of(other) {
            return None;
        }
        let step: [f64; 3] = std::array::from_fn(|r| self.affine()[r][2]);
        let shift: [f64; 3] = std::array::from_fn(|r| other.affine()[r][3] - self.affine()[r][3]);
        let dot = |a: &[f64; 3], b: &[f64; 3]| (0..3).map(|i| a[i] * b[i]).sum::<f64>();
        let voxels = dot(&shift, &step) / dot(&step, &step);
        let whole = voxels.round();
        // The second bound prevents overflow in sums of offsets and extents.
        if (voxels - whole).abs() > MOST_OF_A_VOXEL || whole.abs() > f64::from(i32::MAX) {
            return None;
        }
        let met = |r: usize| {
            let (from, to) = (self.affine()[r][3], other.affine()[r][3]);
            let moved = step[r] * whole;
            (from + moved - to).abs() <= self.place_tolerance(&[from, to, moved])
        };
        (0..3).all(met).then_some(whole as isize)
    }

    /// Whether two grids have the same voxel size and orientation.
    fn has_axes_of(&self, other: &Grid) -> bool {
        self.has_spacing_of(other) && self.has_directions_of(other)
    }

    fn has_spacing_of(&self, other: &Grid) -> bool {
        let (a, b) = (self.spacing().or_unit(), other.spacing().or_unit());
        (0..3).all(|i| (a[i] - b[i]).abs() <= SINGLE * a[i].max(b[i]))
    }

    /// Whether the axes of two grids point in the same directions, by their voxel sizes.
    fn has_directions_of(&self, other: &Grid) -> bool {
        let close = |r: usize, c: usize| {
            let scale = self.step(c).max(other.step(c));
            (self.affine()[r][c] - other.affine()[r][c]).abs() <= SINGLE * scale
        };
        (0..3).all(|r| (0..3).all(|c| close(r, c)))
    }

    /// Distance in mm between neighbors along an axis, from the affine.
    fn step(&self, axis: usize) -> f64 {
        let squares = self.affine().iter().map(|row| row[axis] * row[axis]);
        squares.sum::<f64>().sqrt()
    }

    /// Largest extent of the grid along an axis in mm, from the affine.
    fn extent_mm(&self) -> f64 {
        (0..3).fold(0.0, |most, c| {
            most.max(self.step(c) * self.shape()[c] as f64)
        })
    }

    /// Largest difference of two equal positions in mm: some units in the last place of the largest `terms` in single
    /// precision, and [`SINGLE`] of a voxel.
    fn place_tolerance(&self, terms: &[f64; 3]) -> f64 {
        let largest = terms
            .iter()
            .fold(0.0_f64, |most, term| most.max(term.abs()));
        let voxel = (0..3).fold(0.0_f64, |most, c| most.max(self.step(c)));
        UNITS_IN_LAST_PLACE * f64::from(f32::EPSILON) * largest + SINGLE * voxel
    }
}

/// Largest relative difference of two voxel sizes that count as equal, and of two directions by their voxel size: from
/// single precision and some arithmetic. It follows the size of the values, so that it holds for any unit.
const SINGLE: f64 = 1e-5;
/// Largest difference of two equal positions, in units in the last place of single precision.
const UNITS_IN_LAST_PLACE: f64 = 8.0;
/// Largest deviation of an offset from a whole number of voxels. The error of single precision is smaller up to two
/// meters from the origin, for voxels of 3 µm.
const MOST_OF_A_VOXEL: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Affine;

    #[test]
    fn a_window_in_depth_begins_deeper_by_what_was_cut() {
        let grid = Grid::new([4, 5, 500], Spacing::RSOM).unwrap();
        for (start, depth) in [(0, 500), (29, 471), (-3, 20), (600, 7)] {
            let window = grid.window([0, 0, start], [4, 5, depth]).unwrap();
            assert_eq!(grid.depth_offset_of(&window), Some(start));
            assert_eq!(window.depth_offset_of(&grid), Some(-start));
        }
    }

    #[test]
    fn depth_offsets_survive_single_precision_and_oblique_axes() {
        // A rotation by 30° about x, 90 mm from the origin.
        let (c, s) = (30f64.to_radians().cos(), 30f64.to_radians().sin());
        let affine = [
            [0.012, 0.0, 0.0, -90.0],
            [0.0, 0.012 * c, 0.003 * s, 71.3],
            [0.0, 0.012 * s, -0.003 * c, 40.7],
        ];
        let grid = Grid::with_affine([4, 5, 500], Spacing::RSOM, affine).unwrap();
        let window = grid.window([0, 0, 133], [4, 5, 367]).unwrap();
        let single = |g: &Grid| {
            let affine = g.affine().map(|row| row.map(|v| f64::from(v as f32)));
            Grid::with_affine(g.shape(), g.spacing(), affine).unwrap()
        };
        assert_eq!(single(&grid).depth_offset_of(&single(&window)), Some(133));
    }

    #[test]
    fn grids_that_differ_in_more_than_depth_have_no_offset() {
        let grid = Grid::new([4, 5, 50], Spacing::RSOM).unwrap();
        let shifted = |start: [isize; 3]| grid.window(start, [4, 5, 50]).unwrap();
        let along_z = |mm: f64| {
            let mut affine = *grid.affine();
            affine[2][3] -= mm;
            Grid::with_affine([4, 5, 50], Spacing::RSOM, affine).unwrap()
        };
        let others = [
            shifted([1, 0, 0]),
            shifted([0, -1, 7]),
            grid.window([0; 3], [4, 6, 50]).unwrap(),
            grid.resampled([4, 5, 25]).unwrap(),
            Grid::new([4, 5, 50], Spacing::Unknown).unwrap(),
            along_z(0.0015),
            along_z(0.0302),
            along_z(1e30),
        ];
        for other in &others {
            assert!(grid.difference_beside_depth(other).is_some(), "{other}");
            assert_eq!(grid.depth_offset_of(other), None, "{other}");
        }
        assert_eq!(grid.depth_offset_of(&along_z(0.030)), Some(10));
    }

    #[test]
    fn depths_of_voxels_of_unknown_size_are_compared_too() {
        let grid = Grid::new([4, 5, 50], Spacing::Unknown).unwrap();
        let window = grid.window([0, 0, 12], [4, 5, 38]).unwrap();
        assert_eq!(grid.depth_offset_of(&window), Some(12));
    }

    /// The answer does not depend on the unit of length.
    #[test]
    fn tolerances_follow_the_size_of_the_values() {
        for unit in [1e-12, 1.0, 1e9] {
            let scaled = |change: &dyn Fn(&mut Affine)| {
                let mut affine = [
                    [0.012, 0.0, 0.0, -90.0],
                    [0.0, 0.012, 0.0, 71.3],
                    [0.0, 0.0, -0.003, 40.7],
                ];
                change(&mut affine);
                let affine = affine.map(|row| row.map(|v| v * unit));
                let mm = [0.012, 0.012, 0.003].map(|d| d * unit);
                Grid::with_affine([4, 5, 50], Spacing::Millimetres(mm), affine).unwrap()
            };
            let grid = scaled(&|_| {});
            let same: [&dyn Fn(&mut Affine); 3] = [
                &|a| a[0][3] = f64::from(-90.0_f32) * (1.0 + 1e-7),
                &|a| a[1][2] = 1e-9,
                &|a| a[2][2] *= 1.0 + 1e-7,
            ];
            for change in same {
                assert_eq!(grid.difference(&scaled(change)), None);
            }
            let other: [&dyn Fn(&mut Affine); 3] =
                [&|a| a[0][3] += 0.001, &|a| a[1][2] = 1e-6, &|a| {
                    a[2][2] *= 1.0 + 1e-4;
                }];
            for change in other {
                assert!(grid.difference(&scaled(change)).is_some());
            }
            let deeper = grid.window([0, 0, 7], [4, 5, 43]).unwrap();
            assert_eq!(grid.depth_offset_of(&deeper), Some(7));
        }
    }

    #[test]
    fn an_unknown_size_equals_one_millimetre_and_stays_unknown() {
        let unknown = Grid::new([2, 3, 4], Spacing::Unknown).unwrap();
        let one = Grid::new([2, 3, 4], Spacing::Millimetres([1.0; 3])).unwrap();
        assert!(unknown.require_same(&one).is_ok() && one.require_same(&unknown).is_ok());
        assert_eq!(one.agreed_spacing(&unknown), Spacing::Unknown);
        assert_eq!(unknown.agreed_spacing(&one), Spacing::Unknown);
        assert_eq!(one.agreed_spacing(&one), one.spacing());
        let two = Grid::new([2, 3, 4], Spacing::Millimetres([2.0; 3])).unwrap();
        let said = unknown.difference(&two).unwrap();
        assert_eq!(said, "the voxel size is unknown and 2 × 2 × 2 mm");
    }

    #[test]
    fn a_difference_says_what_differs() {
        let grid = Grid::new([2, 3, 4], Spacing::RSOM).unwrap();
        let shape = Grid::new([2, 3, 5], Spacing::RSOM).unwrap();
        assert_eq!(
            grid.difference(&shape).unwrap(),
            "the shape is 2 × 3 × 4 and 2 × 3 × 5"
        );
        let shifted = grid.window([0, 0, 1], [2, 3, 4]).unwrap();
        assert!(
            grid.difference(&shifted)
                .unwrap()
                .starts_with("the first voxel is at")
        );
        let mut up = *grid.affine();
        up[2][2] = 0.003;
        let up = Grid::with_affine([2, 3, 4], Spacing::RSOM, up).unwrap();
        let said = grid.difference(&up).unwrap();
        assert!(said.starts_with("the axes point to RAI and RAS"), "{said}");
    }

    #[test]
    fn a_mismatch_names_both_grids() {
        let a = Grid::new([2, 3, 4], Spacing::RSOM).unwrap();
        let b = Grid::new([2, 3, 5], Spacing::Unknown).unwrap();
        let message = a.require_same(&b).unwrap_err().to_string();
        assert!(message.contains("2 × 3 × 4") && message.contains("2 × 3 × 5"));
        assert!(a.require_same(&a).is_ok());
    }
}
