//! Positions of the panels of a projection figure.

use crate::projections::axis::AXES;
use crate::projections::depth_axis;
use crate::scene::Point;
use crate::voxel_pixels::voxel_pixels;

/// Distance of two lines of the legend in ems.
pub const LEGEND_LINE: f64 = 1.8;
/// Height of a color bar with its texts and the gap above it, in ems.
pub const BAR_ROW: f64 = 5.0;
/// Least number of ems across all panels.
const LEAST_EMS: f64 = 8.0;
/// Least font size, in pixels: scans that are much deeper than wide leave room at their right.
const LEAST_EM: f64 = 10.0;

/// Sizes in pixels. All panels have the same scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Size of a voxel along x, y, z.
    pub voxel: [f64; 3],
    /// Font size.
    pub em: f64,
    /// Sizes of the panels of each row.
    pub sizes: [[f64; 2]; 3],
    column: f64,
    columns: usize,
    title: f64,
    bars: usize,
    legend_lines: usize,
}

impl Layout {
    /// One row per axis of a scan of `shape` voxels, with `columns` panels each, and an optional title on top. The figure is `ems` letters
    /// wide, margins and the axis of depths included.
    pub fn new(
        shape: [usize; 3],
        spacing_mm: Option<[f64; 3]>,
        columns: usize,
        titled: bool,
        ems: f64,
    ) -> Self {
        let voxel = voxel_pixels(shape, spacing_mm.unwrap_or([1.0; 3]));
        let edge = |axis: usize| shape[axis] as f64 * voxel[axis];
        let sizes = AXES.map(|axis| axis.picture().map(edge));
        let widest = sizes.iter().map(|s| s[0]).fold(0.0, f64::max);
        let ems = (ems - columns as f64 - 1.0 - depth_axis::WIDTH).max(LEAST_EMS);
        let em = (widest * columns as f64 / ems).max(LEAST_EM);
        Self {
            voxel,
            em,
            sizes,
            column: widest.max(ems / columns as f64 * em),
            columns,
            title: if titled { 2.2 * em } else { 0.0 },
            bars: 0,
            legend_lines: 1,
        }
    }

    /// The same layout with room for color bars and for lines of a legend below the panels.
    pub fn with_legend(self, bars: usize, legend_lines: usize) -> Self {
        Self {
            bars,
            legend_lines,
            ..self
        }
    }

    /// Top left corner of a color bar.
    pub fn bar(&self, index: usize) -> Point {
        let y = self.bottom() + (0.8 + BAR_ROW * index as f64) * self.em;
        [self.left(), y]
    }

    /// Base line of the first line of the legend.
    pub fn legend(&self) -> f64 {
        self.bottom() + (2.3 + BAR_ROW * self.bars as f64) * self.em
    }

    /// Where the panels end.
    fn bottom(&self) -> f64 {
        let rows: f64 = self.sizes.iter().map(|s| s[1] + 2.2 * self.em).sum();
        self.title + rows
    }

    /// Top left corner of a panel, on whole pixels.
    pub fn panel(&self, row: usize, column: usize) -> Point {
        let x = self.left() + column as f64 * (self.column + self.em);
        let above: f64 = self.sizes[..row].iter().map(|s| s[1] + 2.2 * self.em).sum();
        [x.round(), (self.title + above + 2.2 * self.em).round()]
    }

    /// Left edge of the panels.
    pub fn left(&self) -> f64 {
        (1.0 + depth_axis::WIDTH) * self.em
    }

    /// Width of the figure.
    pub fn width(&self) -> f64 {
        let columns = self.columns as f64;
        self.left() + columns * self.column + columns * self.em
    }

    /// Height of the figure, with color bars and legend.
    pub fn height(&self) -> f64 {
        let lines = match self.legend_lines {
            0 => 0.6,
            lines => 1.6 + LEGEND_LINE * lines as f64,
        };
        self.bottom() + (lines + BAR_ROW * self.bars as f64) * self.em
    }

    /// Width of a column of panels, for their titles.
    pub fn column(&self) -> f64 {
        self.column
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
        let layout = Layout::new([333, 171, 500], Some([0.012, 0.012, 0.003]), 2, false, 62.0);
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
            let layout = Layout::new(shape, Some(spacing), columns, titled, 30.0);
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
