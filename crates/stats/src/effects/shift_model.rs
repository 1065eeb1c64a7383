//! Mean and variance of the signed-rank sum W+ when differences are normal with a shift.

use crate::tails::normal::lower_tail;

/// Step and ends of the trapezoidal rule for [`triple`]; the integrand is analytic and vanishes at both ends.
const STEP: f64 = 0.125;
const FIRST: i32 = -80;
const LAST: i32 = 200;

/// Mean and standard deviation of W+ over `n` independent differences from N(shift, 1), for shift ≤ 0. Larger shifts
/// follow by symmetry; in this half both numbers keep their digits when W+ is almost always 0.
///
/// With p₁ = P(d₁ > 0), p₂ = P(d₁ + d₂ > 0), p₃ = P(d₁ + d₂ > 0, d₁ + d₃ > 0): mean n·p₁ + n(n − 1)/2 · p₂, variance
/// n(n − 1)(n − 2)(p₃ − p₂²) + n(n − 1)/2 · (2(p₁ − p₂)² + 3p₂(1 − p₂)) + n·p₁(1 − p₁) (Lehmann 1975, Nonparametrics,
/// appendix, section 4).
pub(crate) fn mean_and_sd(n: f64, shift: f64) -> (f64, f64) {
    let p1 = lower_tail(shift);
    let p2 = lower_tail(std::f64::consts::SQRT_2 * shift);
    let p3 = triple(shift);
    let pairs = n * (n - 1.0) / 2.0;
    let variance = 2.0 * pairs * (n - 2.0) * (p3 - p2 * p2)
        + pairs * (2.0 * (p1 - p2) * (p1 - p2) + 3.0 * p2 * (1.0 - p2))
        + n * p1 * (1.0 - p1);
    (n * p1 + pairs * p2, variance.sqrt())
}

/// p₃ = ∫ φ(x) Φ(x + 2·shift)² dx.
fn triple(shift: f64) -> f64 {
    let term = |i: i32| {
        let x = f64::from(i) * STEP;
        let inner = lower_tail(x + 2.0 * shift);
        libm::exp(-x * x / 2.0) * inner * inner
    };
    let sum: f64 = (FIRST..=LAST).map(term).sum();
    sum * STEP / (2.0 * std::f64::consts::PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    // mean n(n + 1)/4, variance n(n + 1)(2n + 1)/24
    #[test]
    fn without_a_shift_the_moments_are_those_of_the_null_distribution() {
        for n in [1.0, 2.0, 5.0, 40.0] {
            let (mean, sd) = mean_and_sd(n, 0.0);
            assert!((mean - n * (n + 1.0) / 4.0).abs() < 1e-11, "{mean}");
            let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0;
            assert!((sd * sd / variance - 1.0).abs() < 1e-12, "{sd}");
        }
    }

    // R 4.2: integrate(function(x) dnorm(x) * pnorm(x + 2 * s)^2, -Inf, Inf, rel.tol = 1e-12) for s = -0.5, -1.5
    #[test]
    fn probabilities_of_three_differences_are_those_of_r() {
        assert!((triple(-0.5) / 0.113_202_167_965_033_2 - 1.0).abs() < 1e-10);
        assert!((triple(-1.5) / 0.002_690_331_486_518_303 - 1.0).abs() < 1e-10);
    }
}
