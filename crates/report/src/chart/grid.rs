//! Panels in rows and columns.

use super::frame::{Frame, Margins};
use super::style::Look;

/// Equal panels in rows and columns, below a head such as a legend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    columns: usize,
    rows: usize,
    margins: Margins,
    size: [f64; 2],
    left: f64,
    top: f64,
}

/// Gap between columns, in ems.
const GAP: f64 = 1.2;
/// Margin of the figure, in ems.
const EDGE: f64 = 0.5;

impl Grid {
    /// Panels of a figure of this width, at most `across` side by side (one in a narrow figure), each with these margins. `top` is where
    /// the panels begin; `extra` is a height that each area has in addition.
    #[must_use]
    pub fn new(
        look: &Look,
        count: usize,
        across: usize,
        margins: Margins,
        [top, extra]: [f64; 2],
    ) -> Self {
        let columns = columns(look, count, across);
        let em = look.em();
        let width = look.width_mm * crate::scene::PT_PER_MM - 2.0 * EDGE * em;
        let each = (width - (columns as f64 - 1.0) * GAP * em) / columns as f64;
        let inner = (each - margins.left - margins.right).max(4.0 * em);
        Self {
            columns,
            rows: count.max(1).div_ceil(columns),
            margins,
            size: [inner, inner * look.aspect() + extra],
            left: EDGE * em,
            top,
        }
    }

    /// Size of the area of a panel.
    #[must_use]
    pub fn size(&self) -> [f64; 2] {
        self.size
    }

    /// The area of a panel.
    #[must_use]
    pub fn frame(&self, index: usize, look: &Look) -> Frame {
        let (column, row) = (index % self.columns, index / self.columns);
        let across = self.margins.left + self.size[0] + self.margins.right + GAP * look.em();
        let down = self.margins.top + self.size[1] + self.margins.bottom;
        let left = self.left + column as f64 * across + self.margins.left;
        let top = self.top + row as f64 * down + self.margins.top;
        Frame {
            left,
            top,
            right: left + self.size[0],
            bottom: top + self.size[1],
        }
    }

    /// Where the panels end.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        let down = self.margins.top + self.size[1] + self.margins.bottom;
        self.top + self.rows as f64 * down
    }

    /// Left edge of legends and notes.
    #[must_use]
    pub fn left(&self) -> f64 {
        self.left
    }
}

/// Number of panels side by side: one in a narrow figure, else at most `across`, without a row of one panel where that is avoidable.
#[must_use]
pub fn columns(look: &Look, count: usize, across: usize) -> usize {
    let across = if look.is_narrow() { 1 } else { across.max(1) };
    match count {
        4 if across == 3 => 2,
        _ => count.clamp(1, across),
    }
}

/// An estimate of the height of an area, before its margins are known.
#[must_use]
pub fn expected_height(look: &Look, count: usize, across: usize) -> f64 {
    let columns = columns(look, count, across) as f64;
    0.8 * look.aspect() * look.width_mm * crate::scene::PT_PER_MM / columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::style::tests::look;

    #[test]
    fn panels_lie_within_the_figure_and_apart() {
        let margins = Margins {
            left: 30.0,
            top: 12.0,
            right: 5.0,
            bottom: 25.0,
        };
        for (width, count) in [(85.0, 3), (175.0, 3), (175.0, 4), (175.0, 5)] {
            let look = look(width);
            let grid = Grid::new(&look, count, 3, margins, [20.0, 10.0]);
            let frames: Vec<Frame> = (0..count).map(|i| grid.frame(i, &look)).collect();
            for (i, a) in frames.iter().enumerate() {
                assert!(a.right + 5.0 <= width * 72.0 / 25.4 && a.bottom < grid.bottom());
                for b in &frames[..i] {
                    let apart = a.left >= b.right + 30.0 || a.top >= b.bottom + 30.0;
                    assert!(apart, "{width} {count}");
                }
            }
        }
        assert_eq!(columns(&look(85.0), 3, 3), 1);
        assert_eq!(columns(&look(175.0), 4, 3), 2);
    }
}
