//! Intensities as 8-bit values.

use ndarray::{Array3, ArrayView3};

/// The most values of which quantiles are computed.
const MOST_VALUES: usize = 1 << 20;

/// Intensities as 8-bit values: the 0.01 quantile of the volume becomes 0, the 0.998 quantile 255, values outside are clipped.
///
/// Quantiles are of at most a million voxels, evenly spaced in memory. NaN and infinite values become 0, and so does a constant volume.
pub(crate) fn gray(volume: ArrayView3<'_, f32>) -> Array3<u8> {
    let (low, high) = window(volume);
    volume.mapv(|value| {
        let share = (value - low) / (high - low);
        match value.is_finite() && high > low {
            true => (share * 255.0).round().clamp(0.0, 255.0) as u8,
            false => 0,
        }
    })
}

fn window(volume: ArrayView3<'_, f32>) -> (f32, f32) {
    let step = volume.len().div_ceil(MOST_VALUES).max(1);
    let finite = volume.iter().step_by(step).copied();
    let mut finite: Vec<f32> = finite.filter(|value| value.is_finite()).collect();
    if finite.is_empty() {
        return (0.0, 0.0);
    }
    finite.sort_unstable_by(f32::total_cmp);
    let last = finite.len() - 1;
    let quantile = |share: f64| finite[(share * last as f64).round() as usize];
    let (low, high) = (quantile(0.01), quantile(0.998));
    // In a volume that is nearly all background, both quantiles are background.
    (low, if high > low { high } else { finite[last] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_become_black_and_white() {
        let volume = Array3::from_shape_fn((10, 10, 10), |(x, y, z)| (100 * x + 10 * y + z) as f32);
        let found = gray(volume.view());
        // numpy: clip(round((v - 10) / (997 - 10) * 255), 0, 255) for 10, 500 and 997.
        assert_eq!(
            [found[[0, 1, 0]], found[[5, 0, 0]], found[[9, 9, 7]]],
            [0, 127, 255]
        );
        assert_eq!([found[[0, 0, 0]], found[[9, 9, 9]]], [0, 255]);
    }

    #[test]
    fn what_has_no_contrast_is_black() {
        let constant = Array3::from_elem((2, 2, 2), 7.0);
        assert!(gray(constant.view()).iter().all(|value| *value == 0));
        let broken = Array3::from_elem((2, 2, 2), f32::NAN);
        assert!(gray(broken.view()).iter().all(|value| *value == 0));
        let empty = Array3::<f32>::zeros((0, 2, 2));
        assert!(gray(empty.view()).is_empty());
    }

    #[test]
    fn a_few_bright_voxels_on_nothing_are_seen() {
        let mut sparse = Array3::zeros((20, 20, 20));
        sparse[[3, 4, 5]] = 2.0;
        assert_eq!(gray(sparse.view())[[3, 4, 5]], 255);
    }
}
