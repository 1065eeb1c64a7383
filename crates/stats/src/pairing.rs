//! Pairs the units of two conditions.

use std::collections::BTreeSet;

use crate::measurement::unit_name;
use crate::{Level, Sample, Unit};

/// The values of units that have a value under both conditions, and the other units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pairs {
    /// Values at the level, sorted by unit.
    pub level: Vec<f64>,
    /// Values at the baseline, in the same order.
    pub baseline: Vec<f64>,
    /// The paired units, in the same order.
    pub units: Vec<Vec<Level>>,
    /// Units without a value on either side, sorted.
    pub missing: Vec<MissingPair>,
    /// Number of measurements of paired units that were left out because the other side has no value on that occasion.
    pub left_out: usize,
}

/// A unit without a pair, and the reason.
#[derive(Debug, Clone, PartialEq)]
pub struct MissingPair {
    /// The unit.
    pub unit: Vec<Level>,
    /// Reason why the level has no value; `None` when it has one.
    pub at_level: Option<String>,
    /// Reason why the baseline has no value; `None` when it has one.
    pub at_baseline: Option<String>,
    /// The values at level and baseline.
    pub values: [Option<f64>; 2],
    /// Whether both sides were measured: then a missing value is a failed result, not an absent one.
    pub is_measured: bool,
}

impl Pairs {
    /// Pairs the units of two samples by their keys. Each unit is reduced over the occasions with values on both sides
    /// ([`Unit::paired`](crate::Unit::paired)).
    ///
    /// Every unit of either sample is in exactly one of the pairs and `missing`.
    #[must_use]
    pub fn of(level: &Sample, baseline: &Sample) -> Self {
        let keys: BTreeSet<&[Level]> = level
            .units()
            .chain(baseline.units())
            .map(|(key, _)| key)
            .collect();
        let mut pairs = Self::default();
        for key in keys {
            let (of_level, of_baseline) = (level.unit(key), baseline.unit(key));
            let (a, b, left_out) = match (of_level, of_baseline) {
                (Some(a), Some(b)) => a.paired(b),
                _ => (None, None, 0),
            };
            if let (Some(a), Some(b)) = (a, b) {
                pairs.level.push(a);
                pairs.baseline.push(b);
                pairs.units.push(key.to_vec());
                pairs.left_out += left_out;
                continue;
            }
            let (at_level, at_baseline) = (lacking(of_level), lacking(of_baseline));
            let nothing_shared = at_level.is_none() && at_baseline.is_none();
            let nothing_shared = nothing_shared.then(|| "no occasion with both values".to_owned());
            pairs.missing.push(MissingPair {
                unit: key.to_vec(),
                at_level: at_level.or(nothing_shared),
                at_baseline,
                values: [of_level, of_baseline].map(|unit| unit.and_then(|unit| unit.value)),
                is_measured: of_level.is_some() && of_baseline.is_some(),
            });
        }
        pairs
    }
}

impl MissingPair {
    /// The reasons of both sides: `empty_prediction`, `baseline absent`.
    #[must_use]
    pub fn reason(&self) -> String {
        let baseline = self.at_baseline.as_ref().map(|r| format!("baseline {r}"));
        let reasons: Vec<String> = self.at_level.iter().cloned().chain(baseline).collect();
        reasons.join(", ")
    }
}

/// The unit and its reason: `eye3 (empty_prediction)`.
impl std::fmt::Display for MissingPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", unit_name(&self.unit), self.reason())
    }
}

/// The reason why a unit has no value; `None` when it has one.
fn lacking(unit: Option<&Unit>) -> Option<String> {
    let Some(unit) = unit else {
        return Some("absent".to_owned());
    };
    let reasons = || unit.statuses.keys().cloned().collect::<Vec<_>>().join("/");
    unit.value.is_none().then(reasons)
}
