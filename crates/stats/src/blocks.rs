//! Units with values at all levels of a factor, as rows of a table.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Level, Sample};

/// Units with a value at each level, and the number of others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Blocks {
    /// The levels with any value: the columns.
    pub levels: Vec<Level>,
    /// The units with a value at all of these levels, sorted.
    pub units: Vec<Vec<Level>>,
    /// Their values, one row for each unit.
    pub rows: Vec<Vec<f64>>,
    /// Number of units that lack a value at a level.
    pub n_incomplete: usize,
    /// Levels without any value.
    pub empty_levels: Vec<Level>,
}

impl Blocks {
    /// The blocks of one group: `conditions` whose entries before the last are `group`. Levels come in the order of `order`.
    #[must_use]
    pub fn of(conditions: &BTreeMap<Vec<Level>, Sample>, group: &[Level], order: &[Level]) -> Self {
        let mut samples: Vec<(&Level, &Sample)> = (conditions.iter())
            .filter_map(|(condition, sample)| {
                let (level, of_group) = condition.split_last()?;
                (of_group == group).then_some((level, sample))
            })
            .collect();
        samples.sort_by_key(|(level, _)| level.place_in(order));
        let has_values = |sample: &Sample| sample.units().any(|(_, unit)| unit.value.is_some());
        let (with, without): (Vec<_>, Vec<_>) = samples
            .into_iter()
            .partition(|(_, sample)| has_values(sample));
        let all: BTreeSet<&[Level]> = with
            .iter()
            .flat_map(|(_, sample)| sample.units().map(|(key, _)| key))
            .collect();
        let mut blocks = Self {
            levels: with.iter().map(|(level, _)| (*level).clone()).collect(),
            empty_levels: without.iter().map(|(level, _)| (*level).clone()).collect(),
            ..Self::default()
        };
        for key in all {
            let value = |sample: &Sample| sample.unit(key)?.value;
            let row: Option<Vec<f64>> = with.iter().map(|(_, sample)| value(sample)).collect();
            match row {
                Some(row) => {
                    blocks.units.push(key.to_vec());
                    blocks.rows.push(row);
                }
                None => blocks.n_incomplete += 1,
            }
        }
        blocks
    }
}
