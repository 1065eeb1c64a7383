//! Contrasts: two levels of a factor whose samples are compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Level, Quantity, Sample, Samples, StatsError};

/// What each level of a factor is compared with.
#[derive(Debug, Clone, Copy)]
pub enum Against<'a> {
    /// One level, such as s = 0.
    Baseline(&'a Level),
    /// Every level before it in this order: all pairs of levels. Levels that the order lacks come last, in their own order.
    EachBefore(&'a [Level]),
}

/// The quantity, group and levels of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contrast {
    /// The compared quantity.
    pub quantity: Quantity,
    /// Levels of the grouping factors.
    pub group: Vec<Level>,
    /// The level of the factor that is compared with the baseline.
    pub level: Level,
    /// The level with which it is compared.
    pub baseline: Level,
}

/// A contrast and the samples of its levels.
pub(crate) struct Compared<'a> {
    pub contrast: Contrast,
    pub level: &'a Sample,
    pub baseline: &'a Sample,
}

/// A sample without units, for a level that a group lacks.
static NOTHING: Sample = Sample::EMPTY;

/// All contrasts of a factor.
///
/// The last entry of a condition is the level of the factor; the entries before it are the group. Every level of every group
/// gives one contrast per quantity, even when it is absent from the group: a training that failed. The levels are those of any
/// group and any quantity with the same label.
///
/// # Errors
/// No measurement at the baseline.
pub(crate) fn contrasts<'a>(
    samples: &'a Samples,
    factor: &str,
    against: Against<'_>,
) -> Result<Vec<Compared<'a>>, StatsError> {
    if let Against::Baseline(baseline) = against {
        require_baseline(samples, factor, baseline)?;
    }
    let mut all = Vec::new();
    for (quantity, conditions) in samples {
        let levels = levels_of(samples, &quantity.label);
        let pairs = pairs_of(&levels, against);
        for group in groups_of(conditions) {
            let at = |level: &Level| {
                let condition: Vec<Level> = group.iter().chain([level]).cloned().collect();
                conditions.get(&condition).unwrap_or(&NOTHING)
            };
            for (level, baseline) in &pairs {
                all.push(Compared {
                    contrast: Contrast {
                        quantity: quantity.clone(),
                        group: group.to_vec(),
                        level: (*level).clone(),
                        baseline: (*baseline).clone(),
                    },
                    level: at(level),
                    baseline: at(baseline),
                });
            }
        }
    }
    Ok(all)
}

impl Compared<'_> {
    /// Why there is nothing to test: the most frequent status of the undefined values, or that a level is absent; `None` where
    /// both levels have values.
    pub fn reason(&self) -> Option<String> {
        self.level
            .main_reason()
            .or_else(|| absent(self.level, self.baseline).map(str::to_owned))
            .or_else(|| self.baseline.main_reason())
    }
}

/// The levels to compare, each with its baseline.
fn pairs_of<'a>(levels: &BTreeSet<&'a Level>, against: Against<'a>) -> Vec<(&'a Level, &'a Level)> {
    match against {
        Against::Baseline(baseline) => {
            let others = levels.iter().filter(|level| **level != baseline);
            others.map(|level| (*level, baseline)).collect()
        }
        Against::EachBefore(order) => {
            let mut levels: Vec<&Level> = levels.iter().copied().collect();
            levels.sort_by_key(|level| level.place_in(order));
            let with_before = |(place, level): (usize, &&'a Level)| {
                let level = *level;
                levels[..place]
                    .iter()
                    .map(move |before| (level, *before))
                    .collect::<Vec<_>>()
            };
            levels.iter().enumerate().flat_map(with_before).collect()
        }
    }
}

/// The levels of all quantities of a structure: its masks have all measures, or a run is missing.
fn levels_of<'a>(samples: &'a Samples, label: &Option<Level>) -> BTreeSet<&'a Level> {
    let of_label = samples.iter().filter(|(q, _)| q.label == *label);
    let conditions = of_label.flat_map(|(_, conditions)| conditions.keys());
    conditions.filter_map(|c| c.last()).collect()
}

pub(crate) fn groups_of(conditions: &BTreeMap<Vec<Level>, Sample>) -> BTreeSet<&[Level]> {
    let split = |condition: &'_ Vec<Level>| condition.split_last().map(|(_, group)| group.len());
    conditions
        .keys()
        .filter_map(|condition| Some(&condition[..split(condition)?]))
        .collect()
}

fn require_baseline(samples: &Samples, factor: &str, baseline: &Level) -> Result<(), StatsError> {
    let levels: BTreeSet<&Level> = samples
        .values()
        .flat_map(BTreeMap::keys)
        .filter_map(|condition| condition.last())
        .collect();
    if levels.contains(baseline) {
        return Ok(());
    }
    let levels: Vec<String> = levels.iter().map(ToString::to_string).collect();
    Err(StatsError::NoBaseline {
        factor: factor.to_owned(),
        baseline: baseline.to_string(),
        levels: levels.join(", "),
    })
}

/// The status of a contrast without measurements on one side.
fn absent(level: &Sample, baseline: &Sample) -> Option<&'static str> {
    if level.is_empty() {
        return Some("absent");
    }
    baseline.is_empty().then_some("baseline_absent")
}
