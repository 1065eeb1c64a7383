//! The values of each group at each level, with their positions on the page.

use super::placing::{AxisKind, Placing};
use super::record::Record;
use super::summary::{Spread, Summary};
use crate::chart::{Frame, Look};

/// Part of the room of a level that its groups fill.
const FILLED: f64 = 0.72;

/// The values of a group at a level.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell<'r> {
    /// Index of the group.
    pub group: usize,
    /// Index of the level.
    pub level: usize,
    /// The records.
    pub records: Vec<&'r Record>,
    /// Their summary.
    pub summary: Summary,
}

/// Fewest values of a box.
const FEWEST_OF_BOX: usize = 4;

impl Cell<'_> {
    /// Number of values.
    fn values(&self) -> usize {
        let is_value = |r: &&&Record| r.value.is_some_and(f64::is_finite);
        self.records.iter().filter(is_value).count()
    }

    /// Whether there are enough values for quartiles and whiskers.
    pub fn has_box(&self) -> bool {
        self.values() >= FEWEST_OF_BOX
    }

    /// Whether a value needs a point of its own next to a box: one beyond the whiskers, or any where there are too few for a box.
    pub fn is_apart(&self, value: f64) -> bool {
        let five = self.summary.five.filter(|_| self.has_box());
        five.is_none_or(|[low, .., high]| !(low..=high).contains(&value))
    }
}

/// The groups, levels and widths of a figure, shared by its panels.
#[derive(Debug, Clone, PartialEq)]
pub struct Order<'r> {
    /// The levels, from left to right.
    pub levels: Vec<&'r str>,
    /// The groups, in the order of the legend.
    pub groups: Vec<&'r str>,
    /// Places of the levels.
    pub placing: Placing,
    /// Whether groups stand side by side, and not on the same place.
    pub is_dodged: bool,
}

impl Order<'_> {
    /// Width that a group has at a level.
    pub fn width(&self, frame: &Frame, look: &Look) -> f64 {
        let room = self.placing.room * frame.width() * FILLED;
        let groups = if self.is_dodged {
            self.groups.len().max(1)
        } else {
            1
        };
        let most = match self.placing.kind {
            AxisKind::Category => 4.5 * look.em(),
            _ => 1.6 * look.em(),
        };
        (room / groups as f64).min(most)
    }

    /// Horizontal position of a cell.
    pub fn x(&self, level: usize, group: usize, frame: &Frame, look: &Look) -> f64 {
        let share = self.placing.shares.get(level).copied().unwrap_or(0.5);
        let steps = match self.is_dodged {
            true => group as f64 - (self.groups.len() as f64 - 1.0) / 2.0,
            false => 0.0,
        };
        frame.x(share) + steps * self.width(frame, look)
    }

    /// The cells of a panel that have records: group after group, each in the order of levels.
    pub fn cells<'r>(&self, records: &'r [Record], spread: Spread) -> Vec<Cell<'r>> {
        let mut cells = Vec::new();
        for (group, name) in self.groups.iter().enumerate() {
            for (level, word) in self.levels.iter().enumerate() {
                let fits = |r: &&Record| r.group == *name && r.level == *word;
                let records: Vec<&Record> = records.iter().filter(fits).collect();
                if let Some(summary) = Summary::of(&records, spread) {
                    cells.push(Cell {
                        group,
                        level,
                        records,
                        summary,
                    });
                }
            }
        }
        cells
    }
}

/// Horizontal shifts of points that keep them apart where their heights are closer than `diameter`: 0 for the first, then left and right
/// of it, within half of `width`.
#[must_use]
pub fn shifts(heights: &[f64], diameter: f64, width: f64) -> Vec<f64> {
    let lanes = ((width / diameter - 1.0) / 2.0).floor().max(0.0) as i32;
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|a, b| heights[*a].total_cmp(&heights[*b]).then(a.cmp(b)));
    // From the middle outwards.
    let all: Vec<i32> = (0..=lanes)
        .flat_map(|n| if n == 0 { vec![0] } else { vec![n, -n] })
        .collect();
    let mut last = vec![f64::NEG_INFINITY; all.len()];
    let mut found = vec![0.0; heights.len()];
    for i in order {
        let gap = |lane: &usize| heights[i] - last[*lane];
        let free = (0..all.len()).find(|lane| gap(lane) >= diameter);
        let widest = (0..all.len()).max_by(|a, b| gap(a).total_cmp(&gap(b)));
        let lane = free.or(widest).unwrap_or(0);
        last[lane] = heights[i];
        found[i] = f64::from(all[lane]) * diameter;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_stand_side_by_side() {
        let found = shifts(&[5.0, 5.0, 5.0, 50.0], 2.0, 12.0);
        assert_eq!(found, [0.0, 2.0, -2.0, 0.0]);
        // Without room they overlap, and none leaves its place.
        assert_eq!(shifts(&[5.0; 9], 2.0, 1.0), [0.0; 9]);
    }
}
