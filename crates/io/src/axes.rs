//! Another order of axes: files whose stored axes are not x, y, z.

use ndarray::{Array3, Array4};
use rsom_volume::{Affine, Grid, LabelMap, Mask, Scan, Spacing, VolumeError};

/// The affine of a file whose writer knew nothing about space.
pub(crate) const IDENTITY: Affine = [
    [1.0, 0.0, 0.0, 0.0],
    [0.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 0.0],
];

/// Where x, y and z stand in a stored array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axes([usize; 3]);

impl Axes {
    /// The order of the stored axes in letters, such as `zyx`; `None` when it is no order of x, y and z.
    #[must_use]
    pub fn parse(stored: &str) -> Option<Self> {
        let place = |axis| stored.find(axis);
        let places = [place('x')?, place('y')?, place('z')?];
        (stored.len() == 3).then_some(Self(places))
    }

    /// The scan with its axes in the order x, y, z.
    ///
    /// # Errors
    /// Never for a scan that keeps its invariants.
    pub fn scan(self, scan: Scan) -> Result<Scan, VolumeError> {
        let [x, y, z] = self.0;
        let (grid, channels, stored) = scan.into_parts();
        let turned: Array4<f32> = stored
            .permuted_axes([x, y, z, 3])
            .as_standard_layout()
            .into_owned();
        Scan::new(self.grid(&grid)?, channels, turned)
    }

    /// The mask with its axes in the order x, y, z.
    ///
    /// # Errors
    /// Never for a mask that keeps its invariants.
    pub fn mask(self, mask: Mask) -> Result<Mask, VolumeError> {
        let (grid, stored) = mask.into_parts();
        Mask::new(self.grid(&grid)?, self.array(stored))
    }

    /// The label map with its axes in the order x, y, z.
    ///
    /// # Errors
    /// Never for a label map that keeps its invariants.
    pub fn labels(self, labels: &LabelMap) -> Result<LabelMap, VolumeError> {
        let turned = self.array(labels.labels().clone());
        LabelMap::new(self.grid(labels.grid())?, turned, labels.names().clone())
    }

    /// The grid with its axes in the order x, y, z.
    ///
    /// Voxels keep their place in space, unless axes move and the affine is the identity and so says nothing about
    /// space: then depth points to inferior, as in every new grid.
    ///
    /// # Errors
    /// Never for a grid that keeps its invariants.
    pub fn grid(self, grid: &Grid) -> Result<Grid, VolumeError> {
        let shape = self.0.map(|axis| grid.shape()[axis]);
        let spacing = match grid.spacing() {
            Spacing::Millimetres(mm) => Spacing::Millimetres(self.0.map(|axis| mm[axis])),
            Spacing::Unknown => Spacing::Unknown,
        };
        if self.0 != [0, 1, 2] && grid.affine() == &IDENTITY {
            return Grid::new(shape, spacing);
        }
        let [x, y, z] = self.0;
        let affine = grid.affine().map(|row| [row[x], row[y], row[z], row[3]]);
        Grid::with_affine(shape, spacing, affine)
    }

    fn array<T: Clone>(self, stored: Array3<T>) -> Array3<T> {
        stored
            .permuted_axes(self.0)
            .as_standard_layout()
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_zyx_becomes_xyz() {
        let grid = Grid::with_affine([4, 3, 2], Spacing::Unknown, IDENTITY).unwrap();
        let stored = Array3::from_shape_fn((4, 3, 2), |(z, y, x)| (100 * z + 10 * y + x) as i32);
        let labels = LabelMap::new(grid, stored, Default::default()).unwrap();
        let turned = Axes::parse("zyx").unwrap().labels(&labels).unwrap();
        assert_eq!(turned.grid().shape(), [2, 3, 4]);
        assert_eq!(turned.labels()[[1, 2, 3]], 321);
        assert!(turned.labels().is_standard_layout());
        assert_eq!(turned.grid().affine()[2], [0.0, 0.0, -1.0, 0.0]);
    }

    #[test]
    fn voxels_keep_their_place_when_the_affine_says_where_they_are() {
        let affine = [
            [0.0, 0.0, 3.0, 5.0],
            [0.0, 2.0, 0.0, 6.0],
            [-1.0, 0.0, 0.0, 7.0],
        ];
        let grid = Grid::with_affine([4, 3, 2], Spacing::Millimetres([1.0, 2.0, 3.0]), affine);
        let turned = Axes::parse("zyx").unwrap().grid(&grid.unwrap()).unwrap();
        assert_eq!(turned.spacing(), Spacing::Millimetres([3.0, 2.0, 1.0]));
        assert_eq!(turned.affine()[0], [3.0, 0.0, 0.0, 5.0]);
        assert_eq!(turned.affine()[2], [0.0, 0.0, -1.0, 7.0]);
    }

    #[test]
    fn axes_that_stay_change_nothing() {
        let grid = Grid::with_affine([4, 3, 2], Spacing::Unknown, IDENTITY).unwrap();
        assert_eq!(Axes::parse("xyz").unwrap().grid(&grid).unwrap(), grid);
    }

    #[test]
    fn only_orders_of_x_y_and_z_are_axes() {
        for word in ["", "xy", "xxy", "xyzz", "abc", "x y", "XYZ"] {
            assert_eq!(Axes::parse(word), None, "{word}");
        }
        // B-scans of the original pipeline: z, x, y.
        assert_eq!(Axes::parse("zxy"), Some(Axes([1, 2, 0])));
    }
}
