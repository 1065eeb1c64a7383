//! Mutations of a file.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::place::Place;
use crate::words::{self, BRACKETS, INSERTED};

/// Bytes and integers at the limits of their types.
const EXTREMES: &[u64] = &[
    0,
    1,
    2,
    7,
    8,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x10_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_ffff_ffff,
    // NaN, infinity, and numbers near them, in single and double precision.
    0x7fc0_0000,
    0x7f80_0000,
    0xff80_0000,
    0x7f7f_ffff,
    0x7ff8_0000_0000_0000,
    0x7ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
];
/// Longest range that is removed, repeated or copied.
const LONGEST: usize = 64;
/// A file does not grow beyond this size.
const LARGEST: usize = 1 << 20;

/// One mutation.
#[derive(Debug, Clone)]
pub enum Edit {
    /// Turns a bit over.
    Flip(Place, u8),
    /// Replaces a byte.
    Set(Place, u8),
    /// Overwrites 1, 2, 4 or 8 bytes by an integer, perhaps big-endian.
    Number(Place, usize, u64, bool),
    /// Cuts the end off.
    Truncate(Place),
    /// Removes some bytes.
    Delete(Place, usize),
    /// Repeats some bytes.
    Repeat(Place, usize, usize),
    /// Inserts bytes.
    Insert(Place, Vec<u8>),
    /// Copies a part of another seed over the file.
    Splice(Place, Index, Place, usize),
    /// Replaces a word of a text.
    Word(Index, &'static str),
    /// Exchanges two words of a text.
    Swap(Index, Index),
    /// Inserts a text.
    Text(Place, &'static str),
    /// Inserts a bracket many times.
    Nest(Place, &'static str, usize),
}

impl Edit {
    /// Any mutation of a binary file.
    pub fn of_bytes() -> BoxedStrategy<Self> {
        let length = 1..LONGEST;
        prop_oneof![
            3 => (Place::any(), 0..8_u8).prop_map(|(p, bit)| Self::Flip(p, bit)),
            3 => (Place::any(), any::<u8>()).prop_map(|(p, v)| Self::Set(p, v)),
            6 => (Place::any(), select(&[1_usize, 2, 4, 8][..]), select(EXTREMES), any::<bool>())
                .prop_map(|(p, width, v, big)| Self::Number(p, width, v, big)),
            1 => Place::any().prop_map(Self::Truncate),
            1 => (Place::any(), length.clone()).prop_map(|(p, n)| Self::Delete(p, n)),
            1 => (Place::any(), length.clone(), 1..4_usize).prop_map(|(p, n, k)| Self::Repeat(p, n, k)),
            1 => (Place::any(), prop::collection::vec(any::<u8>(), 1..16))
                .prop_map(|(p, bytes)| Self::Insert(p, bytes)),
            2 => (Place::any(), any::<Index>(), Place::any(), length)
                .prop_map(|(p, seed, from, n)| Self::Splice(p, seed, from, n)),
        ]
        .boxed()
    }

    /// Any mutation of a text: often of its words.
    pub fn of_text() -> BoxedStrategy<Self> {
        prop_oneof![
            3 => Self::of_bytes(),
            4 => (any::<Index>(), select(INSERTED)).prop_map(|(at, word)| Self::Word(at, word)),
            3 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Self::Swap(a, b)),
            2 => (Place::any(), select(INSERTED)).prop_map(|(p, text)| Self::Text(p, text)),
            1 => (Place::any(), select(BRACKETS), 1..3000_usize)
                .prop_map(|(p, bracket, depth)| Self::Nest(p, bracket, depth)),
        ]
        .boxed()
    }

    /// Applies the mutation. `others` are the bytes of all seeds.
    pub fn apply(&self, bytes: &mut Vec<u8>, others: &[&[u8]]) {
        match self {
            Self::Flip(place, bit) => overwrite(bytes, place, |old| old ^ (1 << bit)),
            Self::Set(place, value) => overwrite(bytes, place, |_| *value),
            Self::Number(place, width, value, big) => {
                let mut number = value.to_le_bytes()[..*width].to_vec();
                if *big {
                    number.reverse();
                }
                copy_over(bytes, place, &number);
            }
            Self::Truncate(place) => bytes.truncate(place.of(bytes.len())),
            Self::Delete(place, length) => {
                let start = place.of(bytes.len());
                bytes.drain(start..(start + length).min(bytes.len()));
            }
            Self::Repeat(place, length, times) => {
                let start = place.of(bytes.len());
                let part = bytes[start..(start + length).min(bytes.len())].repeat(*times);
                insert(bytes, start, &part);
            }
            Self::Insert(place, new) => insert(bytes, place.of(bytes.len()), new),
            Self::Splice(place, other, from, length) => {
                let other = others[other.index(others.len())];
                let start = from.of(other.len());
                copy_over(
                    bytes,
                    place,
                    &other[start..(start + length).min(other.len())],
                );
            }
            Self::Word(word, new) => {
                if let Some(range) = words::ranges(bytes).get(index(word, bytes)) {
                    bytes.splice(range.clone(), new.bytes());
                }
            }
            Self::Swap(one, other) => swap(bytes, one, other),
            Self::Text(place, text) => insert(bytes, place.of(bytes.len()), text.as_bytes()),
            Self::Nest(place, bracket, depth) => {
                insert(
                    bytes,
                    place.of(bytes.len()),
                    bracket.repeat(*depth).as_bytes(),
                );
            }
        }
    }
}

fn overwrite(bytes: &mut [u8], place: &Place, change: impl Fn(u8) -> u8) {
    if let Some(byte) = bytes.get_mut(place.of(bytes.len())) {
        *byte = change(*byte);
    }
}

fn copy_over(bytes: &mut [u8], place: &Place, new: &[u8]) {
    let start = place.of(bytes.len());
    bytes[start..]
        .iter_mut()
        .zip(new)
        .for_each(|(b, n)| *b = *n);
}

fn insert(bytes: &mut Vec<u8>, start: usize, new: &[u8]) {
    if bytes.len() + new.len() <= LARGEST {
        bytes.splice(start..start, new.iter().copied());
    }
}

/// The number of a word; 0 in a text without words.
fn index(word: &Index, bytes: &[u8]) -> usize {
    word.index(words::ranges(bytes).len().max(1))
}

fn swap(bytes: &mut Vec<u8>, one: &Index, other: &Index) {
    let ranges = words::ranges(bytes);
    let (one, other) = (index(one, bytes), index(other, bytes));
    let (Some(first), Some(second)) = (ranges.get(one.min(other)), ranges.get(one.max(other)))
    else {
        return;
    };
    let (before, after) = (
        bytes[first.clone()].to_vec(),
        bytes[second.clone()].to_vec(),
    );
    if first.start < second.start {
        bytes.splice(second.clone(), before);
        bytes.splice(first.clone(), after);
    }
}
