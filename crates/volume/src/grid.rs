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
    /// `shape[a] / self.shape[a]` is the factor along axis `a`. If the voxel size is unknown, the affine stays: scaled, it
    /// would state a size in millimeters.
    ///
    /// # Errors
    /// An empty shape.
    pub fn resampled(&self, shape: [usize; 3]) -> Result<Self, VolumeError> {
        let Spacing::Millimetres(mm) = self.spacing else {
            return Self::with_affine(shape, Spacing::Unknown, self.affine);
        };
        let step: [f64; 3] = std::array::from_fn(|a| self.shape[a] as f64 / shape[a].max(1) as f64);
        let mut affine = self.affine;
        for row in &mut affine {
            for axis in 0..3 {
                row[3] += row[axis] * (step[axis] - 1.0) / 2.0;
                row[axis] *= step[axis];
            }
        }
        let spacing = Spacing::Millimetres(std::array::from_fn(|a| mm[a] * step[a]));
        Self::with_affine(shape, spacing, affine)
    }

    /// The same grid with another statement of its voxel size; the affine stays.
    ///
    /// # Errors
    /// A spacing that is not positive and finite.
    pub fn with_spacing(self, spacing: Spacing) -> Result<Self, VolumeError> {
        Self::with_affine(self.shape, spacing, self.affine)
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y, z] = self.shape;
        write!(f, "{x} × {y} × {z} voxels")?;
        match self.spacing {
            Spacing::Millimetres(_) => write!(f, " of {}", self.spacing)?,
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
    fn a_grid_of_unknown_size_stays_unknown_when_resampled() {
        let grid = Grid::new([8, 4, 6], Spacing::Unknown).unwrap();
        let smaller = grid.resampled([4, 4, 3]).unwrap();
        assert_eq!(smaller.spacing(), Spacing::Unknown);
        assert_eq!(smaller.affine(), grid.affine());
    }

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
}
