//! The part of two masks that their surfaces need.

use ndarray::{Array3, ArrayView3, s};

/// Copies two masks of equal shape without the empty space around both, and with a margin of one voxel in which both are empty.
/// `None` if both are empty.
pub(super) fn cropped(masks: [ArrayView3<'_, bool>; 2]) -> Option<Cropped> {
    let mut low = [usize::MAX; 3];
    let mut high = [0; 3];
    for mask in masks {
        for ((x, y, z), set) in mask.indexed_iter() {
            if *set {
                for (axis, place) in [x, y, z].into_iter().enumerate() {
                    low[axis] = low[axis].min(place);
                    high[axis] = high[axis].max(place + 1);
                }
            }
        }
    }
    if low[0] >= high[0] {
        return None;
    }
    let shape: [usize; 3] = std::array::from_fn(|axis| high[axis] - low[axis] + 2);
    let masks = masks.map(|mask| {
        let mut copy = Array3::from_elem(shape, false);
        let part = mask.slice(s![low[0]..high[0], low[1]..high[1], low[2]..high[2]]);
        copy.slice_mut(s![1..-1, 1..-1, 1..-1]).assign(&part);
        copy
    });
    Some(Cropped { masks, low })
}

/// Two masks with a margin of one voxel.
pub(super) struct Cropped {
    pub masks: [Array3<bool>; 2],
    /// Index in the whole of the first voxel after the margin.
    pub low: [usize; 3],
}
