//! Whether the levels of a factor are repeated measures of the same units or independent groups.

use std::collections::{BTreeMap, BTreeSet};

use crate::measurement::listed;
use crate::{Level, StatsError};

/// How the levels of a factor share their units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// Every unit has values at all levels that have any: a paired test uses all values.
    Paired,
    /// Some units have values at several levels, others do not: a paired test leaves the others out.
    PartlyPaired,
    /// No unit has values at two levels: only tests of independent groups apply.
    Independent,
}

/// The design, and the numbers of units that it follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignCounts {
    /// The design.
    pub design: Design,
    /// Number of levels with at least one unit.
    pub n_levels: usize,
    /// Number of different units.
    pub n_units: usize,
    /// Units with values at all of these levels.
    pub n_at_all: usize,
    /// Units with values at one level only.
    pub n_at_one: usize,
}

impl DesignCounts {
    /// Counts at how many levels each unit has values. A unit is the key by which values are paired, such as the subject;
    /// `units_by_level` holds those with a value at each level. Levels without units are left out.
    ///
    /// Units are equal if their keys are: groups that both number their subjects from 1 look paired. Keys need to be unique
    /// in the study.
    ///
    /// # Errors
    /// Fewer than two levels with units.
    pub fn of(units_by_level: &[BTreeSet<Vec<Level>>]) -> Result<Self, StatsError> {
        let n_levels = units_by_level.iter().filter(|u| !u.is_empty()).count();
        if n_levels < 2 {
            return Err(StatsError::TooFew {
                what: "levels with values",
                needed: 2,
                found: n_levels,
            });
        }
        let levels = levels_of_units(units_by_level);
        let at = |number: usize| levels.values().filter(|n| **n == number).count();
        let (n_at_all, n_at_one) = (at(n_levels), at(1));
        Ok(Self {
            design: if n_at_all == levels.len() {
                Design::Paired
            } else if n_at_one == levels.len() {
                Design::Independent
            } else {
                Design::PartlyPaired
            },
            n_levels,
            n_units: levels.len(),
            n_at_all,
            n_at_one,
        })
    }
}

/// Refuses a paired test when no unit has values at two levels of the factor; `unit` is the name of what is paired.
///
/// # Errors
/// Fewer than two levels with units; levels that share no unit: the message says that they are independent and names
/// `groups`.
pub fn require_paired(
    units_by_level: &[BTreeSet<Vec<Level>>],
    factor: &str,
    unit: &str,
) -> Result<DesignCounts, StatsError> {
    let counts = DesignCounts::of(units_by_level)?;
    match counts.design {
        Design::Independent => Err(StatsError::Unpaired {
            unit: unit.to_owned(),
            factor: factor.to_owned(),
        }),
        Design::Paired | Design::PartlyPaired => Ok(counts),
    }
}

/// Refuses a test of independent groups when a unit has values at two levels of the factor.
///
/// # Errors
/// Fewer than two levels with units; levels that share a unit, which the message names.
pub fn require_independent(
    units_by_level: &[BTreeSet<Vec<Level>>],
    factor: &str,
) -> Result<DesignCounts, StatsError> {
    let counts = DesignCounts::of(units_by_level)?;
    let levels = levels_of_units(units_by_level);
    let shared = levels.iter().filter(|(_, number)| **number > 1);
    match shared.clone().next() {
        Some((unit, _)) => Err(StatsError::SharedUnits {
            example: listed(unit),
            number: shared.count(),
            factor: factor.to_owned(),
        }),
        None => Ok(counts),
    }
}

/// The number of levels at which each unit has values.
fn levels_of_units(units_by_level: &[BTreeSet<Vec<Level>>]) -> BTreeMap<&[Level], usize> {
    let mut levels = BTreeMap::new();
    for unit in units_by_level.iter().flatten() {
        *levels.entry(unit.as_slice()).or_insert(0) += 1;
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(levels: &[&[&str]]) -> Vec<BTreeSet<Vec<Level>>> {
        let key = |name: &&str| vec![Level::text(name)];
        levels
            .iter()
            .map(|names| names.iter().map(key).collect())
            .collect()
    }

    fn design(levels: &[&[&str]]) -> Design {
        DesignCounts::of(&units(levels)).unwrap().design
    }

    #[test]
    fn the_design_follows_from_shared_units() {
        assert_eq!(design(&[&["a", "b"], &["b", "a"]]), Design::Paired);
        assert_eq!(design(&[&["a", "b"], &["c"]]), Design::Independent);
        assert_eq!(design(&[&["a", "b"], &["b", "c"]]), Design::PartlyPaired);
        // Each unit has two of three levels.
        let incomplete: &[&[&str]] = &[&["a", "b"], &["b", "c"], &["a", "c"]];
        assert_eq!(design(incomplete), Design::PartlyPaired);
        // A level at which all failed does not make the others unpaired.
        assert_eq!(design(&[&["a"], &[], &["a"]]), Design::Paired);
    }

    #[test]
    fn units_are_counted_once() {
        let counts = DesignCounts::of(&units(&[&["a", "b", "d"], &["b", "c"], &["b", "c"]]));
        let counts = counts.unwrap();
        assert_eq!((counts.n_levels, counts.n_units), (3, 4));
        assert_eq!((counts.n_at_all, counts.n_at_one), (1, 2));
    }

    #[test]
    fn a_paired_test_of_independent_levels_is_an_error_that_names_groups() {
        let independent = units(&[&["a", "b"], &["c", "d"]]);
        let error = require_paired(&independent, "diagnosis", "subject").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no subject has values at two levels of diagnosis: the levels are independent samples; name diagnosis in \
             `groups` to compare them as such"
        );
        assert!(require_independent(&independent, "diagnosis").is_ok());
        let partly = units(&[&["a", "b"], &["b", "c"]]);
        assert!(require_paired(&partly, "visit", "subject").is_ok());
    }

    #[test]
    fn a_test_of_groups_that_share_units_is_an_error_that_names_one() {
        let shared = units(&[&["a", "b", "c"], &["b", "c", "d"]]);
        let error = require_independent(&shared, "visit").unwrap_err();
        assert_eq!(
            error.to_string(),
            "2 units have values at more than one level of visit, such as b: the levels are repeated measures; compare \
             them with a paired test"
        );
    }

    #[test]
    fn a_single_level_is_refused() {
        assert!(DesignCounts::of(&[]).is_err());
        assert!(DesignCounts::of(&units(&[&["a"], &[]])).is_err());
    }
}
