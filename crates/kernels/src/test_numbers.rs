//! Seeded numbers for the tests of kernels.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// `count` numbers from [−0.5, 0.5), a function of `name`.
pub(crate) fn random(count: usize, name: &str) -> Vec<f32> {
    let seed = name.bytes().fold(0_u64, |seed, byte| {
        seed.wrapping_mul(257).wrapping_add(u64::from(byte))
    });
    let mut stream = ChaCha8Rng::seed_from_u64(seed);
    (0..count)
        .map(|_| (stream.next_u32() >> 8) as f32 / 16_777_216.0 - 0.5)
        .collect()
}
