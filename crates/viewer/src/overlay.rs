//! Masks of one grid, eight in a byte.

use ndarray::{Array3, ArrayView3, Zip};

/// The most masks of a view.
pub const MOST_MASKS: usize = 32;

/// Masks, eight in a byte: bit `k % 8` of plane `k / 8` is mask `k`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overlay {
    count: usize,
    planes: Vec<Array3<u8>>,
}

impl Overlay {
    /// Adds a mask. All masks have the same shape.
    pub fn push(&mut self, mask: ArrayView3<'_, bool>) {
        let bit = 1u8 << (self.count % 8);
        if self.count.is_multiple_of(8) {
            self.planes.push(Array3::zeros(mask.dim()));
        }
        self.count += 1;
        if let Some(plane) = self.planes.last_mut() {
            Zip::from(plane).and(mask).for_each(|bits, inside| {
                if *inside {
                    *bits |= bit;
                }
            });
        }
    }

    /// The masks, eight in a byte.
    pub fn planes(&self) -> &[Array3<u8>] {
        &self.planes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ninth_mask_begins_a_plane() {
        let mut overlay = Overlay::default();
        for mask in 0..9 {
            let voxels = Array3::from_shape_fn((9, 1, 1), |(x, ..)| x == mask);
            overlay.push(voxels.view());
        }
        let [first, second] = overlay.planes() else {
            panic!("two planes");
        };
        assert_eq!(first[[3, 0, 0]], 8);
        assert_eq!(first[[8, 0, 0]], 0);
        assert_eq!(second[[8, 0, 0]], 1);
    }
}
