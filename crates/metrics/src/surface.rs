//! Where a layer begins and ends in each column.

use ndarray::{Array2, ArrayView1, ArrayView3, Axis, Zip};

/// First and last mask voxel of a column, as depth indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Depth of the first mask voxel.
    pub first: usize,
    /// Depth of the last mask voxel, itself part of the mask.
    pub last: usize,
}

/// The extent of a mask of shape (x, y, z) in every column, of shape (x, y); `None` where a column is empty.
#[must_use]
pub fn extents(mask: ArrayView3<'_, bool>) -> Array2<Option<Extent>> {
    Zip::from(mask.lanes(Axis(2))).map_collect(extent)
}

/// Depth of the upper and of the lower surface in every column, each of shape (x, y), in voxels.
///
/// A surface is missing where a column is empty, and where the layer touches the first or last voxel in depth: there
/// the field of view cuts it, and a cut face is no surface of the tissue.
#[must_use]
pub fn surfaces(mask: ArrayView3<'_, bool>) -> [Array2<Option<f64>>; 2] {
    let depth = mask.len_of(Axis(2));
    let extents = extents(mask);
    let upper = extents.mapv(|e| e.filter(|e| e.first > 0).map(|e| e.first as f64));
    let lower = extents.mapv(|e| e.filter(|e| e.last + 1 < depth).map(|e| e.last as f64));
    [upper, lower]
}

fn extent(column: ArrayView1<'_, bool>) -> Option<Extent> {
    let first = column.iter().position(|voxel| *voxel)?;
    let behind = column.iter().rev().position(|voxel| *voxel)?;
    Some(Extent {
        first,
        last: column.len() - 1 - behind,
    })
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
    fn a_cut_face_is_no_surface() {
        let mask = Array3::from_shape_fn((2, 1, 6), |(x, _, z)| if x == 0 { z < 3 } else { z > 3 });
        let [upper, lower] = surfaces(mask.view());
        assert_eq!((upper[[0, 0]], lower[[0, 0]]), (None, Some(2.0)));
        assert_eq!((upper[[1, 0]], lower[[1, 0]]), (Some(4.0), None));
    }
}
