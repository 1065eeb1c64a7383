//! A point spread function that widens with the distance from the focus.

use ndarray::{Array1, Array2, Array3, Axis, Zip, s};
use rayon::prelude::*;

use crate::rendering::blur::{blur, gaussian};

/// Blurs along x and y by Gaussians of `lateral_vox[a]` · `widening[z]` voxels at depth z, and along z by `axial_vox`;
/// beyond the ends the outermost voxel is repeated.
pub(crate) fn blur_by_depth(
    mut image: Array3<f32>,
    lateral_vox: [f64; 2],
    axial_vox: f64,
    widening: &[f64],
) -> Array3<f32> {
    let same = widening.windows(2).all(|pair| pair[0] == pair[1]);
    if let Some(widening) = widening.first().filter(|_| same) {
        let [x, y] = lateral_vox.map(|sigma| sigma * widening);
        return blur(image, [x, y, axial_vox]);
    }
    for (axis, sigma) in lateral_vox.into_iter().enumerate() {
        let weights: Vec<Vec<f32>> = widening.iter().map(|w| gaussian(w * sigma)).collect();
        image = along(&image, axis, &weights);
    }
    blur(image, [0.0, 0.0, axial_vox])
}

/// Blurs along one axis, with separate weights for each depth.
fn along(image: &Array3<f32>, axis: usize, weights: &[Vec<f32>]) -> Array3<f32> {
    let radius = weights.iter().map(|w| w.len() / 2).max().unwrap_or(0);
    // Row k has the weights of the voxel at offset k − radius, for every depth.
    let mut table = Array2::<f32>::zeros((2 * radius + 1, weights.len()));
    for (z, weights) in weights.iter().enumerate() {
        let first = radius - weights.len() / 2;
        let column = Array1::from(weights.clone());
        table
            .slice_mut(s![first..first + weights.len(), z])
            .assign(&column);
    }
    let planes = image.shape()[axis];
    let mut out = Array3::zeros(image.raw_dim());
    out.axis_iter_mut(Axis(axis))
        .into_par_iter()
        .enumerate()
        .for_each(|(i, mut new)| {
            for (k, weights) in table.rows().into_iter().enumerate() {
                let from = (i + k).saturating_sub(radius).min(planes - 1);
                let old = image.index_axis(Axis(axis), from);
                for (new, old) in new.rows_mut().into_iter().zip(old.rows()) {
                    Zip::from(new)
                        .and(old)
                        .and(weights)
                        .for_each(|new, old, weight| *new += weight * old);
                }
            }
        });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_every_depth_the_blur_is_that_of_its_width() {
        let mut points = Array3::zeros((21, 21, 3));
        points.slice_mut(s![10, 10, ..]).fill(1.0);
        let widening = [1.0, 1.5, 2.0];
        let image = blur_by_depth(points.clone(), [1.2, 0.7], 0.0, &widening);
        for (z, factor) in widening.into_iter().enumerate() {
            let alone = blur(points.clone(), [1.2 * factor, 0.7 * factor, 0.0]);
            let difference = &image.slice(s![.., .., z]) - &alone.slice(s![.., .., z]);
            assert!(difference.iter().all(|d| d.abs() < 1e-6));
        }
    }

    #[test]
    fn without_widening_it_is_the_plain_blur() {
        let image = Array3::from_shape_fn((9, 8, 7), |(x, y, z)| {
            ((x * 31 + y * 17 + z * 7) % 11) as f32
        });
        let plain = blur(image.clone(), [1.0, 2.0, 0.8]);
        assert_eq!(blur_by_depth(image, [1.0, 2.0], 0.8, &[1.0; 7]), plain);
    }
}
