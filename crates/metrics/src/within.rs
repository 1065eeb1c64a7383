//! In which part of a scan voxels are neighbors.

use ndarray::{ArrayView3, Axis, s};
use rsom_parameters::Choice;

/// The part of a scan in which distances, components and tunnels are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Within {
    /// The whole scan, in three dimensions.
    Scan,
    /// Each B-scan on its own, in two dimensions, for B-scans that are no neighbors in the tissue; the values of the scan then come
    /// from all its B-scans together.
    Bscan,
}

impl Within {
    /// The parts of a mask of shape (x, y, z): itself, or its B-scans as slabs that are one voxel thick.
    pub fn parts(self, mask: ArrayView3<'_, bool>) -> Vec<ArrayView3<'_, bool>> {
        match self {
            Self::Scan => vec![mask],
            Self::Bscan => {
                let bscan = |y| mask.slice_move(s![.., y..=y, ..]);
                (0..mask.len_of(Axis(1))).map(bscan).collect()
            }
        }
    }

    /// Number of dimensions, 2 or 3, in a region of this shape.
    #[must_use]
    pub fn dimensions(self, (nx, ny, nz): (usize, usize, usize)) -> u8 {
        if self == Self::Bscan || [nx, ny, nz].contains(&1) {
            2
        } else {
            3
        }
    }
}
