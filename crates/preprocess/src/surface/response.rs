//! Contrast of a boundary at every position of a B-scan.

use ndarray::{Array1, Array2, Axis};

use super::path::gaussian;
use super::settings::{Detection, Feature};

/// Contrast of shape (x, z), in units of its own standard deviation; −∞ where less than half of a band lies in the
/// image. `None` when the contrast is constant.
pub(super) fn contrast(image: &Array2<f64>, detection: &Detection) -> Option<Array2<f64>> {
    let smooth = smooth_columns(image, detection.image_sigma_columns);
    let band = detection.scale_vox as isize;
    let mut out = Array2::from_elem(image.dim(), f64::NEG_INFINITY);
    for (column, mut contrast) in smooth.axis_iter(Axis(0)).zip(out.axis_iter_mut(Axis(0))) {
        let column = column.to_vec();
        for (z, value) in contrast.iter_mut().enumerate() {
            if let Some(response) = response(&column, z as isize, band, detection.feature) {
                *value = response;
            }
        }
    }
    let sd = finite_sd(&out);
    // Rounding causes differences of this order in a constant image.
    let largest = image.iter().fold(0.0_f64, |a, v| a.max(v.abs()));
    if sd <= 1e-12 * largest || sd == 0.0 {
        return None;
    }
    out.mapv_inplace(|v| v / sd);
    Some(out)
}

/// Contrast at depth `z` of one column; `None` when less than half of a band lies in the image.
fn response(column: &[f64], z: isize, band: isize, feature: Feature) -> Option<f64> {
    let mean = |start: isize| {
        let inside = |depth: isize| depth.clamp(0, column.len() as isize) as usize;
        let values = &column[inside(start)..inside(start + band)];
        let enough = 2 * values.len() >= band as usize;
        enough.then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    match feature {
        Feature::Rise => Some(mean(z)? - mean(z - band)?),
        Feature::Fall => Some(mean(z - band)? - mean(z)?),
        Feature::Ridge => {
            let start = z - band / 2;
            let neighbors = mean(start - band)? + mean(start + band)?;
            Some(mean(start)? - neighbors / 2.0)
        }
    }
}

fn smooth_columns(image: &Array2<f64>, sigma: f64) -> Array2<f64> {
    let kernel = gaussian(sigma);
    let radius = kernel.len() as isize / 2;
    let last = image.dim().0 as isize - 1;
    let mut out = Array2::zeros(image.dim());
    for (x, mut column) in out.axis_iter_mut(Axis(0)).enumerate() {
        let mut sum = Array1::zeros(image.dim().1);
        for (k, weight) in kernel.iter().enumerate() {
            // Beyond the image, the outermost column is repeated.
            let from = (x as isize + k as isize - radius).clamp(0, last) as usize;
            sum.scaled_add(*weight, &image.index_axis(Axis(0), from));
        }
        column.assign(&sum);
    }
    out
}

fn finite_sd(values: &Array2<f64>) -> f64 {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let count = finite.len().max(1) as f64;
    let mean = finite.iter().sum::<f64>() / count;
    (finite.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt()
}
