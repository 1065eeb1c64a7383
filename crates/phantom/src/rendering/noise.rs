//! Noise: electronic background, uneven gain, streaks.

use ndarray::{Array2, ArrayViewMut2};

use crate::Config;
use crate::random::streams::{Draw, Purpose, Streams};
use crate::rendering::blur::gaussian;

/// Relative standard deviation of the gain between columns and between B-scans.
const COLUMN_GAIN_SD: f64 = 0.06;
const SLICE_GAIN_SD: f64 = 0.05;
/// Mean of the background before negative values are clipped, in standard deviations.
const BACKGROUND_MEAN: f64 = 0.6;
/// Ranges of a streak's length in µm and intensity, and its standard deviation along depth in µm.
const STREAK_LENGTH_UM: [f64; 2] = [60.0, 500.0];
const STREAK_INTENSITY: [f64; 2] = [15.0, 70.0];
const STREAK_SIGMA_UM: f64 = 4.0;

/// Gain of every column of B-scan `slice`.
pub(crate) fn gain(config: &Config, slice: usize, streams: Streams) -> Vec<f64> {
    let mut draw = streams.open(Purpose::Gain, slice);
    let whole = 1.0 + SLICE_GAIN_SD * draw.normal();
    (0..config.shape[0])
        .map(|_| (whole * (1.0 + COLUMN_GAIN_SD * draw.normal())).max(0.2))
        .collect()
}

/// Background of B-scan `slice` in one channel, of shape (x, z), smoothed along depth by a Gaussian.
///
/// Its standard deviation is `config.noise`, independent of the smoothing.
pub(crate) fn background(
    config: &Config,
    slice: usize,
    channel: usize,
    sigma_vox: f64,
    streams: Streams,
) -> Array2<f32> {
    let [columns, slices, depth] = config.shape;
    let mut draw = streams.open(Purpose::Background, channel * slices + slice);
    let weights = gaussian(sigma_vox);
    let power: f32 = weights.iter().map(|w| w * w).sum();
    let scale = config.noise as f32 / power.sqrt();
    let mean = (BACKGROUND_MEAN * config.noise) as f32;
    let mut out = Array2::zeros((columns, depth));
    let mut white = vec![0.0_f32; depth + weights.len() - 1];
    for mut column in out.rows_mut() {
        white.fill_with(|| draw.normal() as f32);
        for (value, window) in column.iter_mut().zip(white.windows(weights.len())) {
            let smooth: f32 = window.iter().zip(&weights).map(|(v, w)| v * w).sum();
            *value = mean + scale * smooth;
        }
    }
    out
}

/// Adds the streaks of B-scan `slice` to an image of shape (x, z): horizontal lines that fade out at their ends.
///
/// Both channels see the same streaks.
pub(crate) fn add_streaks(
    image: &mut ArrayViewMut2<'_, f32>,
    config: &Config,
    slice: usize,
    streams: Streams,
) {
    let mut draw = streams.open(Purpose::Streaks, slice);
    for _ in 0..draw.count(config.streaks_per_b_scan) {
        add_streak(image, config, &mut draw);
    }
}

fn add_streak(image: &mut ArrayViewMut2<'_, f32>, config: &Config, draw: &mut Draw) {
    let [width, _, depth] = config.extent_um();
    let [dx, _, dz] = config.spacing_um();
    let center = [draw.uniform(0.0, width), draw.uniform(0.0, depth)];
    let length = draw.uniform(STREAK_LENGTH_UM[0], STREAK_LENGTH_UM[1]);
    let intensity = draw.uniform(STREAK_INTENSITY[0], STREAK_INTENSITY[1]);
    for ((x, z), value) in image.indexed_iter_mut() {
        let along = ((x as f64 + 0.5) * dx - center[0]) / (length / 2.0);
        let across = ((z as f64 + 0.5) * dz - center[1]) / STREAK_SIGMA_UM;
        if along.abs() < 1.0 && across.abs() < 4.0 {
            let fade = (1.0 - along * along) * libm::exp(-across * across / 2.0);
            *value += (intensity * fade) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::tests::small;

    #[test]
    fn the_background_has_the_sd_asked_for_whatever_its_smoothing() {
        let config = Config {
            noise: 12.0,
            ..small()
        };
        for sigma in [0.0, 1.0, 3.0] {
            let noise = background(&config, 0, 1, sigma, Streams::new(2));
            let count = noise.len() as f32;
            let mean = noise.sum() / count;
            let variance = noise.mapv(|v| (v - mean).powi(2)).sum() / count;
            assert!((variance.sqrt() - 12.0).abs() < 0.5, "{}", variance.sqrt());
        }
    }

    #[test]
    fn channels_and_b_scans_have_their_own_background() {
        let config = small();
        let first =
            |slice, channel| background(&config, slice, channel, 0.0, Streams::new(2))[[0, 0]];
        assert_ne!(first(0, 0), first(0, 1));
        assert_ne!(first(0, 0), first(1, 0));
    }
}
