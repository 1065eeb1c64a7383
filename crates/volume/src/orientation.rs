//! Where the axes of a grid point in the body, as letters: R, L, A, P, S, I.

use std::fmt;

use ndarray::{ArrayBase, Axis, Data, RemoveAxis};

use crate::{Grid, VolumeError};

/// Directions of the axes x, y, z of a grid: for each one the nearest world axis (0: left to right, 1: posterior to
/// anterior, 2: inferior to superior) and whether it runs backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation([(usize, bool); 3]);

impl Orientation {
    /// x to the right, y to anterior, z (depth) to inferior: the orientation of every new grid.
    pub const RAI: Self = Self([(0, false), (1, false), (2, true)]);

    /// The orientation of a grid. Oblique axes count as the nearest world axis; no two axes share one.
    #[must_use]
    pub fn of(grid: &Grid) -> Self {
        let affine = grid.affine();
        let length = |axis: usize| (0..3).map(|r| affine[r][axis].powi(2)).sum::<f64>().sqrt();
        let cosine = |row: usize, axis: usize| affine[row][axis] / length(axis);
        let fit = |rows: &[usize; 3]| (0..3).map(|a| cosine(rows[a], a).abs()).sum::<f64>();
        let best = ORDERS.iter().fold(
            &ORDERS[0],
            |best, rows| {
                if fit(rows) > fit(best) { rows } else { best }
            },
        );
        Self(std::array::from_fn(|axis| {
            (best[axis], cosine(best[axis], axis) < 0.0)
        }))
    }

    /// Whether the third axis, depth, points to inferior.
    #[must_use]
    pub fn has_depth_to_inferior(self) -> bool {
        self.0[2] == (2, true)
    }

    /// The axis, from 0, that points to inferior or superior.
    #[must_use]
    pub fn vertical_axis(self) -> usize {
        (0..3).find(|axis| self.0[*axis].0 == 2).unwrap_or(2)
    }

    /// Reorders and flips the voxels of an array whose first three axes have this orientation, to [`Self::RAI`].
    #[must_use]
    pub fn to_rai<S: Data, D: RemoveAxis>(
        self,
        array: &ArrayBase<S, D>,
    ) -> ndarray::Array<S::Elem, D>
    where
        S::Elem: Clone,
    {
        let mut view = array.view();
        for axis in 0..3 {
            if self.is_flipped(axis) {
                view.invert_axis(Axis(axis));
            }
        }
        // Each swap puts one axis in its place; at most two are needed.
        let mut order: [usize; 3] = std::array::from_fn(|axis| self.0[axis].0);
        for world in 0..3 {
            if let Some(axis) = (world..3).find(|axis| order[*axis] == world)
                && axis != world
            {
                view.swap_axes(world, axis);
                order.swap(world, axis);
            }
        }
        view.as_standard_layout().into_owned()
    }

    /// The grid of an array after [`Self::to_rai`]: every voxel keeps its position in space.
    ///
    /// # Errors
    /// None for a valid grid of this orientation.
    pub fn grid_to_rai(self, grid: &Grid) -> Result<Grid, VolumeError> {
        let (shape, affine) = (grid.shape(), grid.affine());
        let source = |world: usize| {
            (0..3)
                .find(|axis| self.0[*axis].0 == world)
                .unwrap_or(world)
        };
        let sources: [usize; 3] = std::array::from_fn(source);
        let mut turned = [[0.0; 4]; 3];
        for (row, turned) in turned.iter_mut().enumerate() {
            turned[3] = affine[row][3];
            for (world, axis) in sources.into_iter().enumerate() {
                let step = affine[row][axis];
                if self.is_flipped(axis) {
                    turned[world] = -step;
                    turned[3] += step * (shape[axis] - 1) as f64;
                } else {
                    turned[world] = step;
                }
            }
        }
        let spacing = match grid.spacing().millimetres() {
            Some(mm) => crate::Spacing::Millimetres(sources.map(|axis| mm[axis])),
            None => crate::Spacing::Unknown,
        };
        Grid::with_affine(sources.map(|axis| shape[axis]), spacing, turned)
    }

    /// Whether an axis runs against the direction that [`Self::RAI`] has along its world axis.
    fn is_flipped(self, axis: usize) -> bool {
        let (world, backwards) = self.0[axis];
        backwards != Self::RAI.0[world].1
    }
}

impl fmt::Display for Orientation {
    /// Three letters, as `nibabel.aff2axcodes` gives them: the direction in which each index grows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (world, backwards) in self.0 {
            let letters = [["R", "L"], ["A", "P"], ["S", "I"]][world];
            f.write_str(letters[usize::from(backwards)])?;
        }
        Ok(())
    }
}

const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::*;
    use crate::Spacing;

    fn grid(order: usize, flips: [bool; 3]) -> Grid {
        let mut affine = [[0.0; 4]; 3];
        for axis in 0..3 {
            let sign = if flips[axis] { -1.0 } else { 1.0 };
            affine[ORDERS[order][axis]][axis] = sign * [0.012, 0.02, 0.003][axis];
            affine[axis][3] = [1.0, -2.0, 3.5][axis];
        }
        Grid::with_affine(
            [3, 4, 5],
            Spacing::Millimetres([0.012, 0.02, 0.003]),
            affine,
        )
        .unwrap()
    }

    /// `nibabel.aff2axcodes` gives the same letters.
    #[test]
    fn letters_are_those_of_nibabel() {
        let letters = |order, flips| Orientation::of(&grid(order, flips)).to_string();
        assert_eq!(letters(0, [false, false, true]), "RAI");
        assert_eq!(letters(0, [true, true, false]), "LPS");
        assert_eq!(letters(5, [true, false, false]), "IAR");
        assert_eq!(letters(3, [false, false, false]), "ASR");
        let plain = Grid::new([2, 3, 4], Spacing::Unknown).unwrap();
        assert_eq!(Orientation::of(&plain), Orientation::RAI);
        // 30 degrees about x, as nibabel.aff2axcodes resolves it.
        let (c, s) = (30_f64.to_radians().cos(), 30_f64.to_radians().sin());
        let oblique = [[1.0, 0.0, 0.0, 0.0], [0.0, c, s, 0.0], [0.0, s, -c, 0.0]];
        let oblique = Grid::with_affine([2, 2, 2], Spacing::Unknown, oblique).unwrap();
        assert_eq!(Orientation::of(&oblique).to_string(), "RAI");
    }

    proptest! {
        #[test]
        fn voxels_keep_their_position_in_space(order in 0_usize..6, flips in any::<[bool; 3]>()) {
            let grid = grid(order, flips);
            let position = |grid: &Grid, index: [usize; 3]| {
                grid.affine().map(|row| row[3] + (0..3).map(|a| row[a] * index[a] as f64).sum::<f64>())
            };
            let array = Array3::from_shape_fn((3, 4, 5), |(x, y, z)| [x, y, z]);
            let orientation = Orientation::of(&grid);
            let (turned, voxels) = (orientation.grid_to_rai(&grid).unwrap(), orientation.to_rai(&array));
            prop_assert_eq!(Orientation::of(&turned), Orientation::RAI);
            prop_assert_eq!(voxels.shape(), turned.shape());
            for ((x, y, z), from) in voxels.indexed_iter() {
                let (there, here) = (position(&turned, [x, y, z]), position(&grid, *from));
                for row in 0..3 {
                    prop_assert!((there[row] - here[row]).abs() < 1e-12);
                }
            }
        }
    }
}
