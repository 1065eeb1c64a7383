//! Whether several levels of a factor differ at all, and which pairs of them do.

use rsom_parameters::Choice;

use crate::blocks::Blocks;
use crate::contrast::groups_of;
use crate::groups::{
    RankSumConfig, dunn, kruskal_wallis, kruskal_wallis_permutation, pairwise_mann_whitney,
};
use crate::repeated::{conover, friedman, friedman_permutation, nemenyi, pairwise_signed_rank};
use crate::{
    Adjustment, Alternative, Level, Method, PermutationConfig, PermutationP, Quantity, RankPair,
    Sample, Samples, StatsError, WilcoxonConfig, ZeroMethod, adjust, require_independent,
};

/// How the levels share their units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum LevelDesign {
    /// The same units at all levels: Friedman's test.
    Repeated,
    /// Different units at each level: the Kruskal–Wallis test.
    Independent,
}

/// The test of all pairs of levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PostHoc {
    /// Signed-rank tests of each pair (repeated).
    SignedRank,
    /// Nemenyi's test (repeated); its p-values are adjusted already.
    Nemenyi,
    /// Conover's test (repeated).
    Conover,
    /// Mann–Whitney tests of each pair (independent).
    MannWhitney,
    /// Dunn's test (independent).
    Dunn,
}

impl PostHoc {
    /// The design that the test is for.
    #[must_use]
    pub fn design(self) -> LevelDesign {
        match self {
            PostHoc::SignedRank | PostHoc::Nemenyi | PostHoc::Conover => LevelDesign::Repeated,
            PostHoc::MannWhitney | PostHoc::Dunn => LevelDesign::Independent,
        }
    }
}

/// Settings of an omnibus test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OmnibusConfig {
    /// The test of all pairs, and with it the design.
    pub post_hoc: PostHoc,
    /// Correction of the p-values of the pairs.
    pub adjustment: Adjustment,
    /// Random permutations where there are too many for all.
    pub permutations: PermutationConfig,
}

/// The omnibus test of one quantity within one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Omnibus {
    /// The quantity.
    pub quantity: Quantity,
    /// Levels of the grouping factors.
    pub group: Vec<Level>,
    /// The tested levels.
    pub levels: Vec<Level>,
    /// The tested units; for independent levels, those of all levels.
    pub units: Vec<Vec<Level>>,
    /// Number of units that were left out because they lack a value at a level.
    pub n_incomplete: usize,
    /// Levels without any value, which are left out.
    pub empty_levels: Vec<Level>,
    /// The test, or the reason why there is none.
    pub test: Result<OmnibusTest, String>,
    /// The tests of all pairs, or the reason why there are none.
    pub pairs: Result<Vec<LevelPair>, String>,
}

/// The result of an omnibus test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OmnibusTest {
    /// Friedman's χ² or the H of Kruskal and Wallis, corrected for ties.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Upper tail of χ².
    pub p_asymptotic: f64,
    /// F, its degrees of freedom and its p after Iman and Davenport, for repeated levels.
    pub f: Option<(f64, f64, f64, f64)>,
    /// Kendall's W, or ε².
    pub effect_size: Option<f64>,
    /// The p of permutations of the ranks, exact or random; `None` for more than [`MOST_PERMUTED`] values.
    pub permutations: Option<PermutationP>,
}

/// Largest number of values for a p of permutations. With more, the approximations differ from it by less than its own error.
pub const MOST_PERMUTED: usize = 2000;

impl OmnibusTest {
    /// The p-value: of permutations, otherwise of F, otherwise of χ².
    #[must_use]
    pub fn p_value(&self) -> f64 {
        let of_f = self.f.map_or(self.p_asymptotic, |f| f.3);
        self.permutations.map_or(of_f, |p| p.p_value)
    }

    /// The smallest p that the sample allows, if known.
    #[must_use]
    pub fn smallest_attainable_p(&self) -> Option<f64> {
        self.permutations.map(|p| p.smallest_attainable_p)
    }
}

/// The test of a pair of levels.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelPair {
    /// The level that comes later in the order.
    pub level: Level,
    /// The level with which it is compared.
    pub baseline: Level,
    /// Mean rank at the level less that at the baseline, for tests with the ranks of all levels.
    pub mean_rank_difference: Option<f64>,
    /// The statistic, positive when the level has greater values; W+ or U for tests of one pair.
    pub statistic: Option<f64>,
    /// The p-value before correction; for Nemenyi's test adjusted already.
    pub p_value: f64,
    /// The corrected p-value.
    pub p_adjusted: f64,
}

/// Tests each quantity within each group. The last entry of a condition is the level; `order` is the order of the levels.
///
/// Repeated: units with a value at every level; independent: all units with a value. Levels without any value are left out.
///
/// # Errors
/// A unit with values at two levels that should be independent.
pub fn omnibus(
    samples: &Samples,
    factor: &str,
    order: &[Level],
    config: OmnibusConfig,
) -> Result<Vec<Omnibus>, StatsError> {
    let mut all = Vec::new();
    for (quantity, conditions) in samples {
        for group in groups_of(conditions) {
            let blocks = Blocks::of(conditions, group, order);
            all.push(match config.post_hoc.design() {
                LevelDesign::Repeated => repeated(quantity, group, blocks, config),
                LevelDesign::Independent => {
                    let at = |level: &Level| {
                        let condition: Vec<Level> = group.iter().chain([level]).cloned().collect();
                        conditions.get(&condition)
                    };
                    let samples: Vec<&Sample> = blocks.levels.iter().filter_map(at).collect();
                    independent((quantity, group, factor), &blocks, &samples, config)?
                }
            });
        }
    }
    Ok(all)
}

fn repeated(
    quantity: &Quantity,
    group: &[Level],
    blocks: Blocks,
    config: OmnibusConfig,
) -> Omnibus {
    let test = || -> Result<OmnibusTest, StatsError> {
        let test = friedman(&blocks.rows)?;
        Ok(OmnibusTest {
            statistic: test.chi2,
            df: blocks.levels.len() as f64 - 1.0,
            p_asymptotic: test.p_value,
            f: test.iman_davenport.map(|f| (f.f, f.df1, f.df2, f.p_value)),
            effect_size: test.kendall_w,
            permutations: match blocks.rows.len() * blocks.levels.len() <= MOST_PERMUTED {
                true => Some(friedman_permutation(&blocks.rows, config.permutations)?),
                false => None,
            },
        })
    };
    let signed_ranks = WilcoxonConfig {
        alternative: Alternative::TwoSided,
        zero_method: ZeroMethod::Wilcox,
        method: Method::Exact,
        continuity_correction: false,
    };
    let rows = &blocks.rows;
    let pairs = match config.post_hoc {
        PostHoc::Nemenyi => nemenyi(rows).map(ranked),
        PostHoc::Conover => conover(rows).map(ranked),
        _ => pairwise_signed_rank(rows, signed_ranks).map(|tests| {
            // W− of first − second is W+ of second − first.
            let test = |(i, j, t): (usize, usize, crate::Wilcoxon)| Pair {
                places: (i, j),
                mean_rank_difference: None,
                statistic: Some(t.w_minus),
                p_value: t.p_value,
            };
            tests.into_iter().map(test).collect()
        }),
    };
    Omnibus {
        quantity: quantity.clone(),
        group: group.to_vec(),
        test: test().map_err(|e| e.to_string()),
        pairs: level_pairs(pairs, &blocks.levels, config),
        levels: blocks.levels,
        units: blocks.units,
        n_incomplete: blocks.n_incomplete,
        empty_levels: blocks.empty_levels,
    }
}

fn independent(
    (quantity, group, factor): (&Quantity, &[Level], &str),
    blocks: &Blocks,
    samples: &[&Sample],
    config: OmnibusConfig,
) -> Result<Omnibus, StatsError> {
    let of_levels: Vec<_> = samples.iter().map(|sample| sample.values()).collect();
    let keys = of_levels
        .iter()
        .map(|units| units.iter().map(|(key, _)| key.clone()).collect());
    if of_levels.len() > 1 {
        require_independent(&keys.collect::<Vec<_>>(), factor)?;
    }
    let values: Vec<Vec<f64>> = of_levels
        .iter()
        .map(|units| units.iter().map(|(_, value)| *value).collect())
        .collect();
    let lost = |sample: &&Sample| sample.units().filter(|(_, u)| u.value.is_none()).count();
    Ok(Omnibus {
        quantity: quantity.clone(),
        group: group.to_vec(),
        test: kruskal_wallis_test(&values, config).map_err(|e| e.to_string()),
        pairs: level_pairs(independent_pairs(&values, config), &blocks.levels, config),
        levels: blocks.levels.clone(),
        units: of_levels
            .into_iter()
            .flatten()
            .map(|(key, _)| key)
            .collect(),
        n_incomplete: samples.iter().map(lost).sum(),
        empty_levels: blocks.empty_levels.clone(),
    })
}

fn kruskal_wallis_test(
    values: &[Vec<f64>],
    config: OmnibusConfig,
) -> Result<OmnibusTest, StatsError> {
    if values.len() < 3 {
        return Err(StatsError::TooFew {
            what: "levels with values",
            needed: 3,
            found: values.len(),
        });
    }
    let test = kruskal_wallis(values)?;
    Ok(OmnibusTest {
        statistic: test.h,
        df: test.df as f64,
        p_asymptotic: test.p_value,
        f: None,
        effect_size: Some(test.epsilon_squared),
        permutations: match values.iter().map(Vec::len).sum::<usize>() <= MOST_PERMUTED {
            true => Some(kruskal_wallis_permutation(values, config.permutations)?),
            false => None,
        },
    })
}

fn independent_pairs(values: &[Vec<f64>], config: OmnibusConfig) -> Result<Vec<Pair>, StatsError> {
    if config.post_hoc == PostHoc::Dunn {
        return dunn(values).map(ranked);
    }
    let rank_sums = RankSumConfig {
        alternative: Alternative::TwoSided,
        method: Method::Exact,
        continuity_correction: false,
    };
    let test = |(i, j, t): (usize, usize, crate::groups::MannWhitney)| Pair {
        places: (i, j),
        mean_rank_difference: None,
        statistic: Some(t.n_first as f64 * t.n_second as f64 - t.u),
        p_value: t.p_value,
    };
    let tests = pairwise_mann_whitney(values, rank_sums)?;
    Ok(tests.into_iter().map(test).collect())
}

/// The test of the levels at two places, the second less the first.
struct Pair {
    places: (usize, usize),
    mean_rank_difference: Option<f64>,
    statistic: Option<f64>,
    p_value: f64,
}

fn ranked(pairs: Vec<RankPair>) -> Vec<Pair> {
    let turned = |pair: RankPair| Pair {
        places: (pair.first, pair.second),
        mean_rank_difference: Some(-pair.mean_rank_difference),
        statistic: pair.statistic.map(|s| -s),
        p_value: pair.p_value,
    };
    pairs.into_iter().map(turned).collect()
}

fn level_pairs(
    pairs: Result<Vec<Pair>, StatsError>,
    levels: &[Level],
    config: OmnibusConfig,
) -> Result<Vec<LevelPair>, String> {
    let named = || -> Result<Vec<LevelPair>, StatsError> {
        let pairs = pairs?;
        let p_values: Vec<f64> = pairs.iter().map(|p| p.p_value).collect();
        let adjustment = match config.post_hoc {
            PostHoc::Nemenyi => Adjustment::None,
            _ => config.adjustment,
        };
        let adjusted = adjust(&p_values, adjustment)?;
        let name = |place: usize| levels.get(place).cloned().unwrap_or(Level::text(""));
        let pairs = pairs.into_iter().zip(adjusted);
        Ok(pairs
            .map(|(pair, p_adjusted)| LevelPair {
                level: name(pair.places.1),
                baseline: name(pair.places.0),
                mean_rank_difference: pair.mean_rank_difference,
                statistic: pair.statistic,
                p_value: pair.p_value,
                p_adjusted,
            })
            .collect())
    };
    named().map_err(|e| e.to_string())
}
