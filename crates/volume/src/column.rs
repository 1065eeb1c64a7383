//! Upper and lower end of a mask in each column along depth.

use ndarray::{Array2, ArrayView1, ArrayView3, Axis, Zip};

/// First and last mask voxel of a column, as depth indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Depth of the first mask voxel.
    pub first: usize,
    /// Depth of the last mask voxel (inclusive).
    pub last: usize,
}

impl Extent {
    /// The extent of one column; `None` for an empty column.
    #[must_use]
    pub fn of(column: ArrayView1<'_, bool>) -> Option<Self> {
        let first = column.iter().position(|voxel| *voxel)?;
        let last = column.iter().rposition(|voxel| *voxel)?;
        Some(Self { first, last })
    }
}

/// The extent of a mask of shape (x, y, z) in every column, of shape (x, y); `None` where a column is empty.
#[must_use]
pub fn extents(mask: ArrayView3<'_, bool>) -> Array2<Option<Extent>> {
    Zip::from(mask.lanes(Axis(2))).map_collect(Extent::of)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn a_column_spans_from_its_first_to_its_last_voxel() {
        let mut mask = Array3::from_elem((2, 1, 8), false);
        mask[[0, 0, 2]] = true;
        mask[[0, 0, 5]] = true;
        let extents = extents(mask.view());
        assert_eq!(extents[[0, 0]], Some(Extent { first: 2, last: 5 }));
        assert_eq!(extents[[1, 0]], None);
    }

    #[test]
    fn a_full_column_spans_the_whole_depth() {
        let full = Array3::from_elem((1, 1, 4), true);
        let expected = Some(Extent { first: 0, last: 3 });
        assert_eq!(extents(full.view())[[0, 0]], expected);
    }
}
