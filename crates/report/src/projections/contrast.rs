//! Converts the maxima of the channels to the colors of a projection.

use ndarray::Array2;

use crate::{Color, Picture};

/// Quantiles of the 8-bit values that become 0 and 255.
const QUANTILES: [f64; 2] = [0.8, 0.9925];

/// A projection in colors.
#[derive(Debug, Clone, PartialEq)]
pub struct ColorProjection {
    /// The picture, one pixel per value.
    pub picture: Picture,
    /// Factor that multiplied the second channel, if there is one.
    pub factor: Option<f64>,
}

/// Colors for the maxima of one or two channels, each of shape (across, down); further channels are ignored.
///
/// One channel is gray. Of two channels, the first (LF) is red and the second (HF) green, multiplied by alpha = max(0,
/// Σ LF·HF / Σ HF²), which minimizes Σ (LF − alpha·HF)²; alpha is 0 where HF is 0 everywhere. Then, in double
/// precision:
///
/// 1. Negative values, and those that are not finite, become 0.
/// 2. v = trunc((v − lowest) / (highest − lowest) · 255), over all channels.
/// 3. v = trunc((v − q₁) / (q₂ − q₁) · 255), cut to 0 … 255, where q₁ and q₂ are the 0.8 and the 0.9925 quantile (linear between
///    ranks) of the values of all pixels in red, green and blue, the last being empty. So at least 0.8 of all values are black, 0.7 of the
///    red and green ones.
///
/// This is the recipe of Gerl et al.'s pictures, which apply scikit-image's `rescale_intensity` to the RGB array. Where
/// the highest value equals the lowest, step 2 only clips to 0 … 255. Where q₁ = q₂, which happens when fewer than one
/// value in 133 differs from the background, step 3 is skipped: scikit-image would make such a picture one color.
#[must_use]
pub fn colored(channels: &[Array2<f32>]) -> ColorProjection {
    let Some(first) = channels.first() else {
        return ColorProjection {
            picture: Picture::filled(0, 0, Color([0; 3])),
            factor: None,
        };
    };
    let (width, height) = first.dim();
    let factor = channels.get(1).map(|second| factor(first, second));
    let lf = cut(first, 1.0);
    let planes = match (channels.get(1), factor) {
        (Some(second), Some(factor)) => [lf, cut(second, factor), Array2::zeros((width, height))],
        _ => [lf.clone(), lf.clone(), lf],
    };
    let bytes = to_bytes(&planes);
    let table = stretch(&bytes);
    let picture = Picture::from_fn(width, height, |x, y| {
        Color(bytes.each_ref().map(|b| table[usize::from(b[[x, y]])]))
    });
    ColorProjection { picture, factor }
}

/// The alpha ≥ 0 that minimizes Σ (first − alpha·second)².
fn factor(first: &Array2<f32>, second: &Array2<f32>) -> f64 {
    let (mut products, mut squares) = (0.0, 0.0);
    for (a, b) in first.iter().zip(second) {
        if a.is_finite() && b.is_finite() {
            products += f64::from(*a) * f64::from(*b);
            squares += f64::from(*b) * f64::from(*b);
        }
    }
    if squares > 0.0 {
        (products / squares).max(0.0)
    } else {
        0.0
    }
}

fn cut(plane: &Array2<f32>, factor: f64) -> Array2<f64> {
    plane.mapv(|v| {
        if v.is_finite() {
            (factor * f64::from(v)).max(0.0)
        } else {
            0.0
        }
    })
}

fn to_bytes(planes: &[Array2<f64>; 3]) -> [Array2<u8>; 3] {
    let values = || planes.iter().flatten().copied();
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(0.0, f64::max);
    let byte = |v: &f64| {
        if high > low {
            ((v - low) / (high - low) * 255.0) as u8
        } else {
            v.clamp(0.0, 255.0) as u8
        }
    };
    planes.each_ref().map(|plane| plane.map(byte))
}

/// Lookup table of the stretch between the quantiles, for each 8-bit value.
fn stretch(planes: &[Array2<u8>; 3]) -> Vec<u8> {
    let mut counts = [0_usize; 256];
    for value in planes.iter().flatten() {
        counts[usize::from(*value)] += 1;
    }
    let [low, high] = QUANTILES.map(|share| quantile(&counts, share));
    let stretched = |value: u8| {
        if high > low {
            ((f64::from(value).clamp(low, high) - low) / (high - low) * 255.0) as u8
        } else {
            value
        }
    };
    (0..=255).map(stretched).collect()
}

/// A quantile of a histogram, linear between ranks, rounded as in numpy.
fn quantile(counts: &[usize; 256], share: f64) -> f64 {
    let total: usize = counts.iter().sum();
    let rank = total.saturating_sub(1) as f64 * share;
    let part = rank - rank.floor();
    let below = rank.floor() as usize;
    let (low, high) = (ranked(counts, below), ranked(counts, below + 1));
    if part < 0.5 {
        low + (high - low) * part
    } else {
        high - (high - low) * (1.0 - part)
    }
}

/// The value at a rank, or the last value.
fn ranked(counts: &[usize; 256], rank: usize) -> f64 {
    let mut seen = 0;
    let mut last = 0;
    for (value, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        seen += count;
        last = value;
        if rank < seen {
            break;
        }
    }
    last as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(x: usize, y: usize, z: usize, modulus: usize) -> Array2<f32> {
        Array2::from_shape_fn((5, 4), |(i, j)| ((i * x + j * y + z) % modulus) as f32)
    }

    fn rows(picture: &Picture, channel: usize) -> Vec<Vec<u8>> {
        let row = |x: usize| (0..4).map(|y| picture.pixel(x, y).0[channel]).collect();
        (0..5).map(row).collect()
    }

    #[test]
    fn colors_are_those_of_scikit_image() {
        let (lf, hf) = (pattern(37, 53, 0, 101), pattern(29, 71, 11, 97));
        let found = colored(&[lf, hf]);
        // numpy 2.4: alpha; scikit-image 0.26: rescale_intensity(rgb, out_range=np.uint8), then with in_range =
        // np.quantile(…, (0.8, 0.9925)) = (138.2, 249.2475).
        assert!((found.factor.unwrap() - 0.751_394_757_540_836_6).abs() < 1e-15);
        let red = [
            [0, 0, 0, 20],
            [0, 208, 0, 238],
            [114, 0, 144, 0],
            [0, 50, 0, 79],
            [0, 255, 0, 0],
        ];
        let green = [
            [0, 43, 0, 0],
            [0, 0, 54, 0],
            [0, 0, 0, 68],
            [0, 0, 0, 0],
            [0, 0, 11, 0],
        ];
        assert_eq!(rows(&found.picture, 0), red);
        assert_eq!(rows(&found.picture, 1), green);
        assert_eq!(rows(&found.picture, 2), [[0; 4]; 5]);
    }

    #[test]
    fn negative_values_are_cut_after_they_took_part_in_alpha() {
        let (lf, hf) = (pattern(37, 53, 0, 101) - 30.0, pattern(29, 71, 11, 97));
        let found = colored(&[lf, hf]);
        // numpy and scikit-image as above: alpha 0.262 452 …, quantiles 78.4 and 246.5925.
        assert!((found.factor.unwrap() - 0.262_452_212_405_568_04).abs() < 1e-15);
        let red = [
            [0, 6, 0, 35],
            [0, 211, 0, 238],
            [123, 0, 151, 0],
            [0, 63, 0, 90],
            [0, 255, 2, 0],
        ];
        assert_eq!(rows(&found.picture, 0), red);
        assert_eq!(rows(&found.picture, 1)[1], [0, 0, 3, 0]);
    }

    #[test]
    fn one_channel_is_gray() {
        let found = colored(&[pattern(37, 53, 0, 101)]);
        // scikit-image 0.26, the channel three times: quantiles 190.6 and 255.
        let gray = [
            [0, 0, 0, 0],
            [0, 152, 0, 203],
            [0, 0, 41, 0],
            [0, 0, 0, 0],
            [0, 255, 0, 0],
        ];
        assert_eq!(found.factor, None);
        for channel in 0..3 {
            assert_eq!(rows(&found.picture, channel), gray);
        }
    }

    #[test]
    fn alpha_of_proportional_channels_is_their_ratio() {
        let hf = pattern(29, 71, 11, 97);
        let found = colored(&[&hf * 3.0, hf]);
        assert_eq!(found.factor, Some(3.0));
        assert_eq!(rows(&found.picture, 0), rows(&found.picture, 1));
    }

    #[test]
    fn a_second_channel_without_anything_in_common_is_left_out() {
        let lf = pattern(37, 53, 0, 101);
        for hf in [Array2::zeros((5, 4)), lf.mapv(|v| -v)] {
            let found = colored(&[lf.clone(), hf]);
            assert_eq!(found.factor, Some(0.0));
            assert_eq!(rows(&found.picture, 1), [[0; 4]; 5]);
            assert_eq!(found.picture.pixel(4, 1).0[0], 255);
        }
    }

    #[test]
    fn a_few_bright_pixels_on_nothing_are_seen() {
        let mut lf = Array2::zeros((50, 40));
        lf[[3, 4]] = 2.0;
        let found = colored(&[lf, Array2::zeros((50, 40))]);
        assert_eq!(found.picture.pixel(3, 4), Color([255, 0, 0]));
        assert_eq!(found.picture.pixel(4, 4), Color([0; 3]));
    }

    #[test]
    fn constant_and_broken_values_make_a_picture() {
        let constant = Array2::from_elem((5, 4), 7.0);
        let found = colored(&[constant.clone(), constant.clone()]);
        assert_eq!(found.picture.pixel(2, 2), Color([255, 255, 0]));
        assert_eq!(colored(&[constant]).picture.pixel(2, 2), Color([7; 3]));
        let black = colored(&[Array2::zeros((5, 4)), Array2::zeros((5, 4))]);
        assert_eq!(black.picture, Picture::filled(5, 4, Color([0; 3])));
        let broken = Array2::from_elem((5, 4), f32::NEG_INFINITY);
        let found = colored(&[broken.clone(), broken]);
        assert_eq!(found.picture, Picture::filled(5, 4, Color([0; 3])));
        assert_eq!(colored(&[]).picture.width(), 0);
    }
}
