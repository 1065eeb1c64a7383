//! Named random streams, independent of the order of their creation.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::{Digest, Sha256};

/// The random stream `name` of a seed: ChaCha8 with the key sha256(seed as 8 little-endian bytes, name as UTF-8).
///
/// Streams with different names or seeds are independent of each other.
#[must_use]
pub fn stream(seed: u64, name: &str) -> ChaCha8Rng {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(name.as_bytes());
    ChaCha8Rng::from_seed(hash.finalize().into())
}

/// A number in [0, 1) from the upper 24 bits of a random word: as many bits as the significand of an `f32`.
#[must_use]
pub fn unit_f32(word: u32) -> f32 {
    (word >> 8) as f32 * (1.0 / 16_777_216.0)
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::Rng;

    use super::*;

    #[test]
    fn a_stream_is_a_function_of_seed_and_name() {
        let draw = |seed, name| stream(seed, name).next_u64();
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
    }

    #[test]
    fn the_key_is_the_sha256_of_seed_and_name() {
        // hashlib.sha256((7).to_bytes(8, "little") + b"conv").hexdigest() of CPython 3.11.
        let key = stream(7, "conv").get_seed();
        let hex: String = key.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(
            hex,
            "1009d75e090fc794d46c85c6fedc7a469776680da5d3f6c6f908fa9106be2400"
        );
    }

    #[test]
    fn unit_draws_lie_in_the_half_open_interval() {
        assert_eq!(unit_f32(0), 0.0);
        assert!(unit_f32(u32::MAX) < 1.0);
    }
}
