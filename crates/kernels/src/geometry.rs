//! Index arithmetic of convolutions: output positions, kernel taps and input planes.

use std::ops::Range;

use super::offsets::Offsets;

/// Extents along (depth, height, width); a 2-D convolution has depth 1.
pub type Extents = [usize; 3];

/// The index arithmetic of a correlation `y[o] = Σ_k w[k] · x[o · stride + k − front]`, `x` being zero outside.
///
/// With stride s, the input is divided into s planes per axis: index o · s + k of the padded input is in plane k mod s
/// at position o + k / s. Planes are flat, so that a kernel tap is a constant offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Extents of the input.
    pub input: Extents,
    /// Extents of the kernel.
    pub kernel: Extents,
    /// Step between two output positions, in input positions.
    pub stride: Extents,
    /// Zeros before the first input element; negative when the first elements are not read.
    pub front: [isize; 3],
    /// Extents of the output.
    pub output: Extents,
    /// How sums are computed.
    pub method: Method,
}

/// How the sums of a convolution are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// By Winograd's tiles where that is faster, which was measured.
    #[default]
    Fastest,
    /// Term by term.
    Direct,
    /// By Winograd's tiles wherever kernel and stride allow it.
    Tiles,
}

/// One element of the kernel: the plane that it reads, and the offset there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tap {
    /// Index of the plane.
    pub phase: usize,
    /// Offset in the plane, in elements.
    pub offset: usize,
}

/// The output divided into blocks of rows at one depth, all with the same planes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiling {
    /// The geometry of the first block, as if it were the whole output.
    window: Geometry,
    /// The blocks, from the first row of the first slice to the last.
    pub blocks: Vec<Block>,
}

/// Some rows of the output at one depth; the last block may have fewer rows than the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Depth of the rows.
    pub depth: usize,
    /// The rows at that depth.
    pub rows: Range<usize>,
}

impl Tiling {
    /// The geometry of one block.
    pub fn window(&self, block: &Block) -> Geometry {
        let mut window = self.window;
        let moved = |axis: usize, by: usize| (by * window.stride[axis]) as isize;
        let moved = [moved(0, block.depth), moved(1, block.rows.start)];
        window.front[0] -= moved[0];
        window.front[1] -= moved[1];
        window
    }

    /// [`Geometry::offsets`] of the planes of any block.
    pub(super) fn offsets(&self, channels: usize) -> Offsets {
        self.window.offsets(channels)
    }

    /// Elements between the starts of two rows of a plane.
    pub fn row(&self) -> usize {
        self.window.plane()[2]
    }

    /// Positions of a block in a flat plane, from the first to the last one.
    pub fn len(&self, block: &Block) -> usize {
        (block.rows.len() - 1) * self.row() + self.window.output[2]
    }

    /// The range of a block's rows in a channel of the output.
    pub fn places(&self, geometry: &Geometry, block: &Block) -> Range<usize> {
        let [_, height, width] = geometry.output;
        let first = block.depth * height;
        (first + block.rows.start) * width..(first + block.rows.end) * width
    }
}

impl Geometry {
    /// The usual convolution with the same number of zeros on both sides.
    ///
    /// `None` when the kernel is larger than the padded input, or an extent is zero.
    pub fn new(input: Extents, kernel: Extents, stride: Extents, padding: Extents) -> Option<Self> {
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
            method: Method::Fastest,
        })
    }

    /// Extents of one plane.
    pub fn plane(&self) -> Extents {
        std::array::from_fn(|a| self.output[a] + (self.kernel[a] - 1) / self.stride[a])
    }

    /// Elements of one plane.
    pub fn plane_len(&self) -> usize {
        self.plane().iter().product()
    }

    /// Elements of one input channel.
    pub fn input_len(&self) -> usize {
        self.input.iter().product()
    }

    /// Elements of one output channel.
    pub fn output_len(&self) -> usize {
        self.output.iter().product()
    }

    /// Number of planes that the input is cut into.
    pub fn phases(&self) -> usize {
        self.stride.iter().product()
    }

    /// The kernel's elements in the order of its memory.
    pub fn taps(&self) -> Vec<Tap> {
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

    /// For each channel and kernel tap, in the order (channel, tap): the offset of the input element from the output
    /// position, in the planes of one image, which are ordered (phase, channel).
    pub(super) fn offsets(&self, channels: usize) -> Offsets {
        let (plane, taps) = (self.plane_len(), self.taps());
        let place =
            |channel: usize, tap: &Tap| (tap.phase * channels + channel) * plane + tap.offset;
        let of_channel = |channel| taps.iter().map(move |tap| place(channel, tap));
        (0..channels).flat_map(of_channel).collect()
    }

    /// Divides the output into blocks of whole rows with about `target` positions.
    pub fn tiling(&self, target: usize) -> Tiling {
        let [depth, height, width] = self.output;
        let most = (target / self.plane()[2]).clamp(1, height);
        let step = height.div_ceil(height.div_ceil(most));
        let mut window = *self;
        window.output = [1, step, width];
        let firsts = |depth| (0..height).step_by(step).map(move |first| (depth, first));
        let blocks = (0..depth).flat_map(firsts).map(|(depth, first)| Block {
            depth,
            rows: first..(first + step).min(height),
        });
        Tiling {
            window,
            blocks: blocks.collect(),
        }
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
            let tiling = g.tiling(target);
            let places: Vec<usize> = tiling
                .blocks
                .iter()
                .flat_map(|b| tiling.places(&g, b))
                .collect();
            assert_eq!(places, (0..3 * 11 * 6).collect::<Vec<_>>());
            let reach = tiling.offsets(1).largest();
            let plane = tiling.window.plane_len();
            assert!(tiling.blocks.iter().all(|b| tiling.len(b) + reach <= plane));
        }
    }

    #[test]
    fn a_window_reads_what_its_block_of_the_whole_reads() {
        let g = Geometry::new([1, 9, 6], [1, 3, 3], [1, 2, 2], [0, 1, 1]).unwrap();
        let tiling = g.tiling(10);
        // Rows 2 and 3 of the output start at input row 2 · 2 − 1.
        assert_eq!(tiling.blocks[1].rows, 2..4);
        assert_eq!(tiling.window(&tiling.blocks[1]).front, [0, 1 - 4, 1]);
    }

    #[test]
    fn a_kernel_larger_than_the_padded_input_has_no_geometry() {
        assert_eq!(Geometry::new([1, 2, 2], [1, 5, 5], [1; 3], [0, 1, 1]), None);
        assert_eq!(Geometry::new([1, 2, 2], [1, 1, 1], [1, 0, 1], [0; 3]), None);
    }
}
