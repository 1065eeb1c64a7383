//! What a reader must know of a factor figure, in words below it.

use super::brackets::PValues;
use super::cells::Cell;
use super::figure::Figure;
use super::marks::Marks;
use super::record::Panel;
use super::{panel, strip};

/// The notes of a figure, for the cells of each of its panels.
pub fn of(figure: &Figure, cells: &[&[Cell<'_>]]) -> Vec<String> {
    let all = || cells.iter().flat_map(|of_panel| of_panel.iter());
    let counts = all().map(|cell| cell.summary.rows);
    let (fewest, most) = (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0));
    let statistic = match figure.drawn.marks {
        Marks::Box if !all().any(Cell::has_box) => "median",
        Marks::Box => "median, quartiles, and whiskers to 1.5 times their distance",
        _ => figure.spread.name(),
    };
    let mut notes = vec![match most {
        1 => format!("each marker: one {}", figure.unit),
        _ => format!(
            "{statistic}; unit: {}, n = {}",
            figure.unit,
            range(fewest, most)
        ),
    }];
    notes.extend(of_measurements(figure));
    if figure.drawn.lines {
        notes.push(format!("thin lines: the same {}", figure.unit));
    }
    let is_clipped = |(panel, cells): (&Panel, &&[Cell<'_>])| {
        let mut points = cells.iter().filter_map(|cell| cell.summary.point);
        points.any(|point| panel::clipped(point, panel.range) != point)
    };
    if figure.drawn.marks != Marks::Box && figure.panels.iter().zip(cells).any(is_clipped) {
        let bars = match figure.drawn.marks {
            Marks::Band => "bands",
            _ => "bars",
        };
        notes.push(format!("{bars} end where the measure ends"));
    }
    if figure.drawn.marks == Marks::Box && all().any(|cell| !cell.has_box()) {
        notes.push("no box for fewer than four values".to_owned());
    }
    if all().any(strip::is_incomplete) {
        notes.push("valid: units with a value and no empty mask".to_owned());
    }
    if !figure.placing.note.is_empty() {
        notes.push(figure.placing.note.clone());
    }
    if figure.panels.iter().any(|p| !p.tests.is_empty()) {
        let of_test = match figure.test.is_empty() {
            true => String::new(),
            false => format!(" ({})", figure.test),
        };
        match figure.p_values {
            PValues::Numbers => notes.push(format!("adjusted p{of_test}")),
            PValues::Stars => notes.push(format!(
                "adjusted p{of_test}: * < 0.05, ** < 0.01, *** < 0.001"
            )),
            PValues::None => {}
        }
    }
    notes
}

/// The note that values of a unit are means of several measurements, such as visits.
fn of_measurements(figure: &Figure) -> Option<String> {
    let records = figure.panels.iter().flat_map(|p| &p.records);
    let counts = records.map(|record| record.measurements);
    let counts = counts.filter(|count| *count > 0);
    let (fewest, most) = (counts.clone().min()?, counts.max()?);
    if most < 2 {
        return None;
    }
    let counted = range(fewest, most);
    Some(format!("value of a unit: mean of {counted} measurements"))
}

fn range(fewest: usize, most: usize) -> String {
    match fewest == most {
        true => most.to_string(),
        false => format!("{fewest}–{most}"),
    }
}
