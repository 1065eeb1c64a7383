//! A B-scan next to its reference and predictions.

pub mod gallery;
mod inset;
mod layout;
mod overlay;
mod pair;

use ndarray::{Array2, ArrayView2, Zip};

use crate::chart::Look;
use crate::color::{INK, ORANGE, SKY, WHITE};
use crate::font;
use crate::panel::{Title, draw_label, draw_scale_bars, draw_swatch, draw_title};
use crate::scene::{Item, Path, Point, Stroke, Text};
use crate::{Color, Picture, Scene};
pub use inset::Region;
use layout::Layout;
use overlay::Overlay;
pub use pair::Marks;
use pair::{AREA, draw_pair};

/// Content of a B-scan figure.
#[derive(Debug, Clone)]
pub struct Figure<'a> {
    /// The B-scan, one pixel per voxel, x across and depth down.
    pub picture: Picture,
    /// Whether the picture's channels are colors.
    pub colored: bool,
    /// Title of the panel that shows the B-scan alone.
    pub title: String,
    /// Voxel size in mm across and in depth; `None` draws square voxels without a scale bar.
    pub spacing_mm: Option<[f64; 2]>,
    /// Reference of shape (x, z).
    pub reference: ArrayView2<'a, bool>,
    /// Predictions with their titles, of the same shape.
    pub predictions: Vec<(String, ArrayView2<'a, bool>)>,
    /// How predictions are drawn.
    pub marks: Marks,
    /// Number of panels per row; `None` chooses it from the panels' shape.
    pub columns: Option<usize>,
    /// Part that is enlarged in each panel, within the picture.
    pub inset: Option<Region>,
}

/// Draws the B-scan, the reference over it, and each prediction together with the reference.
///
/// Panels are ordered from left to right and top to bottom. A panel with an empty mask says so.
#[must_use]
pub fn scene(figure: &Figure<'_>, look: &Look) -> Scene {
    let panels = 2 + figure.predictions.len();
    let size = [figure.picture.width(), figure.picture.height()];
    let layout = Layout::new(size, figure.spacing_mm, panels, figure.columns, look.ems());
    let mut scene = Scene::new(layout.width(), layout.height()).with_width_mm(look.width_mm);
    scene.background = look.background();
    let reference_color = if figure.colored { WHITE } else { ORANGE };
    let reference = Overlay::new(figure.reference);
    let inset = place_inset(&mut scene, figure, &layout);
    for panel in 0..panels {
        let at = layout.panel(panel);
        scene.items.push(Item::Picture {
            picture: figure.picture.clone(),
            at,
            size: layout.size,
        });
        let line = layout.em * 0.055;
        let prediction = panel.checked_sub(2).map(|i| &figure.predictions[i]);
        let title = match (panel, prediction) {
            (_, Some((title, mask))) => {
                let pair = [figure.reference, *mask];
                let look = (reference_color, figure.marks);
                let prediction = draw_pair(&mut scene, pair, at, &layout, look);
                note_if_empty(&mut scene, &prediction, at, &layout);
                title
            }
            (0, None) => figure.title.as_str(),
            (_, None) => {
                reference.draw_line(&mut scene, at, &layout, (reference_color, 1.5 * line));
                note_if_empty(&mut scene, &reference, at, &layout);
                "reference"
            }
        };
        if let Some((region, corner)) = inset {
            let pair = [
                (panel > 0).then_some(figure.reference),
                prediction.map(|(_, mask)| *mask),
            ];
            let look = (reference_color, figure.marks);
            region.draw(
                &mut scene,
                (&figure.picture, pair),
                (at, &layout, corner),
                look,
            );
        }
        let title = Title {
            index: panel,
            words: title,
        };
        draw_title(&mut scene, title, at, layout.column, layout.em);
    }
    if let Some(mm) = figure.spacing_mm {
        let [left, top] = layout.panel(0);
        let um_per_pixel = [0, 1].map(|axis| mm[axis] * 1000.0 / layout.voxel[axis]);
        let corner = [left, top + layout.size[1]];
        draw_scale_bars(&mut scene, corner, layout.size, um_per_pixel, layout.em);
    }
    let at = [layout.margin(), layout.height() - 1.1 * layout.em];
    draw_legend(&mut scene, (reference_color, figure.marks), at, layout.em);
    scene
}

/// The enlarged part with its corner in each panel. The caption says what it covers.
fn place_inset(scene: &mut Scene, figure: &Figure<'_>, layout: &Layout) -> Option<(Region, Point)> {
    let region = figure.inset?;
    let (corner, hidden) = region.place(layout, differing(figure).view());
    if hidden > 0 {
        scene.caption = format!("the enlarged part covers {hidden} voxels in which masks differ.");
    }
    Some((region, corner))
}

/// The voxels in which any prediction differs from the reference.
fn differing(figure: &Figure<'_>) -> Array2<bool> {
    let mut differing = Array2::default(figure.reference.dim());
    for (_, prediction) in &figure.predictions {
        Zip::from(&mut differing)
            .and(figure.reference)
            .and(prediction)
            .for_each(|differs, a, b| *differs |= a != b);
    }
    differing
}

fn note_if_empty(scene: &mut Scene, mask: &Overlay, at: Point, layout: &Layout) {
    if mask.is_empty() {
        let place = [at[0] + 0.6 * layout.em, at[1] + 1.6 * layout.em];
        draw_label(scene, "empty mask", place, layout.em);
    }
}

fn draw_legend(
    scene: &mut Scene,
    (reference_color, marks): (Color, Marks),
    [left, y]: Point,
    em: f64,
) {
    let mut x = left;
    let middle = y - 0.35 * em;
    let area = |x: f64, width: f64, color: Color| {
        let corner = [x, middle - 0.3 * em];
        Path::rectangle(corner, [width, 0.6 * em], color, AREA)
    };
    let line = |x: f64, color: Color| {
        let ends = vec![[x + 0.3 * em, middle], [x + 1.9 * em, middle]];
        Path::open(vec![ends], Stroke::solid(color, 0.1 * em))
    };
    let mut entry = |words: &str, signs: &dyn Fn(f64) -> Vec<Path>| {
        draw_swatch(scene, [x, y], em);
        signs(x).into_iter().for_each(|sign| scene.draw(sign));
        scene.draw(Text::new(words, [x + 2.8 * em, y], em, INK));
        x += (4.4 + font::width_em(words)) * em;
    };
    entry("reference", &|x| vec![line(x, reference_color)]);
    match marks {
        Marks::Area => entry("prediction", &|x| vec![area(x + 0.3 * em, 1.6 * em, SKY)]),
        Marks::Differences => {
            entry("prediction", &|x| vec![line(x, SKY)]);
            entry("false positive", &|x| {
                vec![area(x + 0.3 * em, 1.6 * em, SKY)]
            });
            entry("false negative", &|x| {
                vec![area(x + 0.3 * em, 1.6 * em, reference_color)]
            });
        }
    }
}

/// The depths with voxels of any of the masks of shape (x, z), extended by `margin` voxels above and below.
///
/// `None` when all masks are empty.
#[must_use]
pub fn depth_window(
    masks: &[ArrayView2<'_, bool>],
    margin: usize,
) -> Option<std::ops::Range<usize>> {
    let depth = masks.first()?.dim().1;
    let filled = |z: &usize| masks.iter().any(|m| m.column(*z).iter().any(|v| *v));
    let first = (0..depth).find(filled)?;
    let last = (0..depth).rev().find(filled)?;
    Some(first.saturating_sub(margin)..last.saturating_add(margin + 1).min(depth))
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::chart::style::tests::look;
    use crate::paint::painted as paint;

    fn figure<'a>(
        reference: &'a Array2<bool>,
        prediction: &'a Array2<bool>,
        spacing_mm: Option<[f64; 2]>,
    ) -> Figure<'a> {
        let (width, height) = reference.dim();
        Figure {
            picture: Picture::filled(width, height, Color([40; 3])),
            colored: false,
            title: "B-scan 3".to_owned(),
            spacing_mm,
            reference: reference.view(),
            predictions: vec![("unet".to_owned(), prediction.view())],
            marks: Marks::Area,
            columns: Some(1),
            inset: None,
        }
    }

    fn words(item: &Item) -> Option<&str> {
        match item {
            Item::Text(text) => Some(&text.words),
            _ => None,
        }
    }

    fn texts(scene: &Scene) -> Vec<&str> {
        scene.items.iter().filter_map(words).collect()
    }

    #[test]
    fn an_empty_prediction_is_said_so() {
        let reference = Array2::from_shape_fn((80, 40), |(_, z)| z == 20);
        let empty = Array2::from_elem((80, 40), false);
        let scene = scene(&figure(&reference, &empty, None), &look(175.0));
        let notes = texts(&scene).iter().filter(|t| **t == "empty mask").count();
        assert_eq!(notes, 1);
    }

    #[test]
    fn a_scale_bar_stands_only_where_the_voxel_size_is_known() {
        let mask = Array2::from_shape_fn((80, 40), |(_, z)| z == 20);
        let known = scene(&figure(&mask, &mask, Some([0.012, 0.003])), &look(175.0));
        // 80 voxels of 12 µm are 960 µm; the largest round length within a quarter of it is 200 µm.
        assert!(texts(&known).contains(&"200 µm"));
        let unknown = scene(&figure(&mask, &mask, None), &look(175.0));
        assert!(!texts(&unknown).iter().any(|t| t.ends_with("µm")));
    }

    #[test]
    fn the_prediction_is_painted_where_it_lies() {
        let reference = Array2::from_elem((100, 50), false);
        let prediction = Array2::from_shape_fn((100, 50), |(x, z)| x == 60 && z == 30);
        let figure = figure(&reference, &prediction, None);
        let layout = Layout::new([100, 50], None, 3, Some(1), look(175.0).ems());
        let drawn = scene(&figure, &look(175.0));
        let painted = paint(&drawn, drawn.width as u32);
        let [left, top] = layout.panel(2);
        let at = |x: f64, z: f64| {
            let (column, row) = (left + x * layout.voxel[0], top + z * layout.voxel[1]);
            painted.pixel(column as usize, row as usize)
        };
        assert_eq!(at(60.5, 30.5), SKY.over(Color([40; 3]), AREA));
        assert_eq!(at(59.5, 30.5), Color([40; 3]));
        assert_eq!(at(60.5, 31.5), Color([40; 3]));
    }

    #[test]
    fn where_both_agree_the_tissue_is_bare_and_what_is_in_one_only_has_its_color() {
        let reference = Array2::from_shape_fn((100, 50), |(_, z)| (10..30).contains(&z));
        let prediction = Array2::from_shape_fn((100, 50), |(_, z)| (20..40).contains(&z));
        let figure = Figure {
            marks: Marks::Differences,
            ..figure(&reference, &prediction, None)
        };
        let layout = Layout::new([100, 50], None, 3, Some(1), look(175.0).ems());
        let drawn = scene(&figure, &look(175.0));
        let painted = paint(&drawn, drawn.width as u32);
        let [left, top] = layout.panel(2);
        let at = |z: f64| {
            let (column, row) = (left + 50.5 * layout.voxel[0], top + z * layout.voxel[1]);
            painted.pixel(column as usize, row as usize)
        };
        assert_eq!(at(25.5), Color([40; 3]));
        assert_eq!(at(15.5), ORANGE.over(Color([40; 3]), AREA));
        assert_eq!(at(35.5), SKY.over(Color([40; 3]), AREA));
        assert_eq!(at(45.5), Color([40; 3]));
        assert!(texts(&scene(&figure, &look(175.0))).contains(&"false negative"));
    }

    #[test]
    fn the_window_reaches_around_all_masks() {
        let a = Array2::from_shape_fn((4, 60), |(_, z)| z == 10);
        let b = Array2::from_shape_fn((4, 60), |(_, z)| z == 50);
        assert_eq!(depth_window(&[a.view(), b.view()], 5), Some(5..56));
        assert_eq!(depth_window(&[a.view(), b.view()], 100), Some(0..60));
        let empty = Array2::from_elem((4, 60), false);
        assert_eq!(depth_window(&[empty.view()], 5), None);
        assert_eq!(depth_window(&[], 5), None);
    }
}
