//! The paired Wilcoxon signed-rank test.

use crate::signed_ranks::SignedRanks;
use crate::wilcoxon_config::{Alternative, Method, WilcoxonConfig};
use crate::{StatsError, exact, normal_approximation, paired_differences};

/// Largest number of ranked differences for the exact distribution; larger samples use the normal approximation.
pub const EXACT_LIMIT: usize = 2000;

/// Result of a signed-rank test.
#[derive(Debug, Clone, PartialEq)]
pub struct Wilcoxon {
    /// Number of pairs.
    pub n: usize,
    /// Pairs whose difference is zero, up to floating-point noise.
    pub n_zero: usize,
    /// Sum of the ranks of positive differences.
    pub w_plus: f64,
    /// Sum of the ranks of negative differences.
    pub w_minus: f64,
    /// min(W+, W−) for a two-sided test, otherwise W+.
    pub statistic: f64,
    /// Standard score of W+, −|z| for a two-sided test; `None` for the exact method and where
    /// its variance is zero.
    pub z: Option<f64>,
    /// Probability under the null hypothesis of a statistic at least as extreme; in (0, 1].
    pub p_value: f64,
    /// Matched-pairs rank-biserial correlation (W+ − W−) / (W+ + W−), in [−1, 1]; 0 when all differences are zero.
    pub rank_biserial: f64,
    /// The method that computed the p-value; differs from the configuration above [`EXACT_LIMIT`].
    pub method: Method,
    /// The smallest p-value that this method gives for differences of these absolute values: when all have one sign.
    /// For the exact method see [`smallest_attainable_p`].
    pub smallest_attainable_p: f64,
}

/// Tests whether the differences `first − second` of pairs are symmetric about zero (Wilcoxon 1945).
///
/// Differences that agree in 12 significant digits of the values tie ([`paired_differences`]); their absolute values are
/// ranked with midranks. So the test does not depend on the unit of the values.
///
/// *Exact*: the distribution of W+ over all 2^n signs of the non-zero differences, given their ranks, so it is exact
/// with ties and zeros. It equals R's `exactRankTests::wilcox.exact` (exact below n = 50) and `coin::wilcoxsign_test`
/// with `distribution = "exact"` for Wilcoxon and Pratt zeros. A two-sided p is twice the smaller tail, at most 1.
/// Splitting zeros shifts W+ and its distribution equally, so `Zsplit` has Pratt's exact p. scipy's `method="exact"`
/// agrees without ties and zeros; with them it still uses the distribution of untied ranks, which is not exact (its
/// `PermutationMethod` is). A p below the smallest positive normal f64 (2.2e-308) is reported as that number.
///
/// *Normal*: z = (W+ − μ) / σ with tie-corrected σ; for Pratt's zeros both moments are corrected as in Cureton (1967).
/// Equal to scipy's `method="asymptotic"` for every zero method, alternative and correction. Replaces the exact method
/// above [`EXACT_LIMIT`] ranked differences; `method` states it.
///
/// When all differences are zero, p is 1 (scipy's approximation gives NaN); in the approximation with split zeros, z is
/// 0.
///
/// # Errors
/// No pairs, samples of different length, values that are NaN or infinite.
pub fn wilcoxon(
    first: &[f64],
    second: &[f64],
    config: WilcoxonConfig,
) -> Result<Wilcoxon, StatsError> {
    let differences = paired_differences(first, second)?;
    if differences.is_empty() {
        return Err(StatsError::Empty);
    }
    let ranks = SignedRanks::of(&differences, config.zero_method);
    let method = if ranks.n_ranked > EXACT_LIMIT {
        Method::Normal
    } else {
        config.method
    };
    let (p_value, z) = match method {
        Method::Exact => (exact_p(&ranks, config.alternative), None),
        Method::Normal => normal_approximation::p_and_z(&ranks, config),
    };
    let smallest = match method {
        Method::Exact => {
            smallest_attainable_p(differences.len() - ranks.n_zero, config.alternative)
        }
        Method::Normal => {
            normal_approximation::p_and_z(&ranks.all_of_one_sign(config.alternative), config).0
        }
    };
    let (w_plus, w_minus) = (ranks.w_plus(), ranks.w_minus());
    Ok(Wilcoxon {
        n: differences.len(),
        n_zero: ranks.n_zero,
        w_plus,
        w_minus,
        statistic: match config.alternative {
            Alternative::TwoSided => w_plus.min(w_minus),
            Alternative::Less | Alternative::Greater => w_plus,
        },
        z,
        p_value: p_value.clamp(f64::MIN_POSITIVE, 1.0),
        rank_biserial: rank_biserial(w_plus, w_minus),
        method,
        smallest_attainable_p: smallest.clamp(f64::MIN_POSITIVE, 1.0),
    })
}

/// The smallest exact p-value for `n` non-zero differences: when all have one sign.
///
/// 2^(1 − n) two-sided, 2^−n one-sided, 1 for n = 0. For example, five pairs cannot get below 0.0625 two-sided.
#[must_use]
pub fn smallest_attainable_p(n: usize, alternative: Alternative) -> f64 {
    let halvings = match alternative {
        Alternative::TwoSided => n.saturating_sub(1),
        Alternative::Less | Alternative::Greater => n,
    };
    0.5f64
        .powi(i32::try_from(halvings).unwrap_or(i32::MAX))
        .max(f64::MIN_POSITIVE)
}

fn exact_p(ranks: &SignedRanks, alternative: Alternative) -> f64 {
    let total = ranks.doubled_plus + ranks.doubled_minus;
    let tail = |bound| exact::lower_tail(&ranks.doubled, bound);
    debug_assert_eq!(total, ranks.doubled.iter().sum::<u64>());
    match alternative {
        Alternative::Less => tail(ranks.doubled_plus),
        // W+ is symmetric: P(W+ ≥ w) = P(W+ ≤ total − w).
        Alternative::Greater => tail(ranks.doubled_minus),
        Alternative::TwoSided => 2.0 * tail(ranks.doubled_plus.min(ranks.doubled_minus)),
    }
}

fn rank_biserial(w_plus: f64, w_minus: f64) -> f64 {
    let total = w_plus + w_minus;
    if total == 0.0 {
        return 0.0;
    }
    (w_plus - w_minus) / total
}
