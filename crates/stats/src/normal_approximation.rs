//! The normal approximation of the signed-rank test.

use statrs::function::gamma::checked_gamma_ur;

use crate::signed_ranks::SignedRanks;
use crate::{Alternative, WilcoxonConfig, ZeroMethod};

/// p-value and z-score of W+; (1, `None`) when the variance is zero: all differences are zero and not split.
///
/// μ = n(n + 1)/4 and σ² = (n(n + 1)(2n + 1) − Σ(t³ − t)/2)/24 over the n ranked differences. Under Pratt's method both
/// are reduced by the same expressions in the number of zeros (Cureton 1967), and the tie of the zeros is not counted.
pub(crate) fn p_and_z(ranks: &SignedRanks, config: WilcoxonConfig) -> (f64, Option<f64>) {
    let n = ranks.n_ranked as f64;
    let mut mean = n * (n + 1.0) / 4.0;
    let mut variance = n * (n + 1.0) * (2.0 * n + 1.0);
    if config.zero_method == ZeroMethod::Pratt {
        let zeros = ranks.n_zero as f64;
        mean -= zeros * (zeros + 1.0) / 4.0;
        variance -= zeros * (zeros + 1.0) * (2.0 * zeros + 1.0);
    }
    let sd = ((variance - ranks.tie_correction / 2.0) / 24.0).sqrt();
    if sd == 0.0 {
        return (1.0, None);
    }
    let excess = ranks.w_plus() - mean;
    let correction = if config.continuity_correction {
        config.alternative.continuity_correction(excess)
    } else {
        0.0
    };
    let z = (excess - correction) / sd;
    match config.alternative {
        Alternative::Less => (upper_tail(-z), Some(z)),
        Alternative::Greater => (upper_tail(z), Some(z)),
        Alternative::TwoSided => (2.0 * upper_tail(z.abs()), Some(-z.abs())),
    }
}

/// P(Z ≥ z) of a standard normal Z.
///
/// Computed by the incomplete gamma function, Q(½, z²/2)/2, which statrs computes to 13 digits; its normal distribution
/// has 10. Next to [`normal::upper_tail`](crate::tails::normal::upper_tail) it loses up to three digits beyond z = 8; it stays
/// so that published p-values keep every digit.
fn upper_tail(z: f64) -> f64 {
    // Defined for positive arguments only; Q(½, 0) = 1.
    let beyond = checked_gamma_ur(0.5, z * z / 2.0).unwrap_or(1.0) / 2.0;
    if z < 0.0 { 1.0 - beyond } else { beyond }
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy 1.17: scipy.stats.norm.sf
    #[test]
    fn tails_are_those_of_scipy() {
        let values = [
            (0.0, 0.5),
            (1.0, 0.158_655_253_931_457_05),
            (-1.0, 0.841_344_746_068_542_9),
            (6.0, 9.865_876_450_376_946e-10),
            (37.0, 5.725_571_222_523_927e-300),
        ];
        for (z, expected) in values {
            assert!((upper_tail(z) / expected - 1.0).abs() < 1e-12, "{z}");
        }
        assert_eq!(upper_tail(1e4), 0.0);
    }
}
