//! The standard normal distribution.

use std::f64::consts::SQRT_2;

/// P(Z ≤ z), with all digits in the lower tail too.
pub(crate) fn lower_tail(z: f64) -> f64 {
    libm::erfc(-z / SQRT_2) / 2.0
}

/// P(Z ≥ z), with all digits in the upper tail too.
pub(crate) fn upper_tail(z: f64) -> f64 {
    lower_tail(-z)
}

/// The z with P(Z ≤ z) = `probability`, which lies in (0, 1).
///
/// Starts at the rational approximation 26.2.23 of Abramowitz & Stegun, whose error is 4.5e-4, and improves it by
/// Halley's method, which triples the number of digits in each step.
pub(crate) fn quantile(probability: f64) -> f64 {
    if probability > 0.5 {
        return -lower_quantile(1.0 - probability);
    }
    lower_quantile(probability)
}

fn lower_quantile(probability: f64) -> f64 {
    if probability <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let t = (-2.0 * libm::log(probability)).sqrt();
    let numerator = 2.515517 + t * (0.802853 + t * 0.010328);
    let denominator = 1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308));
    let mut z = numerator / denominator - t;
    for _ in 0..4 {
        // The error of z in units of the density; the second derivative of the distribution function is −z times it.
        let density = libm::exp(-z * z / 2.0) / (2.0 * std::f64::consts::PI).sqrt();
        let step = (lower_tail(z) - probability) / density;
        z -= step / (1.0 + z * step / 2.0);
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: print(c(pnorm(-1), pnorm(-37)), digits = 16)
    #[test]
    fn tails_are_those_of_r() {
        assert!((lower_tail(-1.0) - 0.158_655_253_931_457).abs() < 1e-16);
        assert!((upper_tail(37.0) / 5.725_571_222_524_577e-300 - 1.0).abs() < 1e-11);
        assert_eq!(lower_tail(0.0), 0.5);
    }

    // R 4.2: print(qnorm(c(0.975, 0.05, 1e-10, 1e-300)), digits = 16)
    #[test]
    fn quantiles_are_those_of_r() {
        let values = [
            (0.975, 1.959_963_984_540_054),
            (0.05, -1.644_853_626_951_473),
            (1e-10, -6.361_340_902_404_056),
            (1e-300, -37.047_096_299_361_2),
        ];
        for (p, z) in values {
            assert!((quantile(p) / z - 1.0f64).abs() < 1e-14, "{p}");
        }
        assert!(quantile(0.5).abs() < 1e-15);
    }
}
