//! The order of volumes and B-scans in an epoch.

use rand::RngExt;
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

/// The order of the B-scans of a volume over its batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchOrder {
    /// Any B-scans of the volume.
    Shuffled,
    /// Neighbors along y, in order. The places where the volume is cut into batches are random.
    Neighbors,
}

/// All B-scans of all volumes in shuffled batches of up to `size` B-scans; all B-scans of a batch are from one volume.
///
/// `counts` holds the number of B-scans of each volume. The order depends only on seed, epoch and counts.
pub(crate) fn shuffled(
    counts: &[usize],
    size: usize,
    order: BatchOrder,
    [seed, epoch]: [u64; 2],
) -> Vec<Batch> {
    let mut volumes: Vec<usize> = (0..counts.len()).collect();
    volumes.shuffle(&mut rng::stream(seed, &format!("order/{epoch}")));
    let batches = volumes.into_iter().flat_map(|volume| {
        let mut ys: Vec<usize> = (0..counts[volume]).collect();
        let stream = &mut rng::stream(seed, &format!("order/{epoch}/{volume}"));
        match order {
            BatchOrder::Shuffled => {
                ys.shuffle(stream);
                cut(volume, &ys, size)
            }
            BatchOrder::Neighbors => {
                let first = first_cut(ys.len(), size.max(1), stream);
                let mut batches = cut(volume, &ys[..first], size);
                batches.extend(cut(volume, &ys[first..], size));
                batches.shuffle(stream);
                batches
            }
        }
    });
    batches.collect()
}

/// The length of the first batch of `count` B-scans: random, so that the places of the cuts differ between epochs. B-scans that
/// fit one batch stay together.
fn first_cut(count: usize, size: usize, stream: &mut impl rand::Rng) -> usize {
    match count <= size {
        true => count,
        false => stream.random_range(1..=size),
    }
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
        for order in [BatchOrder::Shuffled, BatchOrder::Neighbors] {
            let order = |epoch| shuffled(&[9, 9, 9], 4, order, [1, epoch]);
            assert_ne!(order(1), order(2));
        }
    }

    #[test]
    fn over_the_epochs_each_pair_of_neighbors_shares_a_batch() {
        // A multiple of the batch, and more by one; and B-scans that fit one batch.
        for (count, size) in [(20, 5), (21, 5), (4, 5)] {
            let mut together = vec![false; count - 1];
            for epoch in 1..=40 {
                let batches = shuffled(&[count], size, BatchOrder::Neighbors, [1, epoch]);
                for pair in batches.iter().flat_map(|batch| batch.ys.windows(2)) {
                    together[pair[0]] = true;
                }
                assert!(count > size || batches.len() == 1);
            }
            assert!(together.iter().all(|shared| *shared), "{count} {size}");
        }
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
            for order in [BatchOrder::Shuffled, BatchOrder::Neighbors] {
                let batches = shuffled(&counts, size, order, [seed, 4]);
                prop_assert!(batches.iter().all(|b| (1..=size).contains(&b.ys.len())));
                let more = match order {
                    BatchOrder::Shuffled => 0,
                    BatchOrder::Neighbors => counts.len(),
                };
                let least = sequential(&counts, size).len();
                prop_assert!((least..=least + more).contains(&batches.len()));
                prop_assert_eq!(&batches, &shuffled(&counts, size, order, [seed, 4]));
                let neighbors = |b: &Batch| b.ys.windows(2).all(|pair| pair[1] == pair[0] + 1);
                prop_assert!(order == BatchOrder::Shuffled || batches.iter().all(neighbors));
                prop_assert_eq!(sorted(batches), sorted(sequential(&counts, size)));
            }
        }
    }
}
