//! The bytes of one case: a mutated seed, or noise.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::edit::Edit;
use crate::seed::Seed;

/// Most mutations of one seed.
const MOST_EDITS: usize = 6;
/// Longest noise in bytes.
const MOST_NOISE: usize = 600;

/// A case.
#[derive(Debug, Clone)]
pub struct Input {
    seed: Index,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Mutated(Vec<Edit>),
    /// Noise after the first bytes of the seed, so that the format is recognized.
    Noise(usize, Vec<u8>),
}

impl Input {
    /// Any case of a target whose seeds are texts, or not.
    pub fn any(text: bool) -> impl Strategy<Value = Self> {
        let edit = match text {
            true => Edit::of_text(),
            false => Edit::of_bytes(),
        };
        let content = prop_oneof![
            // A file with few mutations gets far into its reader.
            9 => prop::collection::vec(edit.clone(), 1).prop_map(Content::Mutated),
            6 => prop::collection::vec(edit, 1..=MOST_EDITS).prop_map(Content::Mutated),
            1 => (0..16_usize, prop::collection::vec(any::<u8>(), 0..MOST_NOISE))
                .prop_map(|(kept, noise)| Content::Noise(kept, noise)),
        ];
        (any::<Index>(), content).prop_map(|(seed, content)| Self { seed, content })
    }

    /// The seed of the case, and the bytes of its file.
    pub fn file<'a>(&self, seeds: &'a [Seed]) -> (&'a Seed, Vec<u8>) {
        let seed = &seeds[self.seed.index(seeds.len())];
        let mut bytes = seed.bytes.clone();
        match &self.content {
            Content::Mutated(edits) => {
                let others: Vec<&[u8]> = seeds.iter().map(|s| s.bytes.as_slice()).collect();
                edits
                    .iter()
                    .for_each(|edit| edit.apply(&mut bytes, &others));
            }
            Content::Noise(kept, noise) => {
                bytes.truncate(*kept);
                bytes.extend(noise);
            }
        }
        (seed, (seed.seal)(&bytes))
    }
}
