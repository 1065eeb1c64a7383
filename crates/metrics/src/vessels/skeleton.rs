//! The skeleton of vessels, of volumes and of images.

use ndarray::{Array3, ArrayView3};
use rsom_morphology::{Recheck, skeletonize_spaced};

/// The center lines of a mask of shape (x, y, z), one voxel wide, with the mask's topology ([`Recheck::Topology`]).
///
/// A mask with extent 1 along any axis is an image, and is thinned from its four sides only: this axis is placed first, where
/// [`skeletonize_spaced`] looks for it.
#[must_use]
pub fn vessel_skeleton(mask: ArrayView3<'_, bool>, spacing: [f64; 3]) -> Array3<bool> {
    let (_, ny, nz) = mask.dim();
    let axes = match flat_axis(mask.dim()) {
        Some(1) if ny == 1 => [1, 0, 2],
        Some(2) if nz == 1 => [2, 1, 0],
        _ => [0, 1, 2],
    };
    // Both exchanges of axes are their own inverse.
    let spacing = axes.map(|axis| spacing[axis]);
    let skeleton = skeletonize_spaced(mask.permuted_axes(axes), spacing, Recheck::Topology);
    skeleton
        .permuted_axes(axes)
        .as_standard_layout()
        .into_owned()
}

/// The first axis with extent 1, if there is one.
pub(crate) fn flat_axis((nx, ny, nz): (usize, usize, usize)) -> Option<usize> {
    [nx, ny, nz].iter().position(|extent| *extent == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_the_same_skeleton_along_each_axis() {
        let image = Array3::from_shape_fn((1, 9, 40), |(_, y, z)| (2..7).contains(&y) && z > 3);
        let expected = vessel_skeleton(image.view(), [1.0; 3]);
        assert!(expected.iter().filter(|v| **v).count() > 30);
        for axes in [[1, 0, 2], [2, 1, 0]] {
            let found = vessel_skeleton(image.view().permuted_axes(axes), [1.0; 3]);
            assert_eq!(found.permuted_axes(axes), expected, "{axes:?}");
        }
    }

    #[test]
    fn empty_arrays_have_empty_skeletons() {
        for shape in [(0, 3, 4), (3, 0, 1), (2, 2, 0)] {
            let none = Array3::from_elem(shape, true);
            assert!(vessel_skeleton(none.view(), [1.0; 3]).is_empty());
        }
    }
}
