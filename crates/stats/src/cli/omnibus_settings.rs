//! The parameters of `omnibus`.

use rsom_parameters::{Choice, Parameters};

use super::levels::require_one_role;
use super::sampling::Sampling;
use super::subjects::PairedUnits;
use crate::{Adjustment, LevelDesign, OmnibusConfig, PermutationConfig, PostHoc};

/// What is tested, and how.
#[derive(Parameters)]
#[parameters(check = Settings::check)]
pub(super) struct Settings {
    /// Metrics to test, each NAME or NAME@SURFACE.
    #[parameter(required)]
    pub metric: Vec<String>,
    /// Column of the factor whose levels are compared.
    #[parameter(required)]
    pub factor: String,
    /// Columns to group by, such as net; levels are compared within each group.
    #[parameter(default = Vec::new())]
    pub group_by: Vec<String>,
    /// Whether the same units are at all levels ('repeated', Friedman) or different ones at each ('independent',
    /// Kruskal-Wallis).
    #[parameter(default = LevelDesign::Repeated)]
    pub design: LevelDesign,
    /// Test of all pairs of levels (unset: signed_rank for repeated, mann_whitney for independent levels).
    post_hoc: Option<PostHoc>,
    /// Correction of p-values: over all omnibus tests of this call, and over the pairs of levels of each. Nemenyi's p-values
    /// are adjusted already.
    #[parameter(default = Adjustment::Holm)]
    pub adjust: Adjustment,
    #[parameter(flatten)]
    pub units: PairedUnits,
    #[parameter(flatten)]
    pub sampling: Sampling,
    /// Random permutations where there are too many for the exact p.
    #[parameter(default = 9999, min = 99, max = 10_000_000, advanced)]
    permutations: u32,
    /// Seed of the permutations.
    #[parameter(default = 0, advanced)]
    seed: u64,
    /// Significance level; a note warns where a sample is too small to reach it.
    #[parameter(default = 0.05, min = 0.0, max = 1.0)]
    pub alpha: f64,
}

impl Settings {
    fn check(&self) -> Result<(), String> {
        require_one_role(
            &self.factor,
            &self.group_by,
            &self.units.pair_by,
            "--pair-by",
        )?;
        match self.post_hoc {
            Some(test) if test.design() != self.design => Err(format!(
                "--post-hoc {} is not for --design {}; choose {}",
                test.as_str(),
                self.design.as_str(),
                match self.design {
                    LevelDesign::Repeated => "signed_rank, nemenyi or conover",
                    LevelDesign::Independent => "mann_whitney or dunn",
                }
            )),
            _ => Ok(()),
        }
    }

    pub fn config(&self) -> OmnibusConfig {
        OmnibusConfig {
            post_hoc: self.post_hoc.unwrap_or(match self.design {
                LevelDesign::Repeated => PostHoc::SignedRank,
                LevelDesign::Independent => PostHoc::MannWhitney,
            }),
            adjustment: self.adjust,
            permutations: PermutationConfig {
                n_random: self.permutations,
                seed: self.seed,
            },
        }
    }
}
