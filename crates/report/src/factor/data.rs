//! The numbers of a factor figure, as they are drawn.

use super::cells::Cell;
use super::figure::Figure;
use super::marks::Marks;
use super::panel::clipped;
use super::record::{Panel, Record};

/// A number, or several, that are drawn together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Datum {
    /// The metric of the panel.
    pub metric: String,
    /// What it is: `summary`, `unit`, `reference` or `test`.
    pub kind: &'static str,
    /// Group, and level of the factor.
    pub cell: [Option<String>; 2],
    /// Group and level of the second cell of a test.
    pub other: [Option<String>; 2],
    /// The unit, or what a reference is.
    pub name: Option<String>,
    /// The value, such as a mean, a value of a unit, a p-value.
    pub value: Option<f64>,
    /// Ends of the bar or band; quartiles of a box.
    pub ends: Option<[f64; 2]>,
    /// Ends of the whiskers of a box.
    pub whiskers: Option<[f64; 2]>,
    /// Number of units with a valid value, and of all.
    pub counts: Option<[usize; 2]>,
}

/// All numbers of a figure: for each panel summaries, units, references and tests.
#[must_use]
pub fn data(figure: &Figure) -> Vec<Datum> {
    let order = figure.order();
    let mut all = Vec::new();
    for panel in &figure.panels {
        let of_panel = |kind: &'static str| Datum {
            metric: panel.metric.clone(),
            kind,
            ..Datum::default()
        };
        for cell in order.cells(&panel.records, figure.spread) {
            all.push(Datum {
                cell: named(order.groups[cell.group], order.levels[cell.level]),
                ..of_cell(&cell, panel, figure.drawn.marks)
            });
        }
        let unit = |record: &Record| Datum {
            cell: named(&record.group, &record.level),
            name: Some(record.unit.clone()),
            value: record.value,
            ..of_panel("unit")
        };
        if figure.drawn.points || figure.drawn.lines {
            all.extend(panel.records.iter().map(unit));
        } else if figure.drawn.marks == Marks::Box {
            for cell in order.cells(&panel.records, figure.spread) {
                let is_apart = |r: &&&Record| r.value.is_some_and(|value| cell.is_apart(value));
                all.extend(cell.records.iter().filter(is_apart).map(|r| unit(r)));
            }
        }
        all.extend(panel.references.iter().map(|reference| Datum {
            name: Some(reference.words.clone()),
            cell: match &reference.cell {
                Some((level, group)) => named(group, level),
                None => [None, None],
            },
            value: Some(reference.value),
            ..of_panel("reference")
        }));
        all.extend(panel.tests.iter().map(|test| {
            let [cell, other] = test
                .cells
                .each_ref()
                .map(|(level, group)| named(group, level));
            Datum {
                cell,
                other,
                value: Some(test.p),
                ..of_panel("test")
            }
        }));
    }
    all
}

/// The group and level of a cell, as they are written.
fn named(group: &str, level: &str) -> [Option<String>; 2] {
    let group = (!group.is_empty()).then(|| group.to_owned());
    [group, Some(level.to_owned())]
}

/// The summary of a cell as it is drawn, without its place.
fn of_cell(cell: &Cell<'_>, panel: &Panel, marks: Marks) -> Datum {
    let summary = &cell.summary;
    let point = summary.point.map(|point| clipped(point, panel.range));
    let five = summary.five.filter(|_| marks == Marks::Box);
    let drawn = five.filter(|_| cell.has_box());
    let bar = point.filter(|_| five.is_none());
    Datum {
        metric: panel.metric.clone(),
        kind: "summary",
        value: five.map(|five| five[2]).or(point.map(|point| point[0])),
        ends: drawn
            .map(|five| [five[1], five[3]])
            .or(bar.map(|point| [point[1], point[2]])),
        whiskers: drawn.map(|five| [five[0], five[4]]),
        counts: Some([summary.sound, summary.rows]),
        ..Datum::default()
    }
}
