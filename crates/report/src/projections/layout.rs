//! Positions of the panels of a projection figure.

use crate::projections::axis::AXES;
use crate::scene::Point;
use crate::voxel_pixels::voxel_pixels;

/// Width of the figure in ems: 8-point letters when the figure is as wide as a text column of 170 mm.
const EMS: f64 = 60.0;
/// Distance of two lines of the legend in ems.
pub const LEGEND_LINE: f64 = 1.8;
/// Smallest width of a column in ems, for titles.
const COLUMN: f64 = 16.0;

/// Sizes in pixels. All panels have the same scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Size of a voxel along x, y, z.
    pub voxel: [f64; 3],
    /// Font size.
    pub em: f64,
    /// Sizes of the panels of each row.
    pub sizes: [[f64; 2]; 3],
    columns: usize,
    title: f64,
    legend_lines: usize,
}

impl Layout {
    /// One row per axis of a scan of `shape` voxels, with `columns` panels each, and an optional title on top.
    pub fn new(
        shape: [usize; 3],
        spacing_mm: Option<[f64; 3]>,
        columns: usize,
        titled: bool,
    ) -> Self {
        let voxel = voxel_pixels(shape, spacing_mm.unwrap_or([1.0; 3]));
        let edge = |axis: usize| shape[axis] as f64 * voxel[axis];
        let sizes = AXES.map(|axis| axis.picture().map(edge));
        let widest = sizes.iter().map(|s| s[0]).fold(0.0, f64::max);
        let em = (widest * columns as f64 / EMS).max(14.0).round();
        Self {
            voxel,
            em,
            sizes,
            columns,
            title: if titled { 2.2 * em } else { 0.0 },
            legend_lines: 1,
        }
    }

    /// The same layout with room for a legend of several lines.
    pub fn with_legend(self, legend_lines: usize) -> Self {
        Self {
            legend_lines,
            ..self
        }
    }

    /// Base line of the first line of the legend.
    pub fn legend(&self) -> f64 {
        self.height() - (1.1 + LEGEND_LINE * (self.legend_lines as f64 - 1.0)) * self.em
    }

    /// Top left corner of a panel, on whole pixels.
    pub fn panel(&self, row: usize, column: usize) -> Point {
        let x = self.margin() + column as f64 * (self.column() + self.em);
        let above: f64 = self.sizes[..row].iter().map(|s| s[1] + 2.2 * self.em).sum();
        [x.round(), (self.title + above + 2.2 * self.em).round()]
    }

    /// Margin at the left and right.
    pub fn margin(&self) -> f64 {
        self.em
    }

    /// Width of the figure.
    pub fn width(&self) -> f64 {
        let columns = self.columns as f64;
        2.0 * self.margin() + columns * self.column() + (columns - 1.0) * self.em
    }

    /// Height of the figure, with the lines of the legend.
    pub fn height(&self) -> f64 {
        let rows: f64 = self.sizes.iter().map(|s| s[1] + 2.2 * self.em).sum();
        let more = LEGEND_LINE * (self.legend_lines as f64 - 1.0);
        self.title + rows + (3.4 + more) * self.em
    }

    /// Width of a column of panels, for their titles.
    pub fn column(&self) -> f64 {
        let widths = self.sizes.iter().map(|s| s[0]);
        widths.fold(COLUMN * self.em, f64::max)
    }

    /// Whether the panels of a row are large enough for a scale bar.
    pub fn has_room_for_scale_bar(&self, row: usize) -> bool {
        let [width, height] = self.sizes[row];
        width >= 5.0 * self.em && height >= 4.0 * self.em
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_panels_of_the_papers_scan_have_one_scale() {
        let layout = Layout::new([333, 171, 500], Some([0.012, 0.012, 0.003]), 2, false);
        // 3 µm a pixel: 3996 × 2052 µm from above, 1500 µm deep.
        assert_eq!(
            layout.sizes,
            [[1332.0, 684.0], [1332.0, 500.0], [684.0, 500.0]]
        );
    }

    proptest! {
        #[test]
        fn panels_stand_within_the_figure_and_apart(
            shape in [1usize..400, 1usize..400, 1usize..400],
            spacing in [0.05f64..20.0, 0.05f64..20.0, 0.05f64..20.0],
            columns in 1usize..3,
            titled: bool,
        ) {
            let layout = Layout::new(shape, Some(spacing), columns, titled);
            let mut boxes: Vec<[f64; 4]> = Vec::new();
            for row in 0..3 {
                for column in 0..columns {
                    let ([x, y], [width, height]) = (layout.panel(row, column), layout.sizes[row]);
                    boxes.push([x, y, x + width, y + height]);
                }
            }
            for (i, a) in boxes.iter().enumerate() {
                prop_assert!(a[0] >= 0.0 && a[2] <= layout.width() && a[3] <= layout.height());
                for b in &boxes[..i] {
                    prop_assert!(a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3]);
                }
            }
        }
    }
}
