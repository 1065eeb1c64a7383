//! The surfaces in the definition of this project: a column without a surface stays without one.

use ndarray::Array2;

use crate::Columns;
use crate::surface::surfaces_of_columns;

/// Smallest number of the five columns of a window that must have a surface.
///
/// With fewer, a torn layer would look smooth: a lone column never deviates from its own mean.
pub const FEWEST: usize = 3;

/// Depth of the upper and lower surface, of shape (x, y).
pub fn heights(columns: &Columns) -> [Array2<Option<f64>>; 2] {
    surfaces_of_columns(columns)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, s};

    use crate::Surface;
    use crate::roughness::{Roughness, Variant};

    #[test]
    fn a_hole_adds_no_roughness_to_a_flat_layer() {
        let mut mask = Array3::from_shape_fn((20, 1, 30), |(_, _, z)| (9..14).contains(&z));
        mask.slice_mut(s![7..10, .., ..]).fill(false);
        let roughness = Roughness::of(mask.view(), Variant::Rsom);
        assert_eq!(roughness.holes(), 3);
        assert_eq!(roughness.ra_vox(Surface::Both, None), Some(0.0));
    }

    #[test]
    fn lone_columns_are_not_smooth_but_unmeasured() {
        let mut mask = Array3::from_elem((30, 1, 30), false);
        for x in (3..27).step_by(6) {
            mask[[x, 0, x]] = true;
        }
        let roughness = Roughness::of(mask.view(), Variant::Rsom);
        assert_eq!(roughness.ra_vox(Surface::Both, None), None);
    }

    #[test]
    fn a_full_mask_has_no_surface() {
        let mask = Array3::from_elem((10, 2, 10), true);
        let roughness = Roughness::of(mask.view(), Variant::Rsom);
        assert_eq!(roughness.ra_vox(Surface::Both, None), None);
    }
}
