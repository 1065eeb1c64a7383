//! The Kruskal–Wallis test: whether several independent groups have the same distribution.

use crate::StatsError;
use crate::groups::pooled::Pooled;
use crate::tails::chi_squared;

/// Name of the test in errors.
const NAME: &str = "the Kruskal-Wallis test";

/// Result of a Kruskal–Wallis test.
#[derive(Debug, Clone, PartialEq)]
pub struct KruskalWallis {
    /// The statistic H, corrected for ties; 0 when all values are equal.
    pub h: f64,
    /// Degrees of freedom k − 1 of k groups.
    pub df: usize,
    /// Upper tail probability of χ² with these degrees of freedom; in (0, 1].
    pub p_value: f64,
    /// Effect size ε² = H/(N − 1), the share of the variance of the ranks that lies between groups; in [0, 1] (Kelley 1935;
    /// Tomczak & Tomczak 2014).
    pub epsilon_squared: f64,
    /// Mean rank of each group.
    pub mean_ranks: Vec<f64>,
}

/// Tests whether k independent groups have the same distribution, against a tendency to greater values in some (Kruskal &
/// Wallis 1952).
///
/// All N values are ranked together with midranks; two that agree in 12 significant digits tie.
/// H = Σ nⱼ·(R̄ⱼ − (N + 1)/2)² / s² with the mean ranks R̄ⱼ and the variance s² of all ranks, N − 1 in its denominator. This
/// is the statistic with correction for ties of R's `kruskal.test` and scipy's `kruskal`, and χ² gives their p. When all
/// values are equal, H is 0 and p is 1 (R gives NaN, scipy an error).
///
/// The χ² approximation needs about five values in each group; for fewer, see
/// [`kruskal_wallis_permutation`](crate::groups::kruskal_wallis_permutation()).
///
/// # Errors
/// Fewer than two groups, a group without values, values that are NaN or infinite.
pub fn kruskal_wallis(groups: &[Vec<f64>]) -> Result<KruskalWallis, StatsError> {
    let pooled = pooled(groups)?;
    let total = pooled.total() as f64;
    let mean_ranks = pooled.mean_ranks();
    let variance = pooled.rank_variance();
    let between: f64 = mean_ranks
        .iter()
        .zip(&pooled.sizes)
        .map(|(rank, size)| (rank - (total + 1.0) / 2.0).powi(2) * *size as f64)
        .sum();
    let h = if variance > 0.0 {
        between / variance
    } else {
        0.0
    };
    let df = groups.len() - 1;
    Ok(KruskalWallis {
        h,
        df,
        p_value: chi_squared::upper_tail(h, df as f64).clamp(f64::MIN_POSITIVE, 1.0),
        epsilon_squared: (h / (total - 1.0)).min(1.0),
        mean_ranks,
    })
}

/// The values of at least two groups, ranked.
pub(crate) fn pooled(groups: &[Vec<f64>]) -> Result<Pooled, StatsError> {
    if groups.len() < 2 {
        return Err(StatsError::TooFew {
            what: "groups",
            needed: 2,
            found: groups.len(),
        });
    }
    let slices: Vec<&[f64]> = groups.iter().map(Vec::as_slice).collect();
    Pooled::of(&slices, 1, NAME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // scipy 1.17: kruskal(…); ε² = statistic/(N − 1)
    #[test]
    fn h_and_p_are_those_of_scipy() {
        let cases: [(&[&[f64]], f64, f64, f64); 4] = [
            (
                &[&[1.2, 3.4, 2.2], &[2.0, 0.3, 1.1], &[4.1, 5.2, 2.2]],
                5.400_560_224_089_627,
                0.067_186_690_302_472_28,
                0.675_070_028_011_203_4,
            ),
            (
                &[&[1.0, 1.0, 2.0, 3.0], &[2.0, 2.0, 5.0], &[5.0, 6.0, 7.0]],
                6.103_773_584_905_661,
                0.047_269_652_175_580_8,
                0.678_197_064_989_517_9,
            ),
            (
                &[&[1.0, 2.0], &[3.0, 4.0], &[5.0, 6.0], &[7.0, 1.0]],
                3.078_313_253_012_046,
                0.379_707_711_494_848_6,
                0.439_759_036_144_578,
            ),
            (
                &[
                    &[2.9, 3.0, 2.5, 2.6, 3.2],
                    &[3.8, 2.7, 4.0, 2.4],
                    &[2.8, 3.4, 3.7, 2.2, 2.0],
                    &[3.4, 3.4, 2.9],
                ],
                1.815_043_156_596_795,
                0.611_666_860_580_712_7,
                0.113_440_197_287_299_7,
            ),
        ];
        for (groups, h, p, effect) in cases {
            let groups: Vec<Vec<f64>> = groups.iter().map(|g| g.to_vec()).collect();
            let got = kruskal_wallis(&groups).unwrap();
            assert!((got.h / h - 1.0).abs() < 1e-13, "{got:?}");
            assert!((got.p_value / p - 1.0).abs() < 1e-12, "{got:?}");
            assert!(
                (got.epsilon_squared / effect - 1.0).abs() < 1e-13,
                "{got:?}"
            );
            assert_eq!(got.df, groups.len() - 1);
        }
    }

    // H of two groups is the square of the z of the Mann–Whitney test.
    #[test]
    fn two_groups_have_the_p_of_the_mann_whitney_approximation() {
        let (x, y) = (vec![1.0, 4.0, 4.0, 9.0], vec![2.0, 4.0, 0.5]);
        let config = crate::groups::RankSumConfig {
            alternative: crate::Alternative::TwoSided,
            method: crate::Method::Normal,
            continuity_correction: false,
        };
        let pair = crate::groups::mann_whitney(&x, &y, config).unwrap();
        let got = kruskal_wallis(&[x, y]).unwrap();
        assert!((got.p_value - pair.p_value).abs() < 1e-14);
    }

    #[test]
    fn equal_values_show_nothing() {
        let got = kruskal_wallis(&[vec![2.0], vec![2.0, 2.0], vec![2.0]]).unwrap();
        assert_eq!((got.h, got.p_value, got.epsilon_squared), (0.0, 1.0, 0.0));
    }

    #[test]
    fn one_group_empty_groups_and_nan_are_refused() {
        let one = kruskal_wallis(&[vec![1.0, 2.0]]).unwrap_err();
        let message = "at least 2 groups are needed, but there are 1";
        assert_eq!(one.to_string(), message);
        assert!(kruskal_wallis(&[]).is_err());
        assert!(kruskal_wallis(&[vec![1.0], vec![]]).is_err());
        assert!(kruskal_wallis(&[vec![1.0], vec![f64::NAN]]).is_err());
    }

    proptest! {
        #[test]
        fn neither_shift_nor_unit_nor_order_of_groups_matters(
            groups in prop::collection::vec(prop::collection::vec(-4i32..=4, 1..=6), 2..=4),
            unit in -9i32..9,
        ) {
            let of = |f: &dyn Fn(f64) -> f64| -> Vec<Vec<f64>> {
                groups.iter().map(|g| g.iter().map(|v| f(f64::from(*v) * 0.1)).collect()).collect()
            };
            let expected = kruskal_wallis(&of(&|v| v)).unwrap();
            prop_assert_eq!(&kruskal_wallis(&of(&|v| v * 10f64.powi(unit))).unwrap(), &expected);
            prop_assert_eq!(&kruskal_wallis(&of(&|v| v + 17.3)).unwrap(), &expected);
            let mut turned = of(&|v| -v);
            turned.reverse();
            let turned = kruskal_wallis(&turned).unwrap();
            prop_assert!((turned.h - expected.h).abs() < 1e-12);
        }
    }
}
