//! The B-scans of a volume as network input: one slice for each y, with the axes (channel, z, x).

use candle_core::{Device, Tensor};
use ndarray::{Array4, ArrayView2, Axis, Zip, s};
pub use rsom_nn::InputScaling;
use rsom_volume::{CompactIntensities, Mask, Scan};

use crate::augment::Placement;
use crate::{Crop, LayersegError};

/// All B-scans of one volume.
///
/// Intensities that are whole numbers from 0 to 255 are kept as bytes, so that prepared scans need a quarter of the memory.
#[derive(Debug, Clone)]
pub struct SliceStack {
    count: usize,
    channels: usize,
    rows: usize,
    columns: usize,
    /// Intensities, of shape (y, channel, z, x).
    values: CompactIntensities,
}

/// Crop, placement and scaling of B-scans in a batch.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// Rows and columns of the network input.
    pub crop: Crop,
    /// Shift along z and mirror along x, applied before the crop.
    pub placement: Placement,
    /// Scaling of intensities to network input; voxels without content after the shift have intensity 0.
    pub scaling: InputScaling,
}

impl SliceStack {
    /// The B-scans of a scan with all its channels.
    ///
    /// # Errors
    /// Returns [`LayersegError::NonFiniteVoxels`] if intensities are NaN or infinite.
    pub fn from_scan(scan: &Scan) -> Result<Self, LayersegError> {
        let bad = scan.count_non_finite();
        if bad > 0 {
            return Err(LayersegError::NonFiniteVoxels { count: bad });
        }
        let ordered = scan.intensities().view().permuted_axes([1, 3, 2, 0]);
        Ok(Self::of(CompactIntensities::of(ordered)))
    }

    /// The B-scans of a mask, with one channel: 1 is foreground, 0 is background.
    #[must_use]
    pub fn from_mask(mask: &Mask) -> Self {
        let ordered = mask.voxels().view().permuted_axes([1, 2, 0]);
        let ordered = ordered.insert_axis(Axis(1));
        let mut bytes = Array4::zeros(ordered.raw_dim());
        Zip::from(&mut bytes)
            .and(&ordered)
            .for_each(|byte, inside| *byte = u8::from(*inside));
        Self::of(CompactIntensities::Bytes(bytes))
    }

    fn of(values: CompactIntensities) -> Self {
        let (count, channels, rows, columns) = values.dim();
        Self {
            count,
            channels,
            rows,
            columns,
            values,
        }
    }

    /// Number of B-scans, the extent along y.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Number of channels.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Extent along z.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Extent along x.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The B-scans at `ys` as one `f32` tensor of shape (batch, channel, z, x) on the CPU.
    ///
    /// # Errors
    /// Returns an error if the tensor cannot be created.
    ///
    /// # Panics
    /// Panics if an index in `ys` is not below [`count`](Self::count), or if the crop is for another size of B-scans.
    pub fn batch(&self, ys: &[usize], view: &View) -> Result<Tensor, LayersegError> {
        let (rows, columns) = (view.crop.rows.len, view.crop.columns.len);
        let mut pixels = Vec::with_capacity(ys.len() * self.channels * rows * columns);
        for y in ys {
            self.push_slice(*y, view, &mut pixels);
        }
        let shape = (ys.len(), self.channels, rows, columns);
        Ok(Tensor::from_vec(pixels, shape, &Device::Cpu)?)
    }

    /// Whether the view of the B-scan at `y` has a value other than 0.
    pub(crate) fn shows_any(&self, y: usize, view: &View) -> bool {
        let mut pixels = Vec::new();
        self.push_slice(y, view, &mut pixels);
        pixels.iter().any(|v| *v != 0.0)
    }

    /// Appends all channels of a B-scan, cropped, placed and scaled.
    fn push_slice(&self, y: usize, view: &View, pixels: &mut Vec<f32>) {
        for channel in 0..self.channels {
            match &self.values {
                CompactIntensities::Bytes(values) => {
                    self.push(&values.slice(s![y, channel, .., ..]), view, pixels);
                }
                CompactIntensities::Singles(values) => {
                    self.push(&values.slice(s![y, channel, .., ..]), view, pixels);
                }
            }
        }
    }

    /// Appends one plane (z, x), cropped, placed and scaled.
    fn push<T: Copy + Into<f32>>(
        &self,
        plane: &ArrayView2<'_, T>,
        view: &View,
        pixels: &mut Vec<f32>,
    ) {
        let View {
            crop,
            placement,
            scaling,
        } = view;
        let value = |v: &T| scaling.apply((*v).into());
        for row in crop.rows.start..crop.rows.start + crop.rows.len {
            let Some(source) = placement.source_row(row, self.rows) else {
                let width = crop.columns.len;
                pixels.extend(std::iter::repeat_n(scaling.apply(0.0), width));
                continue;
            };
            let line = plane.row(source);
            let (start, len) = (crop.columns.start, crop.columns.len);
            if placement.mirror {
                let end = self.columns - start;
                pixels.extend(line.slice(s![end - len..end]).iter().rev().map(value));
            } else {
                pixels.extend(line.slice(s![start..start + len]).iter().map(value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;
    use rsom_volume::{Grid, Spacing};

    use super::*;

    fn scan(shape: [usize; 3], channels: usize, value: impl Fn([usize; 4]) -> f32) -> Scan {
        let grid = Grid::new(shape, Spacing::RSOM).unwrap();
        let [x, y, z] = shape;
        let array = Array4::from_shape_fn((x, y, z, channels), |(x, y, z, c)| value([x, y, z, c]));
        let names = (0..channels).map(|c| format!("C{c}")).collect();
        Scan::new(grid, names, array).unwrap()
    }

    fn view(stack: &SliceStack, placement: Placement) -> View {
        View {
            crop: Crop::to_multiple(stack.rows(), stack.columns(), 2).unwrap(),
            placement,
            scaling: InputScaling {
                offset: 7.0,
                scale: 0.5,
            },
        }
    }

    #[test]
    fn a_batch_is_ordered_batch_channel_depth_x() {
        for fraction in [0.0, 0.25] {
            let value = |[x, y, z, c]: [usize; 4]| (x + 5 * y + 20 * z + 100 * c) as f32 + fraction;
            let stack = SliceStack::from_scan(&scan([4, 3, 6], 2, value)).unwrap();
            let batch = stack
                .batch(&[2, 0], &view(&stack, Placement::NONE))
                .unwrap();
            assert_eq!(batch.dims(), [2, 2, 6, 4]);
            let pixels: Vec<f32> = batch.flatten_all().unwrap().to_vec1().unwrap();
            let at = |b: usize, c: usize, z: usize, x: usize| pixels[((b * 2 + c) * 6 + z) * 4 + x];
            assert_eq!(at(0, 1, 5, 3), (value([3, 2, 5, 1]) - 7.0) * 0.5);
            assert_eq!(at(1, 0, 2, 1), (value([1, 0, 2, 0]) - 7.0) * 0.5);
        }
    }

    #[test]
    fn voxels_that_are_no_numbers_are_refused_and_counted() {
        let bad = scan([2, 2, 2], 1, |[x, ..]| if x == 0 { f32::NAN } else { 1.0 });
        let error = SliceStack::from_scan(&bad).unwrap_err();
        assert!(error.to_string().starts_with("4 "), "{error}");
    }

    #[test]
    fn a_mask_holds_ones_and_zeros() {
        let grid = Grid::new([2, 1, 2], Spacing::Unknown).unwrap();
        let voxels = Array3::from_shape_fn((2, 1, 2), |(x, _, z)| x == 1 && z == 0);
        let stack = SliceStack::from_mask(&Mask::new(grid, voxels).unwrap());
        let view = View {
            scaling: InputScaling::IDENTITY,
            ..view(&stack, Placement::NONE)
        };
        let batch = stack.batch(&[0], &view).unwrap();
        let pixels: Vec<f32> = batch.flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(pixels, [0.0, 1.0, 0.0, 0.0]);
    }

    proptest! {
        #[test]
        fn a_shift_moves_rows_down_and_fills_with_zero_intensity(shift in -9_i64..9, odd in 0_usize..2) {
            let rows = 6 + odd;
            let stack = SliceStack::from_scan(&scan([4, 1, rows], 1, |[x, _, z, _]| (x + 10 * z) as f32)).unwrap();
            let placement = Placement { shift_rows: shift, mirror: false };
            let batch = stack.batch(&[0], &view(&stack, placement)).unwrap();
            let pixels: Vec<f32> = batch.flatten_all().unwrap().to_vec1().unwrap();
            for z in 0..6 {
                for x in 0..4 {
                    let source = (z + odd) as i64 - shift;
                    let inside = (0..rows as i64).contains(&source);
                    let intensity = if inside { (x as i64 + 10 * source) as f32 } else { 0.0 };
                    prop_assert_eq!(pixels[z * 4 + x], (intensity - 7.0) * 0.5);
                }
            }
        }

        #[test]
        fn mirroring_an_even_slice_mirrors_its_batch(shift in -3_i64..3, seed in 0_usize..97) {
            let value = |[x, y, z, c]: [usize; 4]| ((x * 31 + y * 17 + z * 7 + c * 3 + seed) % 97) as f32;
            let stack = SliceStack::from_scan(&scan([8, 2, 6], 2, value)).unwrap();
            let batch = |mirror| {
                let view = view(&stack, Placement { shift_rows: shift, mirror });
                stack.batch(&[1, 0], &view).unwrap()
            };
            let flipped = batch(false).flip(&[3]).unwrap();
            let difference = (flipped - batch(true)).unwrap().abs().unwrap().sum_all().unwrap();
            prop_assert_eq!(difference.to_scalar::<f32>().unwrap(), 0.0);
        }
    }
}
