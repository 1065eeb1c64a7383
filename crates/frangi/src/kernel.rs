//! Sampled Gaussians and their derivatives along one axis.

use rsom_volume::gaussian_samples;

/// Half width of a filter in standard deviations.
const TRUNCATE: f64 = 4.0;
/// Below this, a sampled Gaussian equals central differences up to 1e-21, and would soon underflow.
const SMALLEST_VOX: f64 = 0.1;

/// A Gaussian and its first and second derivatives as symmetric or antisymmetric filters. Only one half is stored: tap
/// j ≥ 0 applies to the voxels at distance j on both sides.
///
/// The samples are corrected so that their sums equal the integrals: a constant keeps its value and has derivative 0, x
/// has the derivative 1, x² the second derivative 2. Derivative k is then multiplied by σᵏ (γ-normalized with γ = 1,
/// Lindeberg 1998), where σ is the standard deviation in voxels.
///
/// scipy's `gaussian_filter(order=k)` uses the same samples but corrects only the smoothing filter.
#[derive(Debug, Clone)]
pub(crate) struct Kernel {
    /// Smoothing: even.
    pub smooth: Vec<f32>,
    /// First derivative: odd; tap j applies to the voxel at +j.
    pub slope: Vec<f32>,
    /// Second derivative: even.
    pub bend: Vec<f32>,
}

impl Kernel {
    /// The filters of a Gaussian of `sigma_vox` voxels, with a radius of ⌈4 σ⌉ voxels.
    pub(crate) fn new(sigma_vox: f64) -> Self {
        let sigma = sigma_vox.max(SMALLEST_VOX);
        let radius = (TRUNCATE * sigma).ceil() as usize;
        let places = || (0..=radius).map(|j| j as f64);
        let gauss = gaussian_samples(sigma, radius);
        let both_sides = |taps: &[f64]| taps[0] + 2.0 * taps[1..].iter().sum::<f64>();
        let moment = |taps: &[f64], power: i32| {
            let terms = places().zip(taps).map(|(j, tap)| tap * j.powi(power));
            2.0 * terms.sum::<f64>()
        };

        let total = both_sides(&gauss);
        let smooth: Vec<f64> = gauss.iter().map(|g| g / total).collect();
        let slope: Vec<f64> = places().zip(&smooth).map(|(j, g)| j * g).collect();
        let slope_of_x = moment(&slope, 1);
        let bend: Vec<f64> = places()
            .zip(&smooth)
            .map(|(j, g)| (j * j / (sigma * sigma) - 1.0) * g)
            .collect();
        let excess = both_sides(&bend);
        let mut bend: Vec<f64> = bend
            .iter()
            .zip(&smooth)
            .map(|(b, g)| b - excess * g)
            .collect();
        // This holds already up to rounding, but rounding is all that is left of the derivative of a narrow Gaussian.
        bend[0] = -2.0 * bend[1..].iter().sum::<f64>();
        let bend_of_square = moment(&bend, 2) / 2.0;
        let scaled =
            |taps: Vec<f64>, factor: f64| taps.iter().map(|t| (t * factor) as f32).collect();
        Self {
            smooth: scaled(smooth, 1.0),
            slope: scaled(slope, sigma_vox / slope_of_x),
            bend: scaled(bend, sigma_vox * sigma_vox / bend_of_square),
        }
    }

    /// Radius of the filters in voxels.
    pub(crate) fn radius(&self) -> usize {
        self.smooth.len() - 1
    }
}

/// Applies an even filter: out = tap₀·row(0) + Σ tapⱼ·(row(j) + row(−j)), where `row(j)` is the input shifted by j
/// voxels.
pub(crate) fn even<'a>(taps: &[f32], row: impl Fn(isize) -> &'a [f32], out: &mut [f32]) {
    for (out, center) in out.iter_mut().zip(row(0)) {
        *out = taps[0] * center;
    }
    for (j, tap) in (1..).zip(&taps[1..]) {
        for ((out, behind), before) in out.iter_mut().zip(row(j)).zip(row(-j)) {
            *out += tap * (behind + before);
        }
    }
}

/// Applies an odd filter: out = Σ tapⱼ·(row(j) − row(−j)).
pub(crate) fn odd<'a>(taps: &[f32], row: impl Fn(isize) -> &'a [f32], out: &mut [f32]) {
    out.fill(0.0);
    for (j, tap) in (1..).zip(&taps[1..]) {
        for ((out, behind), before) in out.iter_mut().zip(row(j)).zip(row(-j)) {
            *out += tap * (behind - before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_exact_for_polynomials_of_second_degree() {
        for sigma in [0.01, 0.3, 0.7, 1.0, 2.5, 8.0] {
            let kernel = Kernel::new(sigma);
            let radius = kernel.radius() as isize;
            // f(x) = 3 − 2x + 5x², at x = 0: f' = −2, f'' = 10.
            let values: Vec<f32> = (-radius..=radius)
                .map(|x| (3 - 2 * x + 5 * x * x) as f32)
                .collect();
            let row = |j: isize| {
                let place = (radius + j) as usize;
                &values[place..=place]
            };
            let (mut slope, mut bend) = ([0.0], [0.0]);
            odd(&kernel.slope, row, &mut slope);
            even(&kernel.bend, row, &mut bend);
            let (slope, bend) = (f64::from(slope[0]), f64::from(bend[0]));
            let largest = f64::from(values[0]);
            let close = |a: f64, b: f64| (a - b).abs() < 1e-6 * (largest + b.abs());
            assert!(close(slope, -2.0 * sigma), "{sigma}: {slope}");
            assert!(close(bend, 10.0 * sigma * sigma), "{sigma}: {bend}");
        }
    }

    #[test]
    fn smoothing_has_unit_sum_and_nearly_the_variance_of_its_gaussian() {
        let kernel = Kernel::new(3.0);
        let taps: Vec<f64> = kernel.smooth.iter().map(|t| f64::from(*t)).collect();
        let sum = taps[0] + 2.0 * taps[1..].iter().sum::<f64>();
        let variance: f64 = (0..taps.len())
            .map(|j| 2.0 * taps[j] * (j * j) as f64)
            .sum();
        assert!((sum - 1.0).abs() < 1e-6);
        // Cutting at 4 σ loses a thousandth of the variance.
        assert!((variance / 9.0 - 1.0).abs() < 2e-3, "{variance}");
    }
}
