//! Which voxels of a view stand in its preview.

/// Every how many voxels along x, y, z one stands in a preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reduction(pub [usize; 3]);

/// Factors along x and z.
const ACROSS: [usize; 7] = [1, 2, 3, 4, 6, 8, 12];
/// Factors between B-scans.
const BETWEEN: [usize; 11] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64];
/// B-scans that stay before B-scans are made coarser.
const LEAST_BSCANS: usize = 12;

impl Reduction {
    /// The reductions to try, the best one first: B-scans are left out before they are made coarser, because layers are a few voxels
    /// thick, and neighbouring B-scans are alike.
    pub fn all(shape: [usize; 3]) -> Vec<Self> {
        let fits = |[x, y, z]: [usize; 3]| {
            let is_kept = |size: usize, step: usize, least: usize| {
                step == 1 || (step <= size && size.div_ceil(step) >= least.min(size))
            };
            // A picture of fewer pixels shows nothing.
            is_kept(shape[0], x, 32)
                && is_kept(shape[2], z, 32)
                && is_kept(shape[1], y, LEAST_BSCANS)
        };
        let pairs = ACROSS
            .iter()
            .flat_map(|across| BETWEEN.iter().map(move |between| (*across, *between)));
        pairs
            .map(|(across, between)| [across, between, across])
            .filter(|steps| fits(*steps))
            .map(Self)
            .collect()
    }

    /// Voxels along x, y, z that stay.
    pub fn size(self, shape: [usize; 3]) -> [usize; 3] {
        [0, 1, 2].map(|axis| shape[axis].div_ceil(self.0[axis]))
    }

    /// The place in the volume of voxel `at` of the preview along an axis of `size` voxels: the middle of those that it stands for.
    pub fn place(self, axis: usize, at: usize, size: usize) -> usize {
        let step = self.0[axis];
        (at * step + (step - 1) / 2).min(size.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_scans_are_left_out_first() {
        let all = Reduction::all([333, 171, 500]);
        assert_eq!(all[0], Reduction([1, 1, 1]));
        assert_eq!(all[1], Reduction([1, 2, 1]));
        let first_coarse = all.iter().position(|r| r.0[0] > 1).unwrap();
        assert_eq!(all[first_coarse - 1], Reduction([1, 12, 1]));
        assert_eq!(
            Reduction::all([20, 1, 20]),
            [Reduction([1, 1, 1])],
            "a small picture stays whole"
        );
    }

    #[test]
    fn a_place_is_in_the_middle_and_inside() {
        let third = Reduction([3, 4, 3]);
        assert_eq!(third.size([10, 9, 9]), [4, 3, 3]);
        let places = [0, 1, 2, 3].map(|at| third.place(0, at, 10));
        assert_eq!(places, [1, 4, 7, 9]);
    }
}
