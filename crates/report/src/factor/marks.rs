//! What a factor figure draws of the values of a cell.

use std::collections::BTreeSet;

use rsom_parameters::Choice;

use super::placing::{AxisKind, Placing};
use super::record::Panel;

/// How the values of a cell are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Marks {
    /// A marker at the mean (or median) with a bar.
    Bars,
    /// A box from quartile to quartile, a line at the median, whiskers.
    Box,
    /// A marker at the mean (or median), and a band over the levels instead of bars.
    Band,
}

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// How the values of a cell are drawn.
    pub marks: Marks,
    /// Whether each unit has a point.
    pub points: bool,
    /// Whether the points of a unit are joined over the levels.
    pub lines: bool,
    /// Whether the values of a group are joined over the levels: of levels with an order, unless each is that of another unit, as with ages.
    pub joined: bool,
}

/// Most units whose points are drawn unasked.
const MOST_POINTS: usize = 60;
/// Most units whose points are joined unasked.
const MOST_LINES: usize = 16;
/// Fewest units of a box.
const FEWEST_OF_BOX: usize = 5;

impl Drawn {
    /// What is drawn where the user leaves it open: boxes for words as levels, bars for numbers; points of at most 60 units; lines
    /// of at most 16 units that have values at several levels, where the axis has words.
    #[must_use]
    pub fn of(
        panels: &[Panel],
        placing: &Placing,
        marks: Option<Marks>,
        [points, lines]: [Option<bool>; 2],
    ) -> Self {
        let units: BTreeSet<&str> = panels
            .iter()
            .flat_map(|p| &p.records)
            .map(|r| r.unit.as_str())
            .collect();
        let few = |most: usize| (1..=most).contains(&units.len());
        let is_nominal = placing.kind == AxisKind::Category && !placing.is_ordered;
        let marks = marks.unwrap_or(match is_nominal && units.len() >= FEWEST_OF_BOX {
            true => Marks::Box,
            false => Marks::Bars,
        });
        let points = points.unwrap_or(few(MOST_POINTS) && marks != Marks::Band);
        let is_paired = panels.iter().all(is_paired);
        let lines = lines.unwrap_or(
            points && is_paired && few(MOST_LINES) && placing.kind == AxisKind::Category,
        );
        let is_spread = panels.iter().all(is_spread) && !is_paired;
        Self {
            marks,
            points,
            lines,
            joined: placing.is_ordered && !is_spread,
        }
    }
}

/// Whether most units have values at several levels of one group.
fn is_paired(panel: &Panel) -> bool {
    let all: BTreeSet<(&str, &str, &str)> = panel
        .records
        .iter()
        .map(|r| (r.group.as_str(), r.unit.as_str(), r.level.as_str()))
        .collect();
    let units: BTreeSet<(&str, &str)> =
        all.iter().map(|(group, unit, _)| (*group, *unit)).collect();
    all.len() as f64 >= 1.5 * units.len() as f64
}

/// Whether each level has one unit of a group at most.
fn is_spread(panel: &Panel) -> bool {
    let mut units: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
    let mut levels: BTreeSet<(&str, &str)> = BTreeSet::new();
    for record in &panel.records {
        units.insert((&record.group, &record.level, &record.unit));
        levels.insert((&record.group, &record.level));
    }
    units.len() == levels.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::record::Record;

    fn panel(levels: &[&str], units: usize) -> Panel {
        let record = |level: &&str, unit: usize| Record {
            level: (*level).to_owned(),
            group: String::new(),
            unit: unit.to_string(),
            value: Some(1.0),
            status: "ok".to_owned(),
            measurements: 1,
        };
        Panel {
            metric: "dice".to_owned(),
            title: "Dice".to_owned(),
            records: levels
                .iter()
                .flat_map(|l| (0..units).map(move |u| record(l, u)))
                .collect(),
            references: Vec::new(),
            range: [0.0, 1.0],
            tests: Vec::new(),
        }
    }

    fn drawn(levels: &[&str], units: usize) -> Drawn {
        let placing = Placing::of(levels, AxisKind::Auto).unwrap();
        Drawn::of(&[panel(levels, units)], &placing, None, [None, None])
    }

    #[test]
    fn few_paired_units_are_joined_and_many_are_not() {
        let few = drawn(&["before", "after"], 12);
        assert!(few.points && few.lines && few.marks == Marks::Box);
        let many = drawn(&["before", "after"], 40);
        assert!(many.points && !many.lines);
        assert!(!drawn(&["before", "after"], 100).points);
        let curve = drawn(&["0", "10", "100"], 12);
        assert!(curve.marks == Marks::Bars && curve.points && !curve.lines && curve.joined);
    }

    #[test]
    fn units_with_one_level_each_are_no_curve() {
        let ages = ["25", "31", "47"];
        let placing = Placing::of(&ages, AxisKind::Auto).unwrap();
        let mut of_ages = panel(&ages, 1);
        assert!(Drawn::of(&[of_ages.clone()], &placing, None, [None, None]).joined);
        for (unit, record) in of_ages.records.iter_mut().enumerate() {
            record.unit = unit.to_string();
        }
        assert!(!Drawn::of(&[of_ages], &placing, None, [None, None]).joined);
    }
}
