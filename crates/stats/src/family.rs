//! Families of tests, whose p-values are adjusted together.

use std::collections::BTreeMap;

use rsom_parameters::Choice;

use crate::{Adjustment, Contrast, StatsError, adjust_family};

/// The family of tests whose p-values are adjusted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Family {
    /// All tests.
    All,
    /// All tests of one metric, over labels, surfaces, groups and levels.
    Metric,
    /// The levels of one metric, label, surface and group.
    Group,
}

/// The p-value of a planned test and the smallest one that its sample allows; `None` where it could not be made.
pub(crate) type PlannedP = Option<(f64, f64)>;

/// What the adjustment gives for one test.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Adjusted {
    /// The p-value, adjusted over the family.
    pub p: Option<f64>,
    /// The smallest adjusted p-value that the sample sizes allow: all tests of the family at their smallest attainable p.
    pub smallest_attainable_p: Option<f64>,
    /// Number of tests in the family, including those that could not be made.
    pub family_size: usize,
}

/// Adjusts the p-values of tests of these contrasts.
///
/// A family counts all its tests: one without a p-value was planned, so that a level that failed does not lower the adjusted p
/// of the others.
///
/// # Errors
/// A value that is not in [0, 1].
pub(crate) fn adjusted<'a>(
    tests: impl Iterator<Item = (&'a Contrast, PlannedP)>,
    family: Family,
    adjustment: Adjustment,
) -> Result<Vec<Adjusted>, StatsError> {
    let tests: Vec<(&Contrast, PlannedP)> = tests.collect();
    let mut families: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, (contrast, _)) in tests.iter().enumerate() {
        families
            .entry(family.name_of(contrast))
            .or_default()
            .push(index);
    }
    let mut all = vec![Adjusted::default(); tests.len()];
    for members in families.values() {
        let adjusted = |p: fn((f64, f64)) -> f64| {
            let values: Vec<Option<f64>> = members.iter().map(|i| tests[*i].1.map(p)).collect();
            adjust_family(&values, adjustment)
        };
        // Adjusted values increase with every p-value of the family, so the smallest p-values give the smallest adjusted
        // values.
        let (p, smallest) = (adjusted(|(p, _)| p)?, adjusted(|(_, smallest)| smallest)?);
        for (place, index) in members.iter().enumerate() {
            all[*index] = Adjusted {
                p: p[place],
                smallest_attainable_p: smallest[place],
                family_size: members.len(),
            };
        }
    }
    Ok(all)
}

impl Family {
    /// A name that the tests of one family share.
    fn name_of(self, contrast: &Contrast) -> String {
        match self {
            Family::All => String::new(),
            Family::Metric => contrast.quantity.metric.clone(),
            Family::Group => format!("{:?} {:?}", contrast.quantity, contrast.group),
        }
    }
}
