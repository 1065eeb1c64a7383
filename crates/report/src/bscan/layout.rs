//! Positions of the panels of a B-scan figure.

use crate::scene::Point;
use crate::voxel_pixels::voxel_pixels;

/// Aspect ratio, width over height, that determines the number of columns.
const ASPECT: f64 = 1.4;
/// Least number of ems across all panels.
const LEAST_EMS: f64 = 8.0;
/// Least font size, in pixels: high, narrow panels leave room at their right.
const LEAST_EM: f64 = 10.0;

/// Sizes in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Size of a voxel across and in depth.
    pub voxel: [f64; 2],
    /// Size of a panel.
    pub size: [f64; 2],
    /// Font size.
    pub em: f64,
    /// Width of a column of panels.
    pub column: f64,
    columns: usize,
    rows: usize,
}

impl Layout {
    /// Arranges `panels` pictures of `size` voxels.
    ///
    /// Voxels keep their shape when their size in mm is known ([`voxel_pixels`]). The figure is `ems` letters wide, margins included.
    pub fn new(
        size: [usize; 2],
        spacing_mm: Option<[f64; 2]>,
        panels: usize,
        columns: Option<usize>,
        ems: f64,
    ) -> Self {
        let voxel = voxel_pixels(size, spacing_mm.unwrap_or([1.0; 2]));
        let size = [size[0] as f64 * voxel[0], size[1] as f64 * voxel[1]];
        let panels = panels.max(1);
        let aspect = |columns: usize| {
            let rows = panels.div_ceil(columns);
            let shape = size[0] * columns as f64 / (size[1] * rows as f64);
            // Avoids an incomplete row.
            libm::log(shape / ASPECT).abs() + 0.3 * (columns * rows - panels) as f64
        };
        let best = (1..=panels).min_by(|a, b| aspect(*a).total_cmp(&aspect(*b)));
        let columns = columns.or(best).unwrap_or(1).clamp(1, panels);
        // One em between panels and at both edges.
        let ems = (ems - columns as f64 - 1.0).max(LEAST_EMS);
        let em = (size[0] * columns as f64 / ems).max(LEAST_EM);
        Self {
            voxel,
            size,
            em,
            column: size[0].max(ems / columns as f64 * em),
            columns,
            rows: panels.div_ceil(columns),
        }
    }

    /// The same layout with panels of another size, and letters of size `em`.
    pub fn scaled(self, scale: f64, em: f64) -> Self {
        Self {
            voxel: self.voxel.map(|edge| edge * scale),
            size: self.size.map(|edge| edge * scale),
            column: self.column * scale,
            em,
            ..self
        }
    }

    /// Top left corner of a panel, on whole pixels.
    pub fn panel(&self, index: usize) -> Point {
        let (column, row) = (index % self.columns, index / self.columns);
        let x = self.margin() + column as f64 * (self.column + self.em);
        let y = row as f64 * self.row_height() + 2.2 * self.em;
        [x.round(), y.round()]
    }

    /// Margin at the left and right.
    pub fn margin(&self) -> f64 {
        self.em
    }

    /// Width of the figure.
    pub fn width(&self) -> f64 {
        let columns = self.columns as f64;
        2.0 * self.margin() + columns * self.column + (columns - 1.0) * self.em
    }

    /// Height of the figure, with a line for the legend.
    pub fn height(&self) -> f64 {
        self.rows as f64 * self.row_height() + 3.4 * self.em
    }

    fn row_height(&self) -> f64 {
        self.size[1] + 2.2 * self.em
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wide_panels_are_stacked_and_high_ones_stand_side_by_side() {
        let wide = Layout::new([600, 100], None, 3, None, 62.0);
        assert_eq!((wide.columns, wide.rows), (1, 3));
        let high = Layout::new([100, 300], None, 4, None, 62.0);
        assert_eq!((high.columns, high.rows), (4, 1));
    }

    proptest! {
        #[test]
        fn panels_stand_within_the_figure_and_apart(
            width in 1usize..700,
            height in 1usize..600,
            panels in 1usize..12,
            columns in prop::option::of(0usize..20),
            aspect in 0.05f64..20.0,
        ) {
            let layout = Layout::new([width, height], Some([aspect, 1.0]), panels, columns, 30.0);
            let boxes: Vec<[f64; 4]> = (0..panels)
                .map(|i| layout.panel(i))
                .map(|[x, y]| [x, y, x + layout.size[0], y + layout.size[1]])
                .collect();
            for (i, a) in boxes.iter().enumerate() {
                prop_assert!(a[0] >= 0.0 && a[2] <= layout.width() && a[3] <= layout.height());
                for b in &boxes[..i] {
                    prop_assert!(a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3]);
                }
            }
        }
    }
}
