//! Pairs with failed results, completed by a named policy.

use std::collections::BTreeMap;

use rsom_measures::{Empty, Metric};
use rsom_parameters::Choice;

use crate::missing::{MissingPolicy, WorstValue, complete_pairs};
use crate::{Pairs, Quantity, StatsError};

/// What becomes of a unit that was measured and has no value: a network that found no layer has no roughness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Missing {
    /// The pair is left out.
    LeaveOut,
    /// The missing value is the worst value of the metric.
    WorstValue,
    /// The missing side is worse than everything that was measured: for tests of ranks.
    WorstRank,
}

/// What is known about the metrics, for values that are missing.
#[derive(Debug, Clone, Default)]
pub struct Directions {
    /// Whether larger values are better, where the direction is known.
    pub higher_is_better: BTreeMap<Quantity, bool>,
    /// The worst value of a metric, as stated by the user.
    pub worst: BTreeMap<String, f64>,
}

impl Directions {
    /// The policy for a quantity.
    ///
    /// # Errors
    /// A policy that needs a direction or a worst value that is not known; the message says how to state it.
    pub fn policy(
        &self,
        missing: Missing,
        quantity: &Quantity,
    ) -> Result<MissingPolicy, StatsError> {
        let unknown = |what: &str| {
            StatsError::NoPolicy(format!(
                "{quantity} has no {what}, so its missing results cannot be replaced; use --missing leave_out for it, or \
                 state --worst-value {}=NUMBER with --missing worst_value",
                quantity.metric
            ))
        };
        Ok(match missing {
            Missing::LeaveOut => MissingPolicy::LeaveOut,
            Missing::WorstRank => MissingPolicy::WorstRank {
                higher_is_better: *self
                    .higher_is_better
                    .get(quantity)
                    .ok_or_else(|| unknown("better direction"))?,
            },
            Missing::WorstValue => {
                let stated = self.worst.get(&quantity.metric).copied();
                let worst = stated.or_else(|| worst_of(&quantity.metric));
                let worst = worst.ok_or_else(|| unknown("worst value"))?;
                MissingPolicy::WorstValue(WorstValue::of_metric(true, Some(worst), None)?)
            }
        })
    }
}

/// 0 for shares and scores, which lie between 0 and 1 and of which more is better.
fn worst_of(metric: &str) -> Option<f64> {
    let known = Metric::named(metric)?;
    let is_share = [
        known.empty.both,
        known.empty.prediction,
        known.empty.reference,
    ]
    .contains(&Empty::Zero);
    (is_share && known.higher_is_better == Some(true)).then_some(0.0)
}

/// The values that are tested.
pub(crate) struct CompletedPairs {
    pub level: Vec<f64>,
    pub baseline: Vec<f64>,
    /// The cluster of each pair, if pairs are clustered: the entries of the unit at the places that name it.
    pub clusters: Option<Vec<usize>>,
    /// Pairs with a replaced value.
    pub n_imputed: usize,
}

impl CompletedPairs {
    /// The pairs, and those that the policy completes. `cluster_places` are the entries of a unit that name its cluster; none
    /// means that pairs are not clustered.
    ///
    /// # Errors
    /// Values so large that their differences overflow.
    pub fn of(
        pairs: &Pairs,
        policy: MissingPolicy,
        cluster_places: &[usize],
    ) -> Result<Option<Self>, StatsError> {
        let failed = pairs.missing.iter().filter(|m| m.is_measured);
        let values = |side: usize, complete: &[f64]| -> Vec<Option<f64>> {
            let failed = failed.clone().map(|m| m.values[side]);
            complete.iter().copied().map(Some).chain(failed).collect()
        };
        let (level, baseline) = (values(0, &pairs.level), values(1, &pairs.baseline));
        let completed = match complete_pairs(&level, &baseline, policy) {
            Err(StatsError::Empty) => return Ok(None),
            completed => completed?,
        };
        let units: Vec<_> = (pairs.units.iter())
            .chain(failed.map(|m| &m.unit))
            .collect();
        let mut numbers = BTreeMap::new();
        let cluster = |index: &usize| {
            let unit = units.get(*index)?;
            let name: Vec<_> = cluster_places.iter().map(|p| unit.get(*p)).collect();
            let next = numbers.len();
            Some(*numbers.entry(name).or_insert(next))
        };
        let clusters = completed.indices.iter().filter_map(cluster).collect();
        Ok(Some(Self {
            level: completed.first,
            baseline: completed.second,
            clusters: (!cluster_places.is_empty()).then_some(clusters),
            n_imputed: completed.n_imputed,
        }))
    }
}
