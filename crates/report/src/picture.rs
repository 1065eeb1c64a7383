//! Pictures, and the conversion of intensities to pixels.

use ndarray::{Array2, ArrayView2};

use crate::Color;

/// A picture of `width` × `height` opaque pixels, row by row from the top left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Color>,
}

impl Picture {
    /// A picture of one color.
    #[must_use]
    pub fn filled(width: usize, height: usize, color: Color) -> Self {
        Self {
            width,
            height,
            pixels: vec![color; width * height],
        }
    }

    /// A picture whose pixel in column x and row y is `color(x, y)`.
    pub fn from_fn(
        width: usize,
        height: usize,
        mut color: impl FnMut(usize, usize) -> Color,
    ) -> Self {
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                pixels.push(color(x, y));
            }
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// All pixels, row by row.
    #[must_use]
    pub fn pixels(&self) -> &[Color] {
        &self.pixels
    }

    /// The pixel in column x and row y; panics outside the picture.
    #[must_use]
    pub fn pixel(&self, x: usize, y: usize) -> Color {
        self.pixels[y * self.width + x]
    }

    /// The pixel in column x and row y, for writing; panics outside the picture.
    pub fn pixel_mut(&mut self, x: usize, y: usize) -> &mut Color {
        &mut self.pixels[y * self.width + x]
    }

    /// Red, green and blue bytes of all pixels, row by row.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.pixels.iter().flat_map(|color| color.0).collect()
    }
}

/// A B-scan as a picture, x across and depth down, each channel stretched independently.
///
/// `channels` are slices of shape (x, z). One channel becomes gray; of two or more channels, the first is red, the
/// second green, the third blue.
#[must_use]
pub fn from_channels(channels: &[ArrayView2<'_, f32>]) -> Picture {
    let stretched: Vec<Array2<u8>> = channels.iter().map(|c| stretched(c.view())).collect();
    let Some(first) = stretched.first() else {
        return Picture::filled(0, 0, Color([0; 3]));
    };
    let (width, height) = first.dim();
    Picture::from_fn(width, height, |x, z| match stretched.as_slice() {
        [gray] => Color([gray[[x, z]]; 3]),
        several => Color(std::array::from_fn(|c| {
            several.get(c).map_or(0, |channel| channel[[x, z]])
        })),
    })
}

/// Intensities as 8-bit values: the 0.01 quantile becomes 0, the 0.995 quantile 255; values outside are clipped.
///
/// NaN and infinite values count as the lowest. A constant slice becomes 0.
fn stretched(slice: ArrayView2<'_, f32>) -> Array2<u8> {
    let mut finite: Vec<f32> = slice.iter().copied().filter(|v| v.is_finite()).collect();
    finite.sort_by(f32::total_cmp);
    let (low, high) = (quantile(&finite, 0.01), quantile(&finite, 0.995));
    // In a picture that is nearly all background, both quantiles are background.
    let high = if high > low {
        high
    } else {
        quantile(&finite, 1.0)
    };
    slice.mapv(|v| {
        let share = (v - low) / (high - low);
        if v.is_finite() && high > low {
            (share * 255.0).round().clamp(0.0, 255.0) as u8
        } else {
            0
        }
    })
}

fn quantile(sorted: &[f32], share: f64) -> f32 {
    let last = sorted.len().saturating_sub(1);
    let index = (share * last as f64).round() as usize;
    sorted.get(index).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_runs_across_and_depth_down() {
        let slice = Array2::from_shape_fn((3, 2), |(x, z)| (x + 10 * z) as f32);
        let picture = from_channels(&[slice.view()]);
        assert_eq!((picture.width(), picture.height()), (3, 2));
        assert_eq!(picture.pixel(0, 0), Color([0; 3]));
        assert_eq!(picture.pixel(2, 1), Color([255; 3]));
        assert!(picture.pixel(0, 1).0[0] > picture.pixel(2, 0).0[0]);
    }

    #[test]
    fn the_low_band_is_red_and_the_high_band_green() {
        let (low, high) = (
            Array2::from_shape_fn((2, 1), |(x, _)| x as f32),
            Array2::from_shape_fn((2, 1), |(x, _)| 1.0 - x as f32),
        );
        let picture = from_channels(&[low.view(), high.view()]);
        assert_eq!(picture.pixel(1, 0), Color([255, 0, 0]));
        assert_eq!(picture.pixel(0, 0), Color([0, 255, 0]));
    }

    #[test]
    fn constant_and_broken_intensities_are_black() {
        let constant = Array2::from_elem((2, 2), 7.0);
        assert_eq!(from_channels(&[constant.view()]).pixel(1, 1), Color([0; 3]));
        let mut broken = Array2::from_shape_fn((9, 9), |(x, z)| (x * z) as f32);
        broken[[0, 1]] = f32::NAN;
        broken[[1, 0]] = f32::INFINITY;
        let picture = from_channels(&[broken.view()]);
        assert_eq!(picture.pixel(0, 1), Color([0; 3]));
        assert_eq!(picture.pixel(1, 0), Color([0; 3]));
        assert_eq!(picture.pixel(8, 8), Color([255; 3]));
    }

    #[test]
    fn a_few_bright_voxels_on_nothing_are_seen() {
        let mut sparse = Array2::zeros((50, 50));
        sparse[[3, 4]] = 2.0;
        assert_eq!(from_channels(&[sparse.view()]).pixel(3, 4), Color([255; 3]));
    }
}
