//! B-scans of several scans side by side, such as the worst, a typical and the best one.

use ndarray::ArrayView2;

use super::draw_legend;
use super::layout::Layout;
use super::pair::{Marks, draw_pair};
use crate::chart::{Look, grid};
use crate::color::{ORANGE, WHITE};
use crate::panel::{Title, draw_label, draw_scale_bars, draw_title};
use crate::scene::{Item, PT_PER_MM};
use crate::{Picture, Scene};

/// A B-scan with a prediction and its reference.
#[derive(Debug, Clone)]
pub struct Panel<'a> {
    /// Title above it.
    pub title: String,
    /// The B-scan, one pixel per voxel, x across and depth down.
    pub picture: Picture,
    /// Whether its channels are colors.
    pub colored: bool,
    /// Voxel size in mm across and in depth; `None` draws square voxels without a scale bar.
    pub spacing_mm: Option<[f64; 2]>,
    /// Reference of shape (x, z).
    pub reference: ArrayView2<'a, bool>,
    /// Prediction of the same shape.
    pub prediction: ArrayView2<'a, bool>,
}

/// Most panels side by side.
const ACROSS: usize = 3;
/// Gap between panels, and margin of the figure, in ems.
const GAP: f64 = 0.8;
const EDGE: f64 = 0.5;

/// Draws the panels, equally wide, each with the shape of its scan and its own scale bar.
#[must_use]
pub fn scene(panels: &[Panel<'_>], marks: Marks, look: &Look) -> Scene {
    let em = look.em();
    let columns = grid::columns(look, panels.len(), ACROSS);
    let room = look.width_mm * PT_PER_MM - 2.0 * EDGE * em;
    let width = (room - (columns as f64 - 1.0) * GAP * em) / columns as f64;
    let layouts: Vec<Layout> = panels
        .iter()
        .map(|panel| layout(panel, width, em))
        .collect();
    let mut scene = Scene::in_points(look.width_mm, 10.0, look.background());
    let mut top = 0.0;
    for (row, layouts) in layouts.chunks(columns).enumerate() {
        top += 1.7 * em;
        for (column, layout) in layouts.iter().enumerate() {
            let index = row * columns + column;
            let at = [EDGE * em + column as f64 * (width + GAP * em), top];
            draw_panel(&mut scene, &panels[index], (at, layout), (index, marks));
        }
        let highest = layouts.iter().map(|layout| layout.size[1]);
        top += highest.fold(0.0, f64::max) + 0.3 * em;
    }
    let colored = panels.iter().any(|panel| panel.colored);
    let color = if colored { WHITE } else { ORANGE };
    draw_legend(&mut scene, (color, marks), [EDGE * em, top + 1.3 * em], em);
    scene.height = top + 2.0 * em;
    scene
}

/// Sizes of a panel of this width.
fn layout(panel: &Panel<'_>, width: f64, em: f64) -> Layout {
    let size = [panel.picture.width(), panel.picture.height()];
    let natural = Layout::new(size, panel.spacing_mm, 1, Some(1), width / em);
    let scale = width / natural.size[0];
    natural.scaled(scale, em)
}

fn draw_panel(
    scene: &mut Scene,
    panel: &Panel<'_>,
    (at, layout): ([f64; 2], &Layout),
    (index, marks): (usize, Marks),
) {
    scene.items.push(Item::Picture {
        picture: panel.picture.clone(),
        at,
        size: layout.size,
    });
    let color = if panel.colored { WHITE } else { ORANGE };
    let pair = [panel.reference, panel.prediction];
    let em = layout.em;
    if draw_pair(scene, pair, at, layout, (color, marks)).is_empty() {
        draw_label(
            scene,
            "empty mask",
            [at[0] + 0.6 * em, at[1] + 1.6 * em],
            em,
        );
    }
    let title = Title {
        index,
        words: &panel.title,
    };
    draw_title(scene, title, at, layout.size[0], em);
    if let Some(mm) = panel.spacing_mm {
        let corner = [at[0], at[1] + layout.size[1]];
        let um_per_pixel = [0, 1].map(|axis| mm[axis] * 1000.0 / layout.voxel[axis]);
        draw_scale_bars(scene, corner, layout.size, um_per_pixel, 0.85 * em);
    }
}
