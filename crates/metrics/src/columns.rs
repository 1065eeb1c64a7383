//! The columns of a mask along depth, found in one pass over its voxels.

use ndarray::{Array2, ArrayView3, Axis, s};
use rsom_volume::{Extent, extents};

/// Where each column of a mask begins and ends.
///
/// Surfaces, thickness, gaps and emptiness follow from it. A [`Pair`](crate::Pair) holds it for both masks, so that
/// their voxels are read once for all of these measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// First and last voxel of every column, of shape (x, y); `None` where a column is empty.
    pub extents: Array2<Option<Extent>>,
    /// Voxels of a column.
    pub depth: usize,
}

impl Columns {
    /// The columns of a mask of shape (x, y, z).
    #[must_use]
    pub fn of(mask: ArrayView3<'_, bool>) -> Self {
        Self {
            extents: extents(mask),
            depth: mask.len_of(Axis(2)),
        }
    }

    /// The columns of one B-scan, of shape (x, 1), as of a slab that is one voxel thick; without a column when there is
    /// no such B-scan.
    #[must_use]
    pub fn of_slice(&self, y: usize) -> Self {
        let end = self.extents.len_of(Axis(1));
        let slab = s![.., y.min(end)..y.saturating_add(1).min(end)];
        Self {
            extents: self.extents.slice(slab).to_owned(),
            depth: self.depth,
        }
    }

    /// Whether no column holds a voxel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.extents.iter().all(Option::is_none)
    }

    /// Whether the columns hold voxels, of shape (x, y): the mask seen from above.
    #[must_use]
    pub fn covered(&self) -> Array2<bool> {
        self.extents.mapv(|extent| extent.is_some())
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn columns_begin_and_end_where_their_voxels_do(
            voxels in prop::collection::vec(prop::bool::weighted(0.02), 2 * 3 * 150), backwards: bool,
        ) {
            let mut mask = Array3::from_shape_vec((2, 3, 150), voxels).unwrap();
            if backwards {
                mask.invert_axis(Axis(2));
            }
            let columns = Columns::of(mask.view());
            for ((x, y), extent) in columns.extents.indexed_iter() {
                let set: Vec<usize> = (0..150).filter(|z| mask[[x, y, *z]]).collect();
                let ends = set.first().copied().zip(set.last().copied());
                prop_assert_eq!(extent.map(|e| (e.first, e.last)), ends);
            }
            prop_assert_eq!(columns.is_empty(), !mask.iter().any(|v| *v));
            for y in 0..3 {
                let slab = Columns::of(mask.slice(s![.., y..=y, ..]));
                prop_assert_eq!(columns.of_slice(y), slab);
            }
            prop_assert_eq!(columns.of_slice(3).extents.dim(), (2, 0));
        }
    }
}
