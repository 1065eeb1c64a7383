//! Maps of a layer as seen from above: its thickness, and its error.

use ndarray::{Array2, ArrayView3};

use crate::chart::colormap::MISSING;
use crate::chart::frame::draw_notes;
use crate::chart::{Axis, ColorBar, ColorMap, Look, color_bar, grid};
use crate::panel::{Title, draw_scale_bar, draw_title};
use crate::scene::{Item, PT_PER_MM};
use crate::{Picture, Scene};

/// A map.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Title above it.
    pub title: String,
    /// Title of its color bar, with the unit.
    pub bar: String,
    /// Values of shape (x, y); `None` where there is none.
    pub values: Array2<Option<f64>>,
    /// Its colors.
    pub map: ColorMap,
    /// The values of the ends of its color bar.
    pub ends: [f64; 2],
}

/// Content of a figure of maps.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The maps, all of one shape.
    pub panels: Vec<Panel>,
    /// Size of a column of voxels in mm along x and y; `None` draws square ones without a scale bar.
    pub spacing_mm: Option<[f64; 2]>,
    /// Notes below the maps.
    pub notes: Vec<String>,
}

/// Most panels side by side.
const ACROSS: usize = 3;
/// Gap between panels, and margin of the figure, in ems.
const GAP: f64 = 1.0;
const EDGE: f64 = 0.6;
/// Height of a color bar, in ems.
const BAR: f64 = 0.75;
/// Colors of a color bar.
const STEPS: usize = 256;
/// Most times that a map may be wider than high, or the reverse; beyond it, voxels are stretched.
const LONGEST: f64 = 6.0;
/// Height of maps, in ems, below which a scale bar would hide too much: a note says their width.
const LOW: f64 = 5.0;

/// Thickness of a layer of shape (x, y, z) in every column, in voxels along z, from the first to the last voxel.
///
/// As `rsom metrics` defines it: holes inside the layer count, and a column that touches the first or last depth is cut by the field of
/// view and has no known thickness.
#[must_use]
pub fn thickness_vox(mask: ArrayView3<'_, bool>) -> Array2<Option<f64>> {
    let (width, height, depth) = mask.dim();
    Array2::from_shape_fn((width, height), |(x, y)| {
        let filled = |z: &usize| mask[[x, y, *z]];
        let first = (0..depth).find(filled)?;
        let last = (0..depth).rev().find(filled)?;
        (first > 0 && last + 1 < depth).then(|| (last + 1 - first) as f64)
    })
}

/// Draws the maps side by side, below each other in a narrow figure, each with its color bar.
#[must_use]
pub fn scene(figure: &Figure, look: &Look) -> Scene {
    let em = look.em();
    let columns = grid::columns(look, figure.panels.len(), ACROSS);
    let room = look.width_mm * PT_PER_MM - 2.0 * EDGE * em;
    let width = (room - (columns as f64 - 1.0) * GAP * em) / columns as f64;
    let (nx, ny) = figure
        .panels
        .first()
        .map_or((1, 1), |panel| panel.values.dim());
    let spacing = figure.spacing_mm.unwrap_or([1.0; 2]);
    let ratio = ny as f64 * spacing[1] / (nx as f64 * spacing[0]);
    let height = width * ratio.clamp(1.0 / LONGEST, LONGEST);
    let head = 1.7 * em;
    let below = (0.5 + BAR + ColorBar::BELOW) * em;
    let mut scene = Scene::in_points(look.width_mm, 10.0, look.background());
    for (index, panel) in figure.panels.iter().enumerate() {
        let (column, row) = ((index % columns) as f64, (index / columns) as f64);
        let left = EDGE * em + column * (width + GAP * em);
        let top = row * (head + height + below) + head;
        draw_panel(&mut scene, panel, [[left, top], [width, height]], look);
        let title = Title {
            index,
            words: &panel.title,
        };
        draw_title(&mut scene, title, [left, top], width, em);
        if let Some([across, _]) = figure
            .spacing_mm
            .filter(|_| index == 0 && height >= LOW * em)
        {
            let um_per_pixel = across * 1000.0 * nx as f64 / width;
            draw_scale_bar(
                &mut scene,
                [left, top + height],
                width,
                um_per_pixel,
                look.small(),
            );
        }
    }
    let rows = figure.panels.len().div_ceil(columns) as f64;
    let bottom = rows * (head + height + below);
    let mut notes = figure.notes.clone();
    if let Some([across, _]) = figure.spacing_mm.filter(|_| height < LOW * em) {
        let width_mm = across * nx as f64;
        notes.push(format!(
            "width of a map: {} mm",
            crate::chart::axis::plain((width_mm * 1000.0).round() / 1000.0)
        ));
    }
    let notes = draw_notes(&mut scene, &notes, [EDGE * em, bottom], look);
    scene.height = bottom + notes + 0.5 * em;
    scene
}

fn draw_panel(scene: &mut Scene, panel: &Panel, [at, size]: [[f64; 2]; 2], look: &Look) {
    let em = look.em();
    let axis = Axis::tight(panel.ends, 6);
    let (nx, ny) = panel.values.dim();
    let picture = Picture::from_fn(nx, ny, |x, y| match panel.values[[x, y]] {
        Some(value) => panel.map.color(axis.share(value)),
        None => MISSING,
    });
    scene.items.push(Item::Picture { picture, at, size });
    let bar = ColorBar {
        colors: Picture::from_fn(STEPS, 1, |x, _| {
            panel.map.color(x as f64 / (STEPS - 1) as f64)
        }),
        ticks: axis.ticks(),
        title: panel.bar.clone(),
    };
    let sizes = color_bar::Sizes {
        bar: [size[0], BAR * em],
        em,
        small: look.small(),
        line: look.hairline(),
    };
    bar.draw(scene, [at[0], at[1] + size[1] + 0.5 * em], sizes);
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::chart::style::tests::look;

    #[test]
    fn thickness_goes_from_the_first_to_the_last_voxel_and_cut_columns_have_none() {
        let mask = Array3::from_shape_fn((4, 1, 10), |(x, _, z)| match x {
            0 => (3..7).contains(&z),
            1 => z == 2 || z == 6,
            2 => z < 4,
            _ => false,
        });
        let found: Vec<Option<f64>> = thickness_vox(mask.view()).into_iter().collect();
        assert_eq!(found, [Some(4.0), Some(5.0), None, None]);
    }

    #[test]
    fn a_map_keeps_the_shape_of_the_scan() {
        let panel = Panel {
            title: "Thickness".into(),
            bar: "Thickness (µm)".into(),
            values: Array2::from_elem((40, 20), Some(80.0)),
            map: ColorMap::Viridis,
            ends: [60.0, 100.0],
        };
        let figure = Figure {
            panels: vec![panel; 2],
            spacing_mm: Some([0.012, 0.024]),
            notes: Vec::new(),
        };
        let drawn = scene(&figure, &look(175.0));
        let sizes: Vec<[f64; 2]> = (drawn.items.iter())
            .filter_map(|item| match item {
                Item::Picture { picture, size, .. } if picture.width() == 40 => Some(*size),
                _ => None,
            })
            .collect();
        assert_eq!(sizes.len(), 2);
        assert!((sizes[0][0] - sizes[0][1]).abs() < 1e-9);
        let texts: Vec<&str> = (drawn.items.iter())
            .filter_map(|item| match item {
                Item::Text(text) => Some(text.words.as_str()),
                _ => None,
            })
            .collect();
        for words in ["Thickness (µm)", "60", "100", "100 µm"] {
            assert!(texts.contains(&words), "{words}: {texts:?}");
        }
    }
}
