//! The choice of training tiles in an epoch.

use rand::RngExt;
use rsom_nn::rng;
use rsom_training::TrainingError;
use serde::{Deserialize, Serialize};

use super::Example;
use crate::augment::Change;
use crate::blocks::Region;

/// Cutting of scans into training tiles. The network input includes the halo of each tile; outside the scan, intensities
/// are 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tiling {
    /// Each epoch uses the whole scan, cut into this many tiles of equal size along x, y, z. If an extent is not a multiple,
    /// neighboring tiles overlap by a few voxels. The paper uses 3 × 3 × 3.
    Partition([usize; 3]),
    /// Each epoch uses new tiles at random positions.
    Drawn {
        /// Extents of a tile along x, y, z in voxels, limited to those of the scan.
        extents: [usize; 3],
        /// Number of tiles per scan and epoch.
        count: usize,
        /// Fraction of tiles that are placed around a vessel voxel, chosen with equal probability; from 0 to 1.
        foreground_share: f64,
    },
}

/// The tiles of the paper: 3 × 3 × 3.
impl Default for Tiling {
    fn default() -> Self {
        Self::Partition([3; 3])
    }
}

impl Tiling {
    /// Checks the bounds of the settings.
    ///
    /// # Errors
    /// Returns [`TrainingError::Settings`] with the name of the first invalid setting.
    pub fn check(&self) -> Result<(), TrainingError> {
        let (extents, count, share) = match *self {
            Self::Partition(parts) => (parts, 1, 0.0),
            Self::Drawn {
                extents,
                count,
                foreground_share,
            } => (extents, count, foreground_share),
        };
        TrainingError::require(&[
            (
                !extents.contains(&0) && count > 0,
                "tile_vox, tiles and tiles_per_scan must be at least 1",
            ),
            (
                (0.0..=1.0).contains(&share),
                "foreground_share must be from 0 to 1",
            ),
        ])
    }

    /// Number of tiles per epoch of a scan with these extents along x, y, z.
    #[must_use]
    pub fn count(&self, shape: [usize; 3]) -> usize {
        match self {
            Self::Partition(parts) => (0..3).map(|a| parts[a].min(shape[a])).product(),
            Self::Drawn { count, .. } => *count,
        }
    }

    /// The region of tile `index` of a scan in an epoch, before its change.
    ///
    /// The result depends only on the arguments, so that a resumed run makes the same draws as an uninterrupted run.
    pub(super) fn tile(
        &self,
        example: &Example,
        seed: u64,
        [epoch, volume, index]: [usize; 3],
        change: &Change,
    ) -> Region {
        let shape = example.shape();
        match *self {
            Self::Partition(parts) => part(shape, parts, index),
            Self::Drawn {
                extents,
                foreground_share,
                ..
            } => {
                // After a transpose, the tile must have the wanted extents.
                let wanted = change.extents(extents);
                let extents: [usize; 3] = std::array::from_fn(|a| wanted[a].min(shape[a]).max(1));
                let mut stream = rng::stream(seed, &format!("tile/{epoch}/{volume}/{index}"));
                let [_, vessels] = example.voxels();
                let near = f64::from(rng::unit_f32(stream.random())) < foreground_share;
                let near = (near && vessels > 0).then(|| stream.random_range(0..vessels));
                let near = near.and_then(|rank| example.vessel(rank));
                std::array::from_fn(|a| {
                    let last = shape[a] - extents[a];
                    let (low, high) = match near {
                        Some(voxel) => (
                            (voxel[a] + 1).saturating_sub(extents[a]),
                            voxel[a].min(last),
                        ),
                        None => (0, last),
                    };
                    let start = stream.random_range(low..=high) as isize;
                    start..start + extents[a] as isize
                })
            }
        }
    }
}

/// Tile `index` of a scan that is cut into tiles of equal size; z is the fastest axis.
fn part(shape: [usize; 3], parts: [usize; 3], index: usize) -> Region {
    let counts: [usize; 3] = std::array::from_fn(|a| parts[a].min(shape[a]).max(1));
    let at = [
        index / (counts[1] * counts[2]),
        index / counts[2] % counts[1],
        index % counts[2],
    ];
    std::array::from_fn(|a| {
        let extent = shape[a].div_ceil(counts[a]);
        // The first tile starts at the start of the scan, the last ends at its end, the others are equally spaced.
        let start = match counts[a] {
            1 => 0,
            count => (shape[a] - extent) * at[a] / (count - 1),
        };
        start as isize..(start + extent) as isize
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};
    use proptest::prelude::*;
    use rsom_volume::{Grid, Mask, Scan, Spacing};

    use super::*;

    fn example([x, y, z]: [usize; 3], vessel: [usize; 3]) -> Example {
        let grid = Grid::new([x, y, z], Spacing::RSOM).unwrap();
        let values = Array4::zeros((x, y, z, 1));
        let mut inside = Array3::from_elem((x, y, z), false);
        inside[vessel] = true;
        let scan = Scan::new(grid.clone(), vec!["LF".into()], values).unwrap();
        Example::new(&scan, &Mask::new(grid, inside).unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn parts_are_of_one_size_and_cover_the_scan(
            shape in [1_usize..20, 1..20, 1..20], parts in [1_usize..5, 1..5, 1..5],
        ) {
            let tiling = Tiling::Partition(parts);
            let tiles: Vec<Region> = (0..tiling.count(shape)).map(|i| part(shape, parts, i)).collect();
            let mut covered = Array3::from_elem(shape, false);
            for tile in &tiles {
                for a in 0..3 {
                    prop_assert_eq!(tile[a].len(), tiles[0][a].len());
                    prop_assert!(tile[a].start >= 0 && tile[a].end as usize <= shape[a]);
                }
                for x in tile[0].clone() {
                    for y in tile[1].clone() {
                        for z in tile[2].clone() {
                            covered[[x as usize, y as usize, z as usize]] = true;
                        }
                    }
                }
            }
            prop_assert!(covered.iter().all(|c| *c));
        }

        #[test]
        fn drawn_tiles_lie_in_the_scan_and_hold_vessels_when_asked_to(
            shape in [1_usize..12, 1..12, 1..12], extents in [1_usize..8, 1..8, 1..8],
            vessel in [0.0_f64..1.0, 0.0..1.0, 0.0..1.0], seed: u64, transpose: bool,
        ) {
            let vessel: [usize; 3] = std::array::from_fn(|a| (vessel[a] * shape[a] as f64) as usize);
            let example = example(shape, vessel);
            let tiling = Tiling::Drawn { extents, count: 5, foreground_share: 1.0 };
            let change = Change { transpose, ..Change::NONE };
            for index in 0..5 {
                let tile = tiling.tile(&example, seed, [1, 2, index], &change);
                prop_assert_eq!(&tile, &tiling.tile(&example, seed, [1, 2, index], &change));
                let wanted = change.extents(extents);
                for a in 0..3 {
                    prop_assert_eq!(tile[a].len(), wanted[a].min(shape[a]));
                    prop_assert!(tile[a].start >= 0 && tile[a].end as usize <= shape[a]);
                    prop_assert!(tile[a].contains(&(vessel[a] as isize)));
                }
            }
        }
    }
}
