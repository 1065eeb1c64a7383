//! Cutting of scans: into blocks, whose voxels share the statistics of norms, and blocks into tiles, which limit memory.

use std::ops::Range;

use rsom_parameters::{ParameterValue, Type};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::VesselsegError;

/// A box of voxels: ranges along x, y, z. It may extend beyond the scan, where intensities are 0.
pub type Region = [Range<isize>; 3];

/// Numbers of blocks along x, y, z into which a scan is cut. Group norms take their statistics from each block separately.
///
/// The released pipeline cuts scans into two halves along x, so that each voxel depends on all others in its half. If an
/// extent is not a multiple of the number of blocks, the surplus voxels are ignored at both ends, with the smaller half at
/// the start; there, the mask repeats its edge. Without norms, blocks have no effect apart from this cropping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocks(pub [usize; 3]);

impl Blocks {
    /// One block: the whole scan.
    pub const WHOLE: Self = Self([1; 3]);
    /// The blocks of the released pipeline: two halves along x.
    pub const GERL2020: Self = Self([2, 1, 1]);

    /// The central part of a scan whose extents are multiples of the numbers of blocks.
    ///
    /// # Errors
    /// Returns [`VesselsegError::Blocks`] if there are more blocks than voxels along an axis, or no blocks.
    pub fn kept(self, shape: [usize; 3]) -> Result<Region, VesselsegError> {
        if (0..3).any(|a| self.0[a] == 0 || self.0[a] > shape[a]) {
            return Err(VesselsegError::Blocks {
                shape,
                blocks: self.0,
            });
        }
        Ok(std::array::from_fn(|a| {
            let surplus = shape[a] % self.0[a];
            let start = (surplus / 2) as isize;
            start..start + (shape[a] - surplus) as isize
        }))
    }

    /// Cuts the part of a scan from [`kept`](Self::kept) into blocks.
    #[must_use]
    pub fn of(self, kept: &Region) -> Vec<Region> {
        parts(kept, self.0)
    }
}

/// As a parameter: three whole numbers, the blocks along x, y, z.
impl ParameterValue for Blocks {
    fn kind() -> Type {
        <[usize; 3]>::kind()
    }

    fn items() -> Option<usize> {
        <[usize; 3]>::items()
    }

    fn to_value(&self) -> Value {
        self.0.to_value()
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        ParameterValue::from_value(value).map(Self)
    }
}

/// Cuts a region into the smallest number of tiles of nearly equal size that are at most `largest` along each axis.
pub fn tiles(region: &Region, largest: [usize; 3]) -> Vec<Region> {
    let counts = std::array::from_fn(|a| region[a].len().div_ceil(largest[a].max(1)).max(1));
    parts(region, counts)
}

/// Cuts a region into tiles whose extents are multiples of `multiple` and at most `largest` (or `multiple`, if that is
/// larger). The last tile along each axis may extend beyond the region.
pub fn tiles_of_multiples(region: &Region, multiple: usize, largest: [usize; 3]) -> Vec<Region> {
    let units = region
        .clone()
        .map(|range| 0..range.len().div_ceil(multiple) as isize);
    let step = multiple as isize;
    let voxels = |tile: Region| -> Region {
        std::array::from_fn(|a| {
            let at = |unit: isize| region[a].start + unit * step;
            at(tile[a].start)..at(tile[a].end)
        })
    };
    let tiles = tiles(&units, largest.map(|n| n / multiple));
    tiles.into_iter().map(voxels).collect()
}

/// A region enlarged by `by` voxels on each side.
pub fn grown(region: &Region, by: usize) -> Region {
    region
        .clone()
        .map(|range| range.start - by as isize..range.end + by as isize)
}

fn parts(region: &Region, counts: [usize; 3]) -> Vec<Region> {
    let part = |axis: usize, index: usize| {
        let (len, count) = (region[axis].len(), counts[axis]);
        let at = |index: usize| region[axis].start + (len * index / count) as isize;
        at(index)..at(index + 1)
    };
    let mut all = Vec::with_capacity(counts.iter().product());
    for x in 0..counts[0] {
        for y in 0..counts[1] {
            for z in 0..counts[2] {
                all.push([part(0, x), part(1, y), part(2, z)]);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_odd_extent_loses_its_last_voxel_to_two_blocks() {
        let kept = Blocks::GERL2020.kept([21, 12, 436]).unwrap();
        assert_eq!(kept, [0..20, 0..12, 0..436]);
        let blocks = Blocks::GERL2020.of(&kept);
        assert_eq!(blocks, [[0..10, 0..12, 0..436], [10..20, 0..12, 0..436]]);
        assert!(Blocks([2, 1, 1]).kept([1, 5, 5]).is_err());
        assert!(Blocks([0, 1, 1]).kept([5, 5, 5]).is_err());
    }

    proptest! {
        #[test]
        fn tiles_cover_a_region_once(
            start in -9_isize..9, extents in [1_usize..40, 1..40, 1..40], largest in [1_usize..20, 1..20, 1..20],
        ) {
            let region: Region = extents.map(|n| start..start + n as isize);
            let tiles = tiles(&region, largest);
            let count: usize = tiles.iter().map(|t| t.iter().map(ExactSizeIterator::len).product::<usize>()).sum();
            prop_assert_eq!(count, extents.iter().product::<usize>());
            for (i, tile) in tiles.iter().enumerate() {
                for a in 0..3 {
                    prop_assert!((1..=largest[a]).contains(&tile[a].len()));
                    prop_assert!(tile[a].start >= region[a].start && tile[a].end <= region[a].end);
                }
                let apart = |other: &Region| (0..3).any(|a| {
                    tile[a].end <= other[a].start || other[a].end <= tile[a].start
                });
                prop_assert!(tiles[i + 1..].iter().all(apart));
            }
        }
    }
}
