//! Orders of axes other than x, y, z, in which some files store their arrays.

use crate::{Grid, LabelMap, Mask, Scan, Spacing, VolumeError};
use ndarray::{Array3, Array4};

/// Depth, in voxels, of the volumes of the paper's authors, who crop or pad every scan to it.
const AUTHORS_DEPTH_VOX: usize = 500;

/// Positions of x, y and z in a stored array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axes([usize; 3]);

impl Axes {
    /// The order in the files of the paper's authors: depth first.
    pub const ZYX: Self = Self([2, 1, 0]);

    /// The order that undoes this one.
    #[must_use]
    pub fn inverse(self) -> Self {
        let mut places = [0; 3];
        for (axis, place) in self.0.into_iter().enumerate() {
            places[place] = axis;
        }
        Self(places)
    }

    /// The order of the stored axes in letters, such as `zyx`; `None` when the text is not an order of x, y and z.
    #[must_use]
    pub fn parse(stored: &str) -> Option<Self> {
        let place = |axis| stored.find(axis);
        let places = [place('x')?, place('y')?, place('z')?];
        (stored.len() == 3).then_some(Self(places))
    }

    /// The scan with its axes in the order x, y, z.
    ///
    /// # Errors
    /// None for a valid scan.
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
    /// None for a valid mask.
    pub fn mask(self, mask: Mask) -> Result<Mask, VolumeError> {
        let (grid, stored) = mask.into_parts();
        Mask::new(self.grid(&grid)?, self.array(stored))
    }

    /// The label map with its axes in the order x, y, z.
    ///
    /// # Errors
    /// None for a valid label map.
    pub fn labels(self, labels: &LabelMap) -> Result<LabelMap, VolumeError> {
        let turned = self.array(labels.labels().clone());
        LabelMap::new(self.grid(labels.grid())?, turned, labels.names().clone())
    }

    /// The grid with its axes in the order x, y, z.
    ///
    /// Voxels keep their position in space. Exception: if axes move and the affine is the identity, which contains no
    /// information about space, depth points to inferior, as in every new grid.
    ///
    /// # Errors
    /// None for a valid grid.
    pub fn grid(self, grid: &Grid) -> Result<Grid, VolumeError> {
        let shape = self.0.map(|axis| grid.shape()[axis]);
        let spacing = match grid.spacing() {
            Spacing::Millimetres(mm) => Spacing::Millimetres(self.0.map(|axis| mm[axis])),
            Spacing::Unknown => Spacing::Unknown,
        };
        if self.0 != [0, 1, 2] && grid.has_identity_affine() {
            return Grid::new(shape, spacing);
        }
        let [x, y, z] = self.0;
        let affine = grid.affine().map(|row| [row[x], row[y], row[z], row[3]]);
        Grid::with_affine(shape, spacing, affine)
    }

    /// An array with its axes in the order x, y, z.
    pub fn array<T: Clone>(self, stored: Array3<T>) -> Array3<T> {
        stored
            .permuted_axes(self.0)
            .as_standard_layout()
            .into_owned()
    }
}

impl Grid {
    /// Whether the affine is the identity, as from a writer without information about space.
    #[must_use]
    pub fn has_identity_affine(&self) -> bool {
        let unit = |row: usize, column: usize| if row == column { 1.0 } else { 0.0 };
        (0..3).all(|row| (0..4).all(|column| self.affine()[row][column] == unit(row, column)))
    }

    /// Whether this is the grid of a volume of the paper's authors: axes z, y, x, an identity affine, and 500 voxels along
    /// the first axis only.
    #[must_use]
    pub fn is_of_the_authors(&self) -> bool {
        let [first, _, last] = self.shape();
        self.has_identity_affine() && first == AUTHORS_DEPTH_VOX && last != AUTHORS_DEPTH_VOX
    }

    /// Whether this grid has no geometry of its own, and the reversed shape of another grid that has one.
    #[must_use]
    pub fn is_reversed_of(&self, other: &Grid) -> bool {
        let [a, b, c] = self.shape();
        self.has_identity_affine()
            && !other.has_identity_affine()
            && [c, b, a] == other.shape()
            && self.shape() != other.shape()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDENTITY: crate::Affine = [
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0],
    ];

    #[test]
    fn the_inverse_brings_every_order_back() {
        let array = Array3::from_shape_fn((4, 3, 2), |(a, b, c)| 100 * a + 10 * b + c);
        for order in ["xyz", "xzy", "yxz", "yzx", "zxy", "zyx"] {
            let axes = Axes::parse(order).unwrap();
            assert_eq!(
                axes.inverse().array(axes.array(array.clone())),
                array,
                "{order}"
            );
        }
        assert_eq!(Axes::parse("zyx"), Some(Axes::ZYX));
    }

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
