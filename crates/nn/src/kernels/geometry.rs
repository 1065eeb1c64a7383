//! Where a convolution reads: output positions, kernel taps and the planes they fall into.

use std::ops::Range;

/// Extents along (depth, height, width); a 2-D convolution has depth 1.
pub(crate) type Extents = [usize; 3];

/// The index arithmetic of a correlation `y[o] = Σ_k w[k] · x[o · stride + k − front]`, `x` being zero outside.
///
/// With stride s, the input is cut into s planes an axis: index o · s + k of the padded input lies in plane k mod s at
/// position o + k / s. Planes are laid flat, so that a kernel tap is a shift by a constant number of elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Geometry {
    pub(crate) input: Extents,
    pub(crate) kernel: Extents,
    pub(crate) stride: Extents,
    /// Zeros before the first input element; negative when the first elements are not read.
    pub(crate) front: [isize; 3],
    pub(crate) output: Extents,
}

/// One element of the kernel: which plane it reads, shifted by how many elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tap {
    pub(crate) phase: usize,
    pub(crate) offset: usize,
}

/// Some rows of the output at one depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// Position of the first element in the flat plane.
    pub(crate) base: usize,
    /// Elements of the flat plane from the first to the last position, those between the rows included.
    pub(crate) len: usize,
    /// The output rows (depth · height + row).
    pub(crate) rows: Range<usize>,
}

impl Geometry {
    /// The usual convolution with the same number of zeros on both sides.
    ///
    /// `None` when the kernel is larger than the padded input, or an extent is zero.
    pub(crate) fn new(
        input: Extents,
        kernel: Extents,
        stride: Extents,
        padding: Extents,
    ) -> Option<Self> {
        let mut output = [0; 3];
        for a in 0..3 {
            if input[a] == 0 || kernel[a] == 0 || stride[a] == 0 {
                return None;
            }
            let padded = padding[a].checked_mul(2)?.checked_add(input[a])?;
            output[a] = padded.checked_sub(kernel[a])? / stride[a] + 1;
        }
        let front = padding.map(|p| p as isize);
        Some(Self {
            input,
            kernel,
            stride,
            front,
            output,
        })
    }

    /// Extents of one plane.
    pub(crate) fn plane(&self) -> Extents {
        std::array::from_fn(|a| self.output[a] + (self.kernel[a] - 1) / self.stride[a])
    }

    pub(crate) fn plane_len(&self) -> usize {
        self.plane().iter().product()
    }

    pub(crate) fn input_len(&self) -> usize {
        self.input.iter().product()
    }

    pub(crate) fn output_len(&self) -> usize {
        self.output.iter().product()
    }

    /// Number of planes that the input is cut into.
    pub(crate) fn phases(&self) -> usize {
        self.stride.iter().product()
    }

    /// The kernel's elements in the order of its memory.
    pub(crate) fn taps(&self) -> Vec<Tap> {
        let [_, qh, qw] = self.plane();
        let [_, sh, sw] = self.stride;
        let mut taps = Vec::with_capacity(self.kernel.iter().product());
        for d in 0..self.kernel[0] {
            for h in 0..self.kernel[1] {
                for w in 0..self.kernel[2] {
                    let [pd, ph, pw] = [d % self.stride[0], h % sh, w % sw];
                    let [od, oh, ow] = [d / self.stride[0], h / sh, w / sw];
                    taps.push(Tap {
                        phase: (pd * sh + ph) * sw + pw,
                        offset: (od * qh + oh) * qw + ow,
                    });
                }
            }
        }
        taps
    }

    /// For every kernel element of every channel, in the order (channel, tap), how far its plane position lies from the
    /// output position in the planes of one image, which are ordered (phase, channel).
    pub(crate) fn offsets(&self, channels: usize) -> Vec<usize> {
        let (plane, taps) = (self.plane_len(), self.taps());
        let place =
            |channel: usize, tap: &Tap| (tap.phase * channels + channel) * plane + tap.offset;
        let of_channel = |channel| taps.iter().map(move |tap| place(channel, tap));
        (0..channels).flat_map(of_channel).collect()
    }

    /// Elements of the planes of one image.
    pub(crate) fn image_len(&self, channels: usize) -> usize {
        self.phases() * channels * self.plane_len()
    }

    /// Cuts the output into blocks of whole rows of about `target` elements.
    pub(crate) fn blocks(&self, target: usize) -> Vec<Block> {
        let [depth, height, width] = self.output;
        let [_, qh, qw] = self.plane();
        let most = (target / qw).clamp(1, height);
        let step = height.div_ceil(height.div_ceil(most));
        let mut blocks = Vec::new();
        for d in 0..depth {
            for first in (0..height).step_by(step) {
                let last = (first + step).min(height);
                blocks.push(Block {
                    base: (d * qh + first) * qw,
                    len: (last - first - 1) * qw + width,
                    rows: d * height + first..d * height + last,
                });
            }
        }
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_is_a_shift_by_rows_and_columns() {
        let g = Geometry::new([1, 4, 5], [1, 3, 3], [1; 3], [0, 1, 1]).unwrap();
        assert_eq!((g.output, g.plane()), ([1, 4, 5], [1, 6, 7]));
        let offsets: Vec<usize> = g.taps().iter().map(|t| t.offset).collect();
        assert_eq!(offsets, [0, 1, 2, 7, 8, 9, 14, 15, 16]);
    }

    #[test]
    fn stride_two_reads_four_planes() {
        let g = Geometry::new([1, 5, 5], [1, 3, 3], [1, 2, 2], [0, 1, 1]).unwrap();
        assert_eq!((g.output, g.plane()), ([1, 3, 3], [1, 4, 4]));
        let taps: Vec<(usize, usize)> = g.taps().iter().map(|t| (t.phase, t.offset)).collect();
        let expected = [
            (0, 0),
            (1, 0),
            (0, 1),
            (2, 0),
            (3, 0),
            (2, 1),
            (0, 4),
            (1, 4),
            (0, 5),
        ];
        assert_eq!(taps, expected);
    }

    #[test]
    fn blocks_cover_every_row_once_and_stay_inside_the_plane() {
        let g = Geometry::new([3, 11, 6], [3, 3, 3], [1; 3], [1; 3]).unwrap();
        for target in [1, 8, 20, 1000] {
            let blocks = g.blocks(target);
            let rows: Vec<usize> = blocks.iter().flat_map(|b| b.rows.clone()).collect();
            assert_eq!(rows, (0..33).collect::<Vec<_>>());
            let reach = g.taps().iter().map(|t| t.offset).max().unwrap();
            assert!(
                blocks
                    .iter()
                    .all(|b| b.base + b.len + reach <= g.plane_len())
            );
        }
    }

    #[test]
    fn a_kernel_larger_than_the_padded_input_has_no_geometry() {
        assert_eq!(Geometry::new([1, 2, 2], [1, 5, 5], [1; 3], [0, 1, 1]), None);
        assert_eq!(Geometry::new([1, 2, 2], [1, 1, 1], [1, 0, 1], [0; 3]), None);
    }
}
