//! The order of volumes and B-scans in an epoch.

use rand::seq::SliceRandom;
use rsom_nn::rng;

/// The B-scans of one volume in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    /// Index of the volume.
    pub volume: usize,
    /// Indices of the B-scans along y.
    pub ys: Vec<usize>,
}

/// All B-scans of all volumes in shuffled batches of up to `size` B-scans; all B-scans of a batch are from one volume.
///
/// `counts` holds the number of B-scans of each volume. The order depends only on seed, epoch and counts.
pub(crate) fn shuffled(counts: &[usize], size: usize, seed: u64, epoch: usize) -> Vec<Batch> {
    let mut volumes: Vec<usize> = (0..counts.len()).collect();
    volumes.shuffle(&mut rng::stream(seed, &format!("order/{epoch}")));
    let batches = volumes.into_iter().flat_map(|volume| {
        let mut ys: Vec<usize> = (0..counts[volume]).collect();
        ys.shuffle(&mut rng::stream(seed, &format!("order/{epoch}/{volume}")));
        cut(volume, &ys, size)
    });
    batches.collect()
}

/// All B-scans of all volumes in order.
pub(crate) fn sequential(counts: &[usize], size: usize) -> Vec<Batch> {
    let volumes = counts.iter().enumerate();
    volumes
        .flat_map(|(volume, count)| cut(volume, &(0..*count).collect::<Vec<_>>(), size))
        .collect()
}

fn cut(volume: usize, ys: &[usize], size: usize) -> Vec<Batch> {
    let batch = |ys: &[usize]| Batch {
        volume,
        ys: ys.to_vec(),
    };
    ys.chunks(size.max(1)).map(batch).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn another_epoch_has_another_order() {
        assert_ne!(shuffled(&[9, 9, 9], 3, 1, 1), shuffled(&[9, 9, 9], 3, 1, 2));
    }

    proptest! {
        #[test]
        fn an_epoch_visits_every_slice_once_in_batches_of_one_volume(
            counts in proptest::collection::vec(1_usize..20, 1..6), size in 1_usize..7, seed: u64,
        ) {
            let sorted = |batches: Vec<Batch>| {
                let mut all: Vec<(usize, usize)> = batches
                    .into_iter()
                    .flat_map(|b| b.ys.into_iter().map(move |y| (b.volume, y)))
                    .collect();
                all.sort_unstable();
                all
            };
            let batches = shuffled(&counts, size, seed, 4);
            prop_assert!(batches.iter().all(|b| (1..=size).contains(&b.ys.len())));
            prop_assert_eq!(&batches, &shuffled(&counts, size, seed, 4));
            prop_assert_eq!(sorted(batches), sorted(sequential(&counts, size)));
        }
    }
}
