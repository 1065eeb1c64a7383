//! The point spread function of the scanner.

use ndarray::{Array3, Axis, Zip};
use rayon::prelude::*;
use rsom_volume::gaussian_weights;

/// Blurs along x, y and z by Gaussians of the given standard deviations in voxels; beyond the ends the outermost voxel
/// is repeated.
pub(crate) fn blur(mut image: Array3<f32>, sigma_vox: [f64; 3]) -> Array3<f32> {
    for (axis, sigma) in sigma_vox.into_iter().enumerate() {
        let weights = gaussian(sigma);
        if weights.len() > 1 {
            image = along(&image, axis, &weights);
        }
    }
    image
}

/// Gaussian weights up to three standard deviations, with sum one.
pub(crate) fn gaussian(sigma: f64) -> Vec<f32> {
    let radius = (3.0 * sigma).ceil().min(1e4) as usize;
    let weights = gaussian_weights(sigma, radius);
    weights.into_iter().map(|w| w as f32).collect()
}

fn along(image: &Array3<f32>, axis: usize, weights: &[f32]) -> Array3<f32> {
    let mut out = Array3::zeros(image.raw_dim());
    if axis == 2 {
        Zip::from(out.lanes_mut(Axis(2)))
            .and(image.lanes(Axis(2)))
            .par_for_each(|mut new, old| {
                for (i, value) in new.iter_mut().enumerate() {
                    let taps = weights.iter().enumerate();
                    *value = taps
                        .map(|(k, w)| w * old[tap(i, k, weights, old.len())])
                        .sum();
                }
            });
        return out;
    }
    // Whole planes at a time, for sequential memory access.
    let planes = image.shape()[axis];
    out.axis_iter_mut(Axis(axis))
        .into_par_iter()
        .enumerate()
        .for_each(|(i, mut new)| {
            for (k, weight) in weights.iter().enumerate() {
                let old = image.index_axis(Axis(axis), tap(i, k, weights, planes));
                new.scaled_add(*weight, &old);
            }
        });
    out
}

fn tap(i: usize, k: usize, weights: &[f32], extent: usize) -> usize {
    (i + k).saturating_sub(weights.len() / 2).min(extent - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_becomes_a_gaussian_with_its_sum_and_variance() {
        let mut point = Array3::zeros((31, 31, 31));
        point[[15, 15, 15]] = 1.0;
        let image = blur(point, [1.5, 0.0, 3.0]);
        let moment = |axis: usize, power: i32| -> f64 {
            let terms = image.indexed_iter().map(|(place, v)| {
                let place = [place.0, place.1, place.2][axis] as f64 - 15.0;
                f64::from(*v) * place.powi(power)
            });
            terms.sum()
        };
        assert!((moment(0, 0) - 1.0).abs() < 1e-5);
        // Cut at three standard deviations, a Gaussian keeps 97 % of its variance.
        for (axis, sigma) in [(0, 1.5_f64), (1, 0.0), (2, 3.0)] {
            assert!((moment(axis, 2) - sigma * sigma).abs() < 0.04 * sigma * sigma + 1e-9);
        }
    }

    #[test]
    fn a_constant_image_stays_constant() {
        let image = blur(Array3::from_elem((5, 4, 6), 2.0), [2.0, 1.0, 3.0]);
        assert!(image.iter().all(|v| (v - 2.0).abs() < 1e-5));
    }
}
