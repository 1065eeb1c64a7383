//! The upper and the lower surface of a layer.

use ndarray::{Array2, ArrayView2, ArrayView3, s};
use rsom_volume::Extent;

use crate::Columns;

/// Depth of the upper and of the lower surface in every column, each of shape (x, y), in voxels.
///
/// A surface is missing where a column is empty, and where the layer touches the first or last depth: there the field
/// of view cuts the layer, and the cut face is not a tissue surface.
#[must_use]
pub fn surfaces(mask: ArrayView3<'_, bool>) -> [Array2<Option<f64>>; 2] {
    surfaces_of_columns(&Columns::of(mask))
}

/// The same from known columns.
#[must_use]
pub fn surfaces_of_columns(columns: &Columns) -> [Array2<Option<f64>>; 2] {
    let upper = |e: &Extent| (e.first > 0).then_some(e.first as f64);
    let lower = |e: &Extent| (e.last + 1 < columns.depth).then_some(e.last as f64);
    [
        columns.extents.map(|e| e.as_ref().and_then(upper)),
        columns.extents.map(|e| e.as_ref().and_then(lower)),
    ]
}

/// Depths of the upper and of the lower surface, each of shape (x, y), in voxels from the center of the first voxel; missing
/// where there is no surface. The face between voxel z − 1 and voxel z is at z − 0.5.
#[derive(Debug, Clone, PartialEq)]
pub struct SubVoxelSurfaces(pub [Array2<Option<f64>>; 2]);

impl SubVoxelSurfaces {
    /// The surfaces of a mask: the faces before its first and after its last voxel in each column.
    #[must_use]
    pub fn of_mask(mask: ArrayView3<'_, bool>) -> Self {
        Self::of_columns(&Columns::of(mask))
    }

    /// The same from known columns.
    #[must_use]
    pub fn of_columns(columns: &Columns) -> Self {
        let [upper, lower] = surfaces_of_columns(columns);
        let moved = |surface: Array2<Option<f64>>, by: f64| surface.mapv(|z| z.map(|z| z + by));
        Self([moved(upper, -0.5), moved(lower, 0.5)])
    }

    /// The surfaces of one B-scan, as a slab that is one voxel thick.
    #[must_use]
    pub fn of_slice(&self, y: usize) -> Self {
        let slab = |surface: &Array2<Option<f64>>| {
            let slab: ArrayView2<'_, Option<f64>> = surface.slice(s![.., y..=y]);
            slab.to_owned()
        };
        Self([slab(&self.0[0]), slab(&self.0[1])])
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn a_cut_face_is_no_surface() {
        let mask = Array3::from_shape_fn((2, 1, 6), |(x, _, z)| if x == 0 { z < 3 } else { z > 3 });
        let [upper, lower] = surfaces(mask.view());
        assert_eq!((upper[[0, 0]], lower[[0, 0]]), (None, Some(2.0)));
        assert_eq!((upper[[1, 0]], lower[[1, 0]]), (Some(4.0), None));
    }
}
