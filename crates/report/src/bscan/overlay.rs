//! A mask drawn on a panel.

use ndarray::ArrayView2;

use crate::bscan::layout::Layout;
use crate::color::BLACK;
use crate::contour::{Corner, outlines};
use crate::scene::{Path, Point, Stroke};
use crate::{Color, Scene};

/// The outlines of a mask, in voxels.
pub struct Overlay {
    outlines: Vec<Vec<Corner>>,
    size: [usize; 2],
}

impl Overlay {
    /// Outlines a mask of shape (x, z).
    pub fn new(mask: ArrayView2<'_, bool>) -> Self {
        Self {
            outlines: outlines(mask),
            size: mask.dim().into(),
        }
    }

    /// Whether the mask holds no voxel.
    pub fn is_empty(&self) -> bool {
        self.outlines.is_empty()
    }

    /// Fills the mask on a panel whose top left corner is `at`.
    pub fn draw_area(&self, scene: &mut Scene, at: Point, layout: &Layout, look: (Color, f64)) {
        if self.is_empty() {
            return;
        }
        let corners =
            |outline: &Vec<Corner>| outline.iter().map(|c| placed(*c, at, layout)).collect();
        let lines = self.outlines.iter().map(corners).collect();
        scene.draw(Path::area(lines, look.0, look.1));
    }

    /// Draws the border of the mask, on a dark casing that keeps it visible on bright tissue; `look` is color and
    /// width.
    ///
    /// The border has no line where the field of view cuts the mask.
    pub fn draw_line(&self, scene: &mut Scene, at: Point, layout: &Layout, look: (Color, f64)) {
        let lines: Vec<Vec<Point>> = self
            .outlines
            .iter()
            .flat_map(|outline| self.inner_lines(outline))
            .map(|line| line.into_iter().map(|c| placed(c, at, layout)).collect())
            .collect();
        if lines.is_empty() {
            return;
        }
        let (color, width) = look;
        for stroke in [
            Stroke::solid(BLACK, 2.0 * width),
            Stroke::solid(color, width),
        ] {
            scene.draw(Path::open(lines.clone(), stroke));
        }
    }

    /// The parts of an outline that are not on the edge of the picture.
    fn inner_lines(&self, outline: &[Corner]) -> Vec<Vec<Corner>> {
        let on_edge = |a: Corner, b: Corner| {
            (0..2).any(|axis| a[axis] == b[axis] && (a[axis] == 0 || a[axis] == self.size[axis]))
        };
        let mut lines: Vec<Vec<Corner>> = Vec::new();
        let mut joined = false;
        for (i, &from) in outline.iter().enumerate() {
            let to = outline[(i + 1) % outline.len()];
            if on_edge(from, to) {
                joined = false;
                continue;
            }
            match lines.last_mut() {
                Some(line) if joined => line.push(to),
                _ => lines.push(vec![from, to]),
            }
            joined = true;
        }
        lines
    }
}

fn placed([x, z]: Corner, at: Point, layout: &Layout) -> Point {
    [
        at[0] + x as f64 * layout.voxel[0],
        at[1] + z as f64 * layout.voxel[1],
    ]
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn the_edge_of_the_field_of_view_is_no_border() {
        let layer = Array2::from_shape_fn((6, 9), |(_, z)| (3..5).contains(&z));
        let overlay = Overlay::new(layer.view());
        let lines = overlay.inner_lines(&overlay.outlines[0]);
        assert_eq!(lines, [vec![[0, 3], [6, 3]], vec![[6, 5], [0, 5]]]);
    }

    #[test]
    fn a_body_inside_the_picture_has_one_closed_border() {
        let body = Array2::from_shape_fn((6, 9), |(x, z)| x == 2 && z == 4);
        let overlay = Overlay::new(body.view());
        let lines = overlay.inner_lines(&overlay.outlines[0]);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
    }

    #[test]
    fn a_mask_that_fills_the_picture_has_no_border() {
        let overlay = Overlay::new(Array2::from_elem((4, 4), true).view());
        assert!(!overlay.is_empty());
        assert!(overlay.inner_lines(&overlay.outlines[0]).is_empty());
    }
}
