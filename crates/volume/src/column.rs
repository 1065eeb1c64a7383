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
        if let Some(voxels) = column.as_slice() {
            return Self::of_slice(voxels);
        }
        let first = column.iter().position(|voxel| *voxel)?;
        let last = column.iter().rposition(|voxel| *voxel)?;
        Some(Self { first, last })
    }

    /// Skips blocks without voxels, which a processor reads in one step: most of a layer's column is empty.
    fn of_slice(column: &[bool]) -> Option<Self> {
        const BLOCK: usize = 32;
        let any = |block: &[bool]| block.iter().fold(false, |any, voxel| any | voxel);
        let begin = column.chunks(BLOCK).position(any)? * BLOCK;
        let first = begin + column[begin..].iter().position(|voxel| *voxel)?;
        let behind = column.rchunks(BLOCK).position(any)? * BLOCK;
        let last = column[..column.len() - behind]
            .iter()
            .rposition(|voxel| *voxel)?;
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
    use ndarray::{Array1, Array3, s};

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
    fn an_extent_may_begin_and_end_at_any_place_of_a_block() {
        for length in [1, 31, 32, 33, 70, 96] {
            for first in 0..length {
                for last in first..length {
                    let column = Array1::from_shape_fn(length, |z| z == first || z == last);
                    let expected = Some(Extent { first, last });
                    assert_eq!(Extent::of(column.view()), expected);
                    let strided = column.slice(s![..;-1]);
                    let (first, last) = (length - 1 - last, length - 1 - first);
                    assert_eq!(Extent::of(strided), Some(Extent { first, last }));
                }
            }
            assert_eq!(Extent::of(Array1::from_elem(length, false).view()), None);
        }
    }

    #[test]
    fn a_full_column_spans_the_whole_depth() {
        let full = Array3::from_elem((1, 1, 4), true);
        let expected = Some(Extent { first: 0, last: 3 });
        assert_eq!(extents(full.view())[[0, 0]], expected);
    }
}
