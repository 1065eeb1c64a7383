//! Units that two conditions share.

use std::collections::BTreeSet;

use crate::measurement::listed;
use crate::{Level, Sample};

/// The values of the units that have one under both conditions, and the units that have not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pairs {
    /// Values at the level, sorted by unit.
    pub level: Vec<f64>,
    /// Values at the baseline, in the same order.
    pub baseline: Vec<f64>,
    /// Units without a partner or a value on either side, sorted.
    pub missing: Vec<MissingPair>,
}

/// A unit that makes no pair, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPair {
    /// The unit.
    pub unit: Vec<Level>,
    /// What is missing at the level; `None` when the value is there.
    pub at_level: Option<String>,
    /// What is missing at the baseline.
    pub at_baseline: Option<String>,
}

impl Pairs {
    /// Pairs the units of two samples by their keys.
    ///
    /// Every unit of either sample ends up in exactly one of the pairs and `missing`.
    #[must_use]
    pub fn of(level: &Sample, baseline: &Sample) -> Self {
        let keys: BTreeSet<&[Level]> = level
            .units()
            .chain(baseline.units())
            .map(|(key, _)| key)
            .collect();
        let mut pairs = Self::default();
        for key in keys {
            match (value(level, key), value(baseline, key)) {
                (Ok(a), Ok(b)) => {
                    pairs.level.push(a);
                    pairs.baseline.push(b);
                }
                (a, b) => pairs.missing.push(MissingPair {
                    unit: key.to_vec(),
                    at_level: a.err(),
                    at_baseline: b.err(),
                }),
            }
        }
        pairs
    }
}

impl MissingPair {
    /// What is missing, on either side: `empty_prediction`, `baseline absent`.
    #[must_use]
    pub fn reason(&self) -> String {
        let baseline = self.at_baseline.as_ref().map(|r| format!("baseline {r}"));
        let reasons: Vec<String> = self.at_level.iter().cloned().chain(baseline).collect();
        reasons.join(", ")
    }
}

/// The unit and what it lacks: `eye3 (empty_prediction)`.
impl std::fmt::Display for MissingPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", listed(&self.unit), self.reason())
    }
}

fn value(sample: &Sample, key: &[Level]) -> Result<f64, String> {
    let unit = sample.unit(key).ok_or("absent")?;
    let reasons = || unit.statuses.keys().cloned().collect::<Vec<_>>().join("/");
    unit.value.ok_or_else(reasons)
}
