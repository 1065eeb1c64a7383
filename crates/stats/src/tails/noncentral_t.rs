//! The noncentral t distribution.

use super::normal;
use crate::crossing::crossing;

/// Smallest weight of the integral, as a logarithm relative to the largest.
const LN_SMALLEST: f64 = -45.0;

/// P(T ≤ t) of (Z + `shift`) / √(X/ν), with Z standard normal and X χ² with ν = `df` ≥ 1 degrees of freedom.
///
/// With S = √(X/ν): P = E[Φ(t·S − shift)]. The substitution S = e^u gives weights exp(ν·u − ν·e^{2u}/2), which decrease
/// so fast on both sides that the trapezoidal rule has nearly the precision of f64. Absolute error about 1e-14 for any
/// shift; R's `pt` refuses shifts above 37.62.
pub(crate) fn lower_tail(t: f64, df: f64, shift: f64) -> f64 {
    // Fine enough for the weights, whose width is 1/√(2ν), and for Φ, whose width in u is about 1/|t|.
    let step = 0.15 / (1.0 + (2.0 * df).sqrt() + t.abs());
    let ln_weight = |u: f64| df * (u - libm::expm1(2.0 * u) / 2.0);
    let (mut total, mut inside) = (0.0, 0.0);
    for direction in [-1.0, 1.0] {
        // The point 0 belongs to the negative side.
        let mut index = if direction < 0.0 { 0.0 } else { 1.0 };
        loop {
            let u = direction * index * step;
            let ln = ln_weight(u);
            if ln < LN_SMALLEST {
                break;
            }
            let weight = libm::exp(ln);
            total += weight;
            inside += weight * normal::lower_tail(t * libm::exp(u) - shift);
            index += 1.0;
        }
    }
    inside / total
}

/// The t with P(T ≤ t) = `probability`, which lies in (0, 1).
pub(crate) fn quantile(probability: f64, df: f64, shift: f64) -> f64 {
    let mut reach = 1.0 + shift.abs();
    while lower_tail(shift + reach, df, shift) < probability
        || lower_tail(shift - reach, df, shift) > probability
    {
        reach *= 2.0;
        // Far beyond every quantile that an f64 probability can ask for with one degree of freedom.
        if reach > 1e18 {
            break;
        }
    }
    crossing(shift - reach, shift + reach, |t| {
        lower_tail(t, df, shift) >= probability
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy 1.17: nct.cdf([3, -1, 12], [4, 1, 30], [2, 0.5, 10]); R 4.2's pt agrees in 11 digits.
    #[test]
    fn tails_are_those_of_scipy() {
        let values = [
            (3.0, 4.0, 2.0, 0.710_539_476_289_959),
            (-1.0, 1.0, 0.5, 0.130_925_873_391_733_7),
            (12.0, 30.0, 10.0, 0.849_479_322_205_096_5),
        ];
        for (t, df, shift, expected) in values {
            let p = lower_tail(t, df, shift);
            assert!((p - expected).abs() < 1e-13, "{t}: {p}");
        }
    }

    // scipy 1.17: nct.ppf([0.025, 0.975, 0.025], [9, 49, 999], norm.ppf(0.975) * sqrt([10, 50, 1000]));
    // R 4.2's qt gives 3.678300929092 and 17.928483713630, and refuses the third.
    #[test]
    fn quantiles_are_those_of_scipy() {
        let z = 1.959_963_984_540_054;
        let values = [
            (0.025, 10.0, 3.678_300_929_088_3),
            (0.975, 50.0, 17.928_483_713_606_63),
            (0.025, 1000.0, 58.748_794_880_022_36),
        ];
        for (p, n, expected) in values {
            let t = quantile(p, n - 1.0, z * f64::sqrt(n));
            assert!((t / expected - 1.0f64).abs() < 1e-11, "{n}: {t}");
        }
    }
}
