//! B-scans as tiles of one picture, which a browser can decode.

use ndarray::ArrayView3;

use crate::reduction::Reduction;

/// How the B-scans of a volume lie in one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mosaic {
    shape: [usize; 3],
    reduction: Reduction,
    /// Voxels along x, y, z of the preview.
    pub size: [usize; 3],
    /// Pixels across and down from one tile to the next: whole blocks of JPEG, so that no B-scan colors its neighbours.
    pub pitch: [usize; 2],
    /// Tiles in a row.
    pub columns: usize,
}

/// Pixels of a block of JPEG.
const BLOCK: usize = 8;

impl Mosaic {
    pub fn of(shape: [usize; 3], reduction: Reduction) -> Self {
        let size = reduction.size(shape);
        let pitch = [size[0], size[2]].map(|extent| extent.next_multiple_of(BLOCK));
        // About as wide as high.
        let wished = ((size[1] * pitch[1]) as f64 / pitch[0].max(1) as f64).sqrt();
        let columns = (wished.round() as usize).clamp(1, size[1].max(1));
        Self {
            shape,
            reduction,
            size,
            pitch,
            columns,
        }
    }

    /// Width and height of the picture in pixels.
    pub fn pixels(&self) -> [usize; 2] {
        let rows = self.size[1].div_ceil(self.columns);
        [self.columns * self.pitch[0], rows * self.pitch[1]]
    }

    /// The picture, with the channels of each pixel side by side. An image is averaged over the voxels for which a pixel stands in its
    /// B-scan (`is_mean`); of a mask, the voxel in their middle is taken.
    ///
    /// Pixels between the tiles repeat the nearest voxel: an edge there would cost bytes.
    pub fn picture(&self, channels: &[ArrayView3<'_, u8>], is_mean: bool) -> Vec<u8> {
        let [width, height] = self.pixels();
        let mut out = Vec::with_capacity(width * height * channels.len());
        for row in 0..height {
            let (tile_row, z) = (row / self.pitch[1], row % self.pitch[1]);
            for column in 0..width {
                let (tile_column, x) = (column / self.pitch[0], column % self.pitch[0]);
                let at = [x, tile_row * self.columns + tile_column, z];
                out.extend(
                    channels
                        .iter()
                        .map(|channel| self.value(channel, at, is_mean)),
                );
            }
        }
        out
    }

    /// The value of a voxel of the preview, or of the nearest one.
    fn value(&self, channel: &ArrayView3<'_, u8>, at: [usize; 3], is_mean: bool) -> u8 {
        let place = |axis: usize| {
            let at = at[axis].min(self.size[axis].saturating_sub(1));
            self.reduction.place(axis, at, self.shape[axis])
        };
        let [x, y, z] = [place(0), place(1), place(2)];
        let step = self.reduction.0[0];
        if !is_mean || step == 1 {
            return channel.get([x, y, z]).copied().unwrap_or(0);
        }
        let range = |middle: usize, size: usize| {
            let first = middle.saturating_sub((step - 1) / 2);
            first..(first + step).min(size)
        };
        let (mut sum, mut count) = (0u32, 0u32);
        for x in range(x, self.shape[0]) {
            for z in range(z, self.shape[2]) {
                sum += u32::from(channel[[x, y, z]]);
                count += 1;
            }
        }
        (sum as f64 / f64::from(count.max(1))).round() as u8
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_voxel_is_found_again(x in 1usize..20, y in 1usize..20, z in 1usize..20, seed in 0u8..200) {
            let volume = Array3::from_shape_fn((x, y, z), |(i, j, k)| (i * 7 + j * 31 + k * 3) as u8 ^ seed);
            let mosaic = Mosaic::of([x, y, z], Reduction([1, 1, 1]));
            let picture = mosaic.picture(&[volume.view()], false);
            let [width, height] = mosaic.pixels();
            prop_assert_eq!(picture.len(), width * height);
            for ((i, j, k), value) in volume.indexed_iter() {
                let row = j / mosaic.columns * mosaic.pitch[1] + k;
                let column = j % mosaic.columns * mosaic.pitch[0] + i;
                prop_assert_eq!(picture[row * width + column], *value);
            }
        }
    }

    #[test]
    fn an_image_is_averaged_and_a_mask_is_not() {
        let volume = Array3::from_shape_fn((4, 1, 2), |(x, _, z)| (10 * x + z) as u8);
        let mosaic = Mosaic::of([4, 1, 2], Reduction([2, 1, 2]));
        let first = |is_mean| mosaic.picture(&[volume.view()], is_mean)[0..2].to_vec();
        // Means of {0, 1, 10, 11} and {20, 21, 30, 31}.
        assert_eq!(first(true), [6, 26]);
        assert_eq!(first(false), [0, 20]);
    }
}
