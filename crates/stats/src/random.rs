//! Seeded random numbers that are the same on every system.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A random stream: ChaCha8 of a seed.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// The stream of this number of a seed. Streams of one seed are independent.
    pub(crate) fn stream(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// An index below `n`, each with the same probability (Lemire 2019, "Fast random integer generation in an
    /// interval"). 0 for n = 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        let rejected_below = if n == 0 { 0 } else { n.wrapping_neg() % n };
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(n);
            if product as u64 >= rejected_below {
                return (product >> 64) as usize;
            }
        }
    }

    /// Puts a random choice of `n` of the values first (Fisher & Yates); all of them in random order for `n` = length.
    pub(crate) fn choose<T>(&mut self, values: &mut [T], n: usize) {
        for i in 0..n.min(values.len()) {
            let other = i + self.below(values.len() - i);
            values.swap(i, other);
        }
    }

    /// A number in (0, 1), uniform on the odd multiples of 2^−54.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) * 2f64.powi(-53)
    }

    /// Two independent standard normal numbers (Marsaglia's polar method).
    pub(crate) fn normal_pair(&mut self) -> (f64, f64) {
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = u * u + v * v;
            if square < 1.0 && square > 0.0 {
                let factor = (-2.0 * libm::log(square) / square).sqrt();
                return (u * factor, v * factor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_its_numbers_and_another_seed_or_stream_gives_others() {
        let first = |seed, stream| Random::stream(seed, stream).below(1 << 40);
        assert_eq!(first(7, 0), first(7, 0));
        assert_ne!(first(7, 0), first(8, 0));
        assert_ne!(first(7, 0), first(7, 1));
    }

    #[test]
    fn every_order_is_equally_likely_and_repeats_with_its_seed() {
        let mut random = Random::stream(5, 0);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..60_000 {
            let mut values = [1, 2, 3];
            random.choose(&mut values, 3);
            *counts.entry(values).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 6);
        // Standard deviation √(60000 · 5/36) = 91.
        assert!(counts.values().all(|c| (*c - 10_000i32).abs() < 400));
        let order = |seed| {
            let mut values: Vec<u32> = (0..50).collect();
            Random::stream(seed, 0).choose(&mut values, 50);
            values
        };
        assert_eq!(order(3), order(3));
        assert_ne!(order(3), order(4));
    }

    #[test]
    fn indices_are_uniform_and_normals_have_the_moments_of_a_normal() {
        let mut random = Random::stream(1, 0);
        let mut counts = [0; 3];
        for _ in 0..30_000 {
            counts[random.below(3)] += 1;
        }
        // Four standard deviations of a binomial count: 4·√(30000·2/9) = 327.
        assert!(counts.iter().all(|c: &i32| (c - 10_000).abs() < 327));
        let mut moments = [0.0; 4];
        for _ in 0..50_000 {
            let (a, b) = random.normal_pair();
            for z in [a, b] {
                for (k, moment) in moments.iter_mut().enumerate() {
                    *moment += z.powi(k as i32 + 1) / 100_000.0;
                }
            }
        }
        // Standard errors: √(1, 2, 15, 96)/√100000.
        let expected = [(0.0, 0.0032), (1.0, 0.0045), (0.0, 0.0123), (3.0, 0.031)];
        for (moment, (mean, se)) in moments.iter().zip(expected) {
            assert!((moment - mean).abs() < 4.0 * se, "{moments:?}");
        }
    }
}
