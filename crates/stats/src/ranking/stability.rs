//! How stable a ranking of methods is under resampling of units.

use super::scores::{RankBy, Scores, ranks};
use crate::StatsError;
use crate::bootstrap::{BootstrapConfig, MeanEstimate, bootstrap_mean_difference};
use crate::random::Random;

/// Settings of a ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankingConfig {
    /// What methods are ranked by.
    pub by: RankBy,
    /// Whether a larger value is better.
    pub higher_is_better: bool,
    /// The bootstrap over units; its confidence is that of all intervals.
    pub bootstrap: BootstrapConfig,
}

/// A method in a ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedMethod {
    /// Its mean value, or its mean rank within units.
    pub score: f64,
    /// Its rank, 1 for the best; methods with equal scores share the mean of their ranks.
    pub rank: f64,
    /// Lower end of the percentile interval of its rank over resamples.
    pub rank_low: f64,
    /// Upper end.
    pub rank_high: f64,
    /// Fraction of resamples in which it is best; k methods that share the first place get 1/k each.
    pub probability_best: f64,
}

/// The lead of the winner over another method.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// Index of the other method.
    pub method: usize,
    /// By how much the winner is better: mean difference of values, or of ranks within units; with its interval.
    pub lead: MeanEstimate,
    /// Whether the interval lies above 0.
    pub separated: bool,
    /// Fraction of resamples in which the winner has the better score; equal scores count half.
    pub probability_ahead: f64,
}

/// A ranking with its stability.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// The methods, in the order of the columns.
    pub methods: Vec<RankedMethod>,
    /// Index of the best method; `None` when several share the first place.
    pub winner: Option<usize>,
    /// The lead of the winner over each other method, the runner-up first; empty without a winner.
    pub leads: Vec<Lead>,
    /// Whether the winner is separated from every other method; only then is "the best method" a claim that the data
    /// support.
    pub winner_separated: bool,
    /// Number of units.
    pub n_units: usize,
}

/// Ranks methods, and states how the ranking changes when units are drawn anew (Wiesenfarth et al. 2021, Scientific
/// Reports 11, 2369).
///
/// `table` has one row per unit and one column per method. Units must be independent: one row per subject, such as
/// the mean over its scans. Each resample draws as many units with replacement and ranks the methods again.
///
/// *Separation*: the winner is separated from a method when the interval of the mean difference is above 0, and
/// `winner_separated` when this holds for all methods. The winner is chosen from the same data, but a wrong claim
/// stays as rare as the two-sided level of the interval promises: a two-sided test of the selected best against the
/// second best is valid as it is (Gutmann & Maymin 1987, Annals of Statistics 15, 456–461). `probability_best` and
/// `probability_ahead` are fractions of resamples, no p-values.
///
/// Rank intervals are percentile intervals; ranks are bounded and discrete, so their coverage is approximate. The
/// same seed gives the same result.
///
/// # Errors
/// Fewer than two units or two methods, rows of different length, values that are NaN, infinite or beyond 1e140, fewer than 100
/// replicates, a confidence outside (0, 1).
pub fn ranking_stability(table: &[Vec<f64>], config: RankingConfig) -> Result<Ranking, StatsError> {
    config.bootstrap.check()?;
    let scores = Scores::of(table, config.by, config.higher_is_better)?;
    let means = scores.means(0..table.len());
    let rank = ranks(&means);
    let resampled = resampled_ranks(&scores, config.bootstrap);
    let sign = match config.by {
        RankBy::Mean if config.higher_is_better => -1.0,
        RankBy::Mean | RankBy::MeanRank => 1.0,
    };
    let methods = (0..means.len()).map(|method| {
        let mut of_method: Vec<f64> = resampled.iter().map(|r| r[method]).collect();
        of_method.sort_by(f64::total_cmp);
        let (rank_low, rank_high) = percentiles(&of_method, config.bootstrap.confidence);
        RankedMethod {
            score: sign * means[method],
            rank: rank[method],
            rank_low,
            rank_high,
            probability_best: fraction(&resampled, |r| share_of_first(r, method)),
        }
    });
    let methods: Vec<RankedMethod> = methods.collect();
    let winner = rank.iter().position(|r| *r == 1.0);
    let leads = match winner {
        Some(winner) => leads(&scores, &resampled, winner, (&means, config.bootstrap))?,
        None => Vec::new(),
    };
    Ok(Ranking {
        winner,
        winner_separated: winner.is_some() && leads.iter().all(|lead| lead.separated),
        methods,
        leads,
        n_units: table.len(),
    })
}

/// The ranks of all methods in each resample.
fn resampled_ranks(scores: &Scores, config: BootstrapConfig) -> Vec<Vec<f64>> {
    let n = scores.rows.len();
    let mut random = Random::stream(config.seed, 1);
    (0..config.replicates)
        .map(|_| ranks(&scores.means((0..n).map(|_| random.below(n)))))
        .collect()
}

fn leads(
    scores: &Scores,
    resampled: &[Vec<f64>],
    winner: usize,
    (means, config): (&[f64], BootstrapConfig),
) -> Result<Vec<Lead>, StatsError> {
    let mut others: Vec<usize> = (0..means.len()).filter(|m| *m != winner).collect();
    others.sort_by(|a, b| means[*a].total_cmp(&means[*b]));
    let of_winner = scores.column(winner);
    let lead = |method: usize| {
        // Smaller is better.
        let lead = bootstrap_mean_difference(&scores.column(method), &of_winner, config)?;
        let above_zero = match lead.interval {
            Some(interval) => interval.low > 0.0,
            // No spread: the lead is the same in every unit.
            None => false,
        };
        Ok(Lead {
            method,
            separated: above_zero,
            probability_ahead: fraction(resampled, |r| ahead(r[winner], r[method])),
            lead,
        })
    };
    others.into_iter().map(lead).collect()
}

fn ahead(own: f64, other: f64) -> f64 {
    match own.total_cmp(&other) {
        std::cmp::Ordering::Less => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Greater => 0.0,
    }
}

/// 1/k for each of the k methods that share the first place, otherwise 0.
fn share_of_first(ranks: &[f64], method: usize) -> f64 {
    let best = ranks.iter().copied().fold(f64::INFINITY, f64::min);
    let sharing = ranks.iter().filter(|r| **r == best).count() as f64;
    if ranks[method] == best {
        1.0 / sharing
    } else {
        0.0
    }
}

fn fraction(resampled: &[Vec<f64>], share: impl Fn(&[f64]) -> f64) -> f64 {
    resampled.iter().map(|r| share(r)).sum::<f64>() / resampled.len() as f64
}

/// The values with at most (1 − confidence)/2 of the replicates beyond each.
fn percentiles(sorted: &[f64], confidence: f64) -> (f64, f64) {
    let last = sorted.len() - 1;
    let beyond = ((1.0 - confidence) / 2.0 * sorted.len() as f64 + 1e-9).floor() as usize;
    let beyond = beyond.min(last / 2);
    (sorted[beyond], sorted[last - beyond])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootstrap::MeanInterval;
    use proptest::prelude::*;

    fn config(by: RankBy, replicates: usize) -> RankingConfig {
        RankingConfig {
            by,
            higher_is_better: true,
            bootstrap: BootstrapConfig {
                replicates,
                seed: 5,
                confidence: 0.95,
                interval: MeanInterval::Bca,
            },
        }
    }

    /// Dice of three methods on four subjects.
    fn dice() -> Vec<Vec<f64>> {
        vec![
            vec![0.91, 0.88, 0.80],
            vec![0.85, 0.87, 0.83],
            vec![0.90, 0.84, 0.82],
            vec![0.70, 0.72, 0.73],
        ]
    }

    /// All 4^4 resamples.
    fn enumerated(table: &[Vec<f64>]) -> Vec<[f64; 3]> {
        let mean = |i: usize, method: usize| {
            (0..4).map(|k| table[i >> (2 * k) & 3][method]).sum::<f64>() / 4.0
        };
        (0..256)
            .map(|i| [mean(i, 0), mean(i, 1), mean(i, 2)])
            .collect()
    }

    #[test]
    fn probabilities_are_those_of_all_resamples() {
        let r = ranking_stability(&dice(), config(RankBy::Mean, 20_000)).unwrap();
        let all = enumerated(&dice());
        for (method, ranked) in r.methods.iter().enumerate() {
            let share = |means: &[f64; 3]| {
                let best = means.iter().copied().fold(0.0, f64::max);
                let ties = means.iter().filter(|m| best - **m < 1e-12).count() as f64;
                if best - means[method] < 1e-12 {
                    1.0 / ties
                } else {
                    0.0
                }
            };
            let expected = all.iter().map(share).sum::<f64>() / 256.0;
            // Four standard errors.
            let error = 4.0 * (expected * (1.0 - expected) / 20_000.0).sqrt();
            assert!(
                (ranked.probability_best - expected).abs() <= error,
                "{ranked:?} {expected}"
            );
        }
        let behind = |m: &[f64; 3]| match m[0] - m[1] {
            d if d > 1e-12 => 1.0,
            d if d < -1e-12 => 0.0,
            _ => 0.5,
        };
        let expected = all.iter().map(behind).sum::<f64>() / 256.0;
        assert!(
            (r.leads[0].probability_ahead - expected).abs() < 0.015,
            "{r:?}"
        );
        assert_eq!(
            (r.winner, r.leads[0].method, r.leads[1].method),
            (Some(0), 1, 2)
        );
        assert!(!r.winner_separated);
        assert!((r.methods[0].score - 0.84).abs() < 1e-12);
        assert!((r.leads[0].lead.estimate - 0.0125).abs() < 1e-12);
    }

    #[test]
    fn ranks_within_units_count_places() {
        let r = ranking_stability(&dice(), config(RankBy::MeanRank, 1000)).unwrap();
        let scores: Vec<f64> = r.methods.iter().map(|m| m.score).collect();
        assert_eq!(scores, [1.75, 1.75, 2.5]);
        assert_eq!((r.winner, r.winner_separated), (None, false));
        assert_eq!(r.methods[0].rank, 1.5);
        assert!(r.leads.is_empty());
    }

    #[test]
    fn a_clear_winner_is_separated() {
        let table: Vec<Vec<f64>> = (0..12)
            .map(|i| {
                let base = 0.7 + 0.01 * f64::from(i);
                vec![
                    base,
                    base + 0.1 + 0.002 * f64::from(i % 3),
                    base + 0.001 * f64::from(i % 5),
                ]
            })
            .collect();
        let r = ranking_stability(&table, config(RankBy::Mean, 1000)).unwrap();
        assert_eq!((r.winner, r.winner_separated), (Some(1), true));
        assert_eq!(
            (r.methods[1].probability_best, r.methods[1].rank_high),
            (1.0, 1.0)
        );
        let low = RankingConfig {
            higher_is_better: false,
            ..config(RankBy::Mean, 1000)
        };
        assert_eq!(ranking_stability(&table, low).unwrap().winner, Some(0));
    }

    #[test]
    fn a_constant_lead_has_no_interval_and_a_note() {
        let table: Vec<Vec<f64>> = (0..5)
            .map(|i| vec![f64::from(i), f64::from(i) + 1.0])
            .collect();
        let r = ranking_stability(&table, config(RankBy::Mean, 100)).unwrap();
        assert_eq!((r.winner, r.winner_separated), (Some(1), false));
        assert!(r.leads[0].lead.note.is_some() && r.leads[0].lead.interval.is_none());
    }

    /// Resamples of these differences (2, 1, −1, 3, 0, 3; mean 4/3) have a mean of 0 where the interval ends. 4/3 and the
    /// deviation −4/3 are sums of rounded numbers, which leave 2e-16 or 0, depending on the unit.
    #[test]
    fn an_interval_that_ends_at_0_separates_nothing() {
        let rows = [[7, 5], [6, 5], [7, 8], [5, 2], [6, 6], [7, 4]];
        for unit in [1.0, 0.1, 1e-6, 1e4] {
            for offset in [0, 3] {
                let scaled = |v: i32| f64::from(v + offset) * unit;
                let table: Vec<Vec<f64>> = rows.iter().map(|r| r.map(scaled).to_vec()).collect();
                let r = ranking_stability(&table, config(RankBy::Mean, 200)).unwrap();
                assert_eq!(r.winner, Some(0));
                let interval = r.leads[0].lead.interval.unwrap();
                assert_eq!(interval.low, 0.0, "unit {unit}, offset {offset}");
                assert!(!r.winner_separated);
            }
        }
    }

    #[test]
    fn bad_tables_are_refused() {
        let of = |t: &[Vec<f64>]| ranking_stability(t, config(RankBy::Mean, 100));
        assert_eq!(of(&[]), Err(StatsError::Empty));
        assert!(matches!(
            of(&[vec![1.0, 2.0]]),
            Err(StatsError::TooFew { .. })
        ));
        assert!(of(&[vec![1.0], vec![2.0]]).is_err());
        assert!(of(&[vec![1.0, 2.0], vec![2.0]]).is_err());
        assert!(of(&[vec![1.0, f64::NAN], vec![2.0, 1.0]]).is_err());
        assert!(of(&[vec![1.0, f64::INFINITY], vec![2.0, 1.0]]).is_err());
        assert!(ranking_stability(&dice(), config(RankBy::Mean, 99)).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]
        #[test]
        fn order_of_methods_unit_and_offset_change_nothing(
            rows in prop::collection::vec(prop::collection::vec(0i32..9, 3), 2..7),
            unit in prop::sample::select(vec![1e-6, 0.5, 1e4]),
        ) {
            let table: Vec<Vec<f64>> =
                rows.iter().map(|r| r.iter().map(|v| f64::from(*v)).collect()).collect();
            let moved: Vec<Vec<f64>> = table
                .iter()
                .map(|r| r.iter().rev().map(|v| (v + 3.0) * unit).collect())
                .collect();
            for by in [RankBy::Mean, RankBy::MeanRank] {
                let a = ranking_stability(&table, config(by, 200)).unwrap();
                let b = ranking_stability(&moved, config(by, 200)).unwrap();
                let total: f64 = a.methods.iter().map(|m| m.probability_best).sum();
                prop_assert!((total - 1.0).abs() < 1e-9);
                for (x, y) in a.methods.iter().zip(b.methods.iter().rev()) {
                    prop_assert_eq!((x.rank, x.rank_low, x.rank_high), (y.rank, y.rank_low, y.rank_high));
                    prop_assert!((x.probability_best - y.probability_best).abs() < 1e-9);
                    prop_assert!(x.rank_low <= x.rank_high);
                }
                prop_assert_eq!(a.winner_separated, b.winner_separated);
            }
        }
    }
}
