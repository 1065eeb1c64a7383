//! The order of tiles in an epoch.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;
use rsom_nn::rng;
use rsom_training::RunSettings;

use super::{Example, TrainSettings};
use crate::augment::Change;
use crate::blocks::Region;

/// A training tile and its random change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pick {
    /// Index of the scan.
    pub volume: usize,
    /// Region of the tile in the scan.
    pub tile: Region,
    /// Random change of the tile.
    pub change: Change,
}

/// All tiles of an epoch, shuffled over all scans, in batches of tiles of equal size. The last batch of each size may have
/// fewer tiles.
pub(super) fn shuffled(
    examples: &[Example],
    settings: &TrainSettings,
    epoch: usize,
) -> Vec<Vec<Pick>> {
    let TrainSettings {
        tiling,
        augmentation,
        ..
    } = settings;
    let RunSettings {
        seed, batch_size, ..
    } = settings.run;
    let mut all = Vec::new();
    for (volume, example) in examples.iter().enumerate() {
        for index in 0..tiling.count(example.shape()) {
            let at = [epoch, volume, index];
            let change = augmentation.draw(seed, at, example.channels());
            let tile = tiling.tile(example, seed, at, &change);
            all.push(Pick {
                volume,
                tile,
                change,
            });
        }
    }
    all.shuffle(&mut rng::stream(seed, &format!("order/{epoch}")));
    let mut waiting: BTreeMap<[usize; 3], Vec<Pick>> = BTreeMap::new();
    let mut batches = Vec::new();
    for pick in all {
        let size = pick.extents();
        let same = waiting.entry(size).or_default();
        same.push(pick);
        if same.len() >= batch_size {
            batches.push(std::mem::take(same));
        }
    }
    batches.extend(waiting.into_values().filter(|rest| !rest.is_empty()));
    batches
}

impl Pick {
    /// Extents of the changed tile along x, y, z, without a halo.
    pub(super) fn extents(&self) -> [usize; 3] {
        self.change
            .extents(self.tile.clone().map(|range| range.len()))
    }
}
