//! Samples and weights of a Gaussian.

/// Samples exp(−j² / 2σ²) of a Gaussian at the distances j = 0, 1, …, `radius`, not normalized.
///
/// `sigma` is the standard deviation in samples. The sample at distance 0 is 1 for every `sigma`, including 0.
#[must_use]
pub fn gaussian_samples(sigma: f64, radius: usize) -> Vec<f64> {
    (0..=radius)
        .map(|j| match j {
            0 => 1.0,
            _ => libm::exp(-0.5 * (j as f64 / sigma).powi(2)),
        })
        .collect()
}

/// Weights of a Gaussian at the distances −`radius`, …, `radius`, with sum one: [`gaussian_samples`] divided by their
/// sum, which is added from one end to the other.
///
/// The caller chooses the truncation; scipy's filters use a radius of ⌊4σ + ½⌋.
#[must_use]
pub fn gaussian_weights(sigma: f64, radius: usize) -> Vec<f64> {
    let half = gaussian_samples(sigma, radius);
    let before = half.iter().skip(1).rev();
    let weights: Vec<f64> = before.chain(&half).copied().collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|w| w / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_the_gaussian_over_its_sum() {
        // exp(−j² / 4.5) by hand, σ being 1.5.
        let exponents = [0.0, 1.0, 4.0, 9.0].map(|squared: f64| (-squared / 4.5).exp());
        let sum = exponents[0] + 2.0 * exponents[1..].iter().sum::<f64>();
        let found = gaussian_weights(1.5, 3);
        for (place, weight) in found.iter().enumerate() {
            let expected = exponents[place.abs_diff(3)] / sum;
            assert!((weight - expected).abs() < 1e-15, "{found:?}");
        }
    }

    #[test]
    fn weights_are_symmetric_and_sum_to_one() {
        for (sigma, radius) in [(0.3, 1), (2.0, 6), (7.0, 28)] {
            let weights = gaussian_weights(sigma, radius);
            assert_eq!(weights.len(), 2 * radius + 1);
            assert!(weights.iter().eq(weights.iter().rev()));
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn a_gaussian_of_no_width_is_a_single_one() {
        assert_eq!(gaussian_weights(0.0, 0), [1.0]);
    }
}
