//! The strip below a panel that says how many units have a value, where some have none.

use super::cells::{Cell, Order};
use crate::Scene;
use crate::chart::{Frame, Look};
use crate::color::{GRAY, PALE};
use crate::font;
use crate::scene::{Anchor, Path, Text};

/// Height of the row of a group.
fn row(look: &Look) -> f64 {
    1.25 * look.small()
}

/// Height of the strip; 0 where every unit has a value.
pub fn height(cells: &[Cell<'_>], look: &Look) -> f64 {
    match groups(cells).len() {
        0 => 0.0,
        // The lowest tick label reaches half a letter into the strip.
        count => (row(look) * count as f64 + 0.4 * look.small()).max(0.6 * look.em() + row(look)),
    }
}

/// The groups that have a row.
fn groups(cells: &[Cell<'_>]) -> Vec<usize> {
    let mut groups: Vec<usize> = (cells.iter().filter(|cell| is_incomplete(cell)))
        .map(|cell| cell.group)
        .collect();
    groups.dedup();
    groups
}

/// Whether a unit of the cell has no value, or the value of an empty mask.
pub fn is_incomplete(cell: &Cell<'_>) -> bool {
    cell.summary.sound < cell.summary.rows
}

/// Draws the strip in the lowest part of a panel, with a row for each group: how many units have a value, of how many.
pub fn draw(scene: &mut Scene, cells: &[Cell<'_>], order: &Order<'_>, frame: &Frame, look: &Look) {
    let small = look.small();
    let size = [frame.width(), frame.bottom - frame.top];
    let corner = [frame.left, frame.top];
    scene.draw(Path::rectangle(corner, size, PALE, 0.6).named("strip"));
    let word = Text::new(
        "valid",
        [frame.left - 0.65 * look.em(), frame.bottom - 0.3 * small],
        small,
        GRAY,
    );
    scene.draw(word.anchored(Anchor::End));
    let rows = groups(cells);
    for cell in cells.iter().filter(|cell| is_incomplete(cell)) {
        let words = format!("{}/{}", cell.summary.sound, cell.summary.rows);
        let place = rows
            .iter()
            .position(|group| *group == cell.group)
            .unwrap_or(0);
        let half = font::width_em(&words) * small / 2.0;
        let x = order
            .x(cell.level, cell.group, frame, look)
            .min(frame.right - half)
            .max(frame.left + half);
        let y = frame.bottom - 0.3 * small - row(look) * (rows.len() - 1 - place) as f64;
        let text = Text::new(words, [x, y], small, look.color(cell.group));
        scene.draw(text.anchored(Anchor::Middle));
    }
}
