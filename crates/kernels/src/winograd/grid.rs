//! The tiles of a convolution's result, and blocks of them.

use std::ops::Range;

use super::points::SIDE;
use crate::geometry::{Geometry, Method};
use crate::lanes::WIDEST;

/// The result of a convolution with stride 1 and an r × r kernel (r = 3 or 5) in its last two dimensions, divided into
/// tiles of m × m, m = 7 − r. Tiles are numbered along rows, with `extra` unused numbers between rows, so that every
/// element of a tile's input has a fixed distance from the tile's number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) geometry: Geometry,
    /// Number of results of a tile along an axis.
    pub(super) m: usize,
    /// Number of rows and columns of tiles.
    pub(super) tiles: [usize; 2],
    /// Number of tile indices between the starts of two rows.
    pub(super) row: usize,
}

/// Some rows of tiles at some depths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) depths: Range<usize>,
    pub(super) rows: Range<usize>,
    /// Number of tile indices at one depth, padded to whole vectors.
    pub(super) tiles: usize,
}

impl Block {
    /// Number of tile indices at all depths of the result.
    pub(super) fn results(&self) -> usize {
        self.depths.len() * self.tiles
    }

    /// Number of tile indices at all depths of the input that the block reads.
    pub(super) fn inputs(&self, kernel_depth: usize) -> usize {
        (self.depths.len() + kernel_depth - 1) * self.tiles
    }
}

impl Grid {
    /// `None` for other kernels or strides, or when direct sums are required.
    pub(super) fn new(geometry: &Geometry) -> Option<Self> {
        let [_, kh, kw] = geometry.kernel;
        if geometry.method == Method::Direct
            || geometry.stride != [1; 3]
            || kh != kw
            || !matches!(kh, 3 | 5)
        {
            return None;
        }
        let m = SIDE + 1 - kh;
        let [_, height, width] = geometry.output;
        let tiles = [height.div_ceil(m), width.div_ceil(m)];
        Some(Self {
            geometry: *geometry,
            m,
            tiles,
            row: tiles[1] + (SIDE - 1) / m,
        })
    }

    /// Size of the kernel along an axis.
    pub(super) fn r(&self) -> usize {
        SIDE + 1 - self.m
    }

    /// Number of tile indices of `rows` rows, padded to whole vectors.
    fn numbers(&self, rows: usize) -> usize {
        ((rows - 1) * self.row + self.tiles[1]).next_multiple_of(WIDEST)
    }

    /// Blocks of about `target` tile indices, including those of the input at all depths.
    pub(super) fn blocks(&self, target: usize) -> Vec<Block> {
        let [depth, kernel_depth] = [self.geometry.output[0], self.geometry.kernel[0]];
        let one = self.numbers(1) * kernel_depth;
        let most = (target.saturating_sub(one) / (self.row * kernel_depth) + 1).min(self.tiles[0]);
        let rows = self.tiles[0].div_ceil(self.tiles[0].div_ceil(most));
        let slices = (target / self.numbers(rows)).saturating_sub(kernel_depth - 1);
        let slices = depth.div_ceil(depth.div_ceil(slices.clamp(1, depth)));
        let mut blocks = Vec::new();
        for depth_start in (0..depth).step_by(slices) {
            for row in (0..self.tiles[0]).step_by(rows) {
                let rows = row..(row + rows).min(self.tiles[0]);
                blocks.push(Block {
                    depths: depth_start..(depth_start + slices).min(depth),
                    tiles: self.numbers(rows.len()),
                    rows,
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
    fn blocks_hold_every_row_of_tiles_at_every_depth_once() {
        for (kernel, output) in [([1, 3, 3], [1, 37, 90]), ([3, 5, 5], [7, 9, 4])] {
            let input = [output[0] + kernel[0] - 1, output[1], output[2]];
            let padding = [0, kernel[1] / 2, kernel[2] / 2];
            let geometry = Geometry::new(input, kernel, [1; 3], padding).unwrap();
            let grid = Grid::new(&geometry).unwrap();
            for target in [1, 50, 200, 100_000] {
                let mut seen = vec![0; output[0] * grid.tiles[0]];
                for block in grid.blocks(target) {
                    assert!(block.tiles >= (block.rows.len() - 1) * grid.row + grid.tiles[1]);
                    for depth in block.depths.clone() {
                        for row in block.rows.clone() {
                            seen[depth * grid.tiles[0] + row] += 1;
                        }
                    }
                }
                assert!(seen.iter().all(|n| *n == 1), "{target}: {seen:?}");
            }
        }
    }

    #[test]
    fn other_kernels_and_strides_have_no_grid() {
        let geometry = |kernel, stride| {
            Geometry::new([1, 9, 9], [1, kernel, kernel], [1, stride, stride], [0; 3])
        };
        assert!(Grid::new(&geometry(3, 1).unwrap()).is_some());
        assert!(Grid::new(&geometry(3, 2).unwrap()).is_none());
        assert!(Grid::new(&geometry(1, 1).unwrap()).is_none());
        assert!(Grid::new(&geometry(7, 1).unwrap()).is_none());
    }
}
