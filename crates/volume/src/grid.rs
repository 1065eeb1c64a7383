//! The geometry of a volume: shape, spacing and the affine to patient space.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Spacing, VolumeError};

/// First three rows of the matrix from voxel indices (x, y, z, 1) to RAS+ millimeters.
pub type Affine = [[f64; 4]; 3];

/// A regular grid of voxels in space.
///
/// Invariants, checked by the constructors: no extent is zero; a known spacing is positive and finite; the affine is
/// finite and invertible.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    shape: [usize; 3],
    spacing: Spacing,
    affine: Affine,
}

impl Grid {
    /// A grid whose x points right, y anterior and z (depth) inferior, with voxel (0, 0, 0) at the origin.
    ///
    /// # Errors
    /// An empty shape; a spacing that is not positive and finite.
    pub fn new(shape: [usize; 3], spacing: Spacing) -> Result<Self, VolumeError> {
        let [dx, dy, dz] = spacing.or_unit();
        let affine = [
            [dx, 0.0, 0.0, 0.0],
            [0.0, dy, 0.0, 0.0],
            [0.0, 0.0, -dz, 0.0],
        ];
        Self::with_affine(shape, spacing, affine)
    }

    /// A grid with a given affine.
    ///
    /// # Errors
    /// An empty shape; a spacing that is not positive and finite; an affine that is not finite and invertible.
    pub fn with_affine(
        shape: [usize; 3],
        spacing: Spacing,
        affine: Affine,
    ) -> Result<Self, VolumeError> {
        if shape.contains(&0) {
            return Err(VolumeError::EmptyGrid(shape));
        }
        if let Spacing::Millimetres(mm) = spacing
            && !mm.iter().all(|d| d.is_finite() && *d > 0.0)
        {
            return Err(VolumeError::BadSpacing(mm));
        }
        let determinant = determinant(&affine);
        let finite = affine.iter().flatten().all(|v| v.is_finite());
        if !finite || determinant == 0.0 || !determinant.is_finite() {
            return Err(VolumeError::BadAffine(affine));
        }
        Ok(Self {
            shape,
            spacing,
            affine,
        })
    }

    /// Number of voxels along x, y, z.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Voxel size.
    #[must_use]
    pub fn spacing(&self) -> Spacing {
        self.spacing
    }

    /// Matrix from voxel indices to RAS+ millimeters.
    #[must_use]
    pub fn affine(&self) -> &Affine {
        &self.affine
    }

    /// The same orientation and spacing over a box that starts at voxel `start` and has `shape` voxels.
    ///
    /// The start may be negative (padding); the origin moves with it, so that a voxel keeps its position in space.
    ///
    /// # Errors
    /// An empty shape.
    pub fn window(&self, start: [isize; 3], shape: [usize; 3]) -> Result<Self, VolumeError> {
        let mut affine = self.affine;
        for row in &mut affine {
            let shift: f64 = (0..3).map(|axis| row[axis] * start[axis] as f64).sum();
            row[3] += shift;
        }
        Self::with_affine(shape, self.spacing, affine)
    }

    /// The same field of view, sampled with another shape and spacing (voxel corners stay in place).
    ///
    /// `shape[a] / self.shape[a]` is the factor along axis `a`.
    ///
    /// # Errors
    /// An empty shape.
    pub fn resampled(&self, shape: [usize; 3]) -> Result<Self, VolumeError> {
        let step: [f64; 3] = std::array::from_fn(|a| self.shape[a] as f64 / shape[a].max(1) as f64);
        let mut affine = self.affine;
        for row in &mut affine {
            for axis in 0..3 {
                row[3] += row[axis] * (step[axis] - 1.0) / 2.0;
                row[axis] *= step[axis];
            }
        }
        let spacing = match self.spacing {
            Spacing::Millimetres(mm) => {
                Spacing::Millimetres(std::array::from_fn(|a| mm[a] * step[a]))
            }
            Spacing::Unknown => Spacing::Unknown,
        };
        Self::with_affine(shape, spacing, affine)
    }

    /// Checks that two grids are equal: same shape, and same spacing and affine up to single precision.
    ///
    /// # Errors
    /// [`VolumeError::GridMismatch`] with both grids.
    pub fn require_same(&self, other: &Grid) -> Result<(), VolumeError> {
        let origin = (0..3).all(|r| close(self.affine[r][3], other.affine[r][3]));
        if self.shape == other.shape && self.has_axes_of(other) && origin {
            return Ok(());
        }
        Err(VolumeError::GridMismatch {
            left: Box::new(self.clone()),
            right: Box::new(other.clone()),
        })
    }

    /// Offset in voxels along z by which the other grid begins deeper than this one: its depth z is this grid's depth z
    /// + offset.
    ///
    /// `None` unless the grids differ only in their depth range: equal extents along x and y, equal spacing and
    /// orientation up to single precision, and origins a whole number of voxels apart along z (up to a twentieth of a
    /// voxel). Negative when the other grid begins higher. The grids may have no depth in common.
    #[must_use]
    pub fn depth_offset_of(&self, other: &Grid) -> Option<isize> {
        if self.shape[..2] != other.shape[..2] || !self.has_axes_of(other) {
            return None;
        }
        let step: [f64; 3] = std::array::from_fn(|r| self.affine[r][2]);
        let shift: [f64; 3] = std::array::from_fn(|r| other.affine[r][3] - self.affine[r][3]);
        let dot = |a: &[f64; 3], b: &[f64; 3]| (0..3).map(|i| a[i] * b[i]).sum::<f64>();
        let voxels = dot(&shift, &step) / dot(&step, &step);
        let whole = voxels.round();
        // The second bound prevents overflow in sums of offsets and extents.
        if (voxels - whole).abs() > MOST_OF_A_VOXEL || whole.abs() > f64::from(i32::MAX) {
            return None;
        }
        let met = |r: usize| {
            let (from, to) = (self.affine[r][3], other.affine[r][3]);
            let moved = step[r] * whole;
            // The rounding error of single precision grows with the terms of the sum.
            let largest = from.abs().max(to.abs()).max(moved.abs()).max(1e-3);
            (from + moved - to).abs() <= SINGLE * largest
        };
        (0..3).all(met).then_some(whole as isize)
    }

    /// Whether two grids have the same voxel size and orientation.
    fn has_axes_of(&self, other: &Grid) -> bool {
        let spacing = match (self.spacing, other.spacing) {
            (Spacing::Unknown, Spacing::Unknown) => true,
            (Spacing::Millimetres(a), Spacing::Millimetres(b)) => (0..3).all(|i| close(a[i], b[i])),
            _ => false,
        };
        spacing && (0..3).all(|r| (0..3).all(|c| close(self.affine[r][c], other.affine[r][c])))
    }
}

/// Largest relative difference of two lengths that count as equal, from single precision and some arithmetic.
const SINGLE: f64 = 1e-5;
/// Largest deviation of an offset from a whole number of voxels. The error of single precision is smaller up to two
/// meters from the origin, for voxels of 3 µm.
const MOST_OF_A_VOXEL: f64 = 0.05;

/// Whether two lengths in mm are equal up to single precision.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= SINGLE * a.abs().max(b.abs()).max(1e-3)
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y, z] = self.shape;
        write!(f, "{x} × {y} × {z} voxels")?;
        match self.spacing {
            Spacing::Millimetres([a, b, c]) => write!(f, " of {a} × {b} × {c} mm")?,
            Spacing::Unknown => write!(f, " of unknown size")?,
        }
        write!(f, ", affine {:?}", self.affine)
    }
}

fn determinant(m: &Affine) -> f64 {
    let minor = |a: usize, b: usize| m[1][a] * m[2][b] - m[1][b] * m[2][a];
    m[0][0] * minor(1, 2) - m[0][1] * minor(0, 2) + m[0][2] * minor(0, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_points_to_inferior() {
        let grid = Grid::new([4, 4, 4], Spacing::RSOM).unwrap();
        assert_eq!(grid.affine()[2], [0.0, 0.0, -0.003, 0.0]);
    }

    #[test]
    fn zero_negative_and_infinite_spacing_are_refused() {
        for mm in [[0.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, f64::NAN]] {
            assert!(matches!(
                Grid::new([2, 2, 2], Spacing::Millimetres(mm)),
                Err(VolumeError::BadSpacing(_) | VolumeError::BadAffine(_))
            ));
        }
        assert!(matches!(
            Grid::new([2, 0, 2], Spacing::Unknown),
            Err(VolumeError::EmptyGrid(_))
        ));
    }

    #[test]
    fn a_window_keeps_every_voxel_in_its_place() {
        let grid = Grid::new([10, 10, 10], Spacing::Millimetres([1.0, 2.0, 3.0])).unwrap();
        let window = grid.window([2, -1, 4], [5, 12, 3]).unwrap();
        assert_eq!(window.affine()[0][3], 2.0);
        assert_eq!(window.affine()[1][3], -2.0);
        assert_eq!(window.affine()[2][3], -12.0);
    }

    #[test]
    fn resampling_keeps_the_field_of_view() {
        let grid = Grid::new([10, 10, 10], Spacing::Millimetres([1.0, 1.0, 1.0])).unwrap();
        let half = grid.resampled([5, 10, 20]).unwrap();
        assert_eq!(half.spacing(), Spacing::Millimetres([2.0, 1.0, 0.5]));
        // The corner of the first voxel: centre minus half a voxel.
        assert_eq!(half.affine()[0][3] - 1.0, -0.5);
        assert_eq!(half.affine()[2][3] + 0.25, 0.5);
    }

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

    #[test]
    fn a_mismatch_names_both_grids() {
        let a = Grid::new([2, 3, 4], Spacing::RSOM).unwrap();
        let b = Grid::new([2, 3, 5], Spacing::Unknown).unwrap();
        let message = a.require_same(&b).unwrap_err().to_string();
        assert!(message.contains("2 × 3 × 4") && message.contains("2 × 3 × 5"));
        assert!(a.require_same(&a).is_ok());
    }
}
