//! Masks packed into bits along z, with a border.

use ndarray::{Array3, ArrayView3, Axis};
use rayon::prelude::*;

const WORD: usize = u64::BITS as usize;

/// A mask of shape (x, y, z) with a border of `border` voxels on each side; voxel z of a row is bit z + border of its
/// words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bits {
    shape: [usize; 3],
    border: usize,
    /// Number of words per row.
    words: usize,
    data: Vec<u64>,
}

impl Bits {
    /// An empty mask whose border voxels, and unused bits of the last word of a row, have the value `outside`.
    pub fn empty(shape: [usize; 3], border: usize, outside: bool) -> Self {
        let [nx, ny, nz] = shape;
        let words = (nz + 2 * border).div_ceil(WORD);
        let fill = if outside { u64::MAX } else { 0 };
        let mut bits = Self {
            shape,
            border,
            words,
            data: vec![fill; (nx + 2 * border) * (ny + 2 * border) * words],
        };
        bits.for_each_row(|_, _, row, inside| {
            for (word, inside) in row.iter_mut().zip(inside) {
                *word &= !inside;
            }
        });
        bits
    }

    pub fn pack(mask: ArrayView3<'_, bool>, border: usize, outside: bool) -> Self {
        let (nx, ny, nz) = mask.dim();
        let mut bits = Self::empty([nx, ny, nz], border, outside);
        bits.for_each_row(|x, y, row, _| {
            let plane = mask.index_axis(Axis(0), x);
            for (z, set) in plane.index_axis(Axis(0), y).iter().enumerate() {
                let bit = z + border;
                row[bit / WORD] |= u64::from(*set) << (bit % WORD);
            }
        });
        bits
    }

    pub fn unpack(&self) -> Array3<bool> {
        let mut mask = Array3::from_elem(self.shape, false);
        mask.axis_iter_mut(Axis(0))
            .into_par_iter()
            .enumerate()
            .for_each(|(x, mut plane)| {
                for (y, mut row) in plane.rows_mut().into_iter().enumerate() {
                    let words = self.row(x + self.border, y + self.border);
                    for (z, voxel) in row.iter_mut().enumerate() {
                        let bit = z + self.border;
                        *voxel = words[bit / WORD] >> (bit % WORD) & 1 == 1;
                    }
                }
            });
        mask
    }

    /// Shape without the border.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    pub fn border(&self) -> usize {
        self.border
    }

    /// The words of a row; x and y include the border.
    pub fn row(&self, x: usize, y: usize) -> &[u64] {
        let start = self.row_start(x, y);
        &self.data[start..start + self.words]
    }

    /// Clears a bit of a row.
    pub fn clear(&mut self, [x, y, bit]: [usize; 3]) {
        let start = self.row_start(x, y);
        self.data[start + bit / WORD] &= !(1 << (bit % WORD));
    }

    /// Calls `work(x, y, words, inside)` for every row inside the border, planes in parallel; `inside` has the bits set
    /// that are not border.
    pub fn for_each_row(&mut self, work: impl Fn(usize, usize, &mut [u64], &[u64]) + Sync) {
        let ([nx, ny, _], border, words) = (self.shape, self.border, self.words);
        let inside = self.inside();
        // A mask without voxels has no rows; its chunks must not have length 0.
        let plane = ((ny + 2 * border) * words).max(1);
        let planes = self.data.par_chunks_mut(plane).skip(border).take(nx);
        planes.enumerate().for_each(|(x, plane)| {
            let rows = plane.chunks_mut(words.max(1)).skip(border).take(ny);
            for (y, row) in rows.enumerate() {
                work(x, y, row, &inside);
            }
        });
    }

    /// The bits of a row that are not border.
    pub fn inside(&self) -> Vec<u64> {
        let mut inside = vec![0; self.words];
        for bit in self.border..self.border + self.shape[2] {
            inside[bit / WORD] |= 1 << (bit % WORD);
        }
        inside
    }

    fn row_start(&self, x: usize, y: usize) -> usize {
        (x * (self.shape[1] + 2 * self.border) + y) * self.words
    }
}

/// Word `index` of a row that is shifted up by `step` bits (down if negative); zeros enter at the ends.
pub(crate) fn shifted(row: &[u64], index: usize, step: isize) -> u64 {
    let distance = step.unsigned_abs();
    let (words, bits) = (distance / WORD, distance % WORD);
    let word = |i: Option<usize>| i.and_then(|i| row.get(i)).copied().unwrap_or(0);
    if step >= 0 {
        let near = word(index.checked_sub(words)) << bits;
        match bits {
            0 => near,
            _ => near | word(index.checked_sub(words + 1)) >> (WORD - bits),
        }
    } else {
        let near = word(Some(index + words)) >> bits;
        match bits {
            0 => near,
            _ => near | word(Some(index + words + 1)) << (WORD - bits),
        }
    }
}

/// The positions of the set bits of a word at `index` of a row, ascending.
pub(crate) fn set_bits(word: u64, index: usize) -> impl Iterator<Item = usize> {
    let mut left = word;
    std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        let bit = left.trailing_zeros() as usize;
        left &= left - 1;
        Some(index * WORD + bit)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_packed_comes_out_again(
            shape in [0_usize..4, 0_usize..4, 0_usize..140],
            border in 0_usize..3,
            outside: bool,
            seed in 0_usize..7,
        ) {
            let mask = Array3::from_shape_fn(shape, |(x, y, z)| (x * 5 + y * 3 + z * z + seed) % 3 == 0);
            prop_assert_eq!(Bits::pack(mask.view(), border, outside).unpack(), mask);
        }

        #[test]
        fn a_row_is_shifted_as_one_long_number(low: u64, high: u64, step in -130_isize..130) {
            let row = [low, high];
            let number = u128::from(low) | u128::from(high) << 64;
            let distance = step.unsigned_abs() as u32;
            let expected = if step >= 0 { number.checked_shl(distance) } else { number.checked_shr(distance) };
            let found = u128::from(shifted(&row, 0, step)) | u128::from(shifted(&row, 1, step)) << 64;
            prop_assert_eq!(found, expected.unwrap_or(0));
        }
    }
}
