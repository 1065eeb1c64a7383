//! The part of two masks that their surfaces need.

use ndarray::{Array3, ArrayView3, Axis, s};
use rsom_volume::extents;

use super::Border;

/// Two masks of equal shape without the empty space around both, and with a margin of one voxel.
pub(super) struct Cropped {
    masks: [Array3<bool>; 2],
    /// Index in the whole of the first voxel after the margin.
    low: [usize; 3],
    /// Shape of the whole.
    shape: [usize; 3],
    border: Border,
}

impl Cropped {
    /// `None` if both masks are empty.
    ///
    /// The margin is empty, with two exceptions. An axis with one voxel is none: the masks are images, and go on along this axis. With
    /// [`Border::Open`] a mask also goes on where it leaves the field of view.
    pub fn of(masks: [ArrayView3<'_, bool>; 2], border: Border) -> Option<Self> {
        let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
        for mask in masks {
            for ((x, y), column) in extents(mask).indexed_iter() {
                let Some(column) = column else { continue };
                let [first, last] = [[x, y, column.first], [x, y, column.last]];
                for axis in 0..3 {
                    low[axis] = low[axis].min(first[axis]);
                    high[axis] = high[axis].max(last[axis] + 1);
                }
            }
        }
        if low[0] >= high[0] {
            return None;
        }
        let inner: [usize; 3] = std::array::from_fn(|axis| high[axis] - low[axis] + 2);
        let (nx, ny, nz) = masks[0].dim();
        let mut cropped = Self {
            masks: masks.map(|mask| {
                let mut copy = Array3::from_elem(inner, false);
                let part = mask.slice(s![low[0]..high[0], low[1]..high[1], low[2]..high[2]]);
                let [x, y, z] = inner.map(|length| length - 1);
                copy.slice_mut(s![1..x, 1..y, 1..z]).assign(&part);
                copy
            }),
            low,
            shape: [nx, ny, nz],
            border,
        };
        cropped.continue_outside();
        Some(cropped)
    }

    /// A mask with its margin.
    pub fn mask(&self, which: usize) -> &Array3<bool> {
        &self.masks[which]
    }

    /// Whether an axis has a single voxel.
    pub fn is_flat(&self, axis: usize) -> bool {
        self.shape[axis] == 1
    }

    /// Whether the surface between two voxels along an axis counts, where the first has index `place` with its margin.
    pub fn counts(&self, axis: usize, place: usize) -> bool {
        let before = self.low[axis] + place;
        let leaves = before == 0 || before == self.shape[axis];
        !leaves || self.is_flat(axis) || self.border == Border::Closed
    }

    fn continue_outside(&mut self) {
        for axis in 0..3 {
            let goes_on = self.is_flat(axis) || self.border == Border::Open;
            for mask in &mut self.masks {
                let length = mask.len_of(Axis(axis));
                let at_ends = [
                    (self.low[axis] == 0, 1, 0),
                    (
                        self.low[axis] + length - 2 == self.shape[axis],
                        length - 2,
                        length - 1,
                    ),
                ];
                for (_, from, to) in at_ends.into_iter().filter(|end| goes_on && end.0) {
                    let plane = mask.index_axis(Axis(axis), from).to_owned();
                    mask.index_axis_mut(Axis(axis), to).assign(&plane);
                }
            }
        }
    }
}
